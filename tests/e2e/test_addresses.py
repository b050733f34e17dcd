"""Several addresses of one zooid: commands and syncs use the one that works."""

import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer

from harness import TENANT, World

DEAD = "http://127.0.0.1:9"


class Garbage(BaseHTTPRequestHandler):
    """Answers every request with something that is not zooid's."""

    def do_GET(self):  # as the standard library calls it
        body = b'{"members": ["not a key"]}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class AddressesTest(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.close)

    def use(self, *addresses):
        self.world.environment["ZOOID_API_URL"] = ",".join(addresses)

    def test_members_and_syncs_pass_over_a_dead_address(self):
        self.use(DEAD, self.world.sim.api_url)
        relay = self.world.create("blue")
        self.world.ok("reconcile")
        self.assertEqual(self.world.differences(), [])
        self.world.sim.control("PUT", f"/relays/{relay}/members", {"members": [TENANT]})
        self.assertEqual(self.world.data("members", "blue"), [TENANT])
        self.assertEqual(self.world.data("diff")[0]["result"], "as_described")

    def test_a_garbage_answer_is_not_served(self):
        server = HTTPServer(("127.0.0.1", 0), Garbage)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        relay = self.world.create("blue")
        self.world.ok("reconcile")
        self.world.sim.control("PUT", f"/relays/{relay}/members", {"members": [TENANT]})
        self.use(f"http://127.0.0.1:{server.server_port}", self.world.sim.api_url)
        self.assertEqual(self.world.data("members", "blue"), [TENANT])

    def test_check_names_each_address_and_fails_for_a_dead_one(self):
        self.use(self.world.sim.api_url, DEAD)
        checked = self.world.run("check", "--json")
        self.assertEqual(checked.returncode, 3, checked.stdout)
        zooid = [each for each in json.loads(checked.stdout) if each["name"] == "zooid"]
        self.assertEqual([each["ok"] for each in zooid], [True, False])
        self.assertIn(self.world.sim.api_url, zooid[0]["text"])
        self.assertIn(DEAD, zooid[1]["text"])

    def test_nothing_works_when_all_are_dead(self):
        self.use(DEAD, "http://127.0.0.1:10")
        self.world.create("blue")
        self.assertEqual(self.world.run("members", "blue").returncode, 3)


if __name__ == "__main__":
    unittest.main()

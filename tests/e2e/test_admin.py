"""The admin API of a sidecar that runs, and the commands that use it."""

import http.client
import json
import os
import signal
import socket
import threading
import unittest

from harness import DEADLINE, TENANT, World, eventually

TOKEN = "open-sesame-to-admins"
DEAD = {"ZOOID_API_URL": "http://127.0.0.1:9"}


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=DEADLINE)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self.path)


class AdminTest(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.close)
        self.socket = os.path.join(self.world.directory, "admin.sock")
        self.world.environment["ADMIN_BIND"] = "unix:" + self.socket
        self.world.environment["ADMIN_TOKEN"] = TOKEN

    def connect(self):
        connection = UnixConnection(self.socket)
        self.addCleanup(connection.close)
        return connection

    def ask(self, method, target, body=None, connection=None):
        connection = connection or self.connect()
        connection.request(method, target, body=body and json.dumps(body),
                           headers={"Authorization": "Bearer " + TOKEN})
        response = connection.getresponse()
        return response.status, response.read().decode()

    def is_ready(self):
        try:
            return self.ask("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def start(self):
        sidecar = self.world.start()
        eventually(self.is_ready, "the sidecar is ready")
        return sidecar

    def test_a_relay_that_is_created_here_gets_in_step(self):
        self.start()
        status, body = self.ask("POST", "/v1/relays", {"tenant": TENANT, "subdomain": "blue"})
        self.assertEqual(status, 201, body)
        self.world.eventually_in_step()
        self.assertEqual(self.world.differences(), [])
        rows = self.world.rows("SELECT principal FROM activity ORDER BY seq LIMIT 1")
        self.assertEqual(rows[0]["principal"], "token")

    def test_members_come_through_the_sidecar(self):
        self.start()
        relay = self.world.create("blue")
        self.world.eventually_in_step()
        self.world.sim.control("PUT", f"/relays/{relay}/members", {"members": [TENANT]})
        through = self.world.run("members", "blue", environment=DEAD)
        self.assertEqual((through.returncode, through.stdout), (0, TENANT + "\n"), through.stderr)
        self.assertEqual(self.world.run("members", "blue", "--direct", environment=DEAD).returncode, 3)

    def test_what_the_sidecar_heard_from_zooid_is_said_as_without_it(self):
        self.start()
        self.world.create("blue")
        self.world.eventually_in_step()
        self.world.sim.control("POST", "/wipe")
        through = self.world.run("members", "blue", environment=DEAD)
        direct = self.world.run("members", "blue", "--direct")
        self.assertEqual((through.returncode, through.stderr), (direct.returncode, direct.stderr))
        self.assertIn("zooid does not have relay blue", through.stderr)
        self.world.sim.stop()
        self.assertEqual(self.world.run("members", "blue").returncode, 3)

    def test_a_relay_is_compared_and_sent_again(self):
        self.start()
        relay = self.world.create("blue")
        self.world.eventually_in_step()
        status, body = self.ask("GET", "/v1/relays/blue/diff")
        self.assertEqual((status, json.loads(body)["result"]), (200, "as_described"), body)
        self.world.sim.control("POST", "/wipe")
        status, body = self.ask("GET", "/v1/relays/blue/diff")
        self.assertEqual((status, json.loads(body)["result"]), (200, "differs"), body)
        status, body = self.ask("POST", "/v1/relays/blue/sync?wait=30s", {"recreate": True})
        self.assertEqual((status, json.loads(body)["result"]), (200, "recreated"), body)
        self.assertIn(relay, self.world.sim.relays())

    def test_members_come_from_zooid_itself_when_another_program_has_the_address(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            self.world.environment["ADMIN_BIND"] = "127.0.0.1:%d" % other.getsockname()[1]
            other.listen()

            def close_each():
                while True:
                    try:
                        other.accept()[0].close()
                    except OSError:
                        return

            threading.Thread(target=close_each, daemon=True).start()
            self.world.start()
            relay = self.world.create("blue")
            self.world.eventually_in_step()
            self.world.sim.control("PUT", f"/relays/{relay}/members", {"members": [TENANT]})
            self.assertEqual(self.world.data("members", "blue"), [TENANT])
            self.assertIn("the admin API cannot listen for now", self.world.log())

    def test_an_address_that_becomes_free_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            self.world.environment["ADMIN_BIND"] = f"127.0.0.1:{port}"
            self.world.start()
            eventually(lambda: "the admin API cannot listen for now" in self.world.log(), "the address is in use")

        def is_there():
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
            try:
                connection.request("GET", "/healthz")
                return connection.getresponse().status == 200
            except OSError:
                return False
            finally:
                connection.close()

        eventually(is_there, "the address is taken")

    def test_a_stop_answers_who_waits_for_zooid(self):
        sidecar = self.start()
        self.world.create("blue")
        self.world.eventually_in_step()
        self.world.sim.fault(action="pass", method="GET", delay_before_ms=2000)
        answers = []
        thread = threading.Thread(
            target=lambda: answers.append(self.ask("GET", "/v1/relays/blue/members")))
        thread.start()
        eventually(lambda: any("/members" in each["path"] for each in self.world.sim.journal()),
                   "zooid was asked")
        sidecar.send_signal(signal.SIGTERM)
        self.assertEqual(sidecar.wait(timeout=DEADLINE), 0)
        thread.join()
        self.assertEqual(answers[0][0], 503)
        self.assertIn("tender is stopping", answers[0][1])

    def test_a_sidecar_that_cannot_go_on_ends_with_clients_connected(self):
        sidecar = self.start()
        idle = self.connect()
        self.assertEqual(self.ask("GET", "/v1/status", connection=idle)[0], 200)
        os.rename(self.world.database, self.world.database + ".away")
        self.assertEqual(sidecar.wait(timeout=DEADLINE), 1)
        self.assertIn("was moved, removed or replaced", self.world.log())


if __name__ == "__main__":
    unittest.main()

"""The image that was built from the Dockerfile, driven beside zooid-sim."""

import json
import os
import secrets
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from container import Container, Image  # noqa: E402
from harness import TENANT, Sim, eventually  # noqa: E402

BASE = "docker.io/library/debian:bookworm-slim"
GRACE = 15  # seconds, stop_grace_period in compose.yaml


class ImageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.image = Image("tender:latest")
        cls.addClassCleanup(cls.image.close)

    def setUp(self):
        self.container = Container(self.image, RELAY_DOMAIN="relays.example", RELAY_VERIFY="off",
                                   ROBOT_SECRET_FILE="/run/secrets/robot_secret")
        self.addCleanup(self.container.close)
        self.container.add_secret("robot_secret", secrets.token_hex(31) + "01\n")
        robot = json.loads(self.ok(self.container.run("key", "--json")))["hex"]
        self.sim = Sim(self.container.directory, robot)
        self.addCleanup(self.sim.stop)
        self.container.environment["ZOOID_API_URL"] = self.sim.api_url
        self.log_path = os.path.join(self.container.directory, "log")

    def ok(self, done):
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def tender(self, *arguments):
        return self.ok(self.container.execute("tender", *arguments))

    def start(self):
        with open(self.log_path, "ab") as log:
            self.container.start(log)
        eventually(lambda: self.container.pid() and self.container.is_healthy(), "the container is healthy")

    def log(self):
        with open(self.log_path, encoding="utf-8") as log:
            return log.read()

    def held(self, relay):
        return self.sim.relays().get(relay, {}).get("config", {})

    def test_keeps_a_relay_in_step_and_stops_when_told(self):
        self.ok(self.container.run("check"))
        self.start()
        relay = self.tender("relay", "create", "--tenant", TENANT, "--subdomain", "harbour").strip()
        eventually(lambda: self.held(relay), "zooid has the relay")
        self.tender("relay", "update", "harbour", "--name", "Old Harbour")
        eventually(lambda: self.held(relay)["info"]["name"] == "Old Harbour", "zooid has the new name")
        self.assertEqual(self.tender("members", "harbour").split(), [TENANT])
        self.tender("relay", "deactivate", "harbour")
        eventually(lambda: self.held(relay)["inactive"], "zooid has switched it off")
        self.assertIn("relays        1: 1 in step", self.tender("status"))
        self.assertEqual(self.container.stop(GRACE), 0, self.log())
        self.assertNotEqual(self.container.run("health").returncode, 0, "healthy though stopped")

    def test_needs_no_rights_and_writes_to_its_volume_alone(self):
        self.start()
        with open(f"/proc/{self.container.pid()}/status", encoding="ascii") as file:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
        self.assertEqual(status["Uid"].split(), ["10001"] * 4)
        self.assertEqual(status["Gid"].split(), ["10001"] * 4)
        self.assertEqual(status["NSpid"].split()[-1], "1")
        for name in ("CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb"):
            self.assertEqual(int(status[name], 16), 0, name)
        # Not dumpable: other processes of the user may not read its memory.
        self.assertEqual(os.stat(f"/proc/{self.container.pid()}/maps").st_uid, 0)
        self.tender("relay", "create", "--tenant", TENANT, "--subdomain", "harbour")
        self.tender("backup", "/data/backup.db")
        self.assertEqual(self.ok(self.container.execute("find", "/tmp", "/run", "-newer", "/proc/1", "-type", "f")), "")
        self.assertNotEqual(self.container.execute("touch", "/etc/here").returncode, 0, "the root can be written")
        self.assertEqual(self.container.stop(GRACE), 0, self.log())
        self.assertNotIn("Read-only file system", self.log())
        for name in os.listdir(self.container.data):
            path = os.path.join(self.container.data, name)
            self.assertRegex(name, r"^(tender\.db(\.lock|-wal|-shm)?|backup\.db)$")
            self.assertEqual((os.stat(path).st_uid, os.stat(path).st_mode & 0o777), (10001, 0o600), name)

    def test_holds_little_besides_the_base(self):
        base = Image(BASE)
        self.addCleanup(base.close)
        self.assertLess(self.image.size() - base.size(), 25e6)
        # No package is there twice, upgraded over the base's; nothing is left of apt's work.
        left = subprocess.run(["find", "var/lib/apt/lists", "var/cache/apt", "-type", "f"], cwd=self.image.root,
                              capture_output=True, text=True, check=True).stdout.split()
        self.assertEqual([path for path in left if not path.endswith("/lock")], [])


if __name__ == "__main__":
    unittest.main()

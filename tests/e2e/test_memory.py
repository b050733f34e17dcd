"""Key material stays in the sidecar's memory: no copies of it there, and no core dump of it."""

import os
import secrets
import unittest

from harness import World, eventually


def memory(pid):
    """All that the process can write, in one. Only root may read it."""
    pieces = []
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as content:
        for line in maps:
            span, rights = line.split()[:2]
            if rights.startswith("rw"):
                begin, end = (int(part, 16) for part in span.split("-"))
                content.seek(begin)
                pieces.append(content.read(end - begin))
    return b"\n".join(pieces)


class MemoryTest(unittest.TestCase):
    def setUp(self):
        self.world = World(LOG_LEVEL="trace", RELAY_SYNC_SETTLE="200ms")
        self.addCleanup(self.world.close)
        self.world.environment.update(BLOSSOM_S3_ENDPOINT="https://s3.example", BLOSSOM_S3_REGION="r",
                                      BLOSSOM_S3_BUCKET="b", LIVEKIT_URL="wss://livekit.example")
        self.robot = self.give_by_file("ROBOT_SECRET", self.world.environment.pop("ROBOT_SECRET"))
        self.credentials = [
            self.give_by_file(name, secrets.token_hex(20))
            for name in ("BLOSSOM_S3_ACCESS_KEY", "BLOSSOM_S3_SECRET_KEY", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET")]

    def give_by_file(self, name, secret):
        path = os.path.join(self.world.directory, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(secret + "\n")
        self.world.environment[name + "_FILE"] = path
        return secret

    @unittest.skipIf(os.environ.get("TENDER_SANITIZE"), "the sanitizer keeps what was freed")
    @unittest.skipUnless(os.geteuid() == 0, "only root may read a process's memory")
    def test_each_secret_is_there_once_and_those_of_relays_are_gone(self):
        sidecar = self.world.start()
        for number in range(20):
            self.world.create(f"relay{number}", "--blossom", "--livekit")
        self.world.eventually_in_step()
        self.world.sim.fault(action="status", status=500, count=1, body='{"error":"' + " ".join(self.credentials) + '"}')
        self.world.ok("relay", "update", "relay0", "--name", "next")
        self.world.eventually_in_step()
        eventually(lambda: self.world.rows("SELECT count(*) AS n FROM outbox")[0]["n"] == 0, "nothing is left to do")

        held = memory(sidecar.pid)
        for credential in self.credentials:
            self.assertEqual(held.count(credential.encode()), 1, "a credential")
        self.assertEqual(held.count(self.robot.encode()), 0, "the robot's key as hex")
        self.assertEqual(held.count(bytes.fromhex(self.robot)), 1, "the robot's key")
        identities = [relay["config"]["secret"] for relay in self.world.sim.relays().values()]
        self.assertEqual(len(identities), 20)
        for identity in identities:
            self.assertEqual(held.count(identity.encode()), 0, "a relay's key as hex")
            self.assertEqual(held.count(bytes.fromhex(identity)), 0, "a relay's key")

    def test_no_core_is_dumped(self):
        sidecar = self.world.start()
        eventually(lambda: self.world.run("health").returncode == 0, "the sidecar is up")
        with open(f"/proc/{sidecar.pid}/limits", encoding="ascii") as file:
            limits = {line[:26].strip(): line[26:].split()[:2] for line in file}
        self.assertEqual(limits["Max core file size"], ["0", "0"])
        # Not dumpable: what is ours otherwise belongs to root.
        self.assertEqual(os.stat(f"/proc/{sidecar.pid}/maps").st_uid, 0)


if __name__ == "__main__":
    unittest.main()

"""The command line beside a sidecar, and in pipes."""

import json
import os
import subprocess
import unittest

from harness import TENDER, World, eventually


class CommandsTest(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.close)

    def fill(self, relays):
        self.world.create("first")
        connection = self.world.sql()
        connection.execute("BEGIN IMMEDIATE")
        for number in range(relays):
            connection.execute(
                "INSERT INTO relay (id, tenant, subdomain, schema) "
                "SELECT ?, tenant, ?, ? FROM relay WHERE subdomain = 'first'",
                (f"r{number}", f"relay-{number}", f"relay_{number}"))
        connection.execute("COMMIT")
        connection.close()

    def test_a_reader_that_leaves_ends_a_list_quietly(self):
        self.fill(5000)
        for command in (["relay", "list"], ["relay", "list", "--json"], ["relay", "list", "-o", "name"],
                        ["relay", "watch"]):
            reader = subprocess.Popen([TENDER, *command], cwd=self.world.directory, env=self.world.environment,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.assertTrue(reader.stdout.readline())
            reader.stdout.close()
            self.assertEqual(reader.stderr.read(), b"", command)
            reader.stderr.close()
            self.assertEqual(reader.wait(timeout=60), 0, command)

    def test_a_command_that_waits_for_zooid(self):
        self.world.start()
        eventually(lambda: self.world.run("health").returncode == 0, "the sidecar is up")
        self.world.create("blue", "--wait")
        self.assertEqual(self.world.pending(), 0)
        done = self.world.run("relay", "update", "blue", "--name", "Blue", "--wait=30s")
        self.assertEqual(done.returncode, 0)
        self.assertIn("blue: updated", done.stderr)
        self.assertEqual(self.world.differences(), [])
        self.world.sim.fault(action="status", status=400, body='{"error":"no"}')
        done = self.world.run("relay", "deactivate", "blue", "--wait")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("blue: given_up", done.stderr)

    def test_zooid_is_maintained_during_a_pause(self):
        self.world.environment["RELAY_SYNC_RETRY_MAX_ATTEMPTS"] = "0"  # one failure would be a dead letter
        sidecar = self.world.start()
        eventually(lambda: self.world.run("health").returncode == 0, "the sidecar is up")
        blue = self.world.create("blue", "--wait")
        self.world.sim.fault(action="pass", method="PATCH", delay_before_ms=500)
        self.world.ok("relay", "update", "blue", "--name", "Just before")
        eventually(lambda: self.world.rows("SELECT doubt_until FROM relay")[0]["doubt_until"], "a sync is under way")
        done = self.world.run("pause", "--reason", "upgrade")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("nothing is under way", done.stderr)
        self.assertEqual(self.world.sim.relays()[blue]["config"]["info"]["name"], "Just before")
        self.world.sim.stop()
        self.world.ok("relay", "update", "blue", "--name", "During the pause")
        self.world.create("green")
        done = self.world.run("relay", "deactivate", "blue", "--wait=1h")
        self.assertEqual(done.returncode, 4)
        self.assertIn("until `tender resume` (upgrade): this waits until then", done.stderr)
        eventually(lambda: self.world.data("status")["outbox"]["due"] == 2, "both commands are routed")
        self.assertEqual(self.world.stop(sidecar), 0)
        sidecar = self.world.start()
        eventually(lambda: self.world.log().count("paused: sending nothing") == 2, "the next sidecar says so, too")
        self.assertEqual(self.world.data("status")["pause"]["relays_waiting"], 2)
        self.world.sim.start()
        self.assertEqual(self.world.sim.journal(), [])
        self.world.ok("resume")
        self.world.eventually_in_step()
        held = self.world.sim.relays()[blue]["config"]
        self.assertEqual((held["info"]["name"], held["inactive"]), ("During the pause", True))
        self.assertEqual(len(self.world.sim.relays()), 2)
        self.assertIn("the pause is over", self.world.log())
        self.assertEqual(self.world.data("dead-letter", "list", "--all"), [])
        types = [each["activity_type"] for each in self.world.data("activity")]
        self.assertNotIn("fail_relay_sync", types)
        self.assertEqual((types.count("pause_sync"), types.count("resume_sync")), (1, 1))
        self.assertEqual(self.world.stop(sidecar), 0)


if __name__ == "__main__":
    unittest.main()

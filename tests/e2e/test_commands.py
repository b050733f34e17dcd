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


if __name__ == "__main__":
    unittest.main()

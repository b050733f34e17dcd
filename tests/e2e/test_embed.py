"""A C++ program that embeds tender: examples/embed.cpp, as a process of its own."""

import os
import subprocess
import unittest

from harness import DEADLINE, TENANT, World

EMBED = os.environ["EMBED"]


class EmbedTest(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.close)

    def embed(self, *arguments):
        done = subprocess.run([EMBED, *arguments], cwd=self.world.directory, env=self.world.environment,
                              capture_output=True, text=True, timeout=DEADLINE, check=False)
        self.world.outputs += [done.stdout, done.stderr]
        return done

    def test_it_creates_a_relay_and_ends_when_zooid_has_it(self):
        done = self.embed(TENANT, "blue")
        self.assertEqual(done.returncode, 0, done.stderr)
        relay = self.world.data("relay", "show", "blue")["id"]
        self.assertEqual(done.stdout, f"create_relay {relay}\ncomplete_relay_sync {relay}\n")
        self.assertEqual(self.world.differences(), [])

    def test_it_says_what_is_wrong_with_a_command(self):
        done = self.embed("nobody", "blue")
        self.assertEqual(done.returncode, 1)
        self.assertIn("nobody", done.stderr)
        self.assertIn("what to do", done.stderr)


if __name__ == "__main__":
    unittest.main()

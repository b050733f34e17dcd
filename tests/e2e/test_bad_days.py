"""The bad days of a zooid: an old one, one that is away for a while, one whose volume is full."""

import unittest

from harness import World, eventually

FLEET = 20


class BadDaysTest(unittest.TestCase):
    def live_with(self, *sim_options):
        self.world = World(*sim_options)
        self.addCleanup(self.world.close)

    def create_fleet(self):
        relays = [self.world.create(f"relay{number}") for number in range(FLEET)]
        self.world.eventually_in_step()
        return relays

    def rename_fleet(self, relays, name):
        for relay in relays:
            self.world.ok("relay", "update", relay, "--name", name)

    def torn(self):
        """The relays whose files hold no secret key any more, the scratch relay included."""
        held = self.world.sim.relays()
        return [relay for relay, shown in held.items() if not (shown["config"] or {}).get("secret")]

    def scratch_relay_is_refused(self):
        return [request for request in self.world.sim.journal()
                if request["method"] == "POST" and request["status"] == 500]

    def test_a_zooid_of_the_first_generation_is_healthy(self):
        self.live_with("--generation", "a")
        self.assertIn("a zooid from before April 2026, which cannot list members", self.world.ok("check"))
        self.world.create("blue")
        self.world.ok("reconcile")
        self.assertEqual(self.world.differences(), [])

    def test_a_zooid_of_the_first_generation_is_too_old_to_list_members(self):
        self.live_with("--generation", "a")
        self.world.create("blue")
        self.world.ok("reconcile")
        members = self.world.run("members", "blue")
        self.assertEqual(members.returncode, 1, members.stderr)
        self.assertIn("too old to list members", members.stderr)

    def test_a_fleet_is_in_step_again_after_an_outage_of_the_first_generation(self):
        self.live_with("--generation", "a")
        self.world.start()
        relays = self.create_fleet()
        self.world.sim.stop()
        self.rename_fleet(relays, "while zooid was down")
        self.assertEqual(self.world.pending(), FLEET)
        eventually(lambda: self.world.data("status")["destinations"]["zooid"]["failing_since"], "the breaker is open")
        self.world.sim.start()
        self.world.eventually_in_step()
        self.assertEqual(self.world.data("dead-letter", "list"), [])
        names = {relay["config"]["info"]["name"] for relay in self.world.sim.relays().values()}
        self.assertEqual(names, {"while zooid was down"})

    def test_a_full_volume_destroys_one_relay_and_no_more(self):
        self.live_with()
        self.world.start()
        relays = self.create_fleet()
        self.world.sim.control("PUT", "/volume", {"bytes": 0})
        self.rename_fleet(relays, "renamed")
        eventually(lambda: self.world.data("status")["destinations"]["zooid"]["stores_nothing"], "the breaker is open")
        self.assertRegex(self.world.ok("status"), "cannot store relays since .*free space on its volume now")
        eventually(self.scratch_relay_is_refused, "zooid is probed while it is full")
        destroyed = [relay for relay in self.torn() if relay in relays]
        self.assertEqual(len(destroyed), 1)

        self.world.sim.control("PUT", "/volume", {"bytes": None})
        letters = eventually(lambda: self.world.data("dead-letter", "list"), "a dead letter")
        eventually(lambda: self.world.pending() == 1, "all others are in step")
        self.assertEqual([letter["reason"] for letter in letters], ["torn"])
        self.assertEqual(self.torn(), destroyed)
        self.world.ok("reconcile", destroyed[0], "--recreate")
        self.world.eventually_in_step()
        row = self.world.rows("SELECT subdomain FROM relay WHERE id = ?", destroyed[0])[0]
        self.assertEqual(self.world.differences(), [f"{row['subdomain']}: its secret changed"])


if __name__ == "__main__":
    unittest.main()

"""zooid serves something else than the database says, or the environment has changed."""

import json
import os
import unittest

from harness import World, eventually
from owner import Owner


class DriftTest(unittest.TestCase):
    def live_with(self, **variables):
        self.world = World(**variables)
        self.addCleanup(self.world.close)

    def file_of(self, relay):
        return os.path.join(self.world.directory, "zooid", relay + ".toml")

    def read(self, relay):
        with open(self.file_of(relay), encoding="utf-8") as file:
            return file.read()

    def rename_in_zooid(self, relay, before, after):
        text = self.read(relay)
        self.assertIn(f'name = "{before}"', text)
        with open(self.file_of(relay) + ".new", "w", encoding="utf-8") as file:
            file.write(text.replace(f'name = "{before}"', f'name = "{after}"'))
        os.rename(self.file_of(relay) + ".new", self.file_of(relay))
        eventually(lambda: self.observed(relay)["reason"], "zooid serves the new name")

    def observed(self, relay):
        return json.loads(self.world.run("diff", relay, "--json").stdout)[0]

    def show(self, relay):
        return self.world.data("relay", "show", relay)

    def eventually_live(self, relay):
        eventually(lambda: self.show(relay)["live"], f"{relay} is live")

    def test_diff_compares_with_what_zooid_serves(self):
        self.live_with()
        relay = self.world.create("blue", "--name", "Blue")
        self.world.ok("reconcile")
        self.assertEqual(self.world.run("diff", "--exit-code").returncode, 0)
        self.rename_in_zooid(relay, "Blue", "Owner's")
        self.assertEqual(self.observed(relay)["fields"],
                         [{"field": "info_name", "desired": "Blue", "observed": "Owner's"}])
        done = self.world.run("diff", "--exit-code")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("blue   info_name  Blue     Owner's", done.stdout)
        self.world.sim.stop()
        self.assertEqual(self.world.run("diff").returncode, 3)

    def test_an_owners_name_survives_an_unrelated_update(self):
        self.live_with(RELAY_SWEEP="2s")
        relay = self.world.create("blue", "--name", "Blue")
        self.world.start()
        self.eventually_live(relay)
        self.rename_in_zooid(relay, "Blue", "Owner's")
        self.world.ok("relay", "update", relay, "--public-join")
        eventually(lambda: self.show(relay)["info_name"] == "Owner's", "the name is adopted")
        self.world.eventually_in_step()
        self.assertIn('name = "Owner\'s"', self.read(relay))
        self.assertIn("public_join = true", self.read(relay))

    def manage(self, owner, method, text):
        domain = self.world.environment["RELAY_DOMAIN"]
        return owner.call(self.world.environment["ZOOID_API_URL"], "blue." + domain, method, text)

    def test_what_an_owner_changes_by_nip86_stays(self):
        owner = Owner(0xB10E)
        self.live_with(RELAY_SWEEP="2s")
        relay = self.world.create("blue", "--name", "Blue", "--tenant", owner.pubkey)
        self.world.start()
        self.eventually_live(relay)
        stranger = Owner(0xBAD)
        self.assertIn("blocked", self.manage(stranger, "changerelayname", "Mine")["error"])
        self.assertEqual(self.manage(owner, "changerelayname", "Owner's"), {"result": True})
        self.world.ok("relay", "update", relay, "--public-join")
        eventually(lambda: self.show(relay)["info_name"] == "Owner's", "the name is adopted")
        self.world.eventually_in_step()
        self.assertIn('name = "Owner\'s"', self.read(relay))
        self.assertIn("public_join = true", self.read(relay))

    def test_an_admin_may_change_the_relay(self):
        admin = Owner(0xAD)
        self.live_with()
        relay = self.world.create("blue", "--admin", admin.pubkey)
        self.world.ok("reconcile")
        self.assertEqual(self.manage(admin, "changerelaydescription", "By an admin"), {"result": True})
        self.world.ok("relay", "update", relay, "--no-admin", admin.pubkey)
        self.world.ok("reconcile")
        self.assertIn("blocked", self.manage(admin, "changerelayname", "Mine")["error"])

    def test_enforce_restores_what_the_row_says(self):
        self.live_with(RELAY_SWEEP="2s", RELAY_DRIFT="enforce")
        relay = self.world.create("blue", "--name", "Blue")
        self.world.start()
        self.eventually_live(relay)
        self.rename_in_zooid(relay, "Blue", "Somebody's")
        eventually(lambda: 'name = "Blue"' in self.read(relay), "the name is restored")
        self.assertIn("notice_relay_drift", self.world.ok("activity"))

    def test_a_wiped_zooid_is_noticed_and_repaired_by_one_command(self):
        self.live_with(RELAY_SWEEP="2s")
        for number in range(12):
            self.world.create(f"relay{number}")
        self.world.start()
        eventually(lambda: self.world.data("status")["relays"]["live"] == 12, "all are live")
        self.world.sim.control("POST", "/wipe")
        eventually(lambda: self.world.data("status")["relays"]["not_served"] == 12, "all are seen to be gone")
        self.assertIn("config directory may be gone", self.world.ok("status"))
        self.assertEqual(self.world.data("dead-letter", "list"), [])
        self.world.ok("reconcile", "--all", "--recreate", "--yes")
        eventually(lambda: self.world.data("status")["relays"]["live"] == 12, "all are live again")

    def test_a_changed_secret_reaches_the_relays_and_a_lost_one_is_refused(self):
        calls = {"LIVEKIT_URL": "wss://live.example", "LIVEKIT_API_KEY": "key", "LIVEKIT_API_SECRET": "first"}
        self.live_with(**calls)
        relay = self.world.create("blue", "--livekit")
        self.world.ok("reconcile")
        self.world.start(environment={"LIVEKIT_API_SECRET": "second"})
        eventually(lambda: 'api_secret = "second"' in self.read(relay), "the new secret is there")
        self.world.stop(self.world.sidecars[-1])
        for name in calls:
            del self.world.environment[name]
        refused = self.world.run("run")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("LIVEKIT_* is no longer set; it was wss://live.example. Starting now would switch calls off for 1 relay",
                      refused.stderr)
        by_hand = self.world.run("reconcile", "blue")
        self.assertEqual(by_hand.returncode, 1)
        self.assertIn("LIVEKIT_* is no longer set", by_hand.stderr)
        self.world.ok("settings", "accept")
        self.world.start()
        eventually(lambda: "second" not in self.read(relay), "calls are off")


if __name__ == "__main__":
    unittest.main()

"""What a user sees when all is well, and when zooid loses a relay."""

import glob
import os
import unittest

from harness import TENANT, World, eventually


class SyncTest(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.close)

    def test_a_relay_goes_from_one_process_through_another_to_zooid(self):
        sidecar = self.world.start()
        relay = self.world.create("blue", "--name", "Blue")
        self.world.eventually_in_step()
        self.world.ok("relay", "update", "blue", "--name", "Deep blue")
        self.world.ok("relay", "deactivate", relay)
        self.world.eventually_in_step()
        self.assertEqual(self.world.differences(), [])
        self.assertTrue(self.world.sim.relays()[relay]["config"]["inactive"])
        self.world.ok("relay", "activate", "blue")
        self.world.eventually_in_step()
        self.assertEqual(self.world.differences(), [])
        self.assertEqual(self.world.stop(sidecar), 0)

    def test_a_program_that_knows_only_sql_is_heard(self):
        self.world.create("first")
        self.world.start()
        self.world.eventually_in_step()
        connection = self.world.sql()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "INSERT INTO relay (id, tenant, subdomain, schema, info_name) VALUES ('r-1', ?, 'sql', 'sql_1', 'S')",
            (TENANT,))
        connection.execute(
            "INSERT INTO activity (tenant, activity_type, resource_type, resource_id) "
            "VALUES (?, 'create_relay', 'relay', 'r-1')", (TENANT,))
        connection.execute("COMMIT")
        connection.close()
        self.world.eventually_in_step()
        self.assertEqual(self.world.differences(), [])

    def test_reconcile_works_without_a_sidecar_and_touches_nothing_else(self):
        self.world.create("blue")
        self.world.create("green")
        done = self.world.run("reconcile", "blue")
        self.assertEqual((done.returncode, done.stdout), (0, "blue: created\n"))
        self.assertEqual(self.world.pending(), 1)
        self.assertEqual(len(self.world.sim.journal()), 1)
        self.assertEqual(self.world.data("reconcile")[0]["result"], "created")
        self.assertEqual(self.world.run("reconcile").returncode, 0)
        self.assertEqual(self.world.data("reconcile", "--all")[0]["result"], "unchanged")
        self.assertEqual([each["method"] for each in self.world.sim.journal()].count("GET"), 2)  # the looks
        self.assertEqual(len(self.world.sim.journal()), 4)
        self.assertEqual(self.world.data("reconcile", "blue", "--force")[0]["result"], "updated")

    def test_reconcile_says_that_a_relay_is_unseen_when_zooid_does_not_serve_it(self):
        self.world.create("blue")
        self.world.sim.fault(action="reload_fails", count=1)
        self.assertEqual(self.world.data("reconcile", "blue")[0]["result"], "created")
        planned = self.world.data("reconcile", "blue", "--dry-run")
        self.assertEqual(planned[0]["plan"], "look")
        unseen = self.world.data("reconcile", "blue")
        self.assertEqual((unseen[0]["result"], unseen[0]["error"]), ("unseen", "its host answers 404"))
        self.assertEqual(self.world.data("reconcile", "blue", "--force")[0]["result"], "updated")
        self.assertEqual(self.world.data("reconcile", "blue")[0]["result"], "unchanged")

    def test_reconcile_watches_the_sidecar_that_does_the_work(self):
        self.world.start()
        self.world.create("blue")
        self.world.eventually_in_step()
        self.assertEqual(self.world.data("reconcile", "blue", "--force")[0]["result"], "updated")

    def test_a_lost_relay_is_held_until_a_person_has_it_made_anew_once(self):
        self.world.start()
        relay = self.world.create("blue")
        self.world.eventually_in_step()
        for path in glob.glob(os.path.join(self.world.directory, "zooid", "*.toml")):
            os.unlink(path)
        eventually(lambda: self.world.sim.relays() == {}, "zooid-sim sees its directory emptied")
        self.world.ok("relay", "update", "blue", "--name", "next")
        letters = eventually(lambda: self.world.data("dead-letter", "list"), "a dead letter")
        self.assertEqual(letters[0]["reason"], "lost")
        self.assertIn("--recreate", letters[0]["error"])
        self.assertEqual(self.world.sim.relays(), {})
        done = self.world.run("reconcile", "blue", "--recreate")
        self.assertEqual((done.returncode, done.stdout), (0, "blue: recreated\n"))
        self.world.ok("relay", "update", "blue", "--name", "after")
        self.world.eventually_in_step()
        self.assertEqual(self.world.sim.stats()["relays"][relay]["creations"], 2)

    def test_a_deleted_relay_leaves_its_subdomain_to_a_new_one(self):
        self.world.start()
        old = self.world.create("blue")
        self.world.eventually_in_step()
        told = self.world.run("relay", "delete", "blue", "--yes")
        self.assertEqual(told.returncode, 0, told.stderr)
        new = self.world.create("blue")
        self.world.eventually_in_step()
        self.assertEqual(list(self.world.sim.relays()), [new])
        self.assertEqual(self.world.data("relay", "show", old)["status"], "deleted")
        self.assertEqual(self.world.differences(), [])
        self.assertEqual(self.world.run("relay", "activate", old).returncode, 1)

    def test_one_relay_is_reconciled_with_the_deletion_that_it_waits_for(self):
        self.world.create("blue")
        self.world.create("other")
        self.world.ok("reconcile", "blue")
        self.world.ok("relay", "delete", "blue", "--yes")
        new = self.world.create("blue")
        self.assertEqual(self.world.ok("reconcile", "blue", "--timeout", "20s"), "blue: created\n")
        self.assertEqual(list(self.world.sim.relays()), [new])

    def test_a_relay_is_deleted_after_an_outage(self):
        relay = self.world.create("blue")
        self.world.ok("reconcile")
        self.world.sim.stop()
        self.world.start()
        self.world.ok("relay", "delete", relay, "--yes")
        eventually(lambda: self.world.rows("SELECT sync_error FROM relay")[0]["sync_error"], "a failure")
        self.world.sim.start()
        self.world.eventually_in_step()
        self.assertEqual(self.world.sim.relays(), {})

    def test_members_tells_its_four_endings_apart(self):
        relay = self.world.create("blue")
        missing = self.world.run("members", "blue")
        self.assertEqual(missing.returncode, 1)
        self.assertIn("does not have relay blue", missing.stderr)
        self.world.ok("reconcile")
        self.world.sim.control("PUT", f"/relays/{relay}/members", {"members": [TENANT]})
        self.assertEqual(self.world.data("members", "blue"), [TENANT])
        self.world.sim.fault(action="garbage_json", method="GET")
        garbage = self.world.run("members", "blue")
        self.assertEqual(garbage.returncode, 1)
        self.assertIn("cannot understand", garbage.stderr)
        unknown = self.world.run("members", "nobody")
        self.assertEqual(unknown.returncode, 1)
        self.assertIn('no relay "nobody"', unknown.stderr)
        self.world.sim.stop()
        self.assertEqual(self.world.run("members", "blue").returncode, 3)

    def test_a_second_sidecar_stands_by_and_takes_over(self):
        first = self.world.start()
        eventually(lambda: self.world.run("health").returncode == 0, "the first sidecar is up")
        self.world.start()
        eventually(lambda: "waiting as standby" in self.world.log(), "the second says that it waits")
        first.kill()
        first.wait()
        self.world.create("blue")
        self.world.eventually_in_step()

    def test_zooid_comes_back_after_it_was_killed(self):
        self.world.start()
        self.world.create("blue")
        self.world.eventually_in_step()
        self.world.sim.stop()
        self.world.ok("relay", "update", "blue", "--name", "while zooid was down")
        eventually(lambda: self.world.rows("SELECT sync_error FROM relay")[0]["sync_error"], "a failure")
        self.world.sim.start()
        self.world.eventually_in_step()
        # zooid-sim counts since its own start only, so creations are not compared here.
        config = next(iter(self.world.sim.relays().values()))["config"]
        self.assertEqual(config["info"]["name"], "while zooid was down")


if __name__ == "__main__":
    unittest.main()

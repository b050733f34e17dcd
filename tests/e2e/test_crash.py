"""kill -9 at random moments while relays are created and updated: nothing lost, nothing doubled."""

import os
import random
import unittest

from harness import TENANT, World, eventually

KILLS = int(os.environ.get("TENDER_KILLS", "100"))
RELAYS = 200
SEED = int(os.environ.get("TENDER_SEED", "20261121"))


class CrashTest(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.close)
        self.random = random.Random(SEED)
        self.created = []

    def create_by_sql(self, connection):
        number = len(self.created)
        relay = f"r{number}"
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "INSERT INTO relay (id, tenant, subdomain, schema, info_name) VALUES (?, ?, ?, ?, 'first')",
            (relay, TENANT, f"relay{number}", f"schema_{number}"))
        self.log(connection, "create_relay", relay)
        connection.execute("COMMIT")
        self.created.append(relay)

    def update_by_sql(self, connection):
        relay = self.random.choice(self.created)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE relay SET info_name = ? WHERE id = ?",
                           (f"name {self.random.randrange(10**6)}", relay))
        self.log(connection, "update_relay", relay)
        connection.execute("COMMIT")

    @staticmethod
    def log(connection, kind, relay):
        connection.execute(
            "INSERT INTO activity (tenant, activity_type, resource_type, resource_id) VALUES (?, ?, 'relay', ?)",
            (TENANT, kind, relay))

    def command(self, connection):
        left = RELAYS - len(self.created)
        if left and (not self.created or self.random.random() < 0.5):
            if self.random.random() < 0.2:
                self.created.append(self.world.create(f"relay{len(self.created)}"))
            else:
                self.create_by_sql(connection)
        elif self.random.random() < 0.1:
            self.world.ok("relay", self.random.choice(["activate", "deactivate"]),
                          self.random.choice(self.created))
        else:
            self.update_by_sql(connection)

    def test_kill_minus_nine(self):
        self.world.create("seedling")  # makes the database
        connection = self.world.sql()
        self.addCleanup(connection.close)
        for _ in range(KILLS):
            sidecar = self.world.start()
            before = self.world.sim.stats()["requests"]
            for _ in range(self.random.randint(2, 8)):
                self.command(connection)
            # The moment of the kill: when zooid has seen so many more requests, or all there are.
            wanted = before + self.random.randint(0, 6)
            eventually(lambda: self.world.sim.stats()["requests"] >= wanted or self.world.pending() == 0,
                       f"{wanted} requests; seed {SEED}")
            sidecar.kill()
            sidecar.wait()
        while len(self.created) < RELAYS:
            self.create_by_sql(connection)
        sidecar = self.world.start()
        self.world.eventually_in_step()
        self.assertEqual(self.world.stop(sidecar), 0)
        self.assertEqual(self.world.differences(), [], f"seed {SEED}")
        self.assertEqual(len(self.world.sim.relays()), RELAYS + 1)
        self.assertEqual(self.world.data("dead-letter", "list", "--all"), [])


if __name__ == "__main__":
    unittest.main()

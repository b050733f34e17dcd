"""tender sees zooid's config directory: it takes over what is there, and notices what others write."""

import glob
import os
import secrets
import unittest

from harness import TENANT, World, eventually

RELAYS = 20


def config(number, secret, **changed):
    """A config as a person writes it."""
    values = {"host": f"r{number}.relays.example", "schema": f"schema_{number}", "owner": TENANT, "roles": "", **changed}
    return f"""
# by hand
host = "{values['host']}"
schema = '{values['schema']}'
secret = "{secret}"

[info]
name = "Relay {number} \\u2014 \\"by hand\\""
description = '''
Several
lines'''
pubkey = "{values['owner']}"

[policy]
public_join = {"true" if number % 2 else "false"}

[groups]
enabled = {"true" if number % 3 else "false"}

[blossom]
enabled = {"true" if number % 5 == 0 else "false"}
authenticated_read = true

[roles.admin]
can_manage = true
can_invite = true

[roles.member]
can_invite = true
{values['roles']}
"""


class ConfigFilesTest(unittest.TestCase):
    def live_with(self, **variables):
        self.world = World(**variables)
        self.addCleanup(self.world.close)
        self.directory = os.path.join(self.world.directory, "zooid")
        self.world.environment["ZOOID_CONFIG_DIR"] = self.directory

    def write(self, relay, text):
        with open(os.path.join(self.directory, relay + ".toml"), "w", encoding="utf-8") as file:
            file.write(text)

    def read(self, relay):
        with open(os.path.join(self.directory, relay + ".toml"), encoding="utf-8") as file:
            return file.read()

    def write_all(self):
        keys = [secrets.token_hex(31) + "01" for _ in range(RELAYS)]
        for number, key in enumerate(keys):
            self.write(f"r{number}", config(number, key))
        eventually(lambda: len(self.world.sim.relays()) == RELAYS, "zooid has read the files")
        return keys

    def writes(self):
        return [each for each in self.world.sim.journal() if each["method"] in ("POST", "PATCH", "PUT", "DELETE")]

    def test_relays_that_exist_are_taken_over_without_a_request(self):
        self.live_with(RELAY_SWEEP="2s")
        self.write_all()
        before = {number: self.read(f"r{number}") for number in range(RELAYS)}
        listed = self.world.data("import", "--dry-run")
        self.assertEqual([each["result"] for each in listed], ["importable"] * RELAYS)
        self.assertFalse(os.path.exists(self.world.database))
        self.assertEqual(len(self.world.data("import")), RELAYS)
        self.assertEqual(self.world.data("import"), [])
        self.assertEqual(self.world.pending(), 0)
        self.assertEqual(self.world.run("diff", "--exit-code").returncode, 0, self.world.outputs[-2:])
        self.world.ok("reconcile", "--all")
        sidecar = self.world.start()
        eventually(lambda: self.world.data("status")["relays"]["live"] == RELAYS, "all are live")
        self.assertEqual(self.writes(), [])
        self.assertEqual({number: self.read(f"r{number}") for number in range(RELAYS)}, before)

        held = self.world.sim.relays()["r5"]["config"]
        self.world.ok("relay", "update", "r5", "--name", "Renamed")
        self.world.eventually_in_step()
        held["info"]["name"] = "Renamed"
        self.assertEqual(self.world.sim.relays()["r5"]["config"], held)
        self.assertEqual(len(self.writes()), 1)
        eventually(lambda: self.world.run("diff", "--exit-code").returncode == 0, "diff is clean")
        self.assertEqual(self.world.stop(sidecar), 0)

    def test_what_a_row_cannot_express_is_listed_and_left_alone(self):
        self.live_with()
        key = secrets.token_hex(31) + "01"
        self.write("good", config(1, key))
        self.write("foreign", config(2, key, host="elsewhere.example"))
        self.write("roles", config(3, key, roles="[roles.moderator]\ncan_manage = true"))
        self.write("with space", config(4, key))
        self.write("torn", "")
        self.write("twin", config(1, key, schema="other"))
        listed = {each["relay_id"]: each for each in self.world.data("import")}
        self.assertEqual(listed["good"]["result"], "left")
        for relay, reason in {"foreign": "is not a subdomain of RELAY_DOMAIN", "roles": "roles.moderator.can_manage",
                              "with space": "cannot have its id", "torn": "it is empty", "twin": "good.toml and twin.toml have the same host"}.items():
            self.assertEqual(listed[relay]["result"], "left")
            self.assertIn(reason, listed[relay]["reason"])
        os.remove(os.path.join(self.directory, "twin.toml"))
        self.assertEqual(self.world.data("import")[1]["result"], "imported")
        self.assertEqual(self.world.run("import").returncode, 0)
        self.assertEqual(self.world.run("import", "torn").returncode, 4)
        self.assertEqual(self.world.run("import", "nobody").returncode, 4)
        self.assertEqual(self.world.run("import", "r1").returncode, 4)
        status = self.world.data("status")["config"]
        self.assertEqual((status["files"], status["strangers"], status["damaged"], status["missing"]), (5, 4, 1, 0))
        self.assertIn("4 strangers", self.world.ok("status"))
        check = self.world.run("check")
        self.assertEqual(check.returncode, 1)
        self.assertIn("1 damaged file (torn)", check.stdout)
        diff = self.world.run("diff", "--exit-code")
        self.assertEqual(diff.returncode, 4)
        self.assertIn("stranger roles.toml, host r3.relays.example: it cannot be imported", diff.stdout)
        self.assertEqual(self.world.run("diff", "good", "--exit-code").returncode, 0)

    def test_a_stranger_is_deleted_by_its_file_or_its_id(self):
        self.live_with()
        ours = self.world.create("ours")
        self.world.ok("reconcile")
        key = secrets.token_hex(31) + "01"
        strangers = ["by-file", "by-id", "with space", "kept"]
        for number, name in enumerate(strangers):
            self.write(name, config(number, key))
        self.write("torn", "")
        eventually(lambda: set(strangers) <= set(self.world.sim.relays()), "zooid has read the files")
        before = len(self.writes())
        done = self.world.run("relay", "delete", "--purge-stranger", ours, "--yes")
        self.assertEqual(done.returncode, 1)
        self.assertIn("`tender relay delete ours` deletes it", done.stderr)
        self.assertEqual(len(self.writes()), before)
        self.world.start()  # a sidecar does not mind
        for name in ("by-file.toml", "by-id", "torn.toml"):
            self.assertEqual(self.world.data("relay", "delete", "--purge-stranger", name, "--yes")["result"], "deleted")
        self.assertEqual([each["method"] for each in self.writes()[before:]], ["DELETE"] * 3)
        done = self.world.run("relay", "delete", "--purge-stranger", "with space", "--yes")
        self.assertEqual(done.returncode, 1)
        self.assertIn("delete its file, with space.toml, by hand", done.stderr)
        self.assertEqual(sorted(os.listdir(self.directory)), sorted([ours + ".toml", "kept.toml", "with space.toml"]))
        self.assertEqual(self.world.data("status")["config"]["strangers"], 2)
        purged = [each for each in self.world.data("activity") if each["activity_type"] == "purge_stranger"]
        self.assertEqual([(each["resource_id"], each["detail"]["result"]) for each in purged],
                         [(name, result) for name in ("by-file", "by-id", "torn") for result in ("asked", "deleted")] +
                         [("with space", "asked"), ("with space", "failed")])
        self.assertEqual(purged[0]["detail"], {"host": "r0.relays.example", "schema": "schema_0", "result": "asked"})
        self.world.sim.fault(action="status", status=404, method="DELETE", body='{"error":"relay not found"}')
        self.assertEqual(self.world.data("relay", "delete", "--purge-stranger", "kept", "--yes")["result"], "gone")
        self.world.sim.fault(action="status", status=500, method="DELETE", body='{"error":"boom"}')
        done = self.world.run("relay", "delete", "--purge-stranger", "kept", "--yes")
        self.assertEqual((done.returncode, "boom" in done.stderr), (1, True))
        for name in ("kept", ours):
            self.assertIn(name, self.world.sim.relays())

    def test_a_relay_that_is_off_and_has_no_file_is_missing(self):
        self.live_with()
        relay = self.world.create("blue")
        self.world.ok("reconcile")
        self.world.ok("relay", "deactivate", "blue")
        self.world.ok("reconcile")
        self.assertEqual(self.world.run("diff", "--exit-code").returncode, 0)
        os.remove(os.path.join(self.directory, relay + ".toml"))
        diff = self.world.run("diff", "--exit-code")
        self.assertEqual(diff.returncode, 4)
        self.assertIn("missing: zooid has lost the relay", diff.stdout)
        self.assertEqual(self.world.data("diff")[0]["reason"], "zooid's file of it is gone")

    def test_a_hand_edited_file_is_put_right_at_once(self):
        self.live_with()  # a sweep of an hour
        relay = self.world.create("blue")
        self.world.start()
        eventually(lambda: self.world.data("relay", "show", relay)["live"], "the relay is live")
        self.write(relay, self.read(relay).replace("strip_signatures = false", "strip_signatures = true"))
        eventually(lambda: "strip_signatures = false" in self.read(relay), "the file is as before")
        drift = [each for each in self.world.data("activity") if each["activity_type"] == "notice_relay_drift"]
        self.assertEqual([each["detail"]["fields"] for each in drift],
                         [[{"field": "policy_strip_signatures", "desired": "false", "observed": "true"}]])
        looks = len([each for each in self.world.sim.journal() if each["method"] == "GET"])
        self.assertLess(looks, 20)

    def test_a_restored_backup_shows_what_zooid_knows_better(self):
        self.live_with()
        self.world.create("blue", "--name", "Early")
        self.world.ok("reconcile")
        backup = os.path.join(self.world.directory, "backup.db")
        self.world.ok("backup", backup)
        self.world.ok("relay", "update", "blue", "--name", "Late", "--public-join")
        self.world.create("green")
        self.world.ok("reconcile")
        for path in glob.glob(self.world.database + "*"):
            os.remove(path)
        os.rename(backup, self.world.database)
        check = {each["name"]: each for each in self.world.data("check")}["config"]
        self.assertIn("1 relay differs from its row (blue)", check["text"])
        self.assertIn("1 stranger (", check["text"])
        self.assertEqual(self.world.data("status")["config"]["strangers"], 1)
        fields = self.world.data("diff", "blue")[0]["fields"]
        self.assertEqual([each["field"] for each in fields], ["info_name", "policy_public_join"])
        self.assertEqual(self.world.data("import")[0]["subdomain"], "green")

    def test_an_older_zooid_is_not_blamed_for_what_it_cannot_have(self):
        self.world = World("--generation", "a", RELAY_SWEEP="2s")
        self.addCleanup(self.world.close)
        self.world.environment["ZOOID_CONFIG_DIR"] = os.path.join(self.world.directory, "zooid")
        self.world.create("blue", "--public-read")
        self.world.start()
        eventually(lambda: self.world.data("relay", "show", "blue")["live"], "the relay is live")
        seen = self.world.data("diff", "blue")[0]
        self.assertEqual((seen["result"], seen["fields"], seen["unsupported"]),
                         ("as_described", [], ["policy_public_read"]))
        self.assertIn("unsupported: this zooid does not have it", self.world.ok("diff"))

    def test_no_secret_of_a_file_is_shown_or_stored(self):
        ours = {name: "canary" + secrets.token_hex(12) for name in (
            "BLOSSOM_S3_ACCESS_KEY", "BLOSSOM_S3_SECRET_KEY", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET")}
        self.live_with(LOG_LEVEL="trace", RELAY_SWEEP="2s", RELAY_DRIFT="report", BLOSSOM_S3_ENDPOINT="https://s3.example",
                       BLOSSOM_S3_REGION="r", BLOSSOM_S3_BUCKET="b", LIVEKIT_URL="wss://livekit.example", **ours)
        keys = self.write_all()
        theirs = ["held" + secrets.token_hex(12) for _ in range(4)]
        key = secrets.token_hex(31) + "01"
        self.write("calls", config(30, key).replace("enabled = true\nauthenticated_read", f"""enabled = true
adapter = "s3"
s3 = {{endpoint = "https://other.example", region = "r", bucket = "theirs", access_key = "{theirs[0]}", secret_key = "{theirs[1]}"}}
authenticated_read""") + f'[livekit]\nserver_url = "wss://other.example"\napi_key = "{theirs[2]}"\napi_secret = "{theirs[3]}"\n')
        torn = secrets.token_hex(31) + "01"
        self.write("torn", f'host = "torn.relays.example"\nsecret = {torn}\n')
        self.assertIn("theirs", self.read("calls"))
        for command in (("import", "--dry-run"), ("import",), ("import", "--json", "torn"), ("diff",), ("diff", "--json"), ("status",),
                        ("status", "--json"), ("check",), ("relay", "list"), ("relay", "show", "calls", "--json"), ("activity",)):
            self.world.run(*command)
        sidecar = self.world.start()
        eventually(lambda: "notice_relay_drift" in self.world.ok("activity", "--relay", "calls"), "the drift is noticed")
        self.assertEqual(self.world.stop(sidecar), 0)
        detail = self.world.data("activity", "--relay", "calls")[-1]["detail"]
        self.assertIn({"field": "blossom.s3.secret_key", "desired": "(as in the environment)", "observed": "(another value)"},
                      detail["fields"])
        places = {"output": "".join(self.world.outputs).encode(), "log": self.world.log().encode()}
        for path in glob.glob(os.path.join(self.world.directory, "data", "*")):
            with open(path, "rb") as file:
                places[path] = file.read()
        self.assertGreater(len(places), 2)
        for name, content in places.items():
            for secret in [*keys, *theirs, *ours.values(), key, torn, self.world.environment["ROBOT_SECRET"]]:
                self.assertNotIn(secret.encode(), content, name)


if __name__ == "__main__":
    unittest.main()

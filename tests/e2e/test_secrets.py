"""No secret is ever printed, logged or stored."""

import glob
import os
import secrets
import unittest

from harness import World, eventually


class SecretsTest(unittest.TestCase):
    def test_no_secret_leaves_by_any_way_but_the_request_bodies(self):
        canaries = {name: "canary" + secrets.token_hex(12) for name in (
            "BLOSSOM_S3_ACCESS_KEY", "BLOSSOM_S3_SECRET_KEY", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET")}
        world = World(LOG_LEVEL="trace", BLOSSOM_S3_ENDPOINT="https://s3.example", BLOSSOM_S3_REGION="r",
                      BLOSSOM_S3_BUCKET="b", LIVEKIT_URL="wss://livekit.example", **canaries)
        self.addCleanup(world.close)
        sidecar = world.start()
        relay = world.create("blue", "--blossom", "--livekit")
        world.eventually_in_step()
        # zooid itself may say them back, in errors of any kind.
        world.sim.fault(action="status", status=500, count=2,
                        body='{"error":"boom: ' + " ".join(canaries.values()) + '"}')
        world.ok("relay", "update", "blue", "--name", "next")
        eventually(lambda: len(world.sim.journal()) >= 4, "the update and its retries")
        world.eventually_in_step()
        for command in (("status",), ("check",), ("relay", "list"), ("relay", "show", "blue"), ("activity",),
                        ("dead-letter", "list", "--all"), ("members", "blue"), ("key",), ("env-example",)):
            world.ok(*command)
        world.run("check", environment={"LIVEKIT_URL": "nonsense", "LOG_FORMAT": "nonsense"})
        self.assertEqual(world.stop(sidecar), 0)

        config = world.sim.relays()[relay]["config"]
        self.assertEqual(config["blossom"]["s3"]["secret_key"], canaries["BLOSSOM_S3_SECRET_KEY"])
        self.assertEqual(config["livekit"]["api_secret"], canaries["LIVEKIT_API_SECRET"])
        hidden = [*canaries.values(), world.environment["ROBOT_SECRET"], config["secret"]]
        places = {"output": "".join(world.outputs).encode(), "log": world.log().encode()}
        for path in glob.glob(os.path.join(world.directory, "data", "*")):
            with open(path, "rb") as file:
                places[path] = file.read()
        self.assertGreater(len(places), 2)
        for name, content in places.items():
            for secret in hidden:
                self.assertNotIn(secret.encode(), content, name)


if __name__ == "__main__":
    unittest.main()

"""How long a command takes to reach zooid, and how many syncs a second one sidecar does.

Real processes on loopback against zooid-sim, which parses, verifies and writes a file for each request: the
figures are of both together.
"""

import statistics
import time

from harness import TENANT, World, eventually

LATENCY_RUNS = 20
FLEET = 500


def latency():
    """From the commit of `tender relay create` to the arrival of its POST, in ms."""
    world = World()
    try:
        world.create("warm")
        world.start()
        world.eventually_in_step()
        commits = {}
        started = {}
        for number in range(LATENCY_RUNS):
            begin = time.time() * 1000
            relay = world.create(f"relay{number}")
            started[relay] = begin
            commits[relay] = world.rows(
                "SELECT created_at FROM activity WHERE resource_id = ?", relay)[0]["created_at"]
            world.eventually_in_step()
        arrivals = {entry["relay"]: entry["time_ms"] for entry in world.sim.journal()}
        from_commit = [arrivals[relay] - at for relay, at in commits.items()]
        from_start = [arrivals[relay] - at for relay, at in started.items()]
        return statistics.median(from_commit), statistics.median(from_start), max(from_commit)
    finally:
        world.close()


def fleet_seconds(concurrency):
    """How long FLEET new relays take from the start of the sidecar until all are in step."""
    world = World(RELAY_SYNC_CONCURRENCY=str(concurrency), LOG_LEVEL="error")
    try:
        world.create("first")
        connection = world.sql()
        connection.execute("BEGIN IMMEDIATE")
        for number in range(FLEET):
            connection.execute(
                "INSERT INTO relay (id, tenant, subdomain, schema) VALUES (?, ?, ?, ?)",
                (f"r{number}", TENANT, f"relay{number}", f"schema_{number}"))
            connection.execute(
                "INSERT INTO activity (tenant, activity_type, resource_type, resource_id) "
                "VALUES (?, 'create_relay', 'relay', ?)", (TENANT, f"r{number}"))
        connection.execute("COMMIT")
        connection.close()
        begin = time.monotonic()
        world.start()
        eventually(lambda: world.pending() == 0, "the fleet in step", 300)
        return time.monotonic() - begin
    finally:
        world.close()


def main():
    median, whole, worst = latency()
    print(f"commit of `relay create` to zooid, median of {LATENCY_RUNS}: {median:.0f} ms (worst {worst:.0f} ms); "
          f"from the start of the command's process: {whole:.0f} ms")
    one = fleet_seconds(1)
    many = fleet_seconds(16)
    print(f"{FLEET} new relays in step, one at a time: {one:.2f} s ({FLEET / one:.0f} syncs/s)")
    print(f"{FLEET} new relays in step, 16 at a time:  {many:.2f} s ({FLEET / many:.0f} syncs/s), "
          f"{one / many:.2f} times as fast")


if __name__ == "__main__":
    main()

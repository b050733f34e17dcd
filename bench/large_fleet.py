"""What a large fleet costs: the first sync after a start, the write lock, `reconcile --all` and `relay list`.

Real processes on loopback. BENCH_RELAYS (1,000,000) wait when the sidecar starts, and
BENCH_IN_STEP (100,000) are in step when `reconcile --all` looks at them.
"""

import http.server
import os
import sqlite3
import subprocess
import threading
import time

from harness import TENANT, TENDER, World, eventually

RELAYS = int(os.environ.get("BENCH_RELAYS", "1000000"))
IN_STEP = int(os.environ.get("BENCH_IN_STEP", "100000"))
LONG = 3600  # seconds, a deadline


def import_relays(world, count, in_the_log):
    """As a control plane does: all in one transaction."""
    world.run("relay", "list")
    world.create("first")
    connection = world.sql()
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
        "INSERT INTO relay (id, tenant, subdomain, schema) SELECT 'r' || i, ?, 'relay' || i, 's' || i FROM n",
        (count, TENANT))
    if in_the_log:
        connection.execute(
            "INSERT INTO activity (tenant, activity_type, resource_type, resource_id) "
            "SELECT tenant, 'create_relay', 'relay', id FROM relay WHERE id GLOB 'r*'")
    connection.execute("COMMIT")
    connection.close()


class OtherWriter:
    """Another program that writes all the time, and remembers how long it waited for the lock at most."""

    def __init__(self, database):
        self.database = database
        self.longest = 0.0
        self.stopping = False
        self.thread = threading.Thread(target=self.write)
        self.thread.start()

    def write(self):
        connection = sqlite3.connect(self.database, timeout=LONG, isolation_level=None)
        while not self.stopping:
            begin = time.monotonic()
            connection.execute("BEGIN IMMEDIATE")
            self.longest = max(self.longest, time.monotonic() - begin)
            connection.execute("UPDATE relay SET plan = 'gold' WHERE id = 'r1'")
            connection.execute("COMMIT")
            time.sleep(0.02)
        connection.close()

    def stop(self):
        self.stopping = True
        self.thread.join()
        return self.longest


def start_with(in_the_log):
    """Seconds to the first request, to work for every relay, and the longest wait of another program."""
    world = World(RELAY_VERIFY="off", LOG_LEVEL="error")
    try:
        import_relays(world, RELAYS, in_the_log)
        writer = OtherWriter(world.database)
        begin = time.monotonic()
        world.start()
        eventually(world.sim.journal, "the first request", LONG)
        first = time.monotonic() - begin
        reader = world.sql()

        def taken_up():
            jobs = reader.execute("SELECT count(*) FROM outbox").fetchone()[0]
            done = reader.execute("SELECT count(*) FROM relay WHERE synced = 1").fetchone()[0]
            time.sleep(0.5)
            return jobs + done >= RELAYS

        eventually(taken_up, "work for every relay", LONG)
        return first, time.monotonic() - begin, writer.stop()
    finally:
        world.close()


class TakesAll(http.server.BaseHTTPRequestHandler):
    """A zooid that takes whatever it gets, at once. zooid-sim and zooid compare each write with every relay."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one segment

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"message": "relay created successfully"}'
        self.send_response(201)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def measured(world, *arguments):
    """Seconds and the largest resident size in MB of a command."""
    begin = time.monotonic()
    with open(os.devnull, "wb") as null:
        process = subprocess.Popen([TENDER, *arguments], cwd=world.directory, env=world.environment,
                                   stdout=null, stderr=null)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise AssertionError(f"tender {' '.join(arguments)}: exit code {process.returncode}")
    return time.monotonic() - begin, usage.ru_maxrss / 1024


def commands():
    world = World(RELAY_VERIFY="off", LOG_LEVEL="error")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), TakesAll)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    world.environment["ZOOID_API_URL"] = f"http://127.0.0.1:{server.server_port}/"
    try:
        import_relays(world, IN_STEP, in_the_log=True)
        begin = time.monotonic()
        sidecar = world.start()
        eventually(lambda: world.pending() == 0 or time.sleep(1), "the fleet in step", LONG)
        took = time.monotonic() - begin
        print(f"{IN_STEP:,} new relays in step: {took:.0f} s ({IN_STEP / took:.0f} syncs/s)", flush=True)
        sidecar.terminate()
        sidecar.wait()
        for arguments in (["reconcile", "--all"], ["relay", "list"], ["relay", "list", "--json"]):
            seconds, megabytes = measured(world, *arguments)
            print(f"`{' '.join(arguments)}`, {IN_STEP:,} relays in step: {seconds:.2f} s, {megabytes:.0f} MB",
                  flush=True)
    finally:
        world.close()
        server.shutdown()


def main():
    for in_the_log, what in ((False, "that nobody announced"), (True, "in the log")):
        first, whole, longest = start_with(in_the_log)
        print(f"start with {RELAYS:,} relays {what}: first request after {first:.2f} s, work for all after "
              f"{whole:.0f} s; another program waited {longest * 1000:.0f} ms at most for the write lock", flush=True)
    commands()


if __name__ == "__main__":
    main()

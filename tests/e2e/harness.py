"""A world of real processes for the end-to-end tests: zooid-sim, `tender run`, and the command line.

Everything lives in one temporary directory; ports are free ones. Tests wait for conditions, with a
deadline, and never for a time.
"""

import json
import os
import secrets
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import urllib.request

TENDER = os.environ["TENDER"]
ZOOID_SIM = os.environ["ZOOID_SIM"]
TENANT = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
DEADLINE = float(os.environ.get("TENDER_DEADLINE", "60"))


def eventually(condition, what, deadline=DEADLINE):
    """Waits until condition() is truthy, and gives that value back."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline} s: {what}")
        time.sleep(0.005)


class Sim:
    """zooid-sim as a process. stop() and start() keep its port and its files."""

    def __init__(self, directory, whitelist, *extra):
        self.arguments = [ZOOID_SIM, "--config", os.path.join(directory, "zooid"), *extra]
        self.whitelist = whitelist
        self.listen = "127.0.0.1:0"
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [*self.arguments, "--whitelist", self.whitelist, "--listen", self.listen],
            stdout=subprocess.PIPE, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.api_url = ready["api_url"]
        self.control_url = ready["control_url"]
        self.listen = f"127.0.0.1:{ready['port']}"

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def control(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.control_url + path, data=data, method=method)
        with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
            return json.loads(answer.read())

    def relays(self):
        answer = self.control("GET", "/relays")
        listed = answer["relays"] if "relays" in answer else answer
        if isinstance(listed, list):
            return {relay["id"]: relay for relay in listed}
        return listed

    def stats(self):
        return self.control("GET", "/stats")

    def journal(self):
        return self.control("GET", "/journal")["requests"]

    def fault(self, **fault):
        self.control("POST", "/faults", fault)


class World:
    def __init__(self, *sim_options, **variables):
        self.directory = tempfile.mkdtemp(prefix="tender-e2e-")
        os.chmod(self.directory, 0o755)
        self.database = os.path.join(self.directory, "data", "tender.db")
        self.outputs = []  # everything that tender ever printed
        self.sidecars = []
        self.environment = {
            "PATH": os.environ["PATH"],
            "ZOOID_API_URL": "http://127.0.0.1:9",
            "RELAY_DOMAIN": "relays.example",
            "ROBOT_SECRET": secrets.token_hex(31) + "01",
            "DATABASE_URL": "sqlite://" + self.database,
            "RELAY_SYNC_RETRY_BASE": "200ms",
            "ADMIN_BIND": "off",  # several of these run at the same time
            **variables,
        }
        # Sanitizers tell what they found by an exit code of their own.
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        robot = json.loads(self.run("key", "--json").stdout)["hex"]
        self.sim = Sim(self.directory, robot, *sim_options)
        self.environment["ZOOID_API_URL"] = self.sim.api_url

    def close(self):
        for sidecar in self.sidecars:
            if sidecar.poll() is None:
                sidecar.kill()
            sidecar.wait()
        self.sim.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def run(self, *arguments, environment=None, prefix=()):
        done = subprocess.run([*prefix, TENDER, *arguments], cwd=self.directory,
                              env={**self.environment, **(environment or {})},
                              capture_output=True, text=True, timeout=DEADLINE, check=False)
        self.outputs += [done.stdout, done.stderr]
        return done

    def ok(self, *arguments):
        done = self.run(*arguments)
        if done.returncode != 0:
            raise AssertionError(f"tender {' '.join(arguments)}: {done.returncode}: {done.stderr}")
        return done.stdout

    def data(self, *arguments):
        return json.loads(self.ok(*arguments, "--json"))

    def create(self, subdomain, *options):
        return self.ok("relay", "create", "--tenant", TENANT, "--subdomain", subdomain, *options).strip()

    def start(self, environment=None):
        """Starts `tender run`; its log goes to a file that log() reads."""
        path = os.path.join(self.directory, "run.log")
        with open(path, "ab") as log:
            sidecar = subprocess.Popen([TENDER, "run"], cwd=self.directory, stderr=log, stdout=log,
                                       env={**self.environment, **(environment or {})})
        self.sidecars.append(sidecar)
        return sidecar

    def log(self):
        try:
            with open(os.path.join(self.directory, "run.log"), encoding="utf-8") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def stop(self, sidecar):
        eventually(lambda: self.run("health").returncode == 0, "the sidecar is up")
        sidecar.send_signal(signal.SIGTERM)
        return sidecar.wait(timeout=DEADLINE)

    def sql(self):
        connection = sqlite3.connect(self.database, timeout=30, isolation_level=None)
        connection.row_factory = sqlite3.Row
        return connection

    def rows(self, statement, *values):
        connection = self.sql()
        try:
            return [dict(row) for row in connection.execute(statement, values)]
        finally:
            connection.close()

    def pending(self):
        return self.rows("SELECT count(*) AS n FROM relay WHERE synced = 0")[0]["n"]

    def eventually_in_step(self):
        eventually(lambda: self.pending() == 0, "all relays in step")

    def differences(self):
        """What zooid has that is not as the database says: empty when all is in step."""
        found = []
        held = self.sim.relays()
        rows = self.rows("SELECT * FROM relay WHERE status <> 'deleted'")
        for row in rows:
            relay = held.get(row["id"])
            if relay is None:
                found.append(f"{row['subdomain']}: zooid does not have it")
                continue
            config = relay["config"]
            expected = {
                "host": f"{row['subdomain']}.relays.example",
                "schema": row["schema"],
                "inactive": row["status"] != "active",
            }
            for name, value in expected.items():
                if config.get(name) != value:
                    found.append(f"{row['subdomain']}: {name} is {config.get(name)!r}, not {value!r}")
            if config["info"]["name"] != row["info_name"]:
                found.append(f"{row['subdomain']}: name is {config['info']['name']!r}, not {row['info_name']!r}")
            if relay["creations"] != 1:
                found.append(f"{row['subdomain']}: created {relay['creations']} times")
            if relay["secret_changes"] != 0:
                found.append(f"{row['subdomain']}: its secret changed")
        extra = set(held) - {row["id"] for row in rows}
        return found + [f"{relay}: nobody asked for it" for relay in extra]

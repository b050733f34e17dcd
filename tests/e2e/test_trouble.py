"""Everything that an operator can get wrong: one clear message, a remedy, the right exit code, no secret."""

import os
import secrets
import signal
import subprocess
import unittest

from harness import TENANT, TENDER, World, eventually

NOBODY = 65534


class TroubleTest(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.close)

    def fails(self, code, *arguments, say, environment=None, prefix=()):
        done = self.world.run(*arguments, environment=environment, prefix=prefix)
        text = done.stdout + done.stderr
        self.assertEqual(done.returncode, code, text)
        self.assertIn(say, text)
        self.assertLess(len(text.splitlines()), 8, text)
        for name in ("ROBOT_SECRET",):
            self.assertNotIn((environment or self.world.environment).get(name, "\0"), text)
        return text

    def test_an_unusable_robot_secret(self):
        self.fails(2, "run", say="ROBOT_SECRET", environment={"ROBOT_SECRET": "hunter2-hunter2"})

    def test_a_key_that_is_not_on_the_whitelist(self):
        other = {"ROBOT_SECRET": secrets.token_hex(31) + "01"}
        self.fails(3, "check", say="API_WHITELIST", environment=other)
        self.world.create("blue")
        done = self.world.run("reconcile", environment=other)
        self.assertEqual(done.returncode, 3)
        self.assertIn("API_WHITELIST", done.stdout)

    def test_an_address_where_nobody_listens(self):
        self.fails(3, "check", say="connection refused", environment={"ZOOID_API_URL": "http://127.0.0.1:9"})

    def test_an_address_that_is_no_url(self):
        self.fails(2, "check", say="ZOOID_API_URL", environment={"ZOOID_API_URL": "zooid:3334"})

    def test_a_host_that_zooid_does_not_serve_as_its_api(self):
        port = self.world.sim.listen.split(":")[1]
        self.fails(3, "check", say="API_HOST", environment={"ZOOID_API_URL": f"http://localhost:{port}"})

    def test_a_clock_that_is_off_by_ten_minutes(self):
        self.world.sim.control("PUT", "/clock", {"offset_seconds": 600})
        text = self.fails(3, "check", say=" s behind zooid's")
        self.assertIn("NTP", text)

    def as_nobody(self):
        """What to put before a command so that file modes count, also for root."""
        if os.geteuid() != 0:
            return ()
        return ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")

    def test_a_directory_that_cannot_be_written(self):
        locked = os.path.join(self.world.directory, "locked")
        os.mkdir(locked, 0o555)
        url = {"DATABASE_URL": f"sqlite://{locked}/tender.db"}
        self.fails(1, "run", say="writable", environment=url, prefix=self.as_nobody())

    def test_a_database_file_that_cannot_be_written(self):
        self.world.create("blue")
        os.chmod(os.path.dirname(self.world.database), 0o777)
        os.chmod(self.world.database, 0o444)
        self.fails(1, "check", say="FAIL  database", prefix=self.as_nobody())

    def test_a_directory_that_cannot_be_entered(self):
        closed = os.path.join(self.world.directory, "closed")
        os.mkdir(closed, 0)
        self.addCleanup(os.chmod, closed, 0o700)
        url = {"DATABASE_URL": f"sqlite://{closed}/tender.db"}
        self.fails(1, "run", say="enter every directory", environment=url, prefix=self.as_nobody())
        self.fails(1, "status", say="enter every directory", environment=url, prefix=self.as_nobody())

    def test_a_database_that_another_program_locks_for_a_while(self):
        self.world.create("blue")
        connection = self.world.sql()
        connection.execute("BEGIN EXCLUSIVE")
        command = subprocess.Popen(
            [TENDER, "relay", "create", "--tenant", TENANT, "--subdomain", "green"], text=True,
            cwd=self.world.directory, env=self.world.environment, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self.assertIn("another program has locked the database", command.stderr.readline())
        connection.execute("COMMIT")
        connection.close()
        out, _ = command.communicate(timeout=30)
        self.assertEqual(command.returncode, 0)
        self.assertEqual(len(self.world.data("relay", "list")), 2)
        self.assertTrue(out)

    def test_a_broken_env_file(self):
        with open(os.path.join(self.world.directory, ".env"), "w", encoding="utf-8") as file:
            file.write('LOG_LEVEL=info\nROBOT_SECRET="sesame-sesame\n')
        text = self.fails(2, "check", say=".env:2")
        self.assertNotIn("sesame", text)

    def test_a_database_that_is_none(self):
        os.makedirs(os.path.dirname(self.world.database))
        with open(self.world.database, "w", encoding="utf-8") as file:
            file.write("not a database " * 100)
        self.fails(1, "relay", "list", say="backup")

    def test_zooid_that_answers_nonsense(self):
        self.world.create("blue")
        for action in ("garbage", "truncate", "drop", "oversize", "garbage_json"):
            self.world.sim.control("DELETE", "/faults")
            self.world.sim.fault(action=action, count="forever")
            done = self.world.run("reconcile", "blue")
            self.assertIn(done.returncode, (3, 4), action)
            self.assertIn("blue: failed", done.stdout, action)
        self.world.sim.control("DELETE", "/faults")
        self.assertEqual(self.world.run("reconcile", "blue").returncode, 0)
        self.assertEqual(self.world.differences(), [])

    def test_zooid_that_never_answers(self):
        self.world.create("blue")
        self.world.sim.fault(action="hang", count="forever")
        done = self.world.run("reconcile", "blue", environment={"ZOOID_API_TIMEOUT": "100ms"})
        self.assertEqual(done.returncode, 3)

    def test_a_stop_that_waits_for_what_is_in_flight(self):
        self.world.sim.fault(action="pass", delay_after_ms=300)
        sidecar = self.world.start()
        self.world.create("blue")
        eventually(lambda: self.world.sim.stats()["in_flight"], "a request in flight")
        self.assertEqual(self.world.stop(sidecar), 0)
        self.assertEqual(self.world.pending(), 0)

    def test_a_database_that_is_moved_away_under_the_sidecar(self):
        sidecar = self.world.start()
        eventually(lambda: self.world.run("health").returncode == 0, "the sidecar is up")
        os.rename(os.path.dirname(self.world.database), os.path.join(self.world.directory, "gone"))
        self.assertEqual(sidecar.wait(timeout=60), 1)
        self.assertIn("was moved, removed or replaced while tender worked on it", self.world.log())

    def test_a_lock_file_that_is_removed_under_the_sidecar(self):
        for replace in (False, True):
            before = len(self.world.log())
            sidecar = self.world.start()
            eventually(lambda: self.world.run("health").returncode == 0, "the sidecar is up")
            os.remove(self.world.database + ".lock")
            if replace:
                self.world.start()
            self.assertEqual(sidecar.wait(timeout=60), 1)
            self.assertIn("was removed or replaced while tender worked", self.world.log()[before:])

    def test_a_lock_file_of_another_user(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give files away")
        directory = os.path.join(self.world.directory, "shared")
        os.mkdir(directory)
        os.chmod(directory, 0o777)
        with open(os.path.join(directory, "tender.db.lock"), "w", encoding="utf-8") as lock:
            os.chmod(lock.fileno(), 0o600)
        url = {"DATABASE_URL": f"sqlite://{directory}/tender.db"}
        self.fails(1, "run", say="it belongs to user 0 and tender runs as user 65534",
                   environment=url, prefix=self.as_nobody())

    def test_a_reconcile_that_is_interrupted(self):
        relays = [self.world.create(f"relay{number}") for number in range(3)]
        self.world.sim.fault(action="hang", relay=relays[2], count="forever")
        command = subprocess.Popen([TENDER, "reconcile"], text=True, cwd=self.world.directory,
                                   env={**self.world.environment, "ZOOID_API_TIMEOUT": "2s"},
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        eventually(lambda: self.world.pending() == 1 and self.world.sim.stats()["in_flight"],
                   "one request is left in flight")
        command.send_signal(signal.SIGINT)
        out, err = command.communicate(timeout=30)
        self.assertIn(command.returncode, (3, 4), err)
        self.assertIn("of 3 done", err)
        self.assertIn("relay0: created", out)
        self.world.sim.control("DELETE", "/faults")
        self.world.ok("reconcile")
        self.assertEqual(self.world.differences(), [])

    def test_a_disk_that_is_full(self):
        disk = os.path.join(self.world.directory, "disk")
        os.mkdir(disk)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk],
                                 capture_output=True, check=False)
        if mounted.returncode != 0:
            self.skipTest("this machine lets nobody mount")
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=True)
        url = {"DATABASE_URL": f"sqlite://{disk}/tender.db"}
        self.assertEqual(self.world.run("relay", "create", "--tenant", TENANT, "--subdomain", "blue",
                                        environment=url).returncode, 0)
        with open(os.path.join(disk, "ballast"), "wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(4096))
            except OSError:
                pass
        self.fails(1, "check", say="FAIL  database", environment=url)
        self.fails(1, "reconcile", "blue", "--force", say="free some space", environment=url)

    def test_a_second_signal_ends_it_at_once(self):
        self.world.sim.fault(action="hang", count="forever")
        sidecar = self.world.start({"ZOOID_API_TIMEOUT": "1h"})
        self.world.create("blue")
        eventually(lambda: self.world.sim.stats()["in_flight"], "a request in flight")
        sidecar.terminate()
        eventually(lambda: "starting no new work" in self.world.log(), "the first signal is heeded")
        sidecar.terminate()
        self.assertEqual(sidecar.wait(timeout=30), 1)


if __name__ == "__main__":
    unittest.main()

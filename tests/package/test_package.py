"""The Debian package on a bare Debian, ROOT, from the first installation to the purge, as root.

There is no systemd in ROOT. So the test runs the unit's command as the unit's user, and listens in systemd's place.
"""

import json
import os
import secrets
import shlex
import signal
import stat
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from harness import DEADLINE, TENANT, Sim, eventually  # noqa: E402
from notify import NotifySocket  # noqa: E402

ROOT = os.environ["ROOT"]
CONFIGURATION = "/etc/tender/tender.env"
DATABASE = "/var/lib/tender/tender.db"
ENABLED = "/etc/systemd/system/multi-user.target.wants/tender.service"
INSTALLED = [
    "/usr/bin/tender",
    "/lib/systemd/system/tender.service",
    "/usr/share/bash-completion/completions/tender",
    "/usr/share/doc/tender/changelog.gz",
    "/usr/share/doc/tender/copyright",
    "/usr/share/doc/tender/env.example",
    "/usr/share/fish/vendor_completions.d/tender.fish",
    "/usr/share/man/man1/tender.1.gz",
    "/usr/share/zsh/vendor-completions/_tender",
]
MINUTES = 300  # seconds, for apt


def inside(path):
    return ROOT + path


def read(path):
    with open(inside(path), encoding="utf-8") as file:
        return file.read()


def command(*words, **variables):
    """The command line that runs `words` in ROOT."""
    return ["chroot", ROOT, "env", *(f"{name}={value}" for name, value in variables.items()), *words]


def as_tender(*words, **variables):
    """The same, as the service's user."""
    return command("setpriv", "--reuid=tender", "--regid=tender", "--clear-groups", "--bounding-set=-all",
                   "--no-new-privs", "env", "--ignore-environment", "PATH=/usr/bin:/bin",
                   *(f"{name}={value}" for name, value in variables.items()), *words)


def run(line, deadline=DEADLINE):
    """All that the command prints."""
    done = subprocess.run(line, capture_output=True, text=True, timeout=deadline, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{shlex.join(line)}: {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def apt(*words):
    return run(command("apt-get", "--quiet", "--yes", "--no-install-recommends", *words,
                       DEBIAN_FRONTEND="noninteractive"), MINUTES)


def tender(*words):
    """Its data. The configuration's mode is as it should be, so nothing is said about it."""
    done = subprocess.run(as_tender("tender", *words, "--env-file", CONFIGURATION), capture_output=True, text=True,
                          timeout=DEADLINE, check=False)
    if done.returncode != 0 or "holds secrets" in done.stderr:
        raise AssertionError(f"tender {shlex.join(words)}: {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def version():
    return run(command("dpkg-query", "-W", "-f", "${Version}", "tender"))


def owner_and_mode(path):
    found = run(command("stat", "-c", "%U:%G %a", path))
    return found.strip()


class PackageTest(unittest.TestCase):
    def setUp(self):
        self.manager = NotifySocket(inside("/run/notify"))
        self.addCleanup(self.manager.close)
        self.sim = None
        self.service = None
        self.addCleanup(self.kill)

    def kill(self):
        if self.service is not None and self.service.poll() is None:
            self.service.kill()
            self.service.wait()
        if self.sim is not None:
            self.sim.stop()

    def exec_start(self):
        lines = [line for line in read("/lib/systemd/system/tender.service").splitlines()
                 if line.startswith("ExecStart=")]
        self.assertEqual(len(lines), 1)
        return shlex.split(lines[0].removeprefix("ExecStart="))

    def start(self):
        """As systemd does, as far as tender can tell."""
        self.manager.lines.clear()
        with open(inside("/tmp/log"), "ab") as log:
            self.service = subprocess.Popen(as_tender(*self.exec_start(), NOTIFY_SOCKET="/run/notify",
                                                      WATCHDOG_USEC="1000000"), stdout=log, stderr=log)

    def start_and_wait(self):
        self.start()
        eventually(lambda: "READY=1" in self.manager.hear() or self.service.poll() is not None, "READY=1")
        self.assertIn("READY=1", self.manager.hear(), read("/tmp/log"))

    def stop(self):
        self.service.send_signal(signal.SIGTERM)
        self.assertEqual(self.service.wait(timeout=DEADLINE), 0, read("/tmp/log"))
        self.assertIn("STOPPING=1", self.manager.hear())

    def configure(self, **variables):
        """What the administrator edits."""
        lines = read(CONFIGURATION).splitlines(keepends=True)
        for name, value in variables.items():
            places = [place for place, line in enumerate(lines) if line.startswith(f"{name}=")]
            self.assertEqual(len(places), 1, name)
            lines[places[0]] = f"{name}={value}\n"
        with open(inside(CONFIGURATION), "w", encoding="utf-8") as file:
            file.writelines(lines)

    def test_lives_from_installation_to_purge(self):
        for step in (self.installs, self.is_not_ready_before_it_is_configured, self.syncs_when_it_is_configured,
                     self.keeps_everything_in_an_upgrade, self.keeps_configuration_and_database_when_removed,
                     self.finds_them_when_installed_again, self.purges_all_but_the_database):
            print(f"package: {step.__name__.replace('_', ' ')}", flush=True)
            step()

    def installs(self):
        run(command("apt-get", "--quiet", "update"), MINUTES)
        said = apt("install", "/tender.deb")
        for advice in (f"fill in {CONFIGURATION}", f"tender key --env-file {CONFIGURATION}", "systemctl start tender"):
            self.assertIn(advice, said)
        for path in INSTALLED:
            found = os.lstat(inside(path))
            self.assertEqual((found.st_uid, found.st_gid), (0, 0), path)
            self.assertEqual(stat.S_IMODE(found.st_mode), 0o755 if path.startswith("/usr/bin/") else 0o644, path)
        self.assertEqual(owner_and_mode(CONFIGURATION), "root:tender 640")
        self.assertEqual(owner_and_mode("/var/lib/tender"), "tender:tender 750")
        self.assertTrue(os.path.islink(inside(ENABLED)), "it is not enabled")
        self.assertEqual(run(command("dpkg", "--verify", "tender")), "")
        self.assertIn("tender", run(command("tender", "version")))

    def is_not_ready_before_it_is_configured(self):
        self.start()
        self.assertEqual(self.service.wait(timeout=DEADLINE), 2)  # which RestartPreventExitStatus names
        self.assertIn("ROBOT_SECRET", read("/tmp/log"))
        self.assertEqual(self.manager.hear(), [])

    def syncs_when_it_is_configured(self):
        self.configure(ZOOID_API_URL="http://127.0.0.1:9", RELAY_DOMAIN="relays.example",
                       ROBOT_SECRET=secrets.token_hex(31) + "01")
        robot = json.loads(tender("key", "--json"))["hex"]
        self.sim = Sim(inside("/tmp"), robot)
        self.configure(ZOOID_API_URL=self.sim.api_url)
        self.configuration = read(CONFIGURATION)
        self.start_and_wait()
        self.relay = tender("relay", "create", "--tenant", TENANT, "--subdomain", "harbour", "--name",
                            "Harbour").strip()
        self.assert_synced("Harbour")
        eventually(lambda: self.manager.hear().count("WATCHDOG=1") > 1, "it is alive")
        self.assertEqual(owner_and_mode(DATABASE), "tender:tender 600")

    def assert_synced(self, name):
        def held():
            return self.sim.relays().get(self.relay, {}).get("config", {}).get("info", {}).get("name") == name
        eventually(held, f"zooid has the relay as {name!r}")
        eventually(lambda: "1 in step" in tender("status"), "it is in step")

    def keeps_everything_in_an_upgrade(self):
        old = version()
        apt("install", "/next.deb")  # while it runs, as an administrator does
        self.assertEqual(version(), old + "+next")
        self.assertEqual(read(CONFIGURATION), self.configuration)
        self.assertEqual(owner_and_mode(CONFIGURATION), "root:tender 640")
        self.assertIsNone(self.service.poll())
        self.stop()  # postinst has systemd do that
        self.start_and_wait()
        tender("relay", "update", "harbour", "--name", "Old Harbour")
        self.assert_synced("Old Harbour")
        self.stop()

    def keeps_configuration_and_database_when_removed(self):
        apt("remove", "tender")
        self.assertFalse(os.path.lexists(inside("/usr/bin/tender")))
        self.assertFalse(os.path.lexists(inside("/lib/systemd/system/tender.service")))
        self.assertEqual(read(CONFIGURATION), self.configuration)
        self.assertTrue(os.path.exists(inside(DATABASE)))

    def finds_them_when_installed_again(self):
        apt("install", "/next.deb")
        self.assertEqual(read(CONFIGURATION), self.configuration)
        self.assertTrue(os.path.islink(inside(ENABLED)), "it is not enabled")
        self.start_and_wait()
        self.assert_synced("Old Harbour")
        self.stop()

    def purges_all_but_the_database(self):
        said = apt("purge", "tender")
        self.assertIn("the database is still in /var/lib/tender", said)
        self.assertEqual(owner_and_mode(DATABASE), "tender:tender 600")
        for path in (CONFIGURATION, "/etc/tender", ENABLED, "/etc/systemd/system/tender.service"):
            self.assertFalse(os.path.lexists(inside(path)), path)
        left = run(command("find", "/etc", "/lib/systemd", "/usr", "/var/lib/systemd", "-name", "*tender*"))
        self.assertEqual(left, "")


if __name__ == "__main__":
    unittest.main()

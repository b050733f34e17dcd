"""`tender run` as a service: what its service manager hears."""

import os
import signal
import unittest

from harness import DEADLINE, World, eventually
from notify import NotifySocket

WORKS = "STATUS=sidecar: it works"
STANDBY = "STATUS=sidecar: it is on standby: another sidecar works on the database"


class ServiceManagerTest(unittest.TestCase):
    def setUp(self):
        self.world = World(ADMIN_BIND="off")
        self.addCleanup(self.world.close)

    def listen(self, name="notify"):
        manager = NotifySocket(os.path.join(self.world.directory, name))
        self.addCleanup(manager.close)
        return manager

    def start(self, manager, **more):
        return self.world.start({"NOTIFY_SOCKET": manager.path, **more})

    def hears(self, manager, line):
        eventually(lambda: line in manager.hear(), f"{line} is said")

    def test_says_when_it_is_ready_and_when_it_stops(self):
        manager = self.listen()
        sidecar = self.start(manager)
        self.hears(manager, "READY=1")
        self.assertIn(WORKS, manager.hear())
        self.assertNotIn("WATCHDOG=1", manager.hear())
        sidecar.send_signal(signal.SIGTERM)
        self.assertEqual(sidecar.wait(timeout=DEADLINE), 0, self.world.log())
        self.assertEqual(manager.hear().count("READY=1"), 1)
        self.assertEqual(manager.hear().count("STOPPING=1"), 1)

    def test_is_ready_as_a_standby_and_says_when_it_takes_over(self):
        working, waiting = self.listen("working"), self.listen("waiting")
        first = self.start(working)
        self.hears(working, WORKS)
        self.start(waiting)
        self.hears(waiting, "READY=1")
        self.assertIn(STANDBY, waiting.hear())
        self.assertNotIn(WORKS, waiting.hear())
        first.send_signal(signal.SIGTERM)
        self.assertEqual(first.wait(timeout=DEADLINE), 0, self.world.log())
        self.hears(waiting, WORKS)
        self.assertEqual(waiting.hear().count("READY=1"), 1)

    def test_says_that_zooid_is_down_and_stays_ready(self):
        self.world.sim.stop()
        manager = self.listen()
        self.world.create("blue")
        sidecar = self.start(manager)
        self.hears(manager, "STATUS=destination: zooid is unusable")
        self.assertIn("READY=1", manager.hear())
        self.assertIsNone(sidecar.poll())

    def test_gives_signs_of_life_until_its_loop_stands_still(self):
        manager = self.listen()
        sidecar = self.start(manager, WATCHDOG_USEC="20000")
        eventually(lambda: manager.hear().count("WATCHDOG=1") > 5, "it is alive")
        sidecar.send_signal(signal.SIGSTOP)
        eventually(lambda: os.waitid(os.P_PID, sidecar.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT), "it stands still")
        before = len(manager.hear())
        eventually(lambda: self.world.run("status").returncode == 0, "time has passed")
        self.assertEqual(len(manager.hear()), before)
        sidecar.send_signal(signal.SIGCONT)
        eventually(lambda: len(manager.hear()) > before, "it is alive again")

    def test_is_not_ready_and_ends_with_2_when_its_configuration_is_wrong(self):
        manager = self.listen()
        sidecar = self.start(manager, ZOOID_API_URL="nowhere")
        self.assertEqual(sidecar.wait(timeout=DEADLINE), 2, self.world.log())
        self.assertEqual(manager.hear(), [])

    def test_ends_with_1_when_its_lock_file_is_removed(self):
        manager = self.listen()
        sidecar = self.start(manager, ADMIN_BIND="unix:" + os.path.join(self.world.directory, "admin.sock"))
        self.hears(manager, WORKS)
        os.remove(self.world.database + ".lock")
        self.assertEqual(sidecar.wait(timeout=DEADLINE), 1, self.world.log())


if __name__ == "__main__":
    unittest.main()

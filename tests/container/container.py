"""Runs the image of build/image as an engine would, on a machine without one. Linux, as root.

The image's own settings decide: user, environment, working directory, entry point, command, stop signal and health
check. As with compose.yaml, the root is read-only, /tmp is a tmpfs, the user has no capabilities and cannot gain any,
and the process has PID 1. What an engine adds is not shown: seccomp, networks of their own, limits of memory.
"""

import json
import os
import shutil
import signal
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
STORAGE = os.path.join(HERE, "..", "..", "scripts", "image_storage.sh")


def storage(*arguments):
    return subprocess.run([STORAGE, *arguments], check=True, capture_output=True, text=True).stdout.strip()


class Image:
    """The files and the settings of an image. close() removes the copy of the files."""

    def __init__(self, name):
        self.container = storage("from", "--pull-never", name)
        self.root = storage("mount", self.container)
        self.settings = json.loads(storage("inspect", "--type", "image", name))["Docker"]["config"]

    def close(self):
        storage("rm", self.container)

    def size(self):
        """The bytes of all files, as `du --apparent-size` counts them."""
        counted = subprocess.run(["du", "--summarize", "--apparent-size", "--block-size=1", self.root],
                                 check=True, capture_output=True, text=True)
        return int(counted.stdout.split()[0])


class Container:
    """One volume, one set of secrets, and the processes that run on them."""

    def __init__(self, image, **environment):
        self.image = image
        self.directory = tempfile.mkdtemp(prefix="tender-container-")
        self.data = os.path.join(self.directory, "data")
        self.secrets = os.path.join(self.directory, "secrets")
        self.environment = environment
        # An engine gives a fresh volume the owner and the mode of the image's directory.
        subprocess.run(["cp", "--archive", os.path.join(image.root, "data"), self.data], check=True)
        os.mkdir(self.secrets)
        self.process = None

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()  # and with it, --kill-child, all inside
            self.process.wait()
        shutil.rmtree(self.directory)

    def add_secret(self, name, text):
        path = os.path.join(self.secrets, name)
        with open(path, "w", encoding="utf-8", opener=lambda p, flags: os.open(p, flags, 0o400)) as file:
            file.write(text)
        uid, gid = self.image.settings["User"].split(":")
        os.chown(path, int(uid), int(gid))

    def inside(self, command):
        """The command line that runs `command` as the image's user, once the root is the image's."""
        uid, gid = self.image.settings["User"].split(":")
        variables = [*self.image.settings["Env"], *(f"{name}={value}" for name, value in self.environment.items())]
        return ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--bounding-set=-all",
                "--inh-caps=-all", "--no-new-privs", "env", "--ignore-environment",
                f"--chdir={self.image.settings['WorkingDir']}", *variables, *command]

    def fresh(self, command):
        """The command line of a container of its own on this volume."""
        return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--",
                os.path.join(HERE, "enter.sh"), self.image.root, self.data, self.secrets, *self.inside(command)]

    def run(self, *arguments):
        """`docker run --rm tender ARGUMENTS`"""
        return subprocess.run(self.fresh([*self.image.settings["Entrypoint"], *arguments]),
                              capture_output=True, text=True, timeout=60, check=False)

    def start(self, log):
        """`docker run tender`"""
        command = [*self.image.settings["Entrypoint"], *self.image.settings["Cmd"]]
        self.process = subprocess.Popen(self.fresh(command), stdout=log, stderr=log)

    def pid(self):
        """Outside, of the process that has PID 1 inside; 0 before there is one."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as file:
            return int(file.read() or 0)

    def execute(self, *command):
        """`docker exec`: in the running container."""
        return subprocess.run(["nsenter", f"--target={self.pid()}", "--mount", "--pid", "chroot", self.image.root,
                               *self.inside(command)], capture_output=True, text=True, timeout=60, check=False)

    def is_healthy(self):
        kind, *command = self.image.settings["Healthcheck"]["Test"]
        assert kind == "CMD", kind
        return self.execute(*command).returncode == 0

    def stop(self, grace):
        """`docker stop`: the exit code of what has PID 1; more than `grace` seconds are a failure."""
        os.kill(self.pid(), signal.Signals[self.image.settings["StopSignal"]])
        return self.process.wait(timeout=grace)

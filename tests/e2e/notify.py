"""A service manager's side of sd_notify(3): the socket at which it hears of a service."""

import os
import select
import socket


class NotifySocket:
    def __init__(self, path):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        os.chmod(path, 0o666)
        self.lines = []

    def close(self):
        self.socket.close()

    def hear(self):
        """Every line so far."""
        while select.select([self.socket], [], [], 0)[0]:
            self.lines += self.socket.recv(4096).decode().splitlines()
        return self.lines

# SPDX-License-Identifier: MIT
"""Speaks with QEMU's monitor (QEMU Machine Protocol: JSON, a message a line)."""

import json
import socket

ANSWER_SECONDS = 60


class MonitorError(Exception):
    """What QEMU says of an order that it doesn't carry out."""


class Monitor:
    """A conversation with the QEMU that listens at a socket, as a context."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(ANSWER_SECONDS)
        self.socket.connect(str(path))
        self.lines = self.socket.makefile(encoding="utf-8")
        self.lines.readline()  # its greeting
        self.execute("qmp_capabilities")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lines.close()
        self.socket.close()

    def execute(self, command, **arguments):
        """Has it do something, and returns the result."""
        message = {"execute": command, "arguments": arguments}
        self.socket.sendall(json.dumps(message).encode() + b"\n")
        while True:
            answer = json.loads(self.lines.readline())
            if "error" in answer:
                raise MonitorError(f"{command}: {answer['error']['desc']}")
            if "return" in answer:  # else it's an event
                return answer["return"]

    def tell(self, line):
        """Tells it what one would type at its prompt, and returns what it prints."""
        return self.execute("human-monitor-command", **{"command-line": line})

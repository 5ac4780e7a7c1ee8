# SPDX-License-Identifier: MIT
"""What the tests of the rootport command share."""

import json
import os
import pathlib
import subprocess

import pytest

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("BUILD", "build"))
TIME_LIMIT = 60


def run_rootport(*arguments, code=None, **settings):
    """Runs the rootport command, and demands the exit code unless that is None."""
    done = subprocess.run([PROJECT / BUILD / "rootport", *map(str, arguments)],
                          capture_output=True, timeout=TIME_LIMIT, check=False, **settings)
    done.stdout = done.stdout.decode()
    done.stderr = done.stderr.decode()
    if code is not None:
        assert done.returncode == code, done.stdout + done.stderr
    return done


class Audit:
    """Runs `rootport audit`, as this user or as another."""

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, *arguments, code=None, **settings):
        return run_rootport("audit", *arguments, code=code, **settings)

    def file(self, text, name="input"):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def json(self, *arguments, code=None):
        return json.loads(self("--json", *arguments, code=code).stdout)

    def saved(self, text, *arguments, code=None):
        return self.json("--from", self.file(text), *arguments, code=code)

    def dump(self, text, *arguments, code=None):
        return self.json("--dump", self.file(text), *arguments, code=code)


@pytest.fixture
def audit(tmp_path):
    return Audit(tmp_path)


def by_sbdf(document):
    return {function["sbdf"]: function for function in document["functions"]}

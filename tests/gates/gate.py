# SPDX-License-Identifier: MIT
"""What the structural gates share.

A gate is an executable of this folder that looks at the tree it is started in.
It prints what breaks its rule, one line each, and ends with 0 (kept), 1
(broken) or 77 (cannot tell; it prints why).
"""

import os
import pathlib
import subprocess
import sys

EXIT_BROKEN = 1
EXIT_SKIPPED = 77

BUILD = pathlib.Path(os.environ.get("BUILD", "build"))


def files(*suffixes, under=""):
    """The project's files, new ones too, whose names end in one of @suffixes."""
    listing = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard",
                              "-z", "--", under or "."],
                             capture_output=True, text=True, check=True).stdout
    paths = sorted({pathlib.Path(name) for name in listing.split("\0") if name})
    return [path for path in paths
            if path.is_file() and (not suffixes or path.name.endswith(suffixes))]


def output_of(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          check=True).stdout


def skip(reason):
    print(reason)
    sys.exit(EXIT_SKIPPED)


def finish(problems):
    for problem in problems:
        print(problem)
    sys.exit(EXIT_BROKEN if problems else 0)

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures Rootport, Xen's PVH dom0 and the bare machine, one after the other.

They have the same emulator, devices, kernel, initramfs and memory. What was measured
before is kept where a part is not measured again.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import time

import parts
import plot
import report
import subjects

LICENCE = "SPDX-License-Identifier: MIT"
RESULTS = "side-by-side.json"
FORMAT = 2 # of that file: results of another one are of no use


def read_results(folder):
    """What was measured before, of the parts that there are."""
    path = folder / RESULTS
    before = json.loads(path.read_text()) if path.exists() else {}
    if before.get("format") != FORMAT:
        before = {}
    return {"licence": LICENCE, "format": FORMAT,
            **{name: before[name] for name in parts.PARTS if name in before}}


def write_results(folder, results):
    (folder / RESULTS).write_text(json.dumps(results, indent=1) + "\n")


def measure(options, results):
    """What one part found is kept even if a later one fails."""
    for name in parts.PARTS if options.only is None else options.only:
        begin = time.monotonic()
        print(f"{name}: {parts.PARTS[name].__doc__.splitlines()[0]}", flush=True)
        results[name] = parts.PARTS[name](options)
        write_results(options.output, results)
        print(f"{name}: {time.monotonic() - begin:.0f} s", flush=True)


def write(folder, results):
    write_results(folder, results)
    (folder / "README.md").write_text(report.markdown(results))
    for name, draw in plot.PLOTS.items():
        if picture := draw(results):
            (folder / f"{name}.svg").write_text(picture)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build"))
    parser.add_argument("--cache", type=pathlib.Path, default=pathlib.Path(".cache"))
    parser.add_argument("--output", type=pathlib.Path, required=True, help="a folder")
    parser.add_argument("--rounds", type=int, default=3, help="of what is timed")
    parser.add_argument("--only", nargs="*", choices=parts.PARTS, metavar="PART",
                        help=f"some parts of {', '.join(parts.PARTS)}, or nothing at all: "
                             "what was measured is shown")
    options = parser.parse_args()

    options.output.mkdir(parents=True, exist_ok=True)
    results = read_results(options.output)
    measure(options, results)
    results["budgets"] = report.budgets(results)
    report.show(results)
    write(options.output, results)


if __name__ == "__main__":
    try:
        main()
    except (subjects.RunError, OSError, subprocess.CalledProcessError) as problem:
        sys.exit(f"bench: {problem}")

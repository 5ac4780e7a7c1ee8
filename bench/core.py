#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures the core alone on this machine: instructions and time an operation.

Instructions are callgrind's: (run of 3 N - run of N) / 2 N, the empty loop taken
off, so they are exact and the same on any machine with the same compiler.
"""

import argparse
import json
import pathlib
import re
import subprocess

FEW, MANY = 1, 3
DISPATCH_BUDGET = 40
LICENCE = "SPDX-License-Identifier: MIT"


def run_natively(program):
    """The table of operations, with nanoseconds."""
    done = subprocess.run([program], stdout=subprocess.PIPE, text=True, check=True)
    rows = []
    for line in done.stdout.splitlines():
        *numbers, nanoseconds, group, name = line.split("\t")
        index, size, dispatches, behind, count = map(int, numbers)
        rows.append({"group": group, "name": name, "size": size, "dispatches": dispatches,
                     "behind": behind, "count": count, "index": index,
                     "nanoseconds": float(nanoseconds)})
    return rows


def read_profile(path):
    """The client request that left a profile, and the instructions in it."""
    text = path.read_text()
    request = re.search(r"^desc: Trigger: Client Request: (.*)$", text, re.M)
    total = re.search(r"^totals: (\d+)$", text, re.M)
    return (request[1], int(total[1])) if request and total else (None, 0)


def run_under_callgrind(program, folder):
    """Instructions by the name of the profile: INDEX.FACTOR."""
    folder.mkdir(exist_ok=True)
    for path in folder.glob("callgrind.*"):
        path.unlink()
    subprocess.run(["valgrind", "--quiet", "--tool=callgrind",
                    f"--callgrind-out-file={folder}/callgrind.out", program],
                   stdout=subprocess.DEVNULL, check=True)
    return dict(map(read_profile, folder.glob("callgrind.out.*")))


def add_instructions(rows, profiles):
    for row in rows:
        few, many = (profiles[f"{row['index']}.{factor}"] for factor in (FEW, MANY))
        row["instructions"] = (many - few) / ((MANY - FEW) * row["count"])
    empty = rows[0]
    for row in rows[1:]:
        row["instructions"] -= empty["instructions"]
        row["nanoseconds"] = max(0.0, row["nanoseconds"] - empty["nanoseconds"])


def add_dispatch(rows):
    """Instructions an access to one register, without what is behind it."""
    for row in rows:
        if row["dispatches"]:
            behind = rows[row["behind"]]["instructions"] if row["behind"] else 0
            row["dispatch"] = (row["instructions"] - behind) / row["dispatches"]


def show(rows):
    print(f"{'':14}{'operation':34}{'size':>6}{'instructions':>14}{'dispatch':>10}{'ns':>12}")
    group = None
    for row in rows[1:]:
        label = row["group"] if row["group"] != group else ""
        group = row["group"]
        dispatch = f"{row['dispatch']:.1f}" if row["dispatches"] else ""
        print(f"{label:14}{row['name']:34}{row['size'] or '':>6}"
              f"{row['instructions']:14.1f}{dispatch:>10}{row['nanoseconds']:12.1f}")


def judge(rows):
    """Says whether dispatch is within its budget, and the same for every size."""
    costs = {}
    for row in rows:
        if row["dispatches"]:
            costs.setdefault(row["name"], []).append(row["dispatch"])
    worst = {name: max(each) for name, each in costs.items()}
    over = {name: cost for name, cost in worst.items() if cost > DISPATCH_BUDGET}
    grows = [name for name, each in costs.items() if max(each[1:]) != min(each[1:])]
    print(f"\ndispatch: at most {max(worst.values()):.0f} instructions a register, "
          f"{len(costs) - len(over)} of {len(costs)} kinds of access within "
          f"{DISPATCH_BUDGET}")
    for name, cost in over.items():
        print(f"over the budget: {name}: {cost:.0f}")
    for name in grows:
        print(f"depends on the number of registers: {name}: {costs[name]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True, help="a JSON file")
    options = parser.parse_args()

    rows = run_natively(options.program)
    add_instructions(rows, run_under_callgrind(options.program, options.program.parent / "profiles"))
    add_dispatch(rows)
    show(rows)
    judge(rows)
    for row in rows:
        del row["index"]
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps({"licence": LICENCE, "operations": rows[1:]},
                                         indent=1) + "\n")


if __name__ == "__main__":
    main()

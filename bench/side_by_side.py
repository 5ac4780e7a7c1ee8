#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures Rootport, Xen's PVH dom0 and the bare machine, one after the other.

They have the same emulator, devices, kernel, initramfs and memory. Instructions
are counted by QEMU (-icount shift=0): the guest's and the hypervisor's together.
"""

import argparse
import json
import pathlib
import re
import statistics
import subprocess
import sys

import plot
import subjects

LICENCE = "SPDX-License-Identifier: MIT"
SOURCES = ["core", "hypervisor", "launch"]

# Budgets of the design: (what, unit, how to find it, limit).
ECAM, PORTS = "ecam_r32_000", "cf8_cfc_r32_00"


def accesses(run):
    """Median, least and 99th percentile of instructions, by access."""
    found = run.find_all(r"bench: access (\w+) (-?\d+) (-?\d+) (-?\d+)")
    return {match[1]: [int(match[i]) for i in (2, 3, 4)] for match in found}


def first_program(run):
    """Ticks from the machine's reset to the first user program."""
    ticks = int(run.find(r"bench: tsc (\d+)")[1])
    offset = run.find(r"tsc_offset = 0x([0-9a-f]+)")
    if offset:
        ticks -= int(offset[1], 16) - (1 << 64)
    return ticks


def exits(run):
    """Exits of the only vCPU, by kind."""
    words = run.find(r"vCPU 0: exits: (.*)$")[1].split()
    return dict(zip(words[::2], map(int, words[1::2])))


def image_sizes(build):
    listing = subprocess.run(["size", "-A", build / "rootport.elf"], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    return {name: int(size) for name, size in re.findall(r"^\.(\w+) +(\d+)", listing, re.M)}


def line_count():
    files = [path for folder in SOURCES for path in pathlib.Path(folder).rglob("*")
             if path.suffix in (".c", ".h", ".S")]
    return sum(len(path.read_text().splitlines()) for path in files)


def count(options):
    """What instruction counting shows: exact, so that one run of each is enough."""
    results = {"accesses": {}, "first_program": {}}
    for subject in subjects.SUBJECTS:
        print(f"counting instructions: {subject}", flush=True)
        run = subjects.run(subject, options, subjects.COUNTED)
        results["accesses"][subject] = accesses(run)
        results["first_program"][subject] = first_program(run)
    print("counting exits until the first user program: rootport", flush=True)
    run = subjects.run("rootport", options, subjects.COUNTED, "bench=stop",
                       subjects.WITHOUT_PORTS)
    results["boot_exits"] = exits(run)
    results["entry_to_start_us"] = int(run.find(r"starts (\d+) us after")[1])
    return results


def time(options):
    """What only time shows: several rounds, in turn, since others use this machine."""
    rounds = {subject: [] for subject in subjects.SUBJECTS}
    for number in range(options.rounds):
        for subject in subjects.SUBJECTS:
            print(f"round {number + 1} of {options.rounds}: {subject}", flush=True)
            run = subjects.run(subject, options)
            rounds[subject].append(int(run.find(r"bench: nvme_reads_per_second (\d+)")[1]))
    return {"nvme_reads_per_second": rounds}


def budgets(results):
    """(what, Rootport's figure, Xen's, bare's, the limit for Rootport's, is it met)."""
    by_access = results["accesses"]

    def median(subject, access):
        return by_access[subject][access][0]

    def row(what, access, part):
        limit = median("xen", access) * part
        return (what, median("rootport", access), median("xen", access),
                median("bare", access), f"{limit:.0f}", median("rootport", access) <= limit)

    def same(what, access):
        bare = median("bare", access)
        return (what, median("rootport", access), median("xen", access), bare, f"{bare}",
                median("rootport", access) == bare)

    begin = results["first_program"]
    added = {subject: 100 * (begin[subject] / begin["bare"] - 1) for subject in begin}
    boot = results["boot_exits"]
    config = boot.get("config-ecam", 0) + boot.get("config-port", 0)
    size = results["image"]["text"] + results["image"]["rodata"]
    return [
        row("ECAM read, instructions", ECAM, 0.1),
        row("CF8/CFC read, instructions", PORTS, 1 / 3),
        same("absent function, instructions", "absent_r32"),
        same("root port, instructions", "root_port_r32"),
        ("configuration exits to the first program", config, "", "", "500", config < 500),
        ("added to the boot, %", f"{added['rootport']:.1f}", f"{added['xen']:.1f}", "0",
         "3", added["rootport"] <= 3),
        ("text and read-only data, KiB", f"{size / 1024:.1f}", "", "", "160",
         size <= 160 << 10),
    ]


def show_table(header, rows):
    print()
    for row in [header, *rows]:
        cells = [str(cell) for cell in row]
        print(f"{cells[0]:42}" + "".join(f"{cell:>12}" for cell in cells[1:]))


def show(results):
    rows = [(*row[:5], "met" if row[5] else "MISSED") for row in results["budgets"]]
    show_table(("budget", "rootport", "xen", "bare", "limit", ""), rows)
    names = results["accesses"]["rootport"]
    medians = [(name, *(results["accesses"][subject][name][0]
                        for subject in ("rootport", "xen", "bare"))) for name in names]
    rows = [(*row, f"{row[1] / row[2]:.3f}" if row[2] else "") for row in medians]
    show_table(("instructions an access", "rootport", "xen", "bare", "to xen"), rows)
    show_table(("exits to the first user program", ""), results["boot_exits"].items())
    reads = results.get("nvme_reads_per_second", {})
    bare = statistics.median(reads["bare"]) if reads else 0
    rows = [(subject, f"{statistics.median(each):.0f}", min(each), max(each),
             f"{statistics.median(each) / bare:.3f}") for subject, each in reads.items()]
    show_table(("NVMe 4 KiB random reads a second", "median", "least", "most", "to bare"), rows)
    print(f"\nlines of code: {results['lines']}; hypervisor to its domain's first "
          f"instruction: {results['entry_to_start_us']} us of the emulator's time")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build"))
    parser.add_argument("--cache", type=pathlib.Path, default=pathlib.Path(".cache"))
    parser.add_argument("--output", type=pathlib.Path, required=True, help="a folder")
    parser.add_argument("--rounds", type=int, default=3, help="of what is timed")
    options = parser.parse_args()

    results = {"licence": LICENCE, **count(options), **time(options),
               "image": image_sizes(options.build), "lines": line_count()}
    results["budgets"] = budgets(results)
    show(results)
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "side-by-side.json").write_text(json.dumps(results, indent=1) + "\n")
    (options.output / "accesses.svg").write_text(plot.accesses(results["accesses"]))


if __name__ == "__main__":
    try:
        main()
    except (subjects.RunError, OSError) as problem:
        sys.exit(f"bench: {problem}")

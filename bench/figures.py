# SPDX-License-Identifier: MIT
"""From what a console showed to figures. tests/scripts/test_bench.py holds them."""

import re
import statistics

SIGN = 1 << 64

# Where configuration space was accessed.
CONFIG_KINDS = ("config-ecam", "config-port")


def accesses(run):
    """[median, least, 99th percentile] of instructions, by access."""
    found = run.find_all(r"bench: access (\w+) (-?\d+) (-?\d+) (-?\d+)")
    return {match[1]: [int(match[i]) for i in (2, 3, 4)] for match in found}


def first_program(run, subject):
    """Ticks from the machine's reset to the first user program."""
    ticks = int(run.find(r"bench: tsc (\d+)")[1])
    if subject == "xen":
        ticks -= int(run.find(r"tsc_offset = 0x([0-9a-f]+)")[1], 16) - SIGN
    return ticks


def exits_at_end(run, domain):
    """Exits of a domain's only vCPU, by kind, as the hypervisor logs them at its end."""
    lines = run.find_all(rf"\(rootport\) {domain}: vCPU 0: exits: (.*)$")
    words = [word for line in lines for word in line[1].split()]
    return dict(zip(words[::2], map(int, words[1::2])))


def config_exits(exits):
    return sum(exits.get(kind, 0) for kind in CONFIG_KINDS)


def exits_of_events(run):
    """{event: {"events": n, "exits": {kind: n}}}; the guest writes in hexadecimal."""
    events = {}
    for match in run.find_all(r"bench: exits (\S+) (\S+) ([0-9a-f]+) of ([0-9a-f]+)$"):
        event = events.setdefault(match[1], {"events": int(match[4], 16), "exits": {}})
        if match[2] != "total":
            event["exits"][match[2]] = int(match[3], 16)
    return events


def per_event(event):
    """Exits an event."""
    return sum(event["exits"].values()) / event["events"] if event["events"] else 0.0


def rates(run):
    """What a device did in a second, once a batch, by name."""
    batches = {}
    for match in run.find_all(r"bench: rate (\w+) (\d+)$"):
        batches.setdefault(match[1], []).append(int(match[2]))
    return batches


def spread(values):
    """(median, least, most)."""
    return statistics.median(values), min(values), max(values)


def ratio(values, bare):
    """The median of what each was of the one that was measured next to it."""
    return statistics.median(value / each for value, each in zip(values, bare))


def hotplug_us(run):
    return {match[1]: int(match[2])
            for match in run.find_all(r"bench: hotplug (\w+) (\d+) us$")}


def domain_starts_us(run):
    """From the hypervisor's entry to each domain's first instruction."""
    return {match[1]: int(match[2]) for match in
            run.find_all(r"\(rootport\) (\S+): starts (\d+) us after")}


def domain_programs_us(run):
    """From the hypervisor's entry to each domain's first user program."""
    mhz = int(run.find(r"\(rootport\) CPUs: \d+, TSC (\d+) MHz")[1])
    now = run.find(r"bench: uptime_ms (\d+) tsc (\d+)")
    entry = int(now[2]) - int(now[1]) * 1000 * mhz
    return {match[1]: round((int(match[2]) - entry) / mhz)
            for match in run.find_all(r"\((\S+)\) bench: tsc (\d+)")}


def free_pages(run):
    return int(run.find(r"bench: free pages ([0-9a-f]+)$")[1], 16)


def image_sizes(listing):
    """Bytes of what readelf -S lists as allocated: code, constants, and what is written."""
    sizes = {"text": 0, "read_only_data": 0, "data": 0}
    for line in listing.splitlines():
        fields = line.partition("]")[2].split()
        if len(fields) == 10 and "A" in fields[6]:
            kind = "data" if "W" in fields[6] else "text" if "X" in fields[6] else "read_only_data"
            sizes[kind] += int(fields[4], 16)
    return sizes


COMMENT = re.compile(r"/\*.*?\*/", re.S)


def code_lines(text):
    """Lines of C with something on them besides comments."""
    return sum(1 for line in COMMENT.sub("", text).splitlines() if line.strip())

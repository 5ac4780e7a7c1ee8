# SPDX-License-Identifier: MIT
"""The table of what was measured beside the design's budgets (its section 11)."""

import dataclasses

import figures

KIB = 1024
PAGE_KIB = 4

INSTRUCTIONS = "instructions"
EXITS = "exits"
RATES = "a second"
VIRTUAL = "virtual time"
BYTES = "bytes"

CONFIG_EXITS = 500
BOOT_PERCENT = 3
IMAGE_KIB = 160
HOTPLUG_MS = 300
DISPATCH = 40


@dataclasses.dataclass
class Row:
    """One line of the table; cells that there is nothing for are empty."""
    what: str
    counted: str
    rootport: str
    spread: str = ""
    xen: str = ""
    bare: str = ""
    ratio: str = ""
    budget: str = ""
    is_met: bool | None = None # None: the design has no budget for it

    def cells(self):
        verdict = {None: "", True: "met", False: "MISSED"}[self.is_met]
        return [self.what, self.counted, self.rootport, self.spread, self.xen, self.bare,
                self.ratio, self.budget, verdict]


HEADER = ["", "counted", "rootport", "spread", "xen", "bare", "ratio", "budget", ""]


# ---- Rows of single parts --------------------------------------------------------

def access_row(by_subject, what, access, part=None, is_bare=False):
    """@part: of Xen's that it may be; @is_bare: it is to be as without a hypervisor."""
    median, least, most = by_subject["rootport"][access]
    xen, bare = (by_subject[subject][access][0] for subject in ("xen", "bare"))
    row = Row(what, INSTRUCTIONS, str(median), f"{least}-{most}", str(xen), str(bare),
              f"{median / xen:.3f} of Xen")
    if part:
        row.budget, row.is_met = f"{xen * part:.0f}", median <= xen * part
    if is_bare:
        row.budget, row.is_met = str(bare), median == bare
    return row


def access_rows(part):
    accesses = part["accesses"]
    return [
        access_row(accesses, "ECAM read of a function", "ecam_r32_000", part=1 / 10),
        access_row(accesses, "ECAM read at 0x100", "ecam_r32_100", part=1 / 10),
        access_row(accesses, "CF8 write and CFC read", "cf8_cfc_r32_00", part=1 / 3),
        access_row(accesses, "read of an absent function", "absent_r32", is_bare=True),
        access_row(accesses, "read of a root port", "root_port_r32", is_bare=True),
        access_row(accesses, "BAR sizing write", "bar_sizing_w32"),
        access_row(accesses, "sysfs read at 0x000", "sysfs_000"),
        access_row(accesses, "sysfs read at 0x100", "sysfs_100"),
        access_row(accesses, "MSI-X table read", "msix_table_r32"),
        access_row(accesses, "CPUID", "cpuid_0"),
    ]


def boot_rows(part):
    rows = []
    for count, exits in part["exits_by_function_count"].items():
        config = figures.config_exits(exits)
        rows.append(Row(f"configuration exits to the first program, functions: {count}", EXITS,
                        str(config), ratio=f"{sum(exits.values())} of all kinds",
                        budget=f"under {CONFIG_EXITS}", is_met=config < CONFIG_EXITS))
    rows.append(Row("entry to the domain's first instruction", VIRTUAL,
                    f"{part['entry_to_start_us'] / 1000:.1f} ms"))
    begin = part["first_program"]
    bare = figures.spread(begin["bare"])[0]
    added, xen = ([100 * (ticks - bare) / bare for ticks in figures.spread(begin[subject])]
                  for subject in ("rootport", "xen"))
    rows.append(Row("added to a kernel's boot", VIRTUAL, f"{added[0]:.1f} %",
                    f"{added[1]:.1f}-{added[2]:.1f}", f"{xen[0]:.1f} %",
                    ratio=f"{added[0] / xen[0]:.3f} of Xen", budget=f"{BOOT_PERCENT} %",
                    is_met=added[0] <= BOOT_PERCENT))
    return rows


def demo_rows(part):
    rows = []
    for what, key in (("first instruction", "first_instruction_us"),
                      ("first program", "first_program_us")):
        middle, least, most = figures.spread([us / 1000 for us in part[key].values()])
        rows.append(Row(f"entry to {what}, each of four domains", VIRTUAL, f"{middle:.1f} ms",
                        f"{least:.1f}-{most:.1f}"))
    return rows


# Which event, how it is called, and how many exits it may cost without x2APIC hardware.
EVENTS = [
    ("eoi", "end of interrupt", 1),
    ("msix", "MSI-X interrupt, its end included", 1),
    ("timer-periodic", "tick of a periodic timer, likewise", 1),
    ("timer-one-shot", "tick of a timer set anew, likewise", 1),
    ("ipi", "IPI, sent and ended", None),
    ("ecam-read", "ECAM read", None),
    ("cf8-cfc-read", "CF8 write and CFC read", None),
    ("absent-read", "read of an absent function", 0),
    ("port-read", "read of a root port", 0),
    ("nvme-read", "4 KiB read by Linux", None),
    ("packet", "packet sent or received by Linux", None),
    ("linux-tick", "timer tick of Linux", None),
]


def event_rows(part):
    rows = []
    for event, name, limit in EVENTS:
        if event not in part["events"]:
            continue
        exits = figures.per_event(part["events"][event])
        kinds = " ".join(part["events"][event]["exits"])
        row = Row(name, f"exits: {kinds}" if kinds else EXITS, f"{exits:.2f}")
        if limit is not None:
            row.budget, row.is_met = f"at most {limit}", exits <= limit
        rows.append(row)
    return rows


RATE_NAMES = {"nvme_reads": "NVMe random reads of 4 KiB", "packets": "network packets"}


def rate_rows(part):
    rows = []
    for name, rates in part["rates"].items():
        middle, least, most = figures.spread(rates["rootport"])
        xen, bare = (f"{figures.spread(rates[subject])[0]:.0f}" for subject in ("xen", "bare"))
        ratio, ratio_of_xen = (figures.ratio(rates[subject], rates["bare"])
                               for subject in ("rootport", "xen"))
        rows.append(Row(RATE_NAMES[name], RATES, f"{middle:.0f}", f"{least}-{most}", xen, bare,
                        f"{ratio:.2f} of bare, Xen {ratio_of_xen:.2f}"))
    return rows


def hotplug_rows(part):
    bound = part["us"]["bound"] / 1000
    return [Row("hot-add, from the condition to the driver", VIRTUAL, f"{bound:.1f} ms",
                budget=f"{HOTPLUG_MS} ms", is_met=bound <= HOTPLUG_MS)]


def memory_rows(part):
    def kib(pages):
        return f"{pages * PAGE_KIB} KiB"

    return [
        Row("memory of a domain of 16 MiB", BYTES, kib(part["domain_16_mib"])),
        Row("memory of a domain of 1 GiB", BYTES, kib(part["domain_1_gib"])),
        Row("memory of a function", BYTES, kib(part["function"] - part["empty_port"])),
    ]


def core_rows(part):
    by_size = {}
    for row in part["operations"]:
        if row["group"] == "dispatch":
            by_size.setdefault(row["size"], []).append(row["dispatch"])
    rows = [Row(f"dispatch at worst, {size} registers", INSTRUCTIONS, f"{max(costs):.0f}",
                f"{min(costs):.0f}-{max(costs):.0f}", budget=f"{DISPATCH}",
                is_met=max(costs) <= DISPATCH)
            for size, costs in by_size.items() if size in (40, 1000)]
    counts, longest = reevaluations(part), goes(part)
    for size in sorted(longest):
        rows.append(Row(f"re-evaluation of {size} functions", INSTRUCTIONS,
                        f"{counts[size]:.0f}", ratio=f"{counts[size] / size:.0f} a function"))
        rows.append(Row("  the longest that its lock is held", INSTRUCTIONS,
                        f"{longest[size]:.0f}", budget="no read waits"))
    return rows


def reevaluations(part):
    """{functions: instructions} of one report that changes all of them."""
    return {row["size"]: row["instructions"] / 2 for row in part["operations"]
            if row["group"] == "report" and row["name"] == "reserved, and taken back"}


def goes(part):
    """{functions: instructions} of the stretch between two chances for others."""
    return {row["size"]: row["instructions"] for row in part["operations"]
            if row["group"] == "report" and row["name"].startswith("one go")}


def size_rows(part, xen_kib):
    image = {kind: size / KIB for kind, size in part["image"].items()}
    kib = image["text"] + image["read_only_data"]
    return [
        Row("text and read-only data", BYTES, f"{kib:.1f} KiB", xen=xen_kib,
            ratio=f"{image['text']:.1f} and {image['read_only_data']:.1f}",
            budget=f"{IMAGE_KIB} KiB", is_met=kib <= IMAGE_KIB),
        Row("data", BYTES, f"{image['data']:.1f} KiB"),
        Row("lines of code, without comments", "lines", str(sum(part["code_lines"].values())),
            ratio=", ".join(f"{name} {count}" for name, count in part["code_lines"].items())),
    ]


# ---- The table -----------------------------------------------------------------------

def rows_of(results):
    """All rows that there are figures for."""
    def rows(name, make, *more):
        return make(results[name], *more) if name in results else []

    return [
        *rows("accesses", access_rows),
        *rows("boot", boot_rows),
        *rows("demo", demo_rows),
        *rows("events", event_rows),
        *rows("throughput", event_rows),
        *rows("throughput", rate_rows),
        *rows("hotplug", hotplug_rows),
        *rows("core", core_rows),
        *rows("size", size_rows, "2.1 MB"),
        *rows("memory", memory_rows),
    ]


def table(rows):
    """Lines of text, in columns."""
    cells = [HEADER, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells)]
    return ["  ".join(cell.ljust(width) if place < 2 else cell.rjust(width)
                      for place, (cell, width) in enumerate(zip(line, widths))).rstrip()
            for line in cells]


MARKDOWN_HEAD = """<!-- SPDX-License-Identifier: MIT -->
# Results

Written by `make bench`; [docs/performance.md](../../docs/performance.md) explains it.

"""


def markdown(results):
    """The table as a page."""
    lines = [HEADER, ["---"] * len(HEADER), *(row.cells() for row in rows_of(results))]
    return MARKDOWN_HEAD + "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def budgets(results):
    """The rows, as the JSON has them."""
    return [dataclasses.asdict(row) for row in rows_of(results)]


def show(results):
    print()
    print("\n".join(table(rows_of(results))))
    missed = [row.what for row in rows_of(results) if row.is_met is False]
    print(f"\n{len(missed)} budgets missed" + (f": {', '.join(missed)}" if missed else ""))

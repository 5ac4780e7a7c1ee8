# SPDX-License-Identifier: MIT
"""What is measured, a function a part: each boots what it needs and returns figures."""

import json
import pathlib
import subprocess

import configs
import figures
import subjects
from subjects import COUNTED, SUBJECTS

CODE_FOLDERS = ["core", "hypervisor", "launch", "tools"]


def accesses(options):
    """Instructions of single accesses; in each subject one boot, since they are exact."""
    return {"counted": "instructions, guest and hypervisor together",
            "accesses": {subject: figures.accesses(subjects.run(
                subject, options, "accesses", more=COUNTED, has_ports=True))
                         for subject in SUBJECTS}}


def boot_once(subject, options, functions=subjects.BOTH):
    """A domain is without CF8 and CFC there, as by default."""
    return subjects.run(subject, options, "nothing", more=COUNTED, words="bench=stop",
                        functions=functions)


def boot(options):
    """Until the first user program: exits by how many functions there are, and time."""
    rounds = {subject: [] for subject in SUBJECTS}
    for _ in range(options.rounds):
        for subject in SUBJECTS:
            run = boot_once(subject, options)
            rounds[subject].append(figures.first_program(run, subject))
    runs = {0: boot_once("rootport", options, ()),
            1: boot_once("rootport", options, subjects.BOTH[:1]), 2: run}
    return {"counted": "exits, and instructions", "first_program": rounds,
            "exits_by_function_count": {str(count): figures.exits_at_end(run, "bench")
                                        for count, run in runs.items()},
            "entry_to_start_us": figures.domain_starts_us(run)["bench"]}


def demo(options):
    """When the domains of the demonstration come to run."""
    stop = "console=ttyS0 quiet panic=-1 rdinit=/bench/measure bench=stop"
    bootargs = dict.fromkeys(["hardware", "storage", "network"], stop)
    bootargs["control"] = f"console=ttyS0 {subjects.guest_arguments('uptime')}"
    run = subjects.run_rootport(options, "demo", configs.demo(bootargs), cpus=4, more=COUNTED)
    return {"counted": "virtual time; four CPUs take turns at it",
            "first_instruction_us": figures.domain_starts_us(run),
            "first_program_us": figures.domain_programs_us(run)}


def events(options):
    """Exits that single events cost a guest without a kernel."""
    config = configs.system(configs.domain(
        "guest", "do=exits", mebibytes=16, is_control=True, has_ports=True, has_initrd=False,
        functions=[configs.NVME % configs.AT_ONCE]))
    run = subjects.run_rootport(options, "events", config, scenario="small")
    return {"counted": "exits, by the hypervisor's counters",
            "events": figures.exits_of_events(run)}


def throughput(options):
    """What devices do in a second: in turn, several rounds, since others use the machine."""
    rounds = {}
    run = None
    for _ in range(options.rounds):
        for subject in SUBJECTS:
            run = subjects.run(subject, options, "throughput", words="rootport.counters=yes",
                               is_control=True)
            for name, batches in figures.rates(run).items():
                rounds.setdefault(name, {}).setdefault(subject, []).extend(batches)
    return {"counted": "a second of the host's time; ratios to bare alone mean something",
            "rates": rounds, "events": figures.exits_of_events(run)}


def hotplug(options):
    """From the seal, which a held function waits for, to its driver."""
    config = configs.system(
        subjects.linux("hotplug", functions=[configs.NVME % configs.AT_SEAL],
                       is_control=True),
        seal_ms=configs.LONG_AFTER_MS)
    run = subjects.run_rootport(options, "hotplug", config, more=COUNTED)
    return {"counted": "virtual time in the guest", "us": figures.hotplug_us(run)}


def memory(options):
    """The hypervisor's own pages that a domain takes, by what it has."""
    counter = configs.domain("counter", "do=free-pages", mebibytes=16, is_control=True,
                             has_initrd=False)
    nvme = configs.NVME % configs.AT_ONCE

    def free_pages(name, **domain):
        other = configs.domain("other", "do=halt", has_initrd=False, **domain) if domain else ""
        run = subjects.run_rootport(options, f"memory-{name}", configs.system(counter, other),
                                    scenario="small", cpus=3, until="bench: free pages")
        return figures.free_pages(run)

    alone = free_pages("alone")
    small = free_pages("small", mebibytes=16)
    return {"counted": "pages of 4 KiB, by the hypervisor's counter",
            "domain_16_mib": alone - small,
            "domain_1_gib": alone - free_pages("large", mebibytes=1024),
            "second_cpu": small - free_pages("cpus", mebibytes=16, cpus=2),
            "empty_port": small - free_pages("port", mebibytes=16, functions=[configs.EMPTY]),
            "function": small - free_pages("function", mebibytes=16, functions=[nvme])}


def image(build):
    listing = subprocess.run(["readelf", "-SW", build / "rootport.elf64"], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    return figures.image_sizes(listing)


def size(options):
    """What there is of it."""
    files = {folder: [path for path in sorted(pathlib.Path(folder).rglob("*"))
                      if path.suffix in (".c", ".h", ".S")] for folder in CODE_FOLDERS}
    return {"counted": "bytes, and lines", "image": image(options.build),
            "lines": {folder: sum(len(path.read_text().splitlines()) for path in paths)
                      for folder, paths in files.items()},
            "code_lines": {folder: sum(figures.code_lines(path.read_text()) for path in paths)
                           for folder, paths in files.items()}}


def core(options):
    """The core by itself, under callgrind: bench/core.py."""
    output = options.output / "core.json"
    program = options.build / "bench/core-bench"
    subprocess.run(["bench/core.py", "--program", program, "--output", output], check=True)
    return {"counted": "instructions, by callgrind",
            "operations": json.loads(output.read_text())["operations"]}


PARTS = {part.__name__: part for part in
         (accesses, boot, demo, events, throughput, hotplug, memory, core, size)}

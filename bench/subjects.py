# SPDX-License-Identifier: MIT
"""Boots what is measured: the bare machine, Xen and Rootport, one after the other."""

import dataclasses
import pathlib
import re
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
import configs  # noqa: E402
import emulator  # noqa: E402

SUBJECTS = ["bare", "xen", "rootport"]

# One tick of the guest's time-stamp counter is then one instruction, and time that
# nobody has a use for passes at once.
COUNTED = ["-icount shift=0,sleep=off"]

# The same for all. What does DMA stands on the root bus, where QEMU's AMD IOMMU knows
# it (docs/testing.md); the root port is there to be read.
DEVICES = [
    "-device pcie-root-port,id=port1,bus=pcie.0,addr=02.0,chassis=1,slot=1",
    "-device nvme-subsys,id=subsystem0,nqn=rootport",
    "-device nvme,id=nvme0,bus=pcie.0,addr=03.0,serial=rootport-0,subsys=subsystem0",
    "-drive if=none,id=disk0,file={run}/disk0.img,format=raw,cache=unsafe",
    "-device nvme-ns,bus=nvme0,drive=disk0",
    "-netdev user,id=net0,restrict=on",
    "-device e1000e,bus=pcie.0,addr=04.0,netdev=net0,mac=52:54:00:12:34:56",
]

GUEST_ARGUMENTS = "quiet panic=-1 iomem=relaxed rdinit=/bench/measure rootport.run=bench"
TIME_LIMIT = 900 # seconds, on a busy machine

# Xen's console takes keys for itself after three times Ctrl-A; v shows the VMCBs, and
# with them how far dom0's time-stamp counter is off.
XEN_KEYS = b"\x01\x01\x01v"


class RunError(Exception):
    """A machine that did not get to its end."""


@dataclasses.dataclass
class Run:
    """What one machine said."""
    name: str
    lines: list

    def find(self, pattern):
        """The first match on any line; it is an error if there is none."""
        for line in self.lines:
            if found := re.search(pattern, line):
                return found
        raise RunError(f"{self.name}: no line /{pattern}/; the last ones: {self.lines[-5:]}")

    def find_all(self, pattern):
        return [found for line in self.lines if (found := re.search(pattern, line))]


def guest_arguments(measure, words=""):
    return f"{GUEST_ARGUMENTS} rootport.measure={measure} {words}".strip()


BOTH = (configs.NVME % configs.AT_ONCE, configs.NETWORK % configs.AT_ONCE)


def linux(measure, words="", functions=BOTH, **domain):
    """A domain as large as the bare machine's kernel is let be."""
    return configs.domain("bench", f"console=ttyS0 {guest_arguments(measure, words)}",
                          functions=functions, **domain)


def scenario_of(path, name, options, *, cpus=1, more=(), arguments="", config=None):
    scenario = emulator.Scenario(path, options.build / "bench" / name, options.build,
                                 options.cache)
    scenario.places["guest_arguments"] = arguments
    scenario.own.update(command_line=scenario.expand(scenario["command_line"]), cpus=cpus,
                        devices=DEVICES, more=list(more))
    scenario.prepare()
    if config is not None:
        subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o",
                        scenario.folder / "config.dtb"], input=config, text=True, check=True)
    missing = scenario.missing_file()
    if missing:
        raise RunError(f"{name}: there is no {missing}")
    return scenario


def follow(process, is_xen, until):
    """Lines until the machine ends, or shows what matches @until."""
    lines = []
    for raw in process.stdout:
        lines.append(emulator.readable(raw.rstrip(b"\n")))
        if is_xen and "bench: tsc" in lines[-1]:
            process.stdin.write(XEN_KEYS)
            process.stdin.flush()
        if until and re.search(until, lines[-1]):
            emulator.stop(process)
    return lines


def boot(scenario, name, *, is_xen=False, until=None):
    process = subprocess.Popen(scenario.command(), stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               start_new_session=True)
    watchdog = threading.Timer(TIME_LIMIT, process.kill)
    watchdog.start()
    lines = []
    try:
        lines = follow(process, is_xen, until)
        code = process.wait()
    finally:
        watchdog.cancel()
        emulator.stop(process)
        (scenario.folder / "console.log").write_text("\n".join(lines) + "\n")
    if code != 0 and not until:
        raise RunError(f"{name}: QEMU ended with code {code}; last: {lines[-3:]}")
    return Run(name, lines)


def run(subject, options, measure, *, more=(), **domain):
    """Boots the kernel as one of SUBJECTS; under Rootport in such a @domain."""
    begin = time.monotonic()
    config = configs.system(linux(measure, **domain)) if subject == "rootport" else None
    scenario = scenario_of(pathlib.Path(f"bench/{subject}.toml"), subject, options, more=more,
                           arguments=guest_arguments(measure), config=config)
    result = boot(scenario, subject, is_xen=subject == "xen")
    print(f"  {subject}: {measure}: {time.monotonic() - begin:.0f} s", flush=True)
    return result


def run_rootport(options, name, config, *, scenario="rootport", cpus=1, more=(), until=None):
    """Boots Rootport with a configuration of its own."""
    begin = time.monotonic()
    path = pathlib.Path(f"bench/{scenario}.toml")
    result = boot(scenario_of(path, name, options, cpus=cpus, more=more, config=config), name,
                  until=until)
    print(f"  {name}: {time.monotonic() - begin:.0f} s", flush=True)
    return result

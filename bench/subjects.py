# SPDX-License-Identifier: MIT
"""What is measured side by side: the bare machine, Xen and Rootport, one run of each."""

import dataclasses
import pathlib
import re
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
import emulator  # noqa: E402

SUBJECTS = ["bare", "xen", "rootport"]

# One tick of the guest's time-stamp counter is then one instruction, and time that
# nobody has a use for passes at once.
COUNTED = ["-icount shift=0,sleep=off"]

GUEST_ARGUMENTS = "quiet panic=-1 iomem=relaxed rdinit=/bench/measure rootport.run=bench"
TIME_LIMIT = 300 # seconds

# Xen's console takes keys for itself after three times Ctrl-A; v shows the VMCBs.
XEN_KEYS = b"\x01\x01\x01v"


class RunError(Exception):
    """A machine that did not get to its end."""


@dataclasses.dataclass
class Run:
    """What one machine said."""
    subject: str
    seconds: float
    lines: list

    def find(self, pattern):
        """The first match on any line, or None."""
        return next((found for line in self.lines if (found := re.search(pattern, line))), None)

    def find_all(self, pattern):
        return [found for line in self.lines if (found := re.search(pattern, line))]


# Whether Rootport's guest has CF8 and CFC: to measure them, or as it is by default.
WITH_PORTS = "configuration-ports;"
WITHOUT_PORTS = ""


def compile_config(build, arguments, ports):
    """Rootport's launch configuration, with the guest's command line and ports in it."""
    text = pathlib.Path("bench/rootport.dts").read_text()
    text = text.replace("BOOTARGS", f'"console=ttyS0 {arguments}"').replace("PORTS", ports)
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", build / "bench/rootport.dtb"],
                   input=text, text=True, check=True)


def scenario_of(subject, options, arguments, more, ports):
    folder = options.build / "bench" / subject
    scenario = emulator.Scenario(pathlib.Path(f"bench/{subject}.toml"), folder, options.build,
                                 options.cache)
    scenario.places["guest_arguments"] = arguments
    scenario.own.update(command_line=scenario.expand(scenario["command_line"]), cpus=1,
                        more=more)
    compile_config(options.build, arguments, ports)
    missing = scenario.missing_file()
    if missing:
        raise RunError(f"{subject}: there is no {missing}")
    return scenario


def run(subject, options, more=(), extra_arguments="", ports=WITH_PORTS):
    """Boots one subject and returns what it said; with @more arguments for QEMU."""
    arguments = f"{GUEST_ARGUMENTS} {extra_arguments}".strip()
    scenario = scenario_of(subject, options, arguments, list(more), ports)
    scenario.prepare()
    begin = time.monotonic()
    process = subprocess.Popen(scenario.command(), stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               start_new_session=True)
    lines = []
    watchdog = threading.Timer(TIME_LIMIT, process.kill)
    watchdog.start()
    try:
        for raw in process.stdout:
            lines.append(emulator.readable(raw.rstrip(b"\n")))
            if subject == "xen" and "bench: tsc" in lines[-1]:
                process.stdin.write(XEN_KEYS)
                process.stdin.flush()
        code = process.wait()
    finally:
        watchdog.cancel()
        emulator.stop(process)
        (scenario.folder / "console.log").write_text("\n".join(lines) + "\n")
    if code != 0:
        raise RunError(f"{subject}: QEMU ended with code {code}; last: {lines[-3:]}")
    return Run(subject, time.monotonic() - begin, lines)

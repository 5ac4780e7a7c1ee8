# SPDX-License-Identifier: MIT
"""Boots a scenario in QEMU and judges it by its console.

A scenario is a TOML file; tests/boot/machine.toml holds what it doesn't say.
docs/testing.md documents the keys. `make run` and the boot tests share this.
"""

import dataclasses
import os
import pathlib
import re
import selectors
import shlex
import shutil
import signal
import subprocess
import time
import tomllib

import firmware
from monitor import Monitor

# Worse is greater: the worst of several verdicts is the verdict of all.
PASS, SKIP, FAIL, ERROR = range(4)
WORDS = {PASS: "pass", SKIP: "skip", FAIL: "FAIL", ERROR: "ERROR"}

MACHINE_FILE = pathlib.Path("tests/boot/machine.toml")

# Starts the kernel on a machine whose firmware it has made another.
SHIM = "{build}/shim.elf"

# Where Debian's grub-pc-bin has what starts from a BIOS.
GRUB_FOLDER = pathlib.Path("/usr/lib/grub/i386-pc")

# In a scenario's folder, the socket of QEMU's monitor.
MONITOR = "monitor"

FIRST_LINE = "(rootport) Rootport"

# A console that says this much is in a loop.
OUTPUT_LIMIT = 64 << 20
END_SECONDS = 5
# How long to listen on when something went wrong: the rest of a register dump.
LAST_WORDS_SECONDS = 2


class ScenarioError(Exception):
    """What is wrong with a scenario, as a sentence."""


@dataclasses.dataclass
class Result:
    verdict: int
    reason: str
    seconds: float
    lines: list


def read_toml(path):
    try:
        return tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{path}: {error}") from error


class Scenario:
    """What to start and what to expect. Paths may name {build}, {cache} and {run}."""

    def __init__(self, path, folder, build, cache):
        self.path = path
        self.folder = folder
        self.places = {"build": build, "cache": cache, "run": folder}
        self.machine = read_toml(MACHINE_FILE)
        self.own = read_toml(path)
        unknown = set(self.own) - set(self.machine)
        if unknown:
            raise ScenarioError(f"{path}: unknown key {sorted(unknown)[0]}; "
                                f"{MACHINE_FILE} has them all")
        self.steps = [(step["name"], re.compile(step["line"])) for step in self["steps"]]
        self.typed = [step.get("type", "") for step in self["steps"]]
        self.anywhere = [re.compile(line) for line in self["anywhere"]]
        self.hidden = [re.compile(line) for line in self["hidden"]]
        self.monitor = [(re.compile(order["line"]), order["command"],
                         re.compile(order.get("answer", ""))) for order in self["monitor"]]
        self.forbidden = [re.compile(line) for line in self["forbidden"] + self["also_forbidden"]]
        self.start_count = 0

    def __getitem__(self, key):
        return self.own.get(key, self.machine[key])

    def expand(self, text):
        return text.format(**self.places)

    def missing_file(self):
        """The first file that the scenario needs and nobody has built, or None."""
        words = [self["kernel"], *self["modules"]] + ([self["initrd"]] if self["initrd"] else [])
        words += [self["emulator_extension"]] if self["emulator_extension"] else []
        paths = [self.expand(word).split(" ")[0] for word in words]
        if self["shim"]:
            paths.append(self.expand(SHIM))
        if self["loader"] == "grub":
            paths.append(GRUB_FOLDER)
        return next((path for path in paths if not os.path.exists(path)), None)

    def prepare(self):
        """Makes what is the scenario's own: disks, cut files, its configuration."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "monitor.log").unlink(missing_ok=True)
        for name, mebibytes in self["disks"].items():
            with open(self.folder / f"{name}.img", "wb") as image:
                image.truncate(mebibytes << 20)
        for name, (source, size) in self["cut_files"].items():
            with open(self.expand(source), "rb") as file:
                (self.folder / name).write_bytes(file.read(size))
        config = self.path.parent / "config.dts"
        if config.exists():
            compiler = ["dtc", "-q", "-O", "dtb", "-o", self.folder / "config.dtb", config]
            if subprocess.run(compiler, check=False).returncode:
                raise ScenarioError(f"{config} doesn't compile")

    def prepare_disc(self):
        """A disc from which GRUB starts the kernel with its modules."""
        tree = self.folder / "disc"
        shutil.rmtree(tree, ignore_errors=True)
        (tree / "boot/grub").mkdir(parents=True)
        lines = ["set timeout=0", "menuentry rootport {"]
        for number, entry in enumerate([f"{self['kernel']} {self['command_line']}",
                                        *self["modules"]]):
            path, _, text = self.expand(entry).partition(" ")
            shutil.copyfile(path, tree / f"boot/{number}")
            lines.append(f"{'module' if number else 'multiboot'} /boot/{number} {text}")
        (tree / "boot/grub/grub.cfg").write_text("\n".join(lines + ["}", ""]))
        maker = ["grub-mkrescue", "-d", GRUB_FOLDER, "-o", self.folder / "disc.iso", tree]
        done = subprocess.run(maker, check=False, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            raise ScenarioError(f"grub-mkrescue: {done.stdout.strip().splitlines()[-1]}")

    def loader_arguments(self):
        """How QEMU gets at the kernel and what goes with it."""
        if self["loader"] == "grub":
            return ["-cdrom", str(self.folder / "disc.iso")]
        kernel, text, modules = self["kernel"], self["command_line"], self["modules"]
        if self["shim"]:
            modules = [f"{kernel} {text}", *modules]
            kernel, text = SHIM, " ".join(self["shim"])
        # A multiboot loader's modules, each "file string"; a comma parts them.
        modules = [self.expand(module).replace(",", ",,") for module in modules]
        initrd = ",".join(modules) or self.expand(self["initrd"])
        return ["-kernel", self.expand(kernel), "-append", text] + (
            ["-initrd", initrd] if initrd else [])

    def command(self):
        """QEMU's command line, once all is prepared."""
        extension = self.expand(self["emulator_extension"])
        words = ["env", f"LD_PRELOAD={extension}"] if extension else []
        words += ["qemu-system-x86_64", "-accel", self["accelerator"], "-machine",
                 self["machine"], "-cpu", ",".join(self["cpu"] + self["cpu_more"]),
                 "-smp", str(self["cpus"]), "-m", str(self["memory_mib"]), "-nodefaults",
                 "-display", "none", "-no-reboot", "-serial", "stdio"]
        for key in ("iommu", "devices", "more"):
            words += [self.expand(word) for argument in self[key]
                      for word in argument.split(" ", 1)]
        if self.monitor or self["late_devices"]:
            words += ["-qmp", f"unix:{self.folder / MONITOR},server=on,wait=off"]
        if self["firmware"]:
            words += firmware.arguments(self.folder, self["cpus"], self["firmware"])
        return words + self.loader_arguments()

    def tell_monitor(self, line):
        """Does what the scenario wants done when a line like @line shows; returns what is wrong
        with an answer, or None."""
        orders = [order for order in self.monitor if order[0].search(line)]
        if not orders:
            return None
        with (Monitor(self.folder / MONITOR) as monitor,
              open(self.folder / "monitor.log", "a", encoding="utf-8") as log):
            for _, command, wanted in orders:
                command = self.expand(command)
                answer = monitor.tell(command)
                log.write(answer)
                match = wanted.search(answer)
                if not match:
                    return f"the monitor's answer to {command!r} has no /{wanted.pattern}/"
                self.places.update(match.groupdict())
        return None

    def add_late_devices(self, line):
        """Adds them once firmware is through, which the hypervisor's first line shows, and
        has the machine start again. Firmware then resets it once more by itself."""
        if not self["late_devices"] or line != FIRST_LINE:
            return
        self.start_count += 1
        with Monitor(self.folder / MONITOR) as monitor:
            if self.start_count > 1:
                monitor.execute("set-action", reboot="shutdown")
                return
            for device in self["late_devices"]:
                problem = monitor.tell(f"device_add {self.expand(device)}")
                if problem:
                    raise ScenarioError(f"{self.path}: {problem.strip()}")
            monitor.execute("set-action", reboot="reset")
            monitor.execute("system_reset")


class Console:
    """Lines of QEMU's output, as they come; what is typed on a keyboard goes to QEMU."""

    def __init__(self, process, silence_limit, keyboard):
        self.process = process
        self.keyboard = keyboard
        self.silence_limit = silence_limit
        self.size = 0
        self.rest = b""
        self.selector = selectors.DefaultSelector()
        self.selector.register(process.stdout, selectors.EVENT_READ)
        if keyboard:
            self.selector.register(keyboard, selectors.EVENT_READ)

    def type(self, text):
        try:
            os.write(self.process.stdin.fileno(), text)
        except BrokenPipeError:
            pass  # its end is seen on the other pipe

    def pass_on_keys(self):
        keys = os.read(self.keyboard.fileno(), 1024)
        if keys:
            self.type(keys)
        else:
            self.selector.unregister(self.keyboard)

    def lines(self, has_failed):
        """Until QEMU ends, or once @has_failed() says nothing for a moment."""
        while True:
            limit = LAST_WORDS_SECONDS if has_failed() else self.silence_limit
            ready = [key.fileobj for key, _ in self.selector.select(limit)]
            if not ready:
                if has_failed():
                    break
                raise TimeoutError(f"nothing on the console for {self.silence_limit} s")
            if self.keyboard in ready:
                self.pass_on_keys()
            if self.process.stdout not in ready:
                continue
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                break
            self.size += len(data)
            if self.size > OUTPUT_LIMIT:
                raise TimeoutError(f"more than {OUTPUT_LIMIT >> 20} MiB on the console")
            *whole, self.rest = (self.rest + data).split(b"\n")
            yield from map(readable, whole)
        if self.rest:
            yield readable(self.rest)


def readable(line):
    """A console line without what would move a terminal's cursor."""
    text = line.decode(errors="replace").rstrip("\r")
    return re.sub(r"\x1b(\[[0-9;?]*[A-Za-z]|c)|[^\t\x20-\U0010ffff]", "", text)


def stop(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Judge:
    """Follows a console: which step comes next, and what went wrong."""

    def __init__(self, scenario, on_step):
        self.scenario = scenario
        self.on_step = on_step
        self.done = 0
        self.missing = list(scenario.anywhere)
        self.reason = None

    def see(self, line):
        for pattern in self.scenario.forbidden:
            if pattern.search(line):
                self.complain(line.strip())
        self.missing = [pattern for pattern in self.missing if not pattern.search(line)]
        if self.done < len(self.scenario.steps):
            name, pattern = self.scenario.steps[self.done]
            if pattern.search(line):
                self.done += 1
                self.on_step(self.done, name)

    def complain(self, problem):
        """The first one counts."""
        self.reason = self.reason or f"{self.where()}: {problem}"

    def has_failed(self):
        return self.reason is not None

    def has_seen_all(self):
        return self.done == len(self.scenario.steps) and not self.missing

    def where(self):
        if self.has_seen_all():
            return "after the last step"
        if self.done == len(self.scenario.steps):
            return f"a line /{self.missing[0].pattern}/"
        name, pattern = self.scenario.steps[self.done]
        return f"step {self.done + 1} ({name}; line /{pattern.pattern}/)"

    def verdict(self, exit_code):
        if self.reason:
            return FAIL, self.reason
        if exit_code != 0:
            return ERROR, f"{self.where()}: QEMU ended with code {exit_code}"
        if not self.has_seen_all():
            return FAIL, f"the machine went off before {self.where()}"
        return PASS, ""


def boot(scenario, on_line=lambda line: None, on_step=lambda index, name: None, keyboard=None):
    """Runs one scenario; console.log and command.txt stay behind in its folder."""
    def step(index, name):
        on_step(index, name)
        console.type(scenario.typed[index - 1].encode())

    begin = time.monotonic()
    scenario.prepare()
    missing = scenario.missing_file()
    if missing:
        return Result(SKIP, f"there is no {missing}", 0.0, [])
    if scenario["loader"] == "grub":
        scenario.prepare_disc()
    command = scenario.command()
    (scenario.folder / "command.txt").write_text(shlex.join(command) + "\n")

    judge = Judge(scenario, step)
    seen = []
    # A session of its own, so that Ctrl-C reaches QEMU only through stop().
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, start_new_session=True)
    try:
        with open(scenario.folder / "console.log", "w", encoding="utf-8") as log:
            console = Console(process, scenario["silence_limit"], keyboard)
            for line in console.lines(judge.has_failed):
                if any(pattern.search(line) for pattern in scenario.hidden):
                    continue
                log.write(line + "\n")
                seen.append(line)
                on_line(line)
                problem = scenario.tell_monitor(line)
                judge.see(line)
                if problem:
                    judge.complain(problem)
                scenario.add_late_devices(line)
                if scenario["stays_on"] and judge.has_seen_all():
                    stop(process)
        if judge.has_failed():
            stop(process)
        verdict, reason = judge.verdict(process.wait())
    except TimeoutError as error:
        verdict, reason = ERROR, f"{judge.where()}: {error}"
    finally:
        stop(process)
        process.stdout.close()
        process.stdin.close()
    return Result(verdict, reason, time.monotonic() - begin, seen)


def end_on_signals():
    """Makes SIGTERM and SIGHUP what Ctrl-C is, so that QEMU is always stopped."""
    def interrupt(_signal, _frame):
        raise KeyboardInterrupt
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)

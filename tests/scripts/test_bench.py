# SPDX-License-Identifier: MIT
"""How make bench gets from consoles to figures, and from figures to its table."""

import argparse
import contextlib
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
from unittest import mock
from xml.etree import ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench"))
import configs  # noqa: E402
import figures  # noqa: E402
import parts  # noqa: E402
import plot  # noqa: E402
import report  # noqa: E402
import side_by_side  # noqa: E402
import subjects  # noqa: E402


def said(*lines):
    return subjects.Run("a machine", list(lines))


def accesses(rootport, xen, bare=2):
    names = {*plot.SHOWN, "ecam_r32_100", "cf8_cfc_r32_00"}
    by_subject = {"rootport": rootport, "xen": xen, "bare": bare}
    return {"accesses": {subject: dict.fromkeys(names, [count, count, count])
                         for subject, count in by_subject.items()}}


def row_of(rows, what):
    return next(row for row in rows if row.what == what)


class Figures(unittest.TestCase):
    def test_accesses_have_median_least_and_99th_percentile(self):
        run = said("noise", "(bench) bench: access ecam_r32_000 930 930 944",
                   "bench: access nothing 0 -1 0")
        self.assertEqual(figures.accesses(run),
                         {"ecam_r32_000": [930, 930, 944], "nothing": [0, -1, 0]})

    def test_first_program_without_an_offset(self):
        run = said("(bench) bench: tsc 1700000000")
        self.assertEqual(figures.first_program(run, "rootport"), 1700000000)

    def test_first_program_of_a_guest_whose_counter_is_behind(self):
        # VMCB of a guest that reads 1000 when the machine's counter reads 1256.
        run = said("bench: tsc 1000", "(XEN) tsc_offset = 0xffffffffffffff00")
        self.assertEqual(figures.first_program(run, "xen"), 1256)
        with self.assertRaisesRegex(subjects.RunError, "tsc_offset"):
            figures.first_program(said("bench: tsc 1000"), "xen")

    def test_what_is_missing_is_named(self):
        with self.assertRaisesRegex(subjects.RunError, "a machine: no line .*tsc.*panic"):
            figures.first_program(said("panic"), "bare")

    def test_exits_at_the_end_of_a_domain(self):
        run = said("(rootport) other: vCPU 0: exits: cpuid 9",
                   "(rootport) bench: vCPU 0: exits: cpuid 1 config-port 2 config-ecam 40")
        exits = figures.exits_at_end(run, "bench")
        self.assertEqual(exits, {"cpuid": 1, "config-port": 2, "config-ecam": 40})
        self.assertEqual(figures.config_exits(exits), 42)

    def test_exits_of_events_are_hexadecimal(self):
        run = said("(guest) bench: exits ipi msr-write 200 of 100",
                   "(guest) bench: exits ipi total 200 of 100",
                   "(guest) bench: exits absent-read total 0 of 100")
        events = figures.exits_of_events(run)
        self.assertEqual(events["ipi"], {"events": 256, "exits": {"msr-write": 512}})
        self.assertEqual(figures.per_event(events["ipi"]), 2)
        self.assertEqual(figures.per_event(events["absent-read"]), 0)

    def test_no_events_are_no_exits(self):
        self.assertEqual(figures.per_event({"events": 0, "exits": {"cpuid": 3}}), 0)

    def test_rates_and_hotplug(self):
        run = said("bench: rate packets 6445", "(bench) bench: rate packets 6440",
                   "bench: hotplug bound 137291 us")
        self.assertEqual(figures.rates(run), {"packets": [6445, 6440]})
        self.assertEqual(figures.hotplug_us(run), {"bound": 137291})

    def test_domains_begin_at_the_entry_of_the_hypervisor(self):
        # At 2 GHz the hypervisor was entered when the counter read 10 million.
        run = said("(rootport) CPUs: 4, TSC 2000 MHz, local APIC in xAPIC mode",
                   "(rootport) control: starts 185 us after the hypervisor",
                   "(control) bench: tsc 12000000", "(storage) bench: tsc 14000000",
                   "(control) bench: uptime_ms 3 tsc 16000000")
        self.assertEqual(figures.domain_starts_us(run), {"control": 185})
        self.assertEqual(figures.domain_programs_us(run), {"control": 1000, "storage": 2000})

    def test_spread(self):
        self.assertEqual(figures.spread([5, 1, 3]), (3, 1, 5))

    def test_image_sizes_are_of_what_is_loaded(self):
        listing = "\n".join([
            "  [Nr] Name  Type     Address          Off    Size   ES Flg Lk Inf Al",
            "  [ 1] .text PROGBITS ffff800000200000 001000 000100 00  AX  0   0 16",
            "  [ 2] .ro   PROGBITS ffff800000201000 002000 000020 00   A  0   0 16",
            "  [ 3] .data PROGBITS ffff800000202000 003000 000003 00  WA  0   0 16",
            "  [ 4] .note PROGBITS 0000000000000000 004000 009000 00      0   0 16"])
        self.assertEqual(figures.image_sizes(listing), {"text": 0x100, "read_only_data": 0x20, "data": 3})

    def test_lines_of_code_have_something_on_them(self):
        text = "/* one\n * two */\n\nint a; /* three */\n  /* four */ int b;\n"
        self.assertEqual(figures.code_lines(text), 2)


class Table(unittest.TestCase):
    def test_a_tenth_of_xen_is_met_and_more_is_not(self):
        rows = report.rows_of({"accesses": accesses(rootport=1000, xen=10000)})
        self.assertIs(row_of(rows, "ECAM read of a function").is_met, True)
        rows = report.rows_of({"accesses": accesses(rootport=1001, xen=10000)})
        self.assertIs(row_of(rows, "ECAM read of a function").is_met, False)
        self.assertIs(row_of(rows, "CF8 write and CFC read").is_met, True)

    def test_as_bare_is_the_same_to_the_instruction(self):
        rows = report.rows_of({"accesses": accesses(rootport=2, xen=10000)})
        self.assertIs(row_of(rows, "read of a root port").is_met, True)
        rows = report.rows_of({"accesses": accesses(rootport=3, xen=10000)})
        self.assertIs(row_of(rows, "read of a root port").is_met, False)

    def test_a_boot_that_is_3_percent_longer_is_met(self):
        part = {"exits_by_function_count": {"1": {"config-ecam": 499, "cpuid": 600}},
                "first_program": {"bare": [999, 1000, 1001], "xen": [1500] * 3,
                                  "rootport": [1010, 1030, 1090]},
                "entry_to_start_us": 20000}
        name = "configuration exits to the first program, functions: 1"
        rows = report.rows_of({"boot": part})
        added = row_of(rows, "added to a kernel's boot")
        self.assertEqual((added.rootport, added.spread, added.is_met), ("3.0 %", "1.0-9.0", True))
        self.assertIs(row_of(rows, name).is_met, True)
        part["first_program"]["rootport"] = [1031] * 3
        part["exits_by_function_count"]["1"] = {"config-port": 500}
        rows = report.rows_of({"boot": part})
        self.assertIs(row_of(rows, "added to a kernel's boot").is_met, False)
        self.assertIs(row_of(rows, name).is_met, False)

    def test_exits_of_events_have_their_limits(self):
        rows = report.rows_of({"events": {"events": {
            "eoi": {"events": 10, "exits": {"msr-write": 11}},
            "port-read": {"events": 10, "exits": {}}}}})
        self.assertIs(row_of(rows, "end of interrupt").is_met, False)
        self.assertIs(row_of(rows, "read of a root port").is_met, True)

    def test_rates_are_medians_against_bare(self):
        row, = report.rows_of({"throughput": {"events": {}, "rates": {"packets": {
            "bare": [100, 200, 300], "xen": [50, 40, 60], "rootport": [90, 150, 180]}}}})
        self.assertEqual((row.rootport, row.spread, row.bare), ("150", "90-180", "200"))
        # 0.9, 0.75 and 0.6; 0.5, 0.2 and 0.2: each of what was measured beside it.
        self.assertEqual(row.ratio, "0.75 of bare, Xen 0.20")

    def test_nothing_measured_is_an_empty_table(self):
        self.assertEqual(report.budgets({}), [])

    def test_columns_stand_below_each_other(self):
        lines = report.table(report.rows_of({"accesses": accesses(930, 18297)}))
        column = lines[0].index("counted")
        self.assertTrue(all(line[column:].startswith("instructions") for line in lines[1:]))

    def test_a_page_has_a_line_a_row(self):
        text = report.markdown({"accesses": accesses(930, 18297)})
        lines = [line for line in text.splitlines() if line.startswith("|")]
        self.assertEqual(len(lines), 2 + len(report.access_rows(accesses(930, 18297))))
        self.assertEqual({line.count("|") for line in lines}, {len(report.HEADER) + 1})

    def test_what_is_missed_is_named_at_the_end(self):
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown):
            report.show({"accesses": accesses(rootport=5000, xen=10000)})
        self.assertIn("missed: ECAM read of a function, ECAM read at 0x100, CF8", shown.getvalue())


CORE = {"operations": [
    {"group": "report", "name": "reserved, and taken back", "size": 10, "instructions": 20000},
    {"group": "report", "name": "reserved, and taken back", "size": 1000,
     "instructions": 2000000},
    {"group": "report", "name": "one go of 64 functions", "size": 1000, "instructions": 64000},
    {"group": "dispatch", "name": "read, BAR", "size": 40, "dispatch": 26.0},
    {"group": "dispatch", "name": "write, BAR", "size": 40, "dispatch": 41.0}]}


class Core(unittest.TestCase):
    def test_a_report_and_its_withdrawal_are_two(self):
        self.assertEqual(report.reevaluations(CORE), {10: 10000, 1000: 1000000})

    def test_rows(self):
        rows = report.rows_of({"core": CORE})
        self.assertIs(row_of(rows, "dispatch at worst, 40 registers").is_met, False)
        self.assertEqual(row_of(rows, "re-evaluation of 1000 functions").ratio,
                         "1000 a function")


class Plots(unittest.TestCase):
    def test_pictures_are_sound_and_nothing_is_outside(self):
        results = {"accesses": accesses(930, 18297), "core": CORE}
        for name, draw in plot.PLOTS.items():
            with self.subTest(name):
                root = ElementTree.fromstring(draw(results))
                for shape in root.iter():
                    for key, limit in (("x", plot.WIDTH), ("y", plot.HEIGHT),
                                       ("cx", plot.WIDTH), ("cy", plot.HEIGHT)):
                        self.assertTrue(0 <= float(shape.get(key, 0)) <= limit)

    def test_nothing_measured_is_no_picture(self):
        self.assertEqual([draw({}) for draw in plot.PLOTS.values()], [None, None])

    def test_a_decade_is_as_long_as_the_next(self):
        scale = plot.Scale(0, 4, 100, 500)
        self.assertEqual([scale.place(value) for value in (1, 10, 10000)], [100, 200, 500])


class Configurations(unittest.TestCase):
    def test_they_compile(self):
        nvme = configs.NVME % configs.AT_SEAL
        for text in (subjects_config(), configs.system(
                configs.domain("small", "do=halt", mebibytes=16, is_control=True,
                               has_ports=True, has_initrd=False, functions=[nvme, ""]),
                seal_ms=1), configs.demo({"control": "quiet"})):
            done = subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dts"], input=text, text=True,
                                  capture_output=True, cwd=ROOT)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_demonstration_has_other_command_lines(self):
        done = subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dts"], text=True, check=True,
                              input=configs.demo({"storage": "of our own"}), cwd=ROOT,
                              capture_output=True)
        self.assertEqual(done.stdout.count("of our own"), 1)
        self.assertNotIn("rootport.run=nvme", done.stdout)


def subjects_config():
    return configs.system(subjects.linux("accesses", has_ports=True))


class Parts(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def bench(self, *arguments):
        words = ["side_by_side.py", "--output", str(self.folder), *arguments]
        with mock.patch.object(sys, "argv", words), \
                contextlib.redirect_stdout(io.StringIO()) as shown:
            side_by_side.main()
        return shown.getvalue()

    def results(self):
        return json.loads((self.folder / "side-by-side.json").read_text())

    def test_one_part_leaves_the_others_as_they_were(self):
        def hotplug(_options):
            """Stands in for a boot."""
            return {"counted": "", "us": {"bound": 301000}}

        before = {"format": side_by_side.FORMAT, "gone": 1, "accesses": accesses(930, 18297)}
        (self.folder / "side-by-side.json").write_text(json.dumps(before))
        with mock.patch.dict(parts.PARTS, {"hotplug": hotplug}):
            shown = self.bench("--only", "hotplug")
        self.assertIn("301.0 ms", shown)
        self.assertIn("hot-add, from the condition to the driver\n", shown)
        self.assertEqual(self.results()["accesses"], before["accesses"])
        self.assertNotIn("gone", self.results())
        self.assertEqual(self.results()["hotplug"]["us"]["bound"], 301000)
        self.assertTrue((self.folder / "accesses.svg").exists())
        self.assertFalse((self.folder / "reevaluation.svg").exists())

    def test_what_was_measured_before_a_part_failed_is_kept(self):
        def size(_options):
            """Finds something."""
            return {"counted": "", "lines": 7}

        def core(_options):
            """Fails."""
            raise subjects.RunError("no core")

        with mock.patch.dict(parts.PARTS, {"size": size, "core": core}), \
                self.assertRaisesRegex(subjects.RunError, "no core"):
            self.bench("--only", "size", "core")
        self.assertEqual(self.results()["size"]["lines"], 7)

    def test_no_part_at_all_shows_what_was(self):
        before = {"format": side_by_side.FORMAT, "core": CORE}
        (self.folder / "side-by-side.json").write_text(json.dumps(before))
        self.assertIn("re-evaluation of 1000 functions", self.bench("--only"))
        self.assertEqual(self.results()["core"], CORE)

    def test_results_of_another_format_are_dropped(self):
        before = {"format": side_by_side.FORMAT - 1, "core": CORE}
        (self.folder / "side-by-side.json").write_text(json.dumps(before))
        self.assertNotIn("re-evaluation", self.bench("--only"))

    def test_a_part_that_is_not_there_is_refused(self):
        with self.assertRaises(SystemExit), contextlib.redirect_stderr(io.StringIO()):
            self.bench("--only", "nonsense")

    def test_memory_is_what_a_domain_leaves_less_of(self):
        pages = iter([1000, 978, 977, 976, 975, 964])
        with mock.patch.object(subjects, "run_rootport",
                               lambda *_, **__: said(f"bench: free pages {next(pages):x}")):
            figures_of_memory = parts.memory(argparse.Namespace())
        self.assertEqual({key: value for key, value in figures_of_memory.items()
                          if key != "counted"},
                         {"domain_16_mib": 22, "domain_1_gib": 23, "second_cpu": 2,
                          "empty_port": 3, "function": 14})


if __name__ == "__main__":
    unittest.main()

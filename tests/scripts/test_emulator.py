# SPDX-License-Identifier: MIT
"""The judge of boot tests, with a stand-in for QEMU that says what a test wants."""

import json
import os
import pathlib
import socket
import tempfile
import threading
import unittest

import emulator

STEPS = '[{ name = "one", line = "^first$" }, { name = "two", line = "^second$" }]'


class Boot(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.path_before = os.environ["PATH"]
        os.environ["PATH"] = f"{self.folder}:{self.path_before}"
        self.addCleanup(os.environ.__setitem__, "PATH", self.path_before)

    def scenario(self, text=""):
        path = self.folder / "test.toml"
        path.write_text(f'kernel = "/dev/null"\nsteps = {STEPS}\n{text}')
        return emulator.Scenario(path, self.folder / "run", self.folder, self.folder)

    def boot(self, console, text="", **hooks):
        stand_in = self.folder / "qemu-system-x86_64"
        stand_in.write_text(f"#!/bin/sh\n{console}\n")
        stand_in.chmod(0o755)
        return emulator.boot(self.scenario(text), **hooks)

    def test_passes_when_each_step_shows_in_order(self):
        result = self.boot("echo first; echo noise; echo second")
        self.assertEqual((result.verdict, result.reason), (emulator.PASS, ""))
        self.assertEqual(result.lines, ["first", "noise", "second"])

    def test_reports_steps_as_they_show(self):
        seen = []
        self.boot("echo first; echo second", on_step=lambda *step: seen.append(step))
        self.assertEqual(seen, [(1, "one"), (2, "two")])

    def test_fails_when_steps_show_in_another_order(self):
        result = self.boot("echo second; echo first")
        self.assertEqual(result.verdict, emulator.FAIL)
        self.assertIn("step 2 (two", result.reason)

    def test_fails_on_a_forbidden_line_even_if_all_steps_show(self):
        result = self.boot("echo first; echo 'rootport-test: FAIL x: y'; echo second")
        self.assertEqual(result.verdict, emulator.FAIL)
        self.assertIn("rootport-test: FAIL x: y", result.reason)

    def test_a_scenario_adds_forbidden_lines(self):
        result = self.boot("echo first; echo bad; echo second", 'also_forbidden = ["^bad$"]')
        self.assertEqual(result.verdict, emulator.FAIL)

    def test_an_exit_code_is_an_error(self):
        result = self.boot("echo first; echo second; exit 3")
        self.assertEqual(result.verdict, emulator.ERROR)
        self.assertIn("code 3", result.reason)

    def test_silence_is_an_error_and_stops_the_machine(self):
        result = self.boot("echo first; exec sleep 1000", "silence_limit = 1")
        self.assertEqual(result.verdict, emulator.ERROR)
        self.assertIn("step 2 (two", result.reason)
        self.assertLess(result.seconds, 100)

    def test_a_forbidden_line_stops_the_machine_soon(self):
        result = self.boot("echo first; echo '(rootport) panic: x'; echo dump; exec sleep 1000")
        self.assertEqual(result.verdict, emulator.FAIL)
        self.assertIn("panic: x", result.reason)
        self.assertIn("dump", result.lines)
        self.assertLess(result.seconds, 100)

    def test_lines_in_any_order_have_to_show(self):
        wanted = "anywhere = ['^a$', '^b$']"
        self.assertEqual(self.boot("echo b; echo first; echo second; echo a", wanted).verdict,
                         emulator.PASS)
        result = self.boot("echo first; echo b; echo second", wanted)
        self.assertEqual(result.verdict, emulator.FAIL)
        self.assertIn("/^a$/", result.reason)

    def test_a_missing_file_skips(self):
        result = self.boot("echo first; echo second", 'initrd = "{build}/absent"')
        self.assertEqual(result.verdict, emulator.SKIP)
        self.assertIn("absent", result.reason)

    def test_the_console_loses_what_moves_the_cursor(self):
        result = self.boot(r"printf '\033[2Jfirst\r\nsecond\n'")
        self.assertEqual(result.lines, ["first", "second"])

    def test_a_last_line_without_an_end_counts(self):
        self.assertEqual(self.boot("echo first; printf second").verdict, emulator.PASS)

    def test_a_machine_that_stays_on_is_ended_by_the_last_step(self):
        os.mkfifo(self.folder / "fifo")
        result = self.boot("trap 'exit 0' TERM; echo first; echo second; "
                           f"while :; do read -r x <>{self.folder}/fifo; done",
                           "stays_on = true")
        self.assertEqual((result.verdict, result.reason), (emulator.PASS, ""))

    def test_a_machine_that_stays_on_fails_if_a_step_is_missing(self):
        result = self.boot("echo first", "stays_on = true")
        self.assertEqual(result.verdict, emulator.FAIL)

    def listen(self, scenario, answers):
        """Stands in for QEMU's monitor; the messages that it got, once it is joined."""
        scenario.folder.mkdir()
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(scenario.folder / emulator.MONITOR))
        listener.listen()
        told = []

        def serve():
            client, _ = listener.accept()
            with listener, client, client.makefile() as lines:
                client.sendall(b'{"QMP": {}}\r\n')
                for line, answer in zip(lines, ["", *answers]):
                    message = json.loads(line)
                    told.append((message["execute"], message["arguments"]))
                    client.sendall(b'{"event": "STOP"}\r\n')
                    client.sendall(json.dumps({"return": answer}).encode() + b"\r\n")

        server = threading.Thread(target=serve)
        server.start()
        self.assertIn(f"unix:{scenario.folder}/monitor,server=on,wait=off", scenario.command())
        return told, server

    def test_the_monitor_is_told_when_a_line_shows(self):
        scenario = self.scenario('monitor = [{ line = "^now$", command = "break it" }]')
        told, server = self.listen(scenario, ["done"])
        scenario.tell_monitor("not now")
        self.assertEqual(told, [])
        scenario.tell_monitor("now")
        server.join()
        self.assertEqual(told, [("qmp_capabilities", {}),
                                ("human-monitor-command", {"command-line": "break it"})])
        self.assertEqual((scenario.folder / "monitor.log").read_text(), "done")

    def test_an_answer_names_what_the_next_command_is_about(self):
        scenario = self.scenario("""monitor = [
            { line = "^now$", command = "where", answer = "at (?P<place>[0-9a-f]+)" },
            { line = "^now$", command = "read {place}", answer = "^7" },
        ]""")
        told, server = self.listen(scenario, ["it is at c0", "8"])
        problem = scenario.tell_monitor("now")
        server.join()
        self.assertEqual(told[1:], [
            ("human-monitor-command", {"command-line": "where"}),
            ("human-monitor-command", {"command-line": "read c0"})])
        self.assertEqual(problem, "the monitor's answer to 'read c0' has no /^7/")

    def test_an_answer_that_is_not_wanted_fails(self):
        text = 'monitor = [{ line = "^first$", command = "what", answer = "right" }]'
        _, server = self.listen(self.scenario(text), ["wrong"])
        result = self.boot("echo first; echo second", text)
        server.join()
        self.assertEqual(result.verdict, emulator.FAIL)
        self.assertIn("answer to 'what'", result.reason)

    def test_late_devices_come_with_the_first_line_and_a_reset(self):
        scenario = self.scenario('late_devices = ["nic,bus=b0"]')
        told, server = self.listen(scenario, [""] * 3)
        scenario.add_late_devices("qemu-system-x86_64: warning")
        self.assertEqual(told, [])
        scenario.add_late_devices("(rootport) Rootport")
        server.join()
        self.assertEqual(told[1:], [
            ("human-monitor-command", {"command-line": "device_add nic,bus=b0"}),
            ("set-action", {"reboot": "reset"}),
            ("system_reset", {})])

    def test_a_machine_that_has_its_late_devices_ends_when_it_resets(self):
        scenario = self.scenario('late_devices = ["nic,bus=b0"]')
        scenario.start_count = 1
        told, server = self.listen(scenario, [""])
        scenario.add_late_devices("(rootport) Rootport")
        server.join()
        self.assertEqual(told[1:], [("set-action", {"reboot": "shutdown"})])

    def test_a_late_device_that_cannot_be_is_a_mistake(self):
        scenario = self.scenario('late_devices = ["nic"]')
        _, server = self.listen(scenario, ["Error: no such bus\r\n"])
        with self.assertRaisesRegex(emulator.ScenarioError, "no such bus"):
            scenario.add_late_devices("(rootport) Rootport")
        server.join()

    def test_files_are_cut(self):
        (self.folder / "whole").write_bytes(b"0123456789")
        self.boot("echo first; echo second", 'cut_files = { part = ["{build}/whole", 4] }')
        self.assertEqual((self.folder / "run/part").read_bytes(), b"0123")

    def test_an_unknown_key_is_refused(self):
        with self.assertRaisesRegex(emulator.ScenarioError, "tittle"):
            self.scenario('tittle = "x"')

    def test_commas_of_modules_are_doubled(self):
        scenario = self.scenario('modules = ["/dev/null a,b", "/dev/null"]')
        command = scenario.command()
        self.assertEqual(command[command.index("-initrd") + 1], "/dev/null a,,b,/dev/null")

    def test_a_shim_starts_the_kernel_with_its_command_line(self):
        command = self.scenario('shim = ["a=1", "b=2"]\ncommand_line = "x,y"\n'
                                'modules = ["/dev/null m"]').command()
        self.assertEqual(command[command.index("-kernel") + 1], f"{self.folder}/shim.elf")
        self.assertEqual(command[command.index("-append") + 1], "a=1 b=2")
        self.assertEqual(command[command.index("-initrd") + 1], "/dev/null x,,y,/dev/null m")

    def test_disks_are_new_in_each_run(self):
        (self.folder / "run").mkdir()
        (self.folder / "run/disk0.img").write_bytes(b"old")
        self.boot("echo first; echo second", "disks = { disk0 = 1 }")
        self.assertEqual((self.folder / "run/disk0.img").read_bytes(), bytes(1 << 20))

    def test_an_extension_is_loaded_by_the_emulator_alone(self):
        text = 'emulator_extension = "{build}/extension.so"'
        self.assertEqual(self.boot("echo first; echo second", text).verdict, emulator.SKIP)
        command = self.scenario(text).command()
        self.assertEqual(command[:3], ["env", f"LD_PRELOAD={self.folder}/extension.so",
                                       "qemu-system-x86_64"])
        self.assertEqual(self.scenario().command()[0], "qemu-system-x86_64")


if __name__ == "__main__":
    unittest.main()

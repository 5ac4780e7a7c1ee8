# SPDX-License-Identifier: MIT
"""The ACPI tables that boot tests give to the machine."""

import pathlib
import struct
import tempfile
import unittest

import firmware


def changed(*wishes):
    """The MCFG after some changes."""
    tables = {"MCFG": firmware.mcfg()}
    for wish in wishes:
        firmware.change(tables, {"table": "MCFG", **wish})
    return tables.get("MCFG")


class Change(unittest.TestCase):
    def test_an_untouched_table_is_sound(self):
        data = changed({})
        # ACPI 5.2.6: all bytes of a table add up to zero; its length is at 4.
        self.assertEqual(sum(data) % 256, 0)
        self.assertEqual(struct.unpack_from("<I", data, 4)[0], len(data))
        # PCI Firmware r3.3, 4.1.2: 44 bytes, then 16 for each range.
        self.assertEqual(len(data), 44 + 16)

    def test_a_cut_leaves_a_partial_entry_with_a_right_checksum(self):
        data = changed({"cut": 4})
        self.assertEqual(len(data), 56)
        self.assertEqual(struct.unpack_from("<I", data, 4)[0], 56)
        self.assertEqual(sum(data) % 256, 0)

    def test_a_number_is_overwritten(self):
        data = changed({"at": 44, "u64": 0x100000})
        self.assertEqual(struct.unpack_from("<Q", data, 44)[0], 0x100000)
        self.assertEqual(sum(data) % 256, 0)

    def test_a_length_can_lie(self):
        data = changed({"at": 4, "u32": 4096})
        self.assertEqual(len(data), 60)

    def test_a_checksum_can_be_wrong(self):
        self.assertEqual(sum(changed({"checksum_off_by": 1})) % 256, 1)

    def test_a_table_can_be_missing(self):
        self.assertIsNone(changed({"drop": True}))

    def test_an_unknown_change_is_refused(self):
        with self.assertRaisesRegex(firmware.FirmwareError, "colour"):
            changed({"colour": 1})

    def test_an_unknown_table_is_refused(self):
        with self.assertRaisesRegex(firmware.FirmwareError, "XYZZ"):
            firmware.change({}, {"table": "XYZZ"})


class Link(unittest.TestCase):
    def test_the_script_has_whole_commands_and_the_tables_lie_aligned(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            firmware.arguments(folder, 2, [])
            script = (folder / "loader.bin").read_bytes()
            blob = (folder / "tables.bin").read_bytes()
        self.assertEqual(len(script) % 128, 0)
        for signature in (b"FACP", b"APIC", b"MCFG", b"IVRS", b"RSDT"):
            self.assertEqual(blob.index(signature) % 64, 0, signature)


if __name__ == "__main__":
    unittest.main()

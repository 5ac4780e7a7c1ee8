# SPDX-License-Identifier: MIT
"""Taking the ELF image out of a bzImage: every format, and what can be wrong."""

import gzip
import importlib.machinery
import importlib.util
import lzma
import pathlib
import struct
import sys
import unittest

SCRIPT = pathlib.Path(__file__).parents[2] / "scripts/unpack-kernel"


def load():
    sys.dont_write_bytecode = True
    loader = importlib.machinery.SourceFileLoader("unpack_kernel", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


kernel = load()


def elf(note_type=18, name=b"Xen\0"):
    """A 64-bit ELF file with one note segment of two notes."""
    notes = struct.pack("<III4s8s", 4, 8, 1, b"Lin\0", bytes(8))
    notes += struct.pack("<III4sQ", len(name), 8, note_type, name, 0x1000850)
    header = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    header += struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 4, 4, 120, 0, 0, len(notes), len(notes), 4)
    return header + segment + notes


def bzimage(payload, version=0x20F, setup_sects=4):
    image = bytearray((setup_sects + 1) * 512)
    image[0x1F1] = setup_sects
    image[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", image, 0x206, version)
    struct.pack_into("<II", image, 0x248, 16, len(payload))
    return bytes(image) + bytes(16) + payload + b"rest"


class UnpackKernel(unittest.TestCase):
    def unpacked(self, payload):
        return kernel.unpack(kernel.find_payload(bzimage(payload)))

    def test_plain(self):
        self.assertEqual(self.unpacked(elf()), elf())

    def test_gzip(self):
        self.assertEqual(self.unpacked(gzip.compress(elf())), elf())

    def test_xz_with_the_size_that_the_kernel_appends(self):
        payload = lzma.compress(elf()) + struct.pack("<I", len(elf()))
        self.assertEqual(self.unpacked(payload), elf())

    def test_no_setup_sectors_means_four(self):
        image = bytearray(bzimage(elf()))
        image[0x1F1] = 0
        self.assertEqual(kernel.find_payload(image), elf())

    def test_the_entry_is_that_of_note_18(self):
        self.assertEqual(kernel.pvh_entry(elf()), 0x1000850)

    def refused(self, pattern, function, *arguments):
        with self.assertRaisesRegex(kernel.KernelError, pattern):
            function(*arguments)

    def test_no_note(self):
        self.refused("no PVH entry", kernel.pvh_entry, elf(note_type=17))
        self.refused("no PVH entry", kernel.pvh_entry, elf(name=b"Xon\0"))

    def test_no_bzimage(self):
        self.refused("no bzImage", kernel.find_payload, b"short")
        self.refused("no bzImage", kernel.find_payload, bytes(4096))

    def test_old_protocol(self):
        self.refused("2.07", kernel.find_payload, bzimage(elf(), version=0x207))

    def test_cut_short(self):
        self.refused("truncated", kernel.find_payload, bzimage(elf())[:-100])

    def test_broken_payload(self):
        self.refused("does not unpack", kernel.unpack, lzma.compress(elf())[:40] + bytes(40))

    def test_unknown_payload(self):
        self.refused("not XZ", kernel.unpack, b"BZh9" + bytes(20))

    def test_cut_elf(self):
        self.refused("cut short", kernel.pvh_entry, elf()[:60])


if __name__ == "__main__":
    unittest.main()

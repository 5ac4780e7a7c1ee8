# SPDX-License-Identifier: MIT
"""Makes machines for the tests of `rootport audit`, in every form that it reads.

As a program it prints a machine of N functions, 10000 unless told otherwise:

    python3 machines.py [--saved] [N]

as a dump in the form of `lspci -xxxx`, or as a saved set.
"""

import argparse
import pathlib
import struct
import sys

HEADER_SIZE, CONVENTIONAL, EXTENDED = 64, 256, 4096

# Types of the PCI Express capability: PCI Express Base r5.0, 7.5.3.2.
ENDPOINT, ROOT_PORT = 0x0, 0x4


class Function:
    """One function with its registers. Numbers are the specification's."""

    def __init__(self, sbdf, vendor=0x1f01, device=0x0100, class_code=0x020000,
                 size=EXTENDED, name="Test device"):
        self.sbdf = sbdf
        self.name = name
        self.registers = bytearray(size)
        self.kernel_size = EXTENDED if size == EXTENDED else CONVENTIONAL
        self.physical = None
        self.last_cap = None
        self.put(0x00, "<HH", vendor, device)
        self.put(0x08, "<I", class_code << 8 | 0x01)

    def put(self, offset, layout, *values):
        struct.pack_into(layout, self.registers, offset, *values)
        return self

    def capability(self, offset, number, body=b""):
        """Appends a capability to the list."""
        self.put(0x06, "<H", 0x0010)
        self.put(self.last_cap + 1 if self.last_cap else 0x34, "<B", offset)
        self.put(offset, "<BB", number, 0)
        self.registers[offset + 2:offset + 2 + len(body)] = body
        self.last_cap = offset
        return self

    def pcie(self, kind=ENDPOINT, offset=0x40):
        return self.capability(offset, 0x10, struct.pack("<H", kind << 4 | 2))

    def extended(self, *capabilities):
        """The extended list: (offset, ID, body) in the order of the offsets."""
        for place, (offset, number, body) in enumerate(capabilities):
            following = capabilities[place + 1:]
            self.put(offset, "<I", number | 1 << 16 | (following[0][0] if following else 0) << 20)
            self.registers[offset + 4:offset + 4 + len(body)] = body
        return self

    def bridge(self, primary, secondary, subordinate):
        return self.put(0x0e, "<B", 1).put(0x18, "<BBB", primary, secondary, subordinate)

    def multifunction(self):
        self.registers[0x0e] |= 0x80
        return self

    def sriov(self, offset, count, first, stride, device):
        """9.3.3: VF Enable, InitialVFs, TotalVFs, NumVFs, offset, stride, device ID."""
        body = struct.pack("<IHHHHHHHHHH", 0, 1, 0, count, count, count, 0, first, stride, 0,
                           device)
        return self.extended((offset, 0x10, body))


def host_bridge(sbdf="0000:00:00.0", device=0x0001, size=EXTENDED):
    return Function(sbdf, 0x1f00, device, 0x060000, size, name="Test host bridge")


def root_port(sbdf, secondary, subordinate=None):
    port = Function(sbdf, 0x1f00, 0x0010, 0x060400, name="Test root port").pcie(ROOT_PORT)
    return port.bridge(int(sbdf[5:7], 16), secondary, subordinate or secondary)


def virtual_function(sbdf, physical):
    """9.3.4.1: the IDs of a virtual function read all ones."""
    function = Function(sbdf, 0xffff, 0xffff).pcie()
    function.physical = physical
    function.name = "Test virtual function"
    return function


def small():
    """Host bridge, root port, endpoint with a serial number, conventional function."""
    return [
        host_bridge(),
        root_port("0000:00:01.0", 1),
        Function("0000:00:02.0", size=CONVENTIONAL).capability(0x40, 0x05),
        Function("0000:01:00.0", class_code=0x010802, name="Test NVMe").pcie()
        .extended((0x100, 0x01, b""), (0x150, 0x03, bytes.fromhex("efcdab8967452301"))),
    ]


def large(count=10000):
    """@count functions in a segment: root ports with SR-IOV behind each of them."""
    functions = [host_bridge()]
    vf_count = 40
    for bus in range(1, 249):
        slot, number = 1 + (bus - 1) // 8, (bus - 1) % 8
        port = root_port(f"0000:00:{slot:02x}.{number}", bus).multifunction()
        physical = Function(f"0000:{bus:02x}:00.0", name="Test PF").pcie()
        physical.sriov(0x100, vf_count, 8, 1, 0x0107)
        functions += [port, physical]
        functions += [virtual_function(f"0000:{bus:02x}:{(8 + i) >> 3:02x}.{(8 + i) & 7}",
                                       physical.sbdf) for i in range(vf_count)]
    return functions[:count]


# --- the forms that are read ---------------------------------------------------

ROW_OFFSETS = [f"{row:02x}:" for row in range(0, EXTENDED, 16)]


def rows(registers, *, with_zeros):
    for place in range(0, len(registers), 16):
        row = registers[place:place + 16]
        if with_zeros or any(row):
            yield f"{ROW_OFFSETS[place // 16]} {row.hex(' ')}\n"


def dump(functions):
    """As `lspci -D -xxxx` prints it."""
    return "\n".join(f"{function.sbdf} {function.name}\n" +
                     "".join(rows(function.registers, with_zeros=True))
                     for function in functions)


def mcfg(*entries):
    """The table for (base, segment, first bus, last bus) each."""
    body = b"".join(struct.pack("<QHBBI", *entry, 0) for entry in entries)
    table = bytearray(struct.pack("<4sIBB6s8sI4sI8x", b"MCFG", 44 + len(body), 1, 0, b"TEST",
                                  b"TEST", 1, b"TEST", 1) + body)
    table[9] = -sum(table) & 0xff
    return bytes(table)


BASE = 0xe0000000
MCFG = mcfg((BASE, 0, 0, 0xff))
# (address, size, type)
MEMORY = ((0x0, 0xa0000, "ram"), (0x100000, 0x7ff00000, "ram"),
          (BASE, 0x10000000, "reserved"))


def saved(functions, *, table=MCFG, memory=MEMORY, in_kernel=True, cpus=4):
    """A saved set, as saved.h describes it."""
    lines = ["rootport-audit 1", "source machine", "identifiers kept", "unaddressable 0", "address-bits 46",
             f"cpus {cpus}", "amd-msr absent 0x0"]
    if table is None:
        lines.append("mcfg absent 0")
    else:
        lines += [f"mcfg seen {len(table)}",
                  "".join(rows(table, with_zeros=True)).rstrip("\n")]
    lines.append("memory-map seen firmware")
    lines += [f"memory {base:#x} {size:#x} {kind}" for base, size, kind in memory]
    lines += ["reservations seen", "kernel-regions seen"]
    if in_kernel:
        lines.append(f"kernel-region {BASE:#x} 0000 00 ff")
    for function in functions:
        lines.append(f"function {function.sbdf} {len(function.registers)} "
                     f"{function.kernel_size} {function.physical or '-'}")
        lines.append(f"name {function.name}")
        lines += ["".join(rows(function.registers, with_zeros=False)).rstrip("\n")]
    return "\n".join(lines) + "\nend\n"


MEMORY_WORDS = {"ram": "System RAM", "reserved": "Reserved"}


def write_root(root, functions, *, table=MCFG, memory=MEMORY, iomem=None):
    """A folder with the parts of /sys, /proc and /dev that are read."""
    root = pathlib.Path(root)
    for function in functions:
        folder = root / "sys/bus/pci/devices" / function.sbdf
        folder.mkdir(parents=True)
        registers = function.registers
        (folder / "config").write_bytes(registers)
        (folder / "vendor").write_text(f"0x{registers[1]:02x}{registers[0]:02x}\n")
        (folder / "device").write_text(f"0x{registers[3]:02x}{registers[2]:02x}\n")
        (folder / "class").write_text(f"0x{registers[11:8:-1].hex()}\n")
        (folder / "irq").write_text("0\n")
        (folder / "resource").write_text("0x0 0x0 0x0\n" * 7)
        if function.physical:
            (folder / "physfn").symlink_to(f"../{function.physical}")
    (root / "sys/bus/pci/slots").mkdir(parents=True)
    (root / "sys/firmware/acpi/tables").mkdir(parents=True)
    if table is not None:
        (root / "sys/firmware/acpi/tables/MCFG").write_bytes(table)
    for place, (base, size, kind) in enumerate(memory):
        folder = root / "sys/firmware/memmap" / str(place)
        folder.mkdir(parents=True)
        (folder / "start").write_text(f"{base:#x}\n")
        (folder / "end").write_text(f"{base + size - 1:#x}\n")
        (folder / "type").write_text(MEMORY_WORDS[kind] + "\n")
    (root / "sys/bus/pnp/devices").mkdir(parents=True)
    (root / "sys/devices/system/cpu").mkdir(parents=True)
    (root / "sys/devices/system/cpu/present").write_text("0-2,8\n")
    (root / "proc").mkdir()
    (root / "proc/iomem").write_text(
        iomem or "e0000000-efffffff : PCI ECAM 0000 [bus 00-ff]\n")
    (root / "proc/cpuinfo").write_text("vendor_id\t: GenuineIntel\ncpu family\t: 6\n"
                                       "address sizes\t: 46 bits physical, 48 bits virtual\n")
    return root


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--saved", action="store_true")
    parser.add_argument("count", type=int, nargs="?", default=10000)
    options = parser.parse_args()
    functions = large(options.count)
    sys.stdout.write(saved(functions) if options.saved else dump(functions))


if __name__ == "__main__":
    main()

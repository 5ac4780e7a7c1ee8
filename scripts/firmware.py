# SPDX-License-Identifier: MIT
"""ACPI tables of our own making for the emulated machine, sound or not.

QEMU lets the guest's firmware fetch its tables from "files", together with a
script that places and links them. With its own tables switched off, ours go the
same way, so that a boot test can have any malformed table.

ACPI r6.5, chapter 5; AMD IOMMU specification (48882) r3.06, 5.2. The script's
format is that of QEMU's BIOS linker and loader.
"""

import struct

ALIGNMENT = 64
HEADER_SIZE = 36
LENGTH_AT = 4
CHECKSUM_AT = 9

ECAM_BASE = 0xB0000000
LOCAL_APIC = 0xFEE00000
IOAPIC = 0xFEC00000
IOMMU = 0xFED80000
IOMMU_REQUESTER_ID = 0x0008
IOMMU_CAPABILITY = 0x40
IOAPIC_REQUESTER_ID = 0x00A0

# The loader script's commands, and zones to place a file in.
ALLOCATE, ADD_POINTER, ADD_CHECKSUM = 1, 2, 3
ZONE_HIGH, ZONE_FSEG = 1, 2
COMMAND_SIZE = 128

FILES = {"rsdp": "etc/acpi/rsdp", "tables": "etc/acpi/tables", "loader": "etc/table-loader"}


class FirmwareError(Exception):
    """What is wrong with a change, as a sentence."""


def table(signature, revision, body):
    header = struct.pack("<4sIBB6s8sI4sI", signature.encode(), HEADER_SIZE + len(body), revision,
                         0, b"ROOTPT", b"TESTTABL", 1, b"RTPT", 1)
    return bytearray(header + body)


def dsdt():
    # Name (\_S5, Package (4) {Zero, Zero, Zero, Zero}): what switching off needs.
    return table("DSDT", 1, b"\x08_S5_\x12\x06\x04\x00\x00\x00\x00")


def fadt():
    """The ICH9 power management block where QEMU's firmware puts it."""
    body = bytearray(244 - HEADER_SIZE)

    def put(form, offset, *values):
        struct.pack_into(form, body, offset - HEADER_SIZE, *values)

    put("<HIBB", 46, 9, 0xB2, 2, 3)  # SCI_INT, SMI_CMD, ACPI_ENABLE, ACPI_DISABLE
    put("<I", 56, 0x600)  # PM1a_EVT_BLK
    put("<I", 64, 0x604)  # PM1a_CNT_BLK
    put("<I", 76, 0x608)  # PM_TMR_BLK
    put("<I", 80, 0x620)  # GPE0_BLK
    put("<BBBBB", 88, 4, 2, 0, 4, 16)  # lengths: PM1_EVT, PM1_CNT, PM2_CNT, PM_TMR, GPE0
    put("<HH", 96, 0xFFF, 0xFFF)  # P_LVL2_LAT, P_LVL3_LAT: no such states
    put("<I", 112, 0x84A5)  # flags as QEMU's; RESET_REG_SUP among them
    put("<BBBBQB", 116, 1, 8, 0, 0, 0xCF9, 0x0F)  # RESET_REG, RESET_VALUE
    put("<BBBBQ", 148, 1, 32, 0, 0, 0x600)  # X_PM1a_EVT_BLK
    put("<BBBBQ", 172, 1, 16, 0, 0, 0x604)  # X_PM1a_CNT_BLK
    put("<BBBBQ", 208, 1, 32, 0, 0, 0x608)  # X_PM_TMR_BLK
    put("<BBBBQ", 220, 1, 128, 0, 0, 0x620)  # X_GPE0_BLK
    return table("FACP", 3, bytes(body))


def madt(cpu_count):
    body = struct.pack("<II", LOCAL_APIC, 1)
    for apic_id in range(cpu_count):
        body += struct.pack("<BBBBI", 0, 8, apic_id, apic_id, 1)
    body += struct.pack("<BBBBII", 1, 12, 0, 0, IOAPIC, 0)
    for irq, gsi, flags in [(0, 2, 0), (5, 5, 13), (9, 9, 13), (10, 10, 13), (11, 11, 13)]:
        body += struct.pack("<BBBBIH", 2, 10, 0, irq, gsi, flags)
    body += struct.pack("<BBBHB", 4, 6, 0xFF, 0, 1)
    return table("APIC", 1, body)


def mcfg():
    return table("MCFG", 1, struct.pack("<QQHBBI", 0, ECAM_BASE, 0, 0, 0xFF, 0))


def ivrs():
    # A range over every requester ID, no special settings; then the I/O APIC.
    devices = struct.pack("<BHBBHB", 3, 0, 0, 4, 0xFFFF, 0)
    devices += struct.pack("<BHBBHB", 0x48, 0, 0, 0, IOAPIC_REQUESTER_ID, 1)
    block = struct.pack("<BBHHHQHHI", 0x10, 0xD1, 24 + len(devices), IOMMU_REQUESTER_ID,
                        IOMMU_CAPABILITY, IOMMU, 0, 0, 0x44) + devices
    return table("IVRS", 1, struct.pack("<IQ", 0x2800, 0) + block)


def facs():
    return bytearray(struct.pack("<4sI", b"FACS", 64) + bytes(56))


def set_checksum(data, offset=CHECKSUM_AT):
    data[offset] = 0
    data[offset] = -sum(data) & 0xFF


# The change after which the RSDP names no table at all.
NO_ROOT = {"table": "RSDT", "drop": True}

WIDTHS = {"u8": "<B", "u16": "<H", "u32": "<I", "u64": "<Q"}


def change(tables, wish):
    """Applies one change of a scenario. docs/testing.md lists what it may hold."""
    wish = dict(wish)
    name = wish.pop("table")
    if name not in tables:
        raise FirmwareError(f"there is no table {name} to change")
    data = tables[name]
    if wish.pop("drop", False):
        del tables[name]
    if "cut" in wish:
        del data[len(data) - wish.pop("cut"):]
        struct.pack_into("<I", data, LENGTH_AT, len(data))
    if "append" in wish:
        data += bytes.fromhex(wish.pop("append"))
        struct.pack_into("<I", data, LENGTH_AT, len(data))
    offset = wish.pop("at", None)
    for width in WIDTHS.keys() & wish.keys():
        struct.pack_into(WIDTHS[width], data, offset, wish.pop(width))
    set_checksum(data)
    data[CHECKSUM_AT] = (data[CHECKSUM_AT] + wish.pop("checksum_off_by", 0)) & 0xFF
    if wish:
        raise FirmwareError(f"{name}: unknown change {sorted(wish)[0]}")


class Linker:
    """Lays tables out in one file, and writes the script that places and links them."""

    def __init__(self):
        self.blob = bytearray()
        self.script = b""

    def command(self, number, form, *values):
        self.script += struct.pack("<I" + form, number, *values).ljust(COMMAND_SIZE, b"\0")

    def allocate(self, file, alignment, zone):
        self.command(ALLOCATE, "56sIB", FILES[file].encode(), alignment, zone)

    def point(self, file, offset, size):
        """Adds the address of the tables' file to the number at @offset of @file."""
        self.command(ADD_POINTER, "56s56sIB", FILES[file].encode(), FILES["tables"].encode(),
                     offset, size)

    def sum_up(self, file, begin, length, checksum_at):
        self.command(ADD_CHECKSUM, "56sIII", FILES[file].encode(), checksum_at, begin, length)

    def add(self, data):
        self.blob += bytes(-len(self.blob) % ALIGNMENT)
        offset = len(self.blob)
        self.blob += data
        return offset


def link(tables, has_root=True):
    """{file: bytes} for firmware: the RSDP, all tables, and the loader's script."""
    linker = Linker()
    linker.allocate("tables", ALIGNMENT, ZONE_HIGH)
    linker.allocate("rsdp", 16, ZONE_FSEG)
    offsets = {name: linker.add(data) for name, data in tables.items()}
    if "FACP" in tables:
        for at, name in [(36, "FACS"), (40, "DSDT")]:
            if name in tables:
                place = offsets["FACP"] + at
                struct.pack_into("<I", linker.blob, place, offsets[name])
                linker.point("tables", place, 4)
        place = offsets["FACP"]
        linker.blob[place + CHECKSUM_AT] = 0
        linker.sum_up("tables", place, len(tables["FACP"]), place + CHECKSUM_AT)

    listed = [offsets[name] for name in tables if name not in ("FACS", "DSDT")]
    root = linker.add(table("RSDT", 1, struct.pack(f"<{len(listed)}I", *listed)))
    for index in range(len(listed)):
        linker.point("tables", root + HEADER_SIZE + 4 * index, 4)
    linker.sum_up("tables", root, HEADER_SIZE + 4 * len(listed), root + CHECKSUM_AT)

    rsdp = struct.pack("<8sB6sBI", b"RSD PTR ", 0, b"ROOTPT", 0, root if has_root else 0)
    if has_root:
        linker.point("rsdp", 16, 4)
    linker.sum_up("rsdp", 0, len(rsdp), 8)
    return {"rsdp": rsdp, "tables": bytes(linker.blob), "loader": linker.script}


def arguments(folder, cpu_count, changes):
    """Writes the files into @folder; returns the arguments that QEMU takes them by."""
    tables = {"FACS": facs(), "DSDT": dsdt(), "FACP": fadt(), "APIC": madt(cpu_count),
              "MCFG": mcfg(), "IVRS": ivrs()}
    for name in tables:
        if name != "FACS":
            set_checksum(tables[name])
    has_root = NO_ROOT not in changes
    for wish in changes:
        if wish != NO_ROOT:
            change(tables, wish)
    words = ["-machine", "acpi=off"]
    for name, data in link(tables, has_root).items():
        path = folder / f"{name}.bin"
        path.write_bytes(data)
        words += ["-fw_cfg", f"name={FILES[name]},file={path}"]
    return words

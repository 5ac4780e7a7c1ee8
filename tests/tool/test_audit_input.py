# SPDX-License-Identifier: MIT
"""What `rootport audit` is given: arguments, files, and folders in place of a machine."""

import random

import pytest

import machines
from conftest import by_sbdf
from machines import CONVENTIONAL, Function, dump, host_bridge, saved, small


@pytest.mark.parametrize("arguments, message", [
    (["--what"], "no such option: --what"),
    (["--save"], "wants a value: --save"),
    (["word"], "what is this for: word"),
    (["--policy", "all"], "strict, default, probe or off, not: all"),
    (["--from", "a", "--dump", "b"], "one at a time"),
    (["--json", "--tree"], "one at a time"),
    (["--tree", "--capabilities"], "no place for --capabilities"),
    (["--from", "/nowhere"], "/nowhere: No such file"),
    (["--dump", "/"], "/: Is a directory"),
    (["--root", "/nowhere"], "/nowhere/sys/bus/pci/devices: No such file"),
])
def test_usage(audit, arguments, message):
    done = audit(*arguments, code=2)
    assert message in done.stderr
    assert done.stdout == ""


def test_help(audit):
    text = audit("--help", code=0).stdout
    for option in ("--from", "--dump", "--root", "--json", "--tree", "--capabilities",
                   "--policy", "--identifiers", "--save", "--svg"):
        assert option in text
    assert max(map(len, text.splitlines())) <= 80


def refuse(audit, option, text):
    """The line and the reason, after the file's name."""
    path = audit.file(text)
    done = audit(option, path, code=2)
    assert done.stdout == ""
    prefix = f"rootport audit: {path}:"
    assert done.stderr.startswith(prefix) and done.stderr.count("\n") == 1
    line, _, reason = done.stderr[len(prefix):].partition(": ")
    return int(line), reason.strip()


def test_dump_cut_short(audit):
    text = dump(small())
    line, reason = refuse(audit, "--dump", text[:len(text) - 1000])
    assert line == len(text[:-1000].splitlines()) and reason
    whole_lines = "".join(text.splitlines(True)[:100])
    line, reason = refuse(audit, "--dump", whole_lines)
    assert "line 1 ends after 1584 bytes" in reason


@pytest.mark.parametrize("option", ["--dump", "--from"])
def test_binary(audit, option):
    noise = random.Random(1).randbytes(100000)
    line, reason = refuse(audit, option, noise)
    assert line >= 1 and reason
    assert refuse(audit, option, b"\0" * 100000)[0] == 1
    assert refuse(audit, option, b"")[1]


@pytest.mark.parametrize("option, text", [("--dump", dump(small())), ("--from", saved(small()))])
def test_damaged_files_are_refused_or_read(audit, option, text):
    """Bytes overwritten, left out and doubled: an end with 0, 1, or 2 and a reason."""
    random_numbers = random.Random(2)
    for _ in range(40):
        damaged = bytearray(text.encode())
        for _ in range(random_numbers.randrange(1, 4)):
            place = random_numbers.randrange(len(damaged))
            damaged[place:place + random_numbers.randrange(3)] = \
                random_numbers.randbytes(random_numbers.randrange(3))
        done = audit(option, audit.file(bytes(damaged)))
        assert done.returncode in (0, 1, 2)
        assert (done.returncode == 2) == bool(done.stderr)


def test_endless_file(audit):
    assert "File too large" in audit("--dump", "/dev/zero", code=2).stderr


def test_enormous_line(audit):
    assert refuse(audit, "--dump", "a" * 50_000_000)[0] == 1


def test_many_segments(audit):
    """Each of its own: no loop over all buses of all segments takes long."""
    functions = [Function(f"{segment:04x}:00:00.0", size=64) for segment in range(2000)]
    assert len(audit.dump(dump(functions))["functions"]) == 2000


def test_dump_of_a_machine_with_vmd(audit):
    text = dump(small()) + "\n10000:e0:06.0 bridge\n" + \
        "".join(machines.rows(bytes(64), with_zeros=True))
    document = audit.dump(text)
    assert document["summary"]["unaddressable"] == 1
    assert document["summary"]["functions"] == 4


def test_escape_sequences_do_not_get_through(audit):
    text = saved([Function("0000:00:01.0", name="evil\x1b]0;title\x07")])
    line, reason = refuse(audit, "--from", text)
    assert "not text" in reason and line > 1


# --- folders in place of the machine ---------------------------------------------


def test_root(audit, tmp_path):
    root = machines.write_root(tmp_path / "root", small())
    document = audit.json("--root", root, code=0)
    region, = document["ecam"]
    assert region["used_by_kernel"] is True
    assert "firmware's memory map" in region["why"]["memory-map"]
    found = by_sbdf(document)
    assert [found[sbdf]["kernel_size"] for sbdf in sorted(found)] == [4096, 4096, 256, 4096]


def test_root_with_the_kernels_map_alone(audit, tmp_path):
    root = machines.write_root(
        tmp_path / "root", small(), memory=(),
        iomem="00100000-7fffffff : System RAM\n"
              "e0000000-efffffff : PCI ECAM 0000 [bus 00-ff]\n"
              "  e0000000-efffffff : Reserved\n")
    region, = audit.json("--root", root, code=0)["ecam"]
    assert region["evidence"][0] == "memory-map"
    assert "the kernel's memory map" in region["why"]["memory-map"]


def test_root_with_hidden_addresses(audit, tmp_path):
    """What /proc/iomem is to who may not know addresses."""
    root = machines.write_root(tmp_path / "root", small(), memory=(),
                               iomem="00000000-00000000 : System RAM\n")
    region, = audit.json("--root", root, code=1)["ecam"]
    assert region["evidence_unknown"] == ["memory-map", "probe", "report", "firmware-domain"]
    assert "hidden from this user" in region["why"]["memory-map"]


def test_root_with_an_acpi_reservation(audit, tmp_path):
    root = machines.write_root(tmp_path / "root", small(), memory=machines.MEMORY[:2],
                               iomem="00000000-00000000 : System RAM\n")
    device = root / "sys/bus/pnp/devices/00:04"
    device.mkdir()
    (device / "id").write_text("PNP0C02\n")
    (device / "resources").write_text("state = active\nio 0x2e-0x2f\n"
                                      "mem 0xe0000000-0xefffffff\n")
    region, = audit.json("--root", root, code=0)["ecam"]
    assert region["trusted"]["default"] == "after-report"
    assert "ACPI reserves it for PNP0C02" in region["why"]["report"]


def test_root_with_amds_register(audit, tmp_path):
    """C001_0058: enabled, 256 buses (8 in bits 5:2), base e0000000."""
    root = machines.write_root(tmp_path / "root", small(), memory=machines.MEMORY[:2])
    (root / "proc/cpuinfo").write_text("vendor_id\t: AuthenticAMD\ncpu family\t: 25\n"
                                       "address sizes\t: 48 bits physical\n")
    msr = root / "dev/cpu/0"
    msr.mkdir(parents=True)
    with open(msr / "msr", "wb") as file:
        file.seek(0xc0010058)
        file.write((0xe0000000 | 8 << 2 | 1).to_bytes(8, "little"))
    region, = audit.json("--root", root, code=0)["ecam"]
    assert "chipset" in region["evidence"]
    assert region["trusted"] == {"off": "never", "strict": "after-report",
                                 "default": "at-boot", "probe": "at-boot"}


@pytest.mark.parametrize("present, count", [
    ("0-2,8\n", 4), ("0\n", 1), ("0-255\n", 256), ("3-1\n", None), ("all\n", None), ("\n", None),
    (None, None)])
def test_cpus(audit, tmp_path, present, count):
    """They are saved, so that a configuration can be held against them."""
    root = machines.write_root(tmp_path / "root", small())
    listed = root / "sys/devices/system/cpu/present"
    listed.unlink()
    if present is not None:
        listed.write_text(present)
    assert audit.json("--root", root, "--save", tmp_path / "set", code=0)["cpus"] == count
    assert audit.json("--from", tmp_path / "set", code=0)["cpus"] == count


def test_root_without_acpi(audit, tmp_path):
    """As in a container: then nobody can tell whether there is an MCFG."""
    root = machines.write_root(tmp_path / "root", [host_bridge(size=CONVENTIONAL)], table=None)
    (root / "sys/firmware/acpi/tables").rmdir()
    assert audit.json("--root", root)["mcfg"]["sight"] == "not-recorded"

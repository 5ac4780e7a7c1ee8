# SPDX-License-Identifier: MIT
"""The forms in which `rootport audit` speaks, and what it writes."""

import os
import re
import resource
import subprocess
import xml.etree.ElementTree

import pytest

import machines
from conftest import PROJECT
from machines import Function, dump, host_bridge, saved, small

FORMS = [[], ["--json"], ["--tree"], ["--capabilities"], ["--json", "--capabilities"],
         ["--json", "--identifiers"], ["--policy", "off"]]


def table_rows(text):
    """The table's rows by address, without their marks."""
    lines = text.partition("  address ")[2].splitlines()[1:]
    rows = [line[2:].split(None, 4) for line in lines[:lines.index("")]]
    return {row[0]: row[1:] for row in rows}


def test_table(audit):
    text = audit("--from", audit.file(saved(small())), code=0).stdout
    assert "0xe0000000-0xefffffff  segment 0000, buses 00-ff, named by MCFG" in text
    assert "+ memory-map  reserved from end to end in firmware's memory map" in text
    assert "strict: unknown, default: at boot, probe: at boot, off: never" in text
    rows = table_rows(text)
    assert list(rows) == sorted(rows)
    assert rows["0000:01:00.0"][:3] == ["4096", "4096", "usable"]
    assert "4 functions: 3 with 4096 bytes, 1 with 256 and no more to be had" in text


def test_differences_are_explained(audit):
    function = Function("0000:00:01.0").pcie().put(0x100, "<I", 0xffffffff)
    text = audit("--from", audit.file(saved([function])), code=1).stdout
    assert "! 0000:00:01.0   256    4096  all-ones" in text
    assert "Where the kernel's view differs" in text
    assert "it answered when the kernel looked and does not now" in text


def members(value):
    """The names of all members in a document."""
    if isinstance(value, dict):
        return set(value).union(*map(members, value.values()))
    return set().union(*map(members, value)) if isinstance(value, list) else set()


def test_every_member_of_json_is_described(audit):
    document = audit.saved(saved(small()), "--capabilities", "--identifiers", code=0)
    described = set(re.findall(r"`([a-z_-]+)`", (PROJECT / "docs/audit-json.md").read_text()))
    assert members(document) <= described


def test_tree(audit):
    text = audit("--tree", "--from", audit.file(saved(small())), code=0).stdout
    assert text.splitlines() == [
        "0000:00",
        "|-- 00:00.0  4096  host bridge, Test host bridge",
        "|-- 00:01.0  4096  root port, Test root port [01-01]",
        "|   `-- 01:00.0  4096  endpoint, Test NVMe",
        "`-- 00:02.0   256  PCI function, Test device",
    ]


def test_tree_of_two_segments(audit):
    functions = [host_bridge(), host_bridge("0001:40:00.0")]
    text = audit("--tree", "--dump", audit.file(dump(functions))).stdout
    assert [line for line in text.splitlines() if not line.startswith("`")] == \
        ["0000:00", "0001:40"]


SVG = "{http://www.w3.org/2000/svg}"


def test_svg(audit, tmp_path):
    audit("--svg", tmp_path / "picture.svg", "--from", audit.file(saved(small())), code=0)
    root = xml.etree.ElementTree.parse(tmp_path / "picture.svg").getroot()
    texts = " ".join(text.text or "" for text in root.iter(SVG + "text"))
    assert "segment 0000, bus 01" in texts and "Test NVMe" in texts
    assert len([group for group in root.iter(SVG + "g") if group.get("class") == "edge"]) == 1


def test_svg_takes_names_for_text(audit, tmp_path):
    name = "<script>&\"'\\n]]> ü"
    function = Function("0000:00:01.0", name=name)
    audit("--svg", tmp_path / "picture.svg", "--from", audit.file(saved([function])))
    root = xml.etree.ElementTree.parse(tmp_path / "picture.svg").getroot()
    assert not list(root.iter(SVG + "script"))
    assert any("<script>&" in (text.text or "") for text in root.iter(SVG + "text"))


def test_svg_without_graphviz(audit, tmp_path):
    done = audit("--svg", tmp_path / "picture.svg", "--from", audit.file(saved(small())), code=2,
                 env={"PATH": str(tmp_path)})
    assert "Graphviz" in done.stderr and "apt install graphviz" in done.stderr
    assert not (tmp_path / "picture.svg").exists()


@pytest.mark.parametrize("form", FORMS, ids=" ".join)
@pytest.mark.parametrize("source", ["root", "dump", "saved"])
def test_saved_set_repeats_the_same_bytes(audit, tmp_path, form, source):
    functions = small() + [Function("0000:00:03.0").pcie().extended((0x100, 0x0b, b"\x55" * 64))]
    arguments = {
        "root": lambda: ["--root", machines.write_root(tmp_path / "root", functions)],
        "dump": lambda: ["--dump", audit.file(dump(functions))],
        "saved": lambda: ["--from", audit.file(saved(functions))],
    }[source]()
    first = audit(*form, *arguments, "--save", tmp_path / "set")
    second = audit(*form, "--from", tmp_path / "set")
    assert first.stdout == second.stdout and first.stdout
    assert first.returncode == second.returncode


# The serial number of small()'s endpoint, made of a MAC as EUI-64 says.
SERIAL = "01-23-45-67-89-ab-cd-ef"
SERIAL_BYTES = "ef cd ab 89 67 45 23 01"


def secretive():
    """One place each where a device may tell who it is."""
    return small() + [
        Function("0000:00:03.0").pcie().capability(0x60, 0x03, bytes.fromhex("0080aabbccdd"))
        .capability(0x70, 0x09, bytes.fromhex("10112233")).extended(
            (0x100, 0x0b, bytes.fromhex("0100 0102 33445566")),
            (0x200, 0x23, bytes.fromhex("01000002 0200 778899aa"))),
        # Aliased, so that its extended space is no list.
        Function("0000:00:04.0").pcie().put(0x104, "<I", 0xdeadbeef),
    ]


SECRETS = [SERIAL_BYTES, "aa bb cc dd", "11 22 33", "33 44 55 66", "77 88 99 aa"]


def test_identifiers_are_left_out(audit, tmp_path):
    """What is saved has none of them, however it is cut into rows."""
    functions = secretive()
    for page in range(0x100, 0x1000, 0x100):
        functions[-1].put(page, "<HH", 0x1f01, 0x0100)
    shown = audit("--json", "--from", audit.file(saved(functions)), "--save", tmp_path / "set")
    text = (tmp_path / "set").read_text()
    registers = " ".join(line.partition(": ")[2] for line in text.splitlines() if ": " in line)
    assert "identifiers left-out" in text
    assert [secret for secret in SECRETS if secret in registers] == []
    assert "ef be ad de" not in registers
    assert SERIAL not in shown.stdout


def test_identifiers_if_asked_for(audit, tmp_path):
    document = audit.saved(saved(secretive()), "--identifiers", "--save", tmp_path / "set")
    assert SERIAL in [function["serial"] for function in document["functions"]]
    assert SERIAL_BYTES in (tmp_path / "set").read_text()
    again = audit.json("--identifiers", "--from", tmp_path / "set")
    assert again == document


def test_identifiers_that_were_left_out_stay_so(audit, tmp_path):
    audit("--from", audit.file(saved(small())), "--save", tmp_path / "set")
    document = audit.json("--identifiers", "--from", tmp_path / "set")
    assert {function["serial"] for function in document["functions"]} == {None}
    text = audit("--capabilities", "--identifiers", "--from", tmp_path / "set").stdout
    assert "left out of what was saved" in text


def test_machine_of_ten_thousand(audit):
    """In processor time, since others may use this machine too."""
    path = audit.file(saved(machines.large(10000)))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    text = audit("--from", path, code=0).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert "10000 functions: 10000 with 4096 bytes" in text
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1


def test_output_that_cannot_be_written(audit):
    path = audit.file(saved(small()))
    with open("/dev/full", "wb") as full:
        done = subprocess.run([PROJECT / os.environ.get("BUILD", "build") / "rootport", "audit",
                               "--from", path], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2 and b"standard output" in done.stderr


def test_set_that_cannot_be_written(audit, tmp_path):
    done = audit("--from", audit.file(saved(small())), "--save", tmp_path / "no/set", code=2)
    assert "No such file or directory" in done.stderr
    done = audit("--from", audit.file(saved(small())), "--save", "/dev/full", code=2)
    assert "No space left" in done.stderr

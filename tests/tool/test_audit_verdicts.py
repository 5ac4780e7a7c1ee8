# SPDX-License-Identifier: MIT
"""What `rootport audit` says of regions and functions."""

import pytest

import machines
from conftest import by_sbdf
from machines import CONVENTIONAL, HEADER_SIZE, Function, host_bridge, root_port, saved, small


def test_all_is_well(audit):
    document = audit.saved(saved(small()), code=0)
    functions = by_sbdf(document)
    assert {sbdf: (function["config_size"], function["reason"], function["type"])
            for sbdf, function in functions.items()} == {
        "0000:00:00.0": (4096, "usable", "host bridge"),
        "0000:00:01.0": (4096, "usable", "root port"),
        "0000:00:02.0": (256, "conventional", "PCI function"),
        "0000:01:00.0": (4096, "usable", "endpoint"),
    }
    assert functions["0000:01:00.0"]["parent"] == "0000:00:01.0"
    assert functions["0000:01:00.0"]["name"] == "Test NVMe"
    assert document["summary"]["well"] is True


def test_region_and_its_evidence(audit):
    region, = audit.saved(saved(small()), code=0)["ecam"]
    assert (region["base"], region["segment"], region["start_bus"], region["end_bus"]) == \
        ("0xe0000000", 0, 0, 255)
    assert region["evidence"] == ["memory-map", "report", "firmware-domain"]
    assert region["evidence_against"] == ["chipset"]
    assert region["evidence_unknown"] == ["probe"]
    assert region["trusted"] == {"off": "never", "strict": "unknown", "default": "at-boot",
                                 "probe": "at-boot"}


RAM_ALONE = machines.MEMORY[:2]


def test_region_that_needs_a_report(audit):
    """ACPI alone reserves it: a kernel can know, a hypervisor at boot can't."""
    document = audit.saved(saved(small(), memory=RAM_ALONE), code=0)
    assert document["ecam"][0]["trusted"]["default"] == "after-report"
    endpoint = by_sbdf(document)["0000:01:00.0"]
    assert (endpoint["config_size"], endpoint["config_size_at_boot"]) == (4096, 256)


def test_region_that_nobody_vouches_for(audit):
    functions = [host_bridge(size=CONVENTIONAL),
                 Function("0000:00:01.0", size=CONVENTIONAL).pcie()]
    document = audit.saved(saved(functions, memory=RAM_ALONE, in_kernel=False), code=1)
    assert document["ecam"][0]["trusted"]["default"] == "never"
    endpoint = by_sbdf(document)["0000:00:01.0"]
    assert (endpoint["config_size"], endpoint["reason"]) == (256, "no-region")
    assert endpoint["difference"] == "same"
    assert endpoint["may_have_more"] is True


@pytest.mark.parametrize("policy, size", [("strict", None), ("default", 4096),
                                          ("probe", 4096), ("off", 256)])
def test_policies(audit, policy, size):
    document = audit.saved(saved(small()), "--policy", policy)
    assert by_sbdf(document)["0000:01:00.0"]["config_size"] == size


def test_region_over_memory_is_rejected_and_the_kernel_uses_it(audit):
    document = audit.saved(saved(small(), memory=((0, 1 << 32, "ram"),)), code=1)
    assert "RAM" in document["ecam"][0]["rejected"]
    endpoint = by_sbdf(document)["0000:01:00.0"]
    assert (endpoint["reason"], endpoint["difference"]) == ("no-region", "region-not-trusted")


def test_chipset_that_names_the_region(audit):
    """Q35 as QEMU has it: PCIEXBAR at 0x60, enabled, 256 buses."""
    bridge = host_bridge().put(0, "<HH", 0x8086, 0x29c0).put(0x60, "<Q", machines.BASE | 1)
    document = audit.saved(saved([bridge], memory=RAM_ALONE, in_kernel=False), code=0)
    assert document["ecam"][0]["evidence"] == ["chipset"]
    assert "Intel" in document["ecam"][0]["why"]["chipset"]
    assert document["ecam"][0]["trusted"]["default"] == "at-boot"


def test_chipset_that_contradicts_mcfg(audit):
    bridge = host_bridge().put(0, "<HH", 0x8086, 0x29c0).put(0x60, "<Q", 0xb0000000 | 1)
    document = audit.saved(saved([bridge], memory=RAM_ALONE), code=1)
    assert {region["base"]: region["rejected"] is None for region in document["ecam"]} == {
        "0xe0000000": False, "0xb0000000": True}


def test_no_mcfg(audit):
    document = audit.saved(saved(small(), table=None, in_kernel=False), code=1)
    assert document["ecam"] == []
    endpoint = by_sbdf(document)["0000:01:00.0"]
    assert (endpoint["reason"], endpoint["difference"]) == ("no-region", "other-way")


def test_region_that_the_kernel_alone_knows(audit):
    """Of a host bridge with _CBA, say."""
    path = audit.file(saved(small(), table=None))
    assert audit.json("--from", path, code=1)["kernel_ecam"] == [
        {"base": "0xe0000000", "segment": 0, "start_bus": 0, "end_bus": 255, "known": False}]
    assert "used by the kernel, but neither MCFG nor the chipset" in audit("--from", path).stdout


def test_function_that_does_not_answer(audit):
    document = audit.saved(saved(small() + [Function("0000:00:03.0", 0xffff, 0xffff)]), code=1)
    assert document["summary"]["not_answering"] == 1


def test_malformed_mcfg_is_named(audit):
    table = machines.MCFG[:-1] + b"\xff"
    done = audit("--from", audit.file(saved(small(), table=table)), code=1)
    assert "checksum of MCFG is wrong" in done.stdout


def test_virtual_functions(audit):
    functions = machines.large(8)
    found = by_sbdf(audit.saved(saved(functions), code=0))
    assert found["0000:01:01.0"]["reason"] == "inherited"
    assert found["0000:01:01.0"]["physical_function"] == "0000:01:00.0"
    assert found["0000:01:01.0"]["device_id"] == "0107"


def test_kernel_gives_virtual_functions_more_than_we(audit):
    """An aliased physical function has 256 bytes, and so have its virtual ones."""
    physical = Function("0000:01:00.0").pcie()
    for page in range(0x100, 0x1000, 0x100):
        physical.put(page, "<HH", 0x1f01, 0x0100)
    functions = [host_bridge(), root_port("0000:00:01.0", 1), physical,
                 machines.virtual_function("0000:01:01.0", "0000:01:00.0")]
    found = by_sbdf(audit.saved(saved(functions), code=1))
    assert found["0000:01:00.0"]["difference"] == "aliased"
    assert found["0000:01:01.0"]["difference"] == "virtual-function"


def test_asleep(audit):
    """All ones where the kernel found 4096 bytes."""
    function = Function("0000:00:01.0").pcie().put(0x100, "<I", 0xffffffff)
    found = by_sbdf(audit.saved(saved([function]), code=1))
    assert (found["0000:00:01.0"]["reason"], found["0000:00:01.0"]["difference"]) == \
        ("all-ones", "asleep")


def test_function_that_the_scan_does_not_find(audit):
    found = by_sbdf(audit.saved(saved([host_bridge(), Function("0000:00:03.1").pcie()]), code=1))
    assert found["0000:00:03.1"]["found_by_scan"] is False
    assert found["0000:00:03.1"]["config_size"] == 4096


def test_header_alone_is_not_guessed_from(audit):
    """64 bytes are what Linux shows to anybody."""
    functions = [Function("0000:00:01.0").pcie(), host_bridge(),
                 Function("0000:00:02.0", size=HEADER_SIZE)]
    for function in functions:
        del function.registers[HEADER_SIZE:]
    document = audit.saved(saved(functions), code=1)
    found = by_sbdf(document)
    assert (found["0000:00:01.0"]["config_size"], found["0000:00:01.0"]["reason"]) == \
        (None, "not-seen")
    assert found["0000:00:00.0"]["config_size"] is None
    # Without a capability list, which the header tells, there is no more to see.
    assert found["0000:00:02.0"]["reason"] == "conventional"
    assert document["summary"]["not_seen"] == 2


def test_dump_without_firmwares_word(audit):
    document = audit.dump(machines.dump(small()), code=0)
    assert document["ecam"] == []
    assert document["mcfg"]["sight"] == "not-recorded"
    found = by_sbdf(document)
    assert found["0000:01:00.0"]["config_size"] == 4096
    assert found["0000:01:00.0"]["kernel_size"] is None


def test_dump_of_256_bytes(audit):
    found = by_sbdf(audit.dump(machines.dump([Function("0000:00:01.0", size=256).pcie()]), code=1))
    assert (found["0000:00:01.0"]["config_size"], found["0000:00:01.0"]["reason"]) == \
        (256, "read-failed")


def test_names_come_from_the_database(audit):
    """8086:2922 has been in pci.ids for as long as there were AHCI controllers."""
    text = machines.dump([Function("0000:00:1f.2", 0x8086, 0x2922, size=256)])
    assert "AHCI" in by_sbdf(audit.dump(text, code=0))["0000:00:1f.2"]["name"]


def test_dump_of_one_function(audit):
    """As `lspci -s` makes them: that the scan doesn't lead there proves nothing."""
    text = machines.dump([Function("0000:03:00.1").pcie()])
    assert by_sbdf(audit.dump(text, code=0))["0000:03:00.1"]["config_size"] == 4096


CAPABILITIES = {(0x40, False): "modelled", (0x100, True): "modelled", (0x150, True): "read-only"}


def test_capabilities(audit):
    found = by_sbdf(audit.saved(saved(small()), "--capabilities", code=0))
    endpoint = found["0000:01:00.0"]
    assert {(entry["offset"], entry["extended"]): entry["guest"]
            for entry in endpoint["capabilities"]} == CAPABILITIES
    assert endpoint["for_guests"] is True
    assert found["0000:00:01.0"]["for_guests"] is False


def test_capabilities_that_no_rule_names_are_hidden(audit):
    function = Function("0000:00:01.0").pcie().extended((0x100, 0x7ff, b""))
    entries = by_sbdf(audit.saved(saved([function]), "--capabilities"))["0000:00:01.0"]
    assert [entry["guest"] for entry in entries["capabilities"]] == ["modelled", "hidden"]


def test_capability_list_that_runs_in_a_circle(audit):
    function = Function("0000:00:01.0", size=256).capability(0x40, 0x05)
    function.registers[0x41] = 0x40
    text = audit("--capabilities", "--from", audit.file(saved([function]))).stdout
    assert text.count(" MSI ") == 1
    assert "runs in a circle" in text

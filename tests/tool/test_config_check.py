# SPDX-License-Identifier: MIT
"""What `rootport config check --audit` says of a configuration on a machine."""

import pytest

import machines
from conftest import PROJECT, run_rootport
from machines import CONVENTIONAL, HEADER_SIZE, Function, host_bridge, root_port, saved, small

PLACE = "/chosen/hypervisor"
RAM_ALONE = machines.MEMORY[:2]
# Of the endpoint of machines.small(), most significant byte first.
SERIAL = "01-23-45-67-89-ab-cd-ef"


def port(selector, name="port", more=""):
    return f"""{name} {{ compatible = "rootport,port";
        function {{ compatible = "rootport,function"; {selector} {more} }}; }};"""


def domain(content="", name="guest", memory=65536, roles="", more=""):
    return f"""{name} {{ compatible = "xen,domain"; memory = /bits/ 64 <{memory}>; {roles} {more}
        kernel {{ compatible = "module,kernel"; mb-index = <1>; }};
        {content} }};"""


def tree(*nodes, config=""):
    return f"""/dts-v1/;
        / {{ chosen {{ hypervisor {{ compatible = "hypervisor,rootport";
            config {{ compatible = "rootport,config"; {config} }};
            {" ".join(nodes)} }}; }}; }};"""


@pytest.fixture
def check(tmp_path):
    """Checks a tree on a machine; returns the lines, of which the last is the sum."""
    def run(source, machine, code):
        (tmp_path / "source.dts").write_text(source)
        (tmp_path / "machine").write_text(machine)
        done = run_rootport("config", "check", tmp_path / "source.dts", "--audit",
                            tmp_path / "machine", code=code)
        assert done.stderr == ""
        return done.stdout.splitlines()
    return run


FINE = ["domains that can be launched: 1 of 1; findings: 0"]
EMPTY = "domains that can be launched: 1 of 1; findings: 1"


def twins(count=2, **settings):
    return [host_bridge()] + [Function(f"0000:00:{slot:02x}.0", **settings).pcie()
                              for slot in range(3, 3 + count)]


@pytest.mark.parametrize("selector", [
    'sbdf = "01:00.0";', 'path = "00:01.0/00.0";', 'pci-id = "1f01:0100"; index = <1>;',
    f'pci-id = "1f01:0100"; serial = "{SERIAL}";'])
def test_function_that_is_there(check, selector):
    assert check(tree(domain(port(selector))), saved(small()), 0) == FINE


def test_port_without_a_function(check):
    empty = 'port { compatible = "rootport,port"; };'
    assert check(tree(domain(empty)), saved(small()), 0) == FINE


# (machine, selector, property, why and what to do)
UNRESOLVED = {
    "not there": (
        small(), 'sbdf = "0000:00:1f.0";', "sbdf",
        "the machine has no such function. Compare with the functions listed at boot, and "
        "check that the device is plugged in and enabled in the firmware's setup."),
    "other serial": (
        [small()[3]], 'pci-id = "1f01:0100"; serial = "00-00-00-00-00-00-00-01";', "pci-id",
        "the machine has no such function [0000:01:00.0]. Compare"),
    "ambiguous": (
        twins(), 'pci-id = "1f01:0100";', "pci-id",
        "several functions of the machine match [0000:00:03.0, 0000:00:04.0]. Add index or "
        "serial, or name it by sbdf or path."),
    "very ambiguous": (
        twins(9), 'pci-id = "1f01:0100";', "pci-id",
        "match [0000:00:03.0, 0000:00:04.0, 0000:00:05.0, 0000:00:06.0, ...]. Add"),
    "too few": (
        twins(), 'pci-id = "1f01:0100"; index = <2>;', "pci-id",
        "the machine has fewer such functions than the index asks for [0000:00:03.0, "
        "0000:00:04.0]. Lower the index (it counts from 0), or plug the device in."),
    "serial unknown": (
        twins(1, size=CONVENTIONAL), f'pci-id = "1f01:0100"; serial = "{SERIAL}";', "pci-id",
        "a function has that ID, but its serial number can't be read [0000:00:03.0]. Name it "
        "by sbdf, path or index: serial numbers stand in extended configuration space."),
    "bridge": (
        small(), 'path = "00:01.0";', "path",
        "the function is a bridge, and bridges aren't given to domains [0000:00:01.0]. Name "
        "the function behind it."),
}


@pytest.mark.parametrize("case", UNRESOLVED)
def test_function_that_is_not_found(check, case):
    functions, selector, name, words = UNRESOLVED[case]
    finding, last = check(tree(domain(port(selector))), saved(functions), 1)
    assert finding.startswith(f"port left empty: {PLACE}/guest/port/function: {name}: ")
    assert words in finding
    assert last == EMPTY


def test_function_that_an_earlier_port_has(check):
    source = tree(domain(port('sbdf = "01:00.0";'), "one"),
                  domain(port('path = "00:01.0/00.0";'), "two"))
    assert check(source, saved(small()), 1) == [
        f"port left empty: {PLACE}/two/port/function: path: an earlier port has the function, "
        "by another name [one/port]. Leave it to one of the two.",
        "domains that can be launched: 2 of 2; findings: 1"]


def test_domain_that_is_not_launched_has_nothing(check):
    source = tree(domain(port('sbdf = "00:1f.0";'), memory=1))
    assert [line.split(":")[0] for line in check(source, saved(small()), 1)] == [
        "domain not launched", "domains that can be launched"]


def test_serials_that_were_left_out(check):
    machine = saved(small()).replace("identifiers kept", "identifiers left-out")
    source = tree(domain(port(f'pci-id = "1f01:0100"; serial = "{SERIAL}";')))
    finding, _ = check(source, machine, 1)
    assert finding == (
        f"warning: {PLACE}/guest/port/function: pci-id: the audit was saved without serial "
        "numbers to compare this with [0000:00:02.0, 0000:01:00.0]. Save it with --identifiers.")


# --- verdicts --------------------------------------------------------------------

ENDPOINT = port('sbdf = "01:00.0";')
WAITS = (f"port left empty: {PLACE}/guest/port/function: extended-config: the port waits for "
         "all 4096 bytes, and 256 are reached [")


@pytest.mark.parametrize("selector, table, config, reason", [
    ('sbdf = "00:02.0";', machines.MCFG, "", "neither PCIe nor PCI-X mode 2"),
    ('sbdf = "01:00.0";', None, "", "no enabled ECAM region covers its bus"),
    ('sbdf = "01:00.0";', machines.MCFG, 'ecam = "off";',
     "no enabled ECAM region covers its bus"),
])
def test_256_bytes_where_4096_are_required(check, selector, table, config, reason):
    finding, last = check(tree(domain(port(selector)), config=config),
                          saved(small(), table=table), 1)
    assert finding == (f"{WAITS}{reason}]. See rootport audit for what is missing, or say "
                       "\"final\" to have the function with 256.")
    assert last == EMPTY


@pytest.mark.parametrize("condition", ["final", "now"])
def test_256_bytes_are_enough(check, condition):
    function = port('sbdf = "00:02.0";', more=f'extended-config = "{condition}";')
    assert check(tree(domain(function)), saved(small()), 0) == FINE


def test_quirk_that_settles_the_verdict(check):
    for size, code in ((4096, 0), (256, 1)):
        quirk = (f'quirk {{ compatible = "rootport,quirk"; sbdf = "01:00.0"; '
                 f"config-size = <{size}>; }};")
        lines = check(tree(quirk, domain(ENDPOINT)), saved(small(), memory=RAM_ALONE), code)
        assert len(lines) == 1 + code


@pytest.mark.parametrize("where", ["nowhere", "config", "quirk"])
def test_aliases_that_are_not_looked_for(check, where):
    aliased = Function("0000:01:00.0").pcie()
    for page in range(0x100, 0x1000, 0x100):
        aliased.put(page, "<HH", 0x1f01, 0x0100)
    quirk = 'quirk { compatible = "rootport,quirk"; sbdf = "01:00.0"; skip-alias-check; };'
    source = tree(quirk if where == "quirk" else "", domain(ENDPOINT),
                  config="skip-alias-check;" if where == "config" else "")
    lines = check(source, saved([host_bridge(), root_port("0000:00:01.0", 1), aliased]),
                  int(where == "nowhere"))
    assert (lines == FINE) == (where != "nowhere")


def pin(slot, gsi):
    return (f'pin{slot} {{ compatible = "rootport,quirk"; sbdf = "00:0{slot}.0"; '
            f"interrupt-pin-gsi = <{gsi}>; }};")


def with_pins(*capabilities):
    """Two functions with an interrupt pin, and with capabilities at 0x80."""
    functions = twins()
    for function in functions[1:]:
        function.put(0x3d, "B", 1)
        for number in capabilities:
            function.capability(0x80, number, bytes(22))
    return saved(functions)


FIRST = port('sbdf = "00:03.0";', "first")
SECOND = port('sbdf = "00:04.0";', "second")


@pytest.mark.parametrize("quirk, capabilities, is_fine", [
    ("", (), False), (pin(4, 21), (), False), (pin(3, 21), (), True),
    ("", (0x05,), True), ("", (0x11,), True),
])
def test_function_with_nothing_but_a_pin(check, quirk, capabilities, is_fine):
    lines = check(tree(quirk, domain(FIRST)), with_pins(*capabilities), int(not is_fine))
    if is_fine:
        assert lines == FINE
    else:
        assert lines == [
            f"port left empty: {PLACE}/guest/first/function: the function has neither MSI "
            "nor MSI-X, and no quirk says where its interrupt pin leads. Add one with "
            "interrupt-pin-gsi.", EMPTY]


def test_function_without_a_pin(check):
    assert check(tree(domain(FIRST)), saved(twins()), 0) == FINE


@pytest.mark.parametrize("gsi, is_shared", [(21, True), (22, False)])
def test_pin_that_two_domains_share(check, gsi, is_shared):
    quirks = pin(3, 21) + pin(4, gsi)
    lines = check(tree(quirks, domain(FIRST), domain(SECOND, "other")), with_pins(),
                  int(is_shared))
    assert (f"port left empty: {PLACE}/other/second/function: the function shares its "
            "interrupt pin with another domain's [guest/first]. Give both to one domain, or "
            "put one into another slot." in lines) == is_shared
    assert check(tree(quirks, domain(FIRST + SECOND)), with_pins(), 0) == FINE


NO_REPORT = "which are reached after a report, and no domain can make one before the seal. Add"
HARDWARE = domain(name="hardware", roles='capabilities = "hardware";')


@pytest.mark.parametrize("reporter, config, is_reported", [
    ("", "", False),
    (HARDWARE, "", False),
    (HARDWARE, 'mmcfg-reports = "allowed";', True),
    (HARDWARE, 'mmcfg-reports = "allowed"; seal = "at-boot";', False),
    (domain(name="firmware", roles='capabilities = "firmware";'), "", True),
])
def test_4096_bytes_after_a_report(check, reporter, config, is_reported):
    """ACPI alone reserves the region: it takes a domain to say so."""
    lines = check(tree(reporter, domain(ENDPOINT), config=config),
                  saved(small(), memory=RAM_ALONE), int(not is_reported))
    assert any(NO_REPORT in line for line in lines) == (not is_reported)


def test_serial_that_is_read_after_a_report_only(check):
    source = tree(HARDWARE, domain(port(f'pci-id = "1f01:0100"; serial = "{SERIAL}";')),
                  config='mmcfg-reports = "allowed";')
    finding, _ = check(source, saved(small(), memory=RAM_ALONE), 1)
    assert "its serial number can't be read" in finding


def test_verdict_that_the_audit_does_not_know(check):
    """64 bytes are what Linux shows to anybody."""
    functions = small()
    for function in functions:
        del function.registers[HEADER_SIZE:]
    finding, last = check(tree(domain(ENDPOINT)), saved(functions), 1)
    assert finding.startswith(f"warning: {PLACE}/guest/port/function: extended-config: the port "
                              "waits for all 4096 bytes, which the audit hasn't seen [")
    assert finding.endswith("]. Save the audit as root, on the machine itself.")
    assert last == EMPTY


# --- memory ----------------------------------------------------------------------

GIB_IN_KIB = 1 << 20


def test_memory_that_the_machine_does_not_have(check):
    """It has 640 KiB less than 2 GiB; who doesn't fit takes nothing from the next."""
    source = tree(domain(name="one", memory=GIB_IN_KIB), domain(name="two", memory=GIB_IN_KIB),
                  domain(name="three", memory=GIB_IN_KIB // 2))
    assert check(source, saved(small()), 1) == [
        f"domain not launched: {PLACE}/two: memory: the machine doesn't have so much memory left "
        "[1023 MiB at most]. Lower it, or that of the domains before it.",
        "domains that can be launched: 2 of 3; findings: 1"]


def test_memory_that_the_audit_does_not_know(check):
    machine = saved(small(), memory=()).replace("memory-map seen firmware",
                                                "memory-map denied firmware")
    assert check(tree(domain(memory=GIB_IN_KIB << 10)), machine, 0) == FINE


def test_firmware_domain_is_gone_when_others_need_what_it_had(check):
    source = tree(domain(name="firmware", memory=GIB_IN_KIB, roles='capabilities = "firmware";',
                         more="cpus = <4>;"),
                  domain(memory=GIB_IN_KIB, more="cpus = <4>;"))
    assert check(source, saved(small()), 0) == [
        "domains that can be launched: 2 of 2; findings: 0"]


@pytest.mark.parametrize("base, size, code", [
    (0x200000, 0x4000000, 0), (0x7fe00000, 0x4000000, 1), (0x80000000, 0x4000000, 1)])
def test_memory_that_is_named(check, base, size, code):
    lines = check(tree(domain(more=f"xen,static-mem = /bits/ 64 <{base:#x} {size:#x}>;")),
                  saved(small()), code)
    if code:
        assert lines[0] == (
            f"domain not launched: {PLACE}/guest: xen,static-mem: the machine has no RAM at all "
            f"of these addresses [{base:#x}, {size:#x} bytes]. See the memory map in the "
            "machine's boot messages, or leave the property out.")


# --- CPUs ------------------------------------------------------------------------

def test_cpus_that_the_machine_does_not_have(check):
    source = tree(domain(name="one", more="cpus = <3>;"), domain(name="two", more="cpus = <2>;"),
                  domain(name="three"))
    assert check(source, saved(small()), 1) == [
        f"domain not launched: {PLACE}/two: cpus: the machine doesn't have so many CPUs left "
        "[1 at most]. Lower it, or that of the domains before it.",
        "domains that can be launched: 2 of 3; findings: 1"]


def test_cpu_numbers_that_the_machine_does_not_have(check):
    assert check(tree(domain(more="cpu-numbers = <1 4>;")), saved(small()), 1)[0] == (
        f"domain not launched: {PLACE}/guest: cpu-numbers: the machine has no CPU with such a "
        "number [4 is not among 0 to 3]. Choose lower ones.")


def test_cpus_that_the_audit_does_not_know(check):
    machine = saved(small()).replace("cpus 4\n", "")
    assert check(tree(domain(more="cpu-numbers = <30>;")), machine, 0) == FINE


# --- the configurations that come with the sources -------------------------------

OWN_CONFIGURATIONS = [*PROJECT.glob("configs/*.dts"), *PROJECT.glob("tests/boot/*/config.dts")]


@pytest.mark.parametrize("source", sorted(OWN_CONFIGURATIONS),
                         ids=lambda path: str(path.relative_to(PROJECT)))
def test_configurations_keep_to_the_binding(source):
    """But for those of boot tests that wait for what the hypervisor says of a mistake."""
    scenario = source.parent / "test.toml"
    is_wrong = scenario.exists() and "configuration: " in scenario.read_text()
    run_rootport("config", "check", source, code=int(is_wrong))


# --- what config new writes ------------------------------------------------------

@pytest.mark.parametrize("settings", [{}, {"memory": RAM_ALONE}, {"table": None}])
def test_new_configuration_fits_its_machine(check, audit, settings):
    machine = saved(small(), **settings)
    source = run_rootport("config", "new", "--from", audit.file(machine), code=0).stdout
    assert "path =" in source
    assert check(source, machine, 0) == FINE


# --- arguments -------------------------------------------------------------------

def test_audit_that_cannot_be_read(audit):
    source = audit.file(tree(domain()), "source.dts")
    done = run_rootport("config", "check", "--audit", audit.file("nonsense"), source, code=2)
    assert done.stdout == "" and ":1: " in done.stderr
    done = run_rootport("config", "check", source, "--audit", code=2)
    assert "Usage: rootport config check FILE [--audit SAVED]" in done.stderr

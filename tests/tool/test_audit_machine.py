# SPDX-License-Identifier: MIT
"""`rootport audit` on the machine that runs the tests."""

import json
import os
import pathlib
import shutil
import stat
import subprocess

import pytest

from conftest import BUILD, PROJECT, by_sbdf

DEVICES = pathlib.Path("/sys/bus/pci/devices")
NOBODY = 65534

# Differences between our size and the kernel's that a rule explains; docs/audit-json.md
# has the sentence for each.
EXPLAINED = {"region-not-trusted", "other-way", "virtual-function", "aliased", "asleep",
             "behind-bridge"}


def kernel_sizes():
    """What Linux says: the size of each function's file of registers."""
    if not DEVICES.is_dir():
        return {}
    return {device.name: (device / "config").stat().st_size for device in DEVICES.iterdir()
            if len(device.name) == len("0000:00:00.0")}


def need_functions():
    sizes = kernel_sizes()
    if not sizes:
        pytest.skip("this machine has no PCI function")
    return sizes


def test_sizes_agree_with_the_kernels(audit):
    sizes = need_functions()
    if os.geteuid() != 0:
        pytest.skip("without root capabilities can't be read")
    found = by_sbdf(audit.json())
    assert set(found) == set(sizes)
    for sbdf, function in found.items():
        assert function["kernel_size"] == sizes[sbdf]
        if function["config_size"] != sizes[sbdf]:
            assert function["difference"] in EXPLAINED, (sbdf, function)


def test_saved_set_of_this_machine(audit, tmp_path):
    need_functions()
    first = audit("--save", tmp_path / "set")
    assert audit("--from", tmp_path / "set").stdout == first.stdout


def test_dump_of_this_machine(audit):
    """What lspci has written leads to the same sizes."""
    need_functions()
    text = subprocess.run(["lspci", "-D", "-xxxx"], capture_output=True, check=True).stdout
    dumped = by_sbdf(audit.dump(text))
    for sbdf, function in by_sbdf(audit.json()).items():
        assert dumped[sbdf]["config_size"] == function["config_size"]


def test_without_rights_nothing_is_guessed(audit, tmp_path):
    """As nobody, against what root sees: the same, or said not to be seen."""
    need_functions()
    if os.geteuid() != 0:
        pytest.skip("only root can become nobody")
    seen = by_sbdf(audit.json())
    program = tmp_path / "rootport"
    shutil.copy(PROJECT / BUILD / "rootport", program)
    for folder in (tmp_path, *tmp_path.parents):
        if folder != pathlib.Path("/") and not folder.stat().st_mode & stat.S_IXOTH:
            folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
    done = subprocess.run([program, "audit", "--json"], capture_output=True, user=NOBODY,
                          group=NOBODY, extra_groups=[], check=False)
    assert done.returncode == 1, done.stderr
    document = json.loads(done.stdout)
    unseen = [function for function in document["functions"] if function["config_size"] is None]
    assert unseen and document["summary"]["not_seen"] == len(unseen)
    for sbdf, function in by_sbdf(document).items():
        assert function["kernel_size"] == seen[sbdf]["kernel_size"]
        assert function["config_size"] in (None, seen[sbdf]["config_size"])
    assert document["mcfg"]["sight"] in ("denied", "not-recorded", "absent")

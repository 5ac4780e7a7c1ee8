# SPDX-License-Identifier: MIT
"""What `make install` puts where, and that a program can be built with it."""

import os
import re
import subprocess

import pytest

import machines
from conftest import BUILD, PROJECT, run_rootport

PREFIX = "/opt/test"


def run(*command, **settings):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          check=False, **settings)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    root = tmp_path_factory.mktemp("installed")
    run("make", "-s", "install", f"BUILD={BUILD}", f"DESTDIR={root}", f"prefix={PREFIX}",
        cwd=PROJECT)
    return root


def test_files(installed):
    names = {str(path.relative_to(f"{installed}{PREFIX}")) for path in installed.rglob("*")
             if path.is_file()}
    assert {"bin/rootport", "lib/librootport.a", "lib/pkgconfig/rootport.pc",
            "include/rootport/platform.h", "share/man/man1/rootport-audit.1",
            "share/man/man1/rootport.1", "share/bash-completion/completions/rootport"} <= names
    assert {path.name for path in (PROJECT / "core/include/rootport").iterdir()} == \
        {name.rpartition("/")[2] for name in names if name.startswith("include/rootport/")}


def test_example_is_built_with_what_is_installed(installed, tmp_path):
    settings = dict(os.environ, PKG_CONFIG_PATH=f"{installed}{PREFIX}/lib/pkgconfig",
                    PKG_CONFIG_SYSROOT_DIR=str(installed))
    flags = run("pkg-config", "--cflags", "--libs", "rootport", env=settings).split()
    program = tmp_path / "verdict"
    run(os.environ.get("CC", "gcc"), "-std=c17", "-Wall", "-Wextra", "-Werror", "-o", program,
        PROJECT / "docs/examples/verdict.c", *flags)
    (tmp_path / "registers").write_bytes(machines.Function("0000:00:01.0").pcie().registers)
    assert run(program, tmp_path / "registers") == \
        "4096 bytes: extended configuration space answers\n"


def test_version_is_the_same_everywhere(installed):
    version = run(f"{installed}{PREFIX}/bin/rootport", "--version").split()[1]
    pc = (installed / PREFIX[1:] / "lib/pkgconfig/rootport.pc").read_text()
    assert f"\nVersion: {version}\n" in pc


def complete(*words):
    """The words that bash offers for the last of @words."""
    script = (f"source {PROJECT}/tools/completion/rootport.bash\n"
              f"COMP_WORDS=({' '.join(repr(word) for word in words)})\n"
              f"COMP_CWORD={len(words) - 1}\n_rootport\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"")
    return run("bash", "--norc", "-c", script).split()


def test_completion():
    assert complete("rootport", "au") == ["audit"]
    assert complete("rootport", "audit", "--po") == ["--policy"]
    assert complete("rootport", "audit", "--policy", "") == ["strict", "default", "probe", "off"]
    assert complete("rootport", "config", "") == ["check", "new", "--help"]


def test_completion_knows_all_commands():
    text = run(PROJECT / BUILD / "rootport", "--help")
    commands = re.findall(r"^  rootport (\w+)", text, re.M)
    assert complete("rootport", "") == commands + ["--help", "--version"]


def options_of(text):
    return set(re.findall(r"(?<![\w-])--[a-z]+", text))


def test_help_manual_and_completion_have_the_same_options():
    known = options_of(run(PROJECT / BUILD / "rootport", "audit", "--help"))
    manual = (PROJECT / "docs/man/rootport-audit.1").read_text().replace("\\-", "-")
    assert options_of(manual) - {"--version"} == known | {"--help"}
    assert set(complete("rootport", "audit", "--")) == known | {"--help"}


def test_list_has_the_same_options_everywhere():
    done = run_rootport("list", "--help", code=2)
    known = options_of(done.stderr.partition("Usage: ")[2])
    assert known == {"--stats", "--json"}
    manual = (PROJECT / "docs/man/rootport-list.1").read_text().replace("\\-", "-")
    assert options_of(manual) == known
    assert set(complete("rootport", "list", "--")) == known


def test_list_takes_its_options_together():
    done = run_rootport("list", "--stats", "--json", code=2)
    assert "/dev/xen/privcmd" in done.stderr
    assert "Usage" in run_rootport("list", "--stats", "more", code=2).stderr


def test_manual_is_sound():
    if subprocess.run(["sh", "-c", "command -v man"], capture_output=True,
                      check=False).returncode:
        pytest.skip("man is not installed")
    done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l",
                           PROJECT / "docs/man/rootport-audit.1"], capture_output=True,
                          text=True, check=False, env=dict(os.environ, MANWIDTH="80"))
    assert done.returncode == 0 and done.stderr == ""

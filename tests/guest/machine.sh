# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The machine of tests/boot/machine.toml, as the kernel finds it there without a
# hypervisor: what a hardware domain has to find as well, but for what isn't its own.

MACHINE="00:00.0 0600: 8086:29c0
00:01.0 0806: 1022:0008
00:02.0 0604: 1b36:000c
00:03.0 0108: 1b36:0010
00:1f.0 0601: 8086:2918
00:1f.2 0106: 8086:2922
00:1f.3 0c05: 8086:2930
01:00.0 0200: 8086:10d3"

# Expects all of the machine's functions but those of some classes: expect_machine CLASS...
expect_machine() {
    expect_machine_wanted=$MACHINE
    for expect_machine_class in "$@"; do
        expect_machine_wanted=$(echo "$expect_machine_wanted" | grep -v " $expect_machine_class: ")
    done
    expect machine "$expect_machine_wanted" "$(lspci -n | cut -d ' ' -f 1-3)"
}

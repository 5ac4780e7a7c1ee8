# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What the tests inside a guest share: verdict lines for whoever reads the console.

pass() {
    echo "rootport-test: PASS $1"
}

fail() {
    echo "rootport-test: FAIL $1: $2"
}

section() {
    echo "rootport-test: STEP $1"
}

# Polls until a command succeeds: wait_for SECONDS COMMAND...
wait_for() {
    wait_left=$(($1 * 10))
    shift
    until "$@"; do
        [ "$wait_left" -gt 0 ] || return 1
        wait_left=$((wait_left - 1))
        usleep 100000
    done
}

# Addresses of the PCI functions with a class code: pci_functions 0x010802
pci_functions() {
    for class in /sys/bus/pci/devices/*/class; do
        [ "$(cat "$class")" = "$1" ] && basename "$(dirname "$class")"
    done
}

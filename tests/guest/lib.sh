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

# What the kernel's command line has after rootport.NAME=.
argument() {
    sed -n "s/.*rootport\.$1=\([^ ]*\).*/\1/p" /proc/cmdline
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

# Without the control role the hypercall is refused: expect_no_control NAME
expect_no_control() {
    modprobe xen-privcmd unrestricted=1
    rootport list 2>/tmp/refusal
    if [ $? = 2 ] && grep -q "control role" /tmp/refusal; then
        pass "$1"
    else
        fail "$1" "$(cat /tmp/refusal)"
    fi
}

CLASS_NVME=0x010802

# Addresses of the PCI functions with a class code: pci_functions $CLASS_NVME
pci_functions() {
    for class in /sys/bus/pci/devices/*/class; do
        [ "$(cat "$class")" = "$1" ] && basename "$(dirname "$class")"
    done
}

# Finds the first of them, which is $function afterwards: has_class $CLASS_NVME
has_class() {
    function=$(pci_functions "$1" | head -n 1)
    [ -n "$function" ]
}

# Compares what there is with what has to be: expect NAME WANTED FOUND
expect() {
    if [ "$2" = "$3" ]; then
        pass "$1"
    else
        fail "$1" "'$3' instead of '$2'"
    fi
}

# The lines about a function's interrupts: its MSIs, or else its pin: interrupts_of DEVICE
interrupts_of() {
    if [ -d "$1/msi_irqs" ]; then
        ls "$1/msi_irqs"
    else
        cat "$1/irq"
    fi | while read -r irq; do
        grep "^ *$irq:" /proc/interrupts
    done
}

# Sum of what the interrupts of a function counted, over all CPUs: interrupt_count DEVICE
interrupt_count() {
    interrupts_of "$1" | awk '{ for (i = 2; $i ~ /^[0-9]+$/; i++) sum += $i } END { print sum + 0 }'
}

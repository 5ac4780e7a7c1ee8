# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Interrupt pins in the hardware domain, some of which a guest has: one function's is
# named as its own, another's is not.
. /tests/use.sh

INTERRUPT_PIN=61

section "a function whose pin nobody named"
unnamed=/sys/bus/pci/devices/$(lspci -D -d 10ec:8139 | cut -d ' ' -f 1)
expect unnamed-pin 0 "$(od -An -t u1 -j $INTERRUPT_PIN -N 1 "$unnamed/config" | tr -d ' ')"
use e1000 8086:100e e1000 level net e1000

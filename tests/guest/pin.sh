# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A function that has nothing but an interrupt pin.
. /tests/use.sh

use e1000 8086:100e e1000 level net e1000
cat /proc/interrupts

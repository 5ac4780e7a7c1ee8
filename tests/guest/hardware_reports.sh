# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The hardware domain makes every report that must be refused, and some that needn't.
. /tests/lib.sh
. /tests/reports.sh
. /tests/initial_domain.sh

modprobe xen-privcmd

section "refused reports"
report unknown-flag -22 $ECAM 0000 00 ff 02000000
report reversed-buses -22 $ECAM 0000 10 0f 01000000
report unknown-segment -19 $ECAM 0700 00 ff 01000000
report other-base -5 000000c000000000 0000 00 ff 01000000
expect kernel-pointer-in-a-hole -14 $MMCFG_RESERVED @ffff8000b0000000
expect pointer-not-mapped -14 $MMCFG_RESERVED @10
expect pointer-not-canonical -14 $MMCFG_RESERVED @8000000000000000

section "functions"
expect add-known 0 $DEVICE_ADD 000000f80000000000000000
expect add-absent -19 $DEVICE_ADD 0000ff080000000000000000
expect add-of-unknown-pf -19 $DEVICE_ADD 0000031002000000ff080000
expect add-pointer -14 $DEVICE_ADD @10
expect remove-absent -19 $DEVICE_REMOVE 0000ff08
expect remove-pointer -14 $DEVICE_REMOVE @10
expect unknown-operation -38 21 0000000000000000

section "no news"
report again 0 $ECAM 0000 00 ff 01000000
report other-buses 0 $ECAM 0000 00 3f 01000000

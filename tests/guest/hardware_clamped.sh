# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The hardware domain whose kernel has clamped an ECAM region to what is reserved of it.
. /tests/lib.sh
. /tests/reports.sh

section "reports"
# Words of Linux 6.1.
if dmesg | grep 'MMCONFIG for 0000 \[bus00-3f\].*size reduced'; then
    pass clamped
else
    fail clamped "$(dmesg | grep MMCONFIG)"
fi
# The region is now that part: more isn't news, and what was cut off is no region.
modprobe xen-privcmd
report the-rest-too 0 $ECAM 0000 00 ff 01000000
report the-rest-alone -19 $ECAM 0000 40 ff 01000000

# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The hardware domain whose reports are accepted: that it is one, and its disk.
. /tests/lib.sh
. /tests/initial_domain.sh

section "reports"
# Words of Linux 6.1 and 6.12.
if dmesg | grep 'reserved .* ACPI motherboard resource'; then
    pass reserved-by-acpi
else
    fail reserved-by-acpi "$(dmesg | grep -e MMCONFIG -e ECAM)"
fi
if dmesg | grep 'Failed to report MMCONFIG'; then
    fail reports "the hypervisor refused one"
else
    pass reports
fi
. /tests/nvme.sh

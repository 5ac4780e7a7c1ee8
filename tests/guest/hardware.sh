# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The hardware domain whose reports are accepted: that it is one, and its disk.
. /tests/lib.sh
. /tests/initial_domain.sh

section "reports"
if dmesg | grep 'Failed to report MMCONFIG'; then
    fail reports "the hypervisor refused one"
else
    pass reports
fi
. /tests/nvme.sh

# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# An error of a function, beside a domain that must not hear of it. The machine injects
# it when it sees the name of the step.
. /tests/lib.sh

WAIT=5
TIMES=60

heard() {
    dmesg | grep "AER: Uncorrected (Non-Fatal) error.* 0000:01:00.0"
}

for _ in $(seq $TIMES); do
    section "once"
    wait_for $WAIT heard && break
done
if heard; then
    pass errors-once
else
    fail errors-once "the kernel has not heard of it"
fi

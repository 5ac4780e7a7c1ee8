# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What is measured from inside a guest, for make bench.
. /tests/lib.sh

/bench/measure
modprobe nvme
wait_for 60 test -b /dev/nvme0n1 && /bench/measure /dev/nvme0n1

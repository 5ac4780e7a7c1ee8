# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What devices do in a second, and what each of it costs in exits.
. /tests/lib.sh

# Only a control domain may look at the counters.
[ "$(argument counters)" = yes ] && modprobe xen-privcmd unrestricted=1

modprobe nvme
wait_for 60 test -b /dev/nvme0n1 && /bench/measure disk /dev/nvme0n1

# Each packet makes an interrupt of its own then.
modprobe e1000e InterruptThrottleRate=0
wait_for 60 test -d /sys/class/net/eth0 && ifconfig eth0 up && /bench/measure packets eth0
ifconfig eth0 down

/bench/measure ticks

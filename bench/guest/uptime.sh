# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Both clocks at one time: the hypervisor's, and the time-stamp counter.

modprobe xen-privcmd unrestricted=1
/bench/measure uptime

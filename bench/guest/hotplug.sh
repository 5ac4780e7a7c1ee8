# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# From the seal to the driver of a function that was held until then.

modprobe nvme
modprobe xen-privcmd unrestricted=1
/bench/measure hotplug

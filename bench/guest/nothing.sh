# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# For a machine of which only the boot is measured: is busy for a second, so that Xen
# can be asked meanwhile what its guest's clock is.

/bench/measure ticks

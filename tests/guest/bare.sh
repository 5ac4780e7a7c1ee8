# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# On the bare machine: what hardware domains are compared with, and an NVMe controller.
. /tests/lib.sh
. /tests/machine.sh

section "machine"
expect_machine
. /tests/nvme.sh

# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A conventional function, which shares its requester ID with the bridge above it.
. /tests/use.sh

section "topology"
lspci -t
use conventional 1af4:1042 virtio-pci msix block virtio_pci virtio_blk
expect_bridge conventional "$function"
expect conventional-config 256 "$(stat -c %s "$device/config")"

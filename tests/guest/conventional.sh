# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Conventional functions, which share their requester ID with a bridge of the machine's:
# some with MSI-X, one that has nothing but a pin.
. /tests/use.sh

# use_conventional NAME..., as use
use_conventional() {
    use "$@"
    expect_bridge "$name" "$function"
    expect "$name-config" 256 "$(stat -c %s "$device/config")"
}

section "topology"
lspci -t
use_conventional disk 1af4:1042 virtio-pci msix block virtio_pci virtio_blk
use_conventional e1000 8086:100e e1000 level net e1000
use_conventional network 1af4:1041 virtio-pci msix net virtio_pci virtio_net

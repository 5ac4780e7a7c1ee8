# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Functions of several kinds in use, each by its own driver.
. /tests/use.sh

section "topology"
lspci -t
use ahci 8086:2922 ahci msi block ahci sd_mod
use xhci 1b36:000d xhci_hcd msix block xhci-pci usb-storage sd_mod
use e1000e 8086:10d3 e1000e msix net e1000e
use virtio-blk 1af4:1042 virtio-pci msix block virtio_pci virtio_blk
use virtio-net 1af4:1041 virtio-pci msix net virtio_pci virtio_net
cat /proc/interrupts

# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Conventional functions, each behind a bridge to conventional PCI of its own.
. /tests/use.sh

EDU_ID=0x010000ed
EDU_LIVENESS=4

section "topology"
lspci -tv

use disk 1af4:1042 virtio-pci msix block virtio_pci virtio_blk
expect_bridge disk "$function"
section "attach"
modprobe xen-privcmd unrestricted=1
rootport attach --vendor-capabilities --timeout $READY_SECONDS \
    "$(rootport list | awk '/1af4:1041/ { print $1 }')" guest || fail network-attach "code $?"
use network 1af4:1041 virtio-pci msix net virtio_pci virtio_net
expect_bridge network "$function"

# Its driver is this: identification, and a register that reads as the complement of
# what was written.
section "edu"
wait_for $FOUND_SECONDS has_function 1234:11e8 || fail edu-found "no function 1234:11e8"
lspci -vvv -s "$function"
expect_bridge edu "$function"
setpci -s "$function" COMMAND=2
base=$(sed -n '1s/ .*//p' "/sys/bus/pci/devices/$function/resource")
complement() {
    devmem $((base + EDU_LIVENESS)) 32 0x12345678
    devmem $((base + EDU_LIVENESS)) 32
}
answers() {
    printf "%s %s" "$(printf '0x%08x' "$(devmem $((base)) 32)")" \
        "$(printf '0x%08x' "$(complement)")"
}
expect edu-registers "$EDU_ID 0xedcba987" "$(answers)"

setpci -s "$bridge" COMMAND=0:2
expect edu-bridge-closed "0xffffffff 0xffffffff" "$(answers)"
setpci -s "$bridge" COMMAND=2:2
expect edu-bridge-open "$EDU_ID 0xedcba987" "$(answers)"

# Its bridge goes with it, and comes back without bus numbers: the kernel gives some.
section "detach"
edu=$(rootport list | awk '/1234:11e8/ { print $1 }')
rootport detach --timeout $READY_SECONDS "$edu" || fail edu-detach "code $?"
expect edu-bridge-gone "" "$(ls -d "/sys/bus/pci/devices/$bridge" 2>/dev/null)"
rootport attach --timeout $READY_SECONDS "$edu" guest || fail edu-attach "code $?"
setpci -s "$function" COMMAND=2
setpci -s "$bridge" COMMAND=2:2
base=$(sed -n '1s/ .*//p' "/sys/bus/pci/devices/$function/resource")
expect edu-again "$EDU_ID 0xedcba987" "$(answers)"

# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Reads the configuration space of an NVMe controller again and again while others
# change what they may: it has to stay as it was.
. /tests/lib.sh

CLASS_NVME=0x010802
SECONDS_TO_READ=25

function=$(pci_functions $CLASS_NVME | head -n 1)
config=/sys/bus/pci/devices/$function/config
before=$(md5sum <"$config")
section "reading $function, $(stat -c %s "$config") bytes"
end=$(($(date +%s) + SECONDS_TO_READ))
count=0
while [ "$(date +%s)" -lt $end ]; do
    now=$(md5sum <"$config")
    high=$(setpci -s "$function" 100.l 2>/dev/null)
    if [ "$now" != "$before" ] || [ "${high:-ffffffff}" != ffffffff ]; then
        fail unchanged "after $count reads: $before became $now, 0x100 has $high"
        exit 0
    fi
    count=$((count + 1))
done
echo "$count reads"
pass unchanged

# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Reads the configuration space of an NVMe controller again and again while others
# change what they may: it has to stay as it was.
. /tests/lib.sh

CLASS_NVME=0x010802
PLUG_SECONDS=120
SECONDS_TO_READ=25

has_function() {
    function=$(pci_functions $CLASS_NVME | head -n 1)
    [ -n "$function" ]
}

first_extended() {
    setpci -s "$function" 100.l 2>/dev/null || echo ffffffff
}

# It may be plugged in late.
if ! wait_for $PLUG_SECONDS has_function; then
    fail unchanged "no function within $PLUG_SECONDS s"
    exit 0
fi
config=/sys/bus/pci/devices/$function/config
before=$(md5sum <"$config")
high_before=$(first_extended)
section "reading $function, $(stat -c %s "$config") bytes"
end=$(($(date +%s) + SECONDS_TO_READ))
count=0
while [ "$(date +%s)" -lt $end ]; do
    now=$(md5sum <"$config")
    high=$(first_extended)
    if [ "$now" != "$before" ] || [ "$high" != "$high_before" ]; then
        fail unchanged "after $count reads: $before became $now, at 0x100 $high_before $high"
        exit 0
    fi
    count=$((count + 1))
done
echo "$count reads"
pass unchanged

# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Reads the configuration space of an NVMe controller again and again while others
# change what they may: it has to stay as it was, for rootport.seconds=N or, without, until
# the function is taken away.
. /tests/lib.sh

PLUG_SECONDS=600

is_over() {
    if [ -n "$end" ]; then
        [ "$(date +%s)" -ge "$end" ]
    else
        ! has_class $CLASS_NVME
    fi
}

# By two ways: the kernel's own size of configuration space, and register 0x100 by itself.
look() {
    md5sum <"$config"
    setpci -s "$function" 100.l || echo ffffffff
} 2>/dev/null

# One that is being taken away may read as it likes, where it may be taken away.
has_changed() {
    [ "$now" != "$before" ] && { [ -n "$end" ] || has_class $CLASS_NVME; }
}

# It may be plugged in late.
if ! wait_for $PLUG_SECONDS has_class $CLASS_NVME; then
    fail unchanged "no function within $PLUG_SECONDS s"
    exit 0
fi
config=/sys/bus/pci/devices/$function/config
before=$(look)
section "reading $function, $(stat -c %s "$config") bytes"
seconds=$(argument seconds)
end=${seconds:+$(($(date +%s) + seconds))}
count=0
until is_over; do
    now=$(look)
    if has_changed; then
        fail unchanged "after $count reads: $before became $now"
        exit 0
    fi
    count=$((count + 1))
done
echo "$count reads"
pass unchanged

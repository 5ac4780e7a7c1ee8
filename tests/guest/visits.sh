# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A guest that is visited by an NVMe controller: moves checked data and lets go of it
# by itself (rootport.visits=N times), then works on until it is taken away
# (rootport.stays=N times), the last time until it's switched off with it.
. /tests/lib.sh

ARRIVAL_SECONDS=300
ARRIVAL_MS=300
ROUNDS=2
SIZE_KIB=256
# A node of our own: a dd that comes too late must not make a file in its place.
disk=/tmp/disk

expect_no_control not-permitted

# 0: the data came back; 1: it came back wrong; 2: the disk went away meanwhile
move_data() {
    dd if=/dev/urandom of=/tmp/written bs=1k count=$SIZE_KIB status=none
    dd if=/tmp/written of=$disk bs=64k oflag=direct conv=fsync status=none 2>/dev/null || return 2
    dd if=$disk of=/tmp/read bs=64k count=$((SIZE_KIB / 64)) iflag=direct status=none 2>/dev/null || return 2
    [ "$(wc -c </tmp/read)" = $((SIZE_KIB * 1024)) ] || return 2
    cmp -s /tmp/written /tmp/read
}

# Its number differs while a process still has the last one open.
find_number() {
    number=$(cat /sys/block/nvme*n1/dev 2>/dev/null | head -n 1)
    [ -n "$number" ]
}

await() {
    wait_for $ARRIVAL_SECONDS find_number || fail "$1" "no disk within $ARRIVAL_SECONDS s"
    rm -f $disk
    mknod $disk b "${number%:*}" "${number#*:}" || exit
}

is_gone() {
    ! find_number
}

# Milliseconds from the port's event to the driver's first word, the least of all visits.
# Other load on an emulator delays single ones; what the port itself adds is in all.
least_arrival() {
    dmesg | tr -d '[]' | awk '
        /pciehp: Slot\(1\): Card present/ { begin = $1 }
        /nvme[0-9]+: pci function/ && begin {
            time = ($1 - begin) * 1000
            if (!least || time < least) least = time
            begin = 0
        }
        END { printf "%d", least }'
}

modprobe nvme

visit=1
while [ "$visit" -le "$(argument visits)" ]; do
    await "visit-$visit"
    for _ in $(seq $ROUNDS); do
        move_data || fail "visit-$visit" "move_data ended with code $?"
    done
    pass "visit-$visit"
    echo 0 >/sys/bus/pci/slots/1/power
    wait_for 60 is_gone || fail "visit-$visit" "the disk is still there"
    visit=$((visit + 1))
done

if [ "$visit" -gt 1 ]; then
    arrival=$(least_arrival)
    echo "arrival: $arrival ms"
    if [ "$arrival" -gt 0 ] && [ "$arrival" -le $ARRIVAL_MS ]; then
        pass arrival
    else
        fail arrival "$arrival ms at least"
        dmesg | tail -n 12
    fi
fi

stay=1
while [ "$stay" -le "$(argument stays)" ]; do
    await "stay-$stay"
    rounds=0
    while :; do
        move_data
        code=$?
        [ $code = 0 ] || break
        rounds=$((rounds + 1))
        [ "$stay" = "$(argument stays)" ] && [ "$rounds" = $ROUNDS ] && break 2
    done
    [ $code = 2 ] || fail "stay-$stay" "the disk returned other data"
    echo "stay $stay: gone after $rounds rounds"
    wait_for 60 is_gone || fail "stay-$stay" "the disk is still there"
    stay=$((stay + 1))
done
# The driver does without an interrupt that is lost, after half a minute.
expect interrupts-came "" "$(dmesg | grep 'completion polled')"

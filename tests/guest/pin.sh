# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A function that has nothing but an interrupt pin, also while its interrupts move
# between CPUs, where there are two.
. /tests/use.sh

# How many interrupts CPU N has taken: taken_by N
taken_by() {
    interrupts_of "$device" | awk -v column=$(($1 + 2)) '{ print $column }'
}

# Sends the interrupts to the CPUs of a mask: send_to MASK
send_to() {
    echo "$1" >"/proc/irq/$(cat "$device/irq")/smp_affinity"
}

# Until it is ended.
wander() {
    while :; do
        send_to 1
        usleep 20000
        send_to 2
        usleep 20000
    done
}

use e1000 8086:100e e1000 level net e1000
if [ "$(nproc)" = 2 ]; then
    interface=$(attached "$device" net)
    for cpu in 0 1; do
        section "interrupts of CPU $cpu"
        send_to $((cpu + 1))
        before=$(taken_by $cpu)
        move_packets cpu-$cpu "$interface"
        check_data cpu-$cpu
        if [ "$(taken_by $cpu)" -gt "$before" ]; then
            pass cpu-$cpu-interrupts
        else
            fail cpu-$cpu-interrupts "none arrived ($before before)"
        fi
    done
    section "wandering interrupts"
    wander 2>/dev/null &
    wanderer=$!
    move_packets wandering "$interface"
    kill $wanderer
    check_data wandering
fi
cat /proc/interrupts

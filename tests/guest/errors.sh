# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Errors that the machine injects into a function, as the kernel's AER driver hears of
# them. The machine does so when it sees the names of the steps.
. /tests/lib.sh

WAIT=60
COMPLETION_TIMEOUT=00004000
UNEXPECTED_COMPLETION=00010000

function=0000:01:00.0
port=0000:00:01.0

said() {
    dmesg | grep -q "AER: $1"
}

count() {
    dmesg | grep -c "AER: $1"
}

message_count() {
    grep aerdrv /proc/interrupts |
        awk '{ for (i = 2; $i ~ /^[0-9]+$/; i++) sum += $i } END { print sum + 0 }'
}

lspci -vvv -s $port
lspci -vvv -s $function
dmesg | grep -e _OSC -e AER

# A start resets the function, and errors are heard of after each.
section "start"
read -r answer
[ "$answer" = on ] || reboot -f

section "correctable"
if wait_for $WAIT said "Corrected error.* $function"; then
    pass errors-correctable
else
    fail errors-correctable "the kernel has not heard of it"
fi
if dmesg | grep "$function.*BadTLP"; then
    pass errors-correctable-status
else
    fail errors-correctable-status "$(dmesg | grep $function)"
fi
section "non-fatal"
if wait_for $WAIT said "Uncorrected (Non-Fatal) error.* $function"; then
    pass errors-non-fatal
else
    fail errors-non-fatal "the kernel has not heard of it"
    lspci -vvv -s $port
    lspci -vvv -s $function
    dmesg | tail
fi
if dmesg | grep "$function.*CmpltTO"; then
    pass errors-status
else
    fail errors-status "$(dmesg | grep $function)"
fi

# The kernel clears what it has seen.
setpci -s $function ECAP_AER+8.l=$COMPLETION_TIMEOUT:$COMPLETION_TIMEOUT
setpci -s $function ECAP_AER+c.l=$UNEXPECTED_COMPLETION:$UNEXPECTED_COMPLETION
messages=$(message_count)
section "masked"
section "fatal"
if wait_for $WAIT said "Uncorrected (Fatal) error.* $function"; then
    pass errors-fatal
else
    fail errors-fatal "the kernel has not heard of it"
fi
expect errors-masked 1 "$(count "Uncorrected (Non-Fatal) error.* $function")"
expect errors-interrupts $((messages + 1)) "$(message_count)"
dmesg | grep -e AER -e $function
cat /proc/interrupts

# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A BAR whose size the kernel changes, as it does for a driver that asks. Sizes are powers
# of two of MiB, by their exponents, up to rootport.largest=N. What is in the function's
# memory stays, and is reached as far as the BAR goes; what is behind its end isn't there,
# even in the port's window. Then the domain starts again.
. /tests/lib.sh
. /tests/registers.sh

MIB=$((0x100000))
CONTROL=0x108
ABSENT=0xFFFFFFFF
SECONDS_TO_WAIT=60

device=/sys/bus/pci/devices/0000:01:00.0
largest=$(argument largest)

# What the kernel says, and what the function's register says.
size_of_bar() {
    sed -n 3p "$device/resource" | while read -r first last _; do
        echo $(((last - first + 1) / MIB))
    done
}

size_in_register() {
    echo $(($(dword "$device/config" $CONTROL) >> 8 & 63))
}

is_there() {
    [ "$(dword "$device/config" 0)" != $ABSENT ]
}

# put_size DECODE SIZE: the register, by hand, with memory decode on (2) or off (0)
put_size() {
    put "$device/config" 4 "$1"
    put "$device/config" $CONTROL $((0x22 | $2 << 8))
    put "$device/config" 4 2
}

# Offsets on both sides of where a BAR may end.
places() {
    echo 0
    for i in $(seq 0 "$largest"); do
        echo $(((MIB << i) - 4)) $((MIB << i))
    done
}

# What is put at an offset: word OFFSET
word() {
    printf '0x%08X\n' $((0xa5000000 + $1 / 4))
}

fill() {
    for offset in $(places); do
        [ "$offset" -ge $((MIB << largest)) ] ||
            devmem $((start + offset)) 32 "$(word "$offset")"
    done
}

look() {
    for offset in $(places); do
        devmem $((start + offset)) 32
    done
}

# What a BAR shows at these places: shown SIZE
shown() {
    for offset in $(places); do
        if [ "$offset" -lt $((MIB << $1)) ]; then
            word "$offset"
        else
            echo $ABSENT
        fi
    done
}

# expect_size NAME SIZE
expect_size() {
    expect "$1-size" "$((1 << $2)) $2" "$(size_of_bar) $(size_in_register)"
    expect "$1-memory" "$(shown "$2")" "$(look)"
}

resize() {
    echo "$1" >"$device/resource2_resize" || fail "resize-$1" "the kernel refuses"
}

# Meanwhile the machine's monitor looks at the function; then something is typed.
wait_for_monitor() {
    section "$1"
    read -r _
}

section "offer"
lspci -vv -s 01:00.0 | grep -A 1 "Resizable BAR"
echo 1 >"$device/enable"
start=$(($(start_of "$device" 2)))
expect rebar-at-first "1 0" "$(size_of_bar) $(size_in_register)"
if [ "$(devmem $((start + MIB - 4)) 32)" = "$(word $((MIB - 4)))" ]; then
    wait_for_monitor "second start"
    exit 0
fi
expect rebar-offer "$(printf %016x $(((2 << largest) - 1)))" \
    "$(cat "$device/resource2_resize")"
wait_for_monitor "first start"

resize "$largest"
start=$(($(start_of "$device" 2)))
fill
expect_size rebar-largest "$largest"
wait_for_monitor "largest"

# The other CPU looks at what all sizes have. It isn't there for as long as decode is off.
memory_watch $start "$(word 0)" $((start + MIB - 4)) "$(word $((MIB - 4)))" >/tmp/watch &
wait_for $SECONDS_TO_WAIT grep -qs watching /tmp/watch || fail rebar-watch "doesn't begin"
for size in 0 3 1 "$largest" 2 0 4; do
    resize "$size"
    expect_size "rebar-$size" "$size"
done
killall memory_watch
wait
cat /tmp/watch
expect rebar-watch "nothing else" "$(tail -n 1 /tmp/watch)"
wait_for_monitor "smaller"

section "refused"
if echo $((largest + 1)) 2>/dev/null >"$device/resource2_resize"; then
    fail rebar-too-large "the kernel takes it"
else
    pass rebar-too-large
fi
put_size 0 $((largest + 1))
expect_size rebar-not-offered 4
put_size 2 0
expect_size rebar-decode-on 4

# By the port, which resets the function. Not by the kernel, which takes it for ready at
# once, as QEMU's has no power management.
section "reset"
setpci -s 00:01.0 BRIDGE_CONTROL=40:40
setpci -s 00:01.0 BRIDGE_CONTROL=00:40
wait_for $SECONDS_TO_WAIT is_there || fail rebar-reset "the function doesn't come back"
expect rebar-reset 0 "$(size_in_register)"
resize 4
put "$device/config" 4 2
expect_size rebar-after-reset 4
reboot -f

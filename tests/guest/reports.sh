# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What reports by hand bring, and that refused ones change nothing.

ECAM=000000b000000000 # bytes of 0xb0000000, where QEMU's firmware puts it
MMCFG_RESERVED=24
DEVICE_ADD=25
DEVICE_REMOVE=26

# expect NAME RESULT OP ARGUMENT
expect() {
    expect_result=$(physdev "$3" "$4")
    if [ "$expect_result" = "$2" ]; then
        pass "$1"
    else
        fail "$1" "$expect_result instead of $2"
    fi
}

# report NAME RESULT BASE SEGMENT FIRST LAST FLAGS, each as bytes in hex
report() {
    expect "$1" "$2" $MMCFG_RESERVED "$3$4$5$6$7"
}

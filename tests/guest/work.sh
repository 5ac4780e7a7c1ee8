# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# For who shares a disk with another domain: whether that one works. NVME names the
# controller, WAIT the seconds that it may take.

# What the other domain writes where it works.
look() {
    dd if="${NVME}n1" bs=64k count=1 iflag=direct status=none | sha256sum
}

is_at_work() {
    [ "$(look)" != "$seen" ]
}

# Passes once what the other domain writes has changed: expect_work NAME
expect_work() {
    seen=$(look)
    if wait_for "$WAIT" is_at_work; then
        pass "$1"
    else
        fail "$1" "the other domain writes nothing"
    fi
}

# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The hardware domain, which may attach too: gives a guest a function of an enabled
# region, and takes the report back again and again while the guest reads.
. /tests/lib.sh
. /tests/reports.sh

WAIT=60
ROUNDS=20
ADAPTER=01:00.0
NVME=0000:00:03.0

give() {
    rootport attach --now --timeout $WAIT $NVME guest 2>/tmp/refusal
}

# Whether the domain's own function in the same region has its upper registers.
has_extended() {
    [ "$(setpci -s $ADAPTER 100.l)" != ffffffff ]
}

modprobe xen-privcmd unrestricted=1
section "a function of its own, which stays"
rootport attach --now $ADAPTER guest 2>/tmp/refusal
attach_code=$?
rootport detach --force $ADAPTER 2>>/tmp/refusal
if [ "$attach_code $?" = "1 1" ] && [ "$(grep -c "hardware domain has it" /tmp/refusal)" = 2 ]; then
    pass own-function-is-kept
else
    fail own-function-is-kept "$(cat /tmp/refusal)"
fi

section "a function for the guest"
if wait_for $WAIT give; then
    pass given-now
else
    fail given-now "$(cat /tmp/refusal)"
    exit 0
fi
rootport list
section "quirks"
for function in '00:1f.2.*set by the configuration' '00:02.0.*not looked for aliasing'; do
    if rootport list | grep -q "$function" && rootport list --json | tr -d '\n' |
        sed 's/}/}\n/g' | grep -q "$function"; then
        pass marked
    else
        fail marked "$function"
    fi
done

section "reports that would take registers from it"
round=0
result=-16
while [ $round -lt $ROUNDS ] && [ "$result" = -16 ] && has_extended; do
    result=$(physdev $MMCFG_RESERVED ${ECAM}000000ff00000000)
    usleep 300000
    round=$((round + 1))
done
if [ "$result" = -16 ]; then
    pass busy
else
    fail busy "$result instead of -16"
fi
if has_extended; then
    pass own-function-stays
else
    fail own-function-stays "round $round: no register 0x100"
fi
report again 0 $ECAM 0000 00 ff 01000000

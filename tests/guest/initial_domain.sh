# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Whether the kernel knows that it is the initial domain.

section "initial domain"
modprobe xenfs
mkdir /tmp/xenfs
mount -t xenfs xenfs /tmp/xenfs
if grep -q control_d /tmp/xenfs/capabilities; then
    pass initial-domain
else
    fail initial-domain "xenfs says '$(cat /tmp/xenfs/capabilities)'"
fi

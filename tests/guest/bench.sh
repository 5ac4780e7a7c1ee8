# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What make bench measures from inside a guest: rootport.measure=NAME.
. /tests/lib.sh

. "/bench/$(argument measure).sh"

# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Single accesses.

/bench/measure accesses

# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Says what is typed on its console, line by line (rootport.lines=N of them).
. /tests/lib.sh

section "ready"
for _ in $(seq "$(argument lines)"); do
    read -r line
    echo "typed: $line"
done

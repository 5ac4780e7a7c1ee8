# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A network card in use, by its own driver.
. /tests/use.sh

use e1000e 8086:10d3 e1000e msix net e1000e

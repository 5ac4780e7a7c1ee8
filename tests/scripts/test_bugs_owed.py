# SPDX-License-Identifier: MIT
"""docs/bugs-owed.md names tests that there are."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
NAMED = re.compile(r"`(\w+)/([\w-]+)`")


def rows():
    """(defect, [(program, test)]) of each row."""
    for line in (ROOT / "docs/bugs-owed.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and cells[0] not in ("there", "---"):
            yield cells[0], NAMED.findall(cells[2])


def is_there(program, name):
    if program == "boot":
        return (ROOT / "tests/boot" / name / "test.toml").exists()
    source = ROOT / f"tests/unit/test_{program}.c"
    # Once where it is defined, and once in main()'s list.
    return source.exists() and len(re.findall(rf"\b{name}\b", source.read_text())) >= 2


class BugsOwed(unittest.TestCase):
    def test_every_row_names_a_test(self):
        self.assertGreater(len(list(rows())), 40)
        for defect, tests in rows():
            with self.subTest(defect):
                self.assertTrue(tests)

    def test_every_test_is_there(self):
        for defect, tests in rows():
            for program, name in tests:
                with self.subTest(defect):
                    self.assertTrue(is_there(program, name), f"{program}/{name}")


if __name__ == "__main__":
    unittest.main()

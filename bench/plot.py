# SPDX-License-Identifier: MIT
"""Draws results as SVG, with logarithmic scales."""

import math

import report

SHOWN = {
    "ecam_r32_000": "ECAM read",
    "ecam_r32_100": "at 0x100",
    "absent_r32": "absent",
    "root_port_r32": "root port",
    "cf8_cfc_r32_00": "CF8/CFC",
    "sysfs_000": "sysfs 0x000",
    "sysfs_100": "sysfs 0x100",
    "bar_sizing_w32": "BAR sizing",
    "msix_table_r32": "MSI-X table",
    "cpuid_0": "CPUID",
}
COLORS = {"bare": "#9a9a9a", "rootport": "#1f6fb4", "xen": "#d98218"}
GRID = "#dddddd"
WIDTH, HEIGHT, LEFT, RIGHT, BOTTOM, TOP = 1000, 420, 90, 40, 60, 40


def text(x, y, words, anchor="middle", size=11):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
            f'font-size="{size}">{words}</text>')


def line(x1, y1, x2, y2, color=GRID, width=1):
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{color}" stroke-width="{width}"/>')


class Scale:
    """Decades of values, from @first to @last, between two places of the picture."""

    def __init__(self, first, last, begin, end):
        self.first, self.last, self.begin, self.end = first, last, begin, end

    def place(self, value):
        decades = math.log10(max(value, 10 ** self.first)) - self.first
        return self.begin + decades / (self.last - self.first) * (self.end - self.begin)

    def marks(self):
        return [10 ** decade for decade in range(self.first, self.last + 1)]


def picture(title, shapes):
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            'font-family="sans-serif">')
    return "\n".join([head, "<!-- SPDX-License-Identifier: MIT -->",
                      f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
                      text(LEFT, 20, title, "start", 13), *shapes, "</svg>"]) + "\n"


def rows_of_grid(scale):
    shapes = []
    for value in scale.marks():
        y = scale.place(value)
        shapes += [line(LEFT, y, WIDTH - RIGHT, y), text(LEFT - 6, y + 4, f"{value:,}", "end")]
    return shapes


def legend(colors):
    shapes = []
    for place, (name, color) in enumerate(reversed(colors.items())):
        x = WIDTH - RIGHT - 85 * (place + 1)
        shapes += [f'<rect x="{x}" y="11" width="10" height="10" fill="{color}"/>',
                   text(x + 14, 20, name, "start")]
    return shapes


# ---- Single accesses -----------------------------------------------------------------

def bar(x, width, value, color, scale):
    y = scale.place(value)
    return [f'<rect x="{x:.1f}" y="{y:.1f}" width="{width - 2:.1f}" '
            f'height="{scale.begin - y:.1f}" fill="{color}"/>',
            text(x + width / 2, y - 4, value, size=9)]


def accesses(results):
    """A group of bars an access."""
    if "accesses" not in results:
        return None
    values = results["accesses"]["accesses"]
    scale = Scale(0, 5, HEIGHT - BOTTOM, TOP)
    group = (WIDTH - RIGHT - LEFT) / len(SHOWN)
    width = group / (len(COLORS) + 1)
    shapes = rows_of_grid(scale)
    for index, (access, label) in enumerate(SHOWN.items()):
        x = LEFT + index * group + width / 2
        for place, (subject, color) in enumerate(COLORS.items()):
            shapes += bar(x + place * width, width, values[subject][access][0], color, scale)
        shapes.append(text(x + 1.5 * width, HEIGHT - BOTTOM + 16, label))
    return picture("instructions an access, hypervisor and guest together",
                   shapes + legend(COLORS))


# ---- Re-evaluation ----------------------------------------------------------------------

def series(points, across, up, color, label):
    """A line through (x, y) points, with its label at the last one."""
    places = [(across.place(x), up.place(y)) for x, y in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    last_x, last_y = places[-1]
    return [f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>',
            *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>' for x, y in places),
            text(last_x, last_y - 8, label, "end")]


def reevaluation(results):
    """What a report costs that changes so many functions, and how long others may wait."""
    if "core" not in results:
        return None
    across = Scale(1, 5, LEFT, WIDTH - RIGHT)
    up = Scale(3, 9, HEIGHT - BOTTOM, TOP)
    whole = sorted(report.reevaluations(results["core"]).items())
    goes = sorted(report.goes(results["core"]).items())
    shapes = rows_of_grid(up)
    for value in across.marks():
        x = across.place(value)
        shapes += [line(x, TOP, x, HEIGHT - BOTTOM),
                   text(x, HEIGHT - BOTTOM + 16, f"{value:,}")]
    shapes.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - BOTTOM + 36, "functions"))
    shapes += series(whole, across, up, COLORS["rootport"], "all of a report")
    shapes += series(goes, across, up, COLORS["xen"],
                     "one go of at most 64 functions, which others may wait for")
    return picture("instructions of a report that changes every function", shapes)


PLOTS = {"accesses": accesses, "reevaluation": reevaluation}

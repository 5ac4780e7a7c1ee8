# SPDX-License-Identifier: MIT
"""Draws what an access costs, as an SVG: one group of bars an access, logarithmic."""

import math

SHOWN = {
    "ecam_r32_000": "ECAM read",
    "ecam_w8_03c": "ECAM write",
    "absent_r32": "absent function",
    "root_port_r32": "root port",
    "cf8_cfc_r32_00": "CF8/CFC read",
    "sysfs_100": "sysfs read, 0x100",
    "bar_sizing_w32": "BAR sizing",
    "msix_table_r32": "MSI-X table read",
    "cpuid_0": "CPUID",
}
COLORS = {"bare": "#9a9a9a", "rootport": "#1f6fb4", "xen": "#d98218"}
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 900, 420, 60, 60, 40
DECADES = 5


def y_of(instructions):
    decades = math.log10(max(instructions, 1))
    return HEIGHT - BOTTOM - decades / DECADES * (HEIGHT - BOTTOM - TOP)


def text(x, y, words, anchor="middle", size=11):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
            f'font-size="{size}">{words}</text>')


def scale():
    lines = []
    for decade in range(DECADES + 1):
        y = y_of(10 ** decade)
        lines.append(f'<line x1="{LEFT}" x2="{WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}" '
                     'stroke="#dddddd"/>')
        lines.append(text(LEFT - 6, y + 4, f"{10 ** decade:,}", "end"))
    return lines


def bars(values):
    group = (WIDTH - 10 - LEFT) / len(SHOWN)
    bar = group / (len(COLORS) + 1)
    shapes = []
    for index, (access, label) in enumerate(SHOWN.items()):
        x = LEFT + index * group + bar / 2
        for place, (subject, color) in enumerate(COLORS.items()):
            count = values[subject][access][0]
            y = y_of(count)
            shapes.append(f'<rect x="{x + place * bar:.1f}" y="{y:.1f}" width="{bar - 2:.1f}" '
                          f'height="{HEIGHT - BOTTOM - y:.1f}" fill="{color}"/>')
            shapes.append(text(x + (place + 0.5) * bar, y - 4, count, size=9))
        shapes.append(text(x + group / 2 - bar / 2, HEIGHT - BOTTOM + 16, label))
    return shapes


def legend():
    shapes = [text(LEFT, 16, "instructions an access, hypervisor and guest together", "start", 13)]
    for index, (subject, color) in enumerate(COLORS.items()):
        x = WIDTH - 260 + index * 85
        shapes.append(f'<rect x="{x}" y="7" width="10" height="10" fill="{color}"/>')
        shapes.append(text(x + 14, 16, subject, "start"))
    return shapes


def accesses(values):
    """@values: {subject: {access: [median, ...]}}."""
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            'font-family="sans-serif">')
    licence = "<!-- SPDX-License-Identifier: MIT -->"
    ground = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
    return "\n".join([head, licence, ground, *scale(), *bars(values), *legend(), "</svg>"]) + "\n"

"""Draw seconds and memory of large counties against their size, from the rows of `benchmarks.zoning_large --csv`.

    python -m benchmarks.zoning_plot rows.csv benchmarks/zoning_large.svg

Both axes are logarithmic; the broken line is what would be exactly linear from the smallest county on.
"""

import argparse
import csv
import math
from collections.abc import Sequence
from pathlib import Path

WIDTH, HEIGHT, MARGIN = 460, 320, 60
INK, SOFT = "#1d3557", "#8a94a6"

Point = tuple[float, float]


def read(path: Path, column: str) -> list[Point]:
    """Return (units, value) of every row that has the value, by size."""
    with path.open(newline="", encoding="utf-8") as handle:
        return sorted(
            (float(row["units"]), float(row[column])) for row in csv.DictReader(handle) if row[column]
        )


def panel(points: Sequence[Point], title: str, unit: str, left: float) -> str:
    """Return one chart as SVG."""
    sizes, values = [size for size, _ in points], [value for _, value in points]
    low, high = min(values), max(max(values), min(values) * max(sizes) / min(sizes))
    place = _scale(min(sizes), max(sizes), left + MARGIN, left + WIDTH - 40)
    rise = _scale(low, high, HEIGHT - MARGIN, 50)
    line = " ".join(f"{place(size):.1f},{rise(value):.1f}" for size, value in points)
    straight = f"{place(sizes[0]):.1f},{rise(values[0]):.1f} " + (
        f"{place(sizes[-1]):.1f},{rise(values[0] * sizes[-1] / sizes[0]):.1f}"
    )
    marks = "".join(
        f'<circle cx="{place(size):.1f}" cy="{rise(value):.1f}" r="4" fill="{INK}"/>'
        f'<text x="{place(size):.1f}" y="{rise(value) - 10:.1f}" text-anchor="middle">{value:g} {unit}</text>'
        f'<text x="{place(size):.1f}" y="{HEIGHT - MARGIN + 22}" text-anchor="middle">{size:,.0f}</text>'
        for size, value in points
    )
    return (
        f'<text x="{left + MARGIN}" y="24" font-weight="bold">{title}</text>'
        f'<polyline points="{straight}" fill="none" stroke="{SOFT}" stroke-dasharray="5 4"/>'
        f'<polyline points="{line}" fill="none" stroke="{INK}" stroke-width="2"/>{marks}'
        f'<text x="{left + WIDTH / 2}" y="{HEIGHT - 14}" text-anchor="middle" fill="{SOFT}">units</text>'
    )


def _scale(low: float, high: float, start: float, end: float) -> "Scale":
    return Scale(math.log(low), math.log(high), start, end)


class Scale:
    """A logarithmic axis between two places on the paper."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self.low, self.span, self.start, self.length = low, max(high - low, 1e-9), start, end - start

    def __call__(self, value: float) -> float:
        return self.start + (math.log(value) - self.low) / self.span * self.length


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    charts = [
        panel(read(args.rows, "first_s"), "Seconds to the first lawful plan", "s", 0),
        panel(read(args.rows, "peak_gib"), "Largest memory of the process", "GiB", WIDTH),
    ]
    args.out.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {HEIGHT}" font-family="sans-serif"'
        f' font-size="12" fill="{INK}"><rect width="100%" height="100%" fill="white"/>{"".join(charts)}</svg>\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()

"""What an import found: data, never an exception; severe findings refuse the file, or their row."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import shapely

from geo_data.tables.finding_texts import TEXTS
from geo_data.tables.places import small_place

HEADER_ROW = 1  # as a spreadsheet counts
FIRST_DATA_ROW = 2
KEPT_NOTES = 500  # of one code
KEPT_FAULTS = 50_000  # severe findings or warnings of one code: a workbook paints them all
KEPT_IN_ALL = 200_000
KEPT_PLACES = 2_000


class Severity(StrEnum):
    """How much a finding weighs."""

    SEVERE = "severe"
    WARNING = "warning"
    NOTE = "note"


WEIGHTS = {severity: weight for weight, severity in enumerate(Severity)}


class Keep(StrEnum):
    """What becomes of a file with bad rows.

    ALL_OR_NOTHING -- one severe finding refuses the file
    GOOD_ROWS      -- rows with severe findings are left out; a severe finding about the file still refuses it
    """

    ALL_OR_NOTHING = "all_or_nothing"
    GOOD_ROWS = "good_rows"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a file.

    code   -- a key of TEXTS, stable
    row    -- as the spreadsheet counts, the header being row 1; 0 when it concerns the whole file
    column -- the header in the file, or ""
    value  -- what stands there; empty for personal columns, so that findings may be stored
    place  -- what it is about on the map, EPSG:4326, few vertices; None when it has no place
    """

    code: str
    row: int = 0
    column: str = ""
    value: str = ""
    place: shapely.Geometry | None = field(default=None, compare=False)

    @property
    def severity(self) -> Severity:
        """Return how much this weighs."""
        return Severity(TEXTS[self.code].severity)

    @property
    def condemns_row(self) -> bool:
        """Say whether this is a severe finding about one row."""
        return self.row > HEADER_ROW and self.severity is Severity.SEVERE

    def sentence(self, language: str) -> str:
        """Return place, rule and remedy in "zh" or "en"."""
        text = TEXTS[self.code]
        if language == "zh":
            return f"{self._place('第 {row} 行', '“{column}”列', '：“{value}”')}{text.zh}。{text.remedy_zh}。"
        return f"{self._place('row {row}', ', {column}', ': {value!r}')}{text.en}. {text.remedy_en}."

    def _place(self, row: str, column: str, value: str) -> str:
        parts = (row if self.row else "", column if self.column else "", value if self.value else "")
        place = "".join(parts).format(row=self.row, column=self.column, value=self.value)
        return place.lstrip(", :：") + " " if place else ""

    def as_data(self) -> dict[str, str | int]:
        """Return plain JSON data, without the place."""
        return {"code": self.code, "row": self.row, "column": self.column, "value": self.value}


@dataclass(frozen=True, slots=True)
class Preview:
    """Where a layer that was stopped would lie if a system held.

    role  -- "declared", "likely", or "swapped": with its two coordinates exchanged
    shape -- hull of the layer's middles, EPSG:4326
    """

    role: str
    system: str
    shape: shapely.Geometry

    def as_data(self) -> dict[str, Any]:
        """Return plain JSON data, the shape as GeoJSON."""
        geometry = json.loads(shapely.to_geojson(self.shape))
        return {"role": self.role, "system": self.system, "geometry": geometry}


@dataclass(frozen=True, slots=True)
class News:
    """What was found since the last look."""

    kept: tuple[Finding, ...]
    counts: Mapping[str, int]
    bad_rows: frozenset[int]
    refuses: bool
    previews: tuple[Preview, ...]


def earlier_row(row: int) -> str:
    """Say in a finding's value which row another one repeats; a row number is no personal data."""
    return f"第 {row} 行 row {row}"


class Findings:
    """Gathers findings in the order found; keeps the first of each code, and counts all.

    keep         -- whether a bad row refuses the file
    headers      -- what an officer said of unknown headers: header without case, white space and punctuation ->
                    column, "" to leave it out
    working_epsg -- the system of places given without one
    """

    def __init__(
        self,
        *,
        keep: Keep = Keep.ALL_OR_NOTHING,
        headers: Mapping[str, str] | None = None,
        working_epsg: int | None = None,
    ) -> None:
        self.keep = keep
        self.headers: Mapping[str, str] = headers or {}
        self._working_epsg = working_epsg
        self._kept: list[Finding] = []
        self._told = 0
        self._counts: Counter[str] = Counter()
        self._told_counts: Counter[str] = Counter()
        self._bad_rows: set[int] = set()
        self._new_bad_rows: set[int] = set()
        self._places = 0
        self._refuses = False
        self._previews: list[Preview] = []
        self._told_previews = 0

    def add(
        self,
        code: str,
        row: int = 0,
        column: str = "",
        value: object = "",
        *,
        place: shapely.Geometry | None = None,
        epsg: int | None = None,
    ) -> None:
        """Note one finding. `place` is in the system `epsg`, or else in the working system."""
        self._counts[code] += 1
        finding = Finding(code, row, column, str(value)[:200])
        self._weigh(finding)
        if self._may_keep(finding):
            shape = self._small(place, epsg or self._working_epsg) if place is not None else None
            self._kept.append(finding if shape is None else Finding(code, row, column, finding.value, shape))

    def extend(self, findings: Iterable[Finding]) -> None:
        """Note findings made elsewhere."""
        for finding in findings:
            self.add(finding.code, finding.row, finding.column, finding.value)

    def show(self, preview: Preview) -> None:
        """Keep a preview of a layer that was stopped."""
        self._previews.append(preview)

    def is_bad(self, row: int) -> bool:
        """Say whether the row has a severe finding."""
        return row in self._bad_rows

    def apart(self) -> "Findings":
        """Return empty findings that read headers alike: for a first look whose findings nobody shall see."""
        return Findings(headers=self.headers)

    def kept(self) -> tuple[Finding, ...]:
        """Return the findings kept: severe ones first, then by row."""
        return tuple(
            sorted(self._kept, key=lambda f: (WEIGHTS[f.severity], f.row, f.code, f.column, f.value))
        )

    def counts(self) -> Mapping[str, int]:
        """Return how often each code was found, by code."""
        return dict(sorted(self._counts.items()))

    def previews(self) -> tuple[Preview, ...]:
        """Return where a layer that was stopped would lie: as declared first, then as is likely."""
        return tuple(self._previews)

    @property
    def bad_rows(self) -> int:
        """Return how many rows have severe findings."""
        return len(self._bad_rows)

    @property
    def refuses(self) -> bool:
        """Say whether a severe finding refuses the file."""
        return self._refuses or (self.keep is Keep.ALL_OR_NOTHING and bool(self._bad_rows))

    def news(self) -> News:
        """Return what was found since the last call: findings travel between processes in parts."""
        counts = self._counts - self._told_counts
        news = News(
            tuple(self._kept[self._told :]),
            dict(counts),
            frozenset(self._new_bad_rows),
            self._refuses,
            tuple(self._previews[self._told_previews :]),
        )
        self._told, self._told_previews = len(self._kept), len(self._previews)
        self._told_counts, self._new_bad_rows = self._counts.copy(), set()
        return news

    def absorb(self, news: News) -> None:
        """Add what was found elsewhere, as it is."""
        self._kept += news.kept
        self._counts.update(news.counts)
        self._bad_rows |= news.bad_rows
        self._refuses = self._refuses or news.refuses
        self._previews += news.previews

    def _weigh(self, finding: Finding) -> None:
        if finding.severity is not Severity.SEVERE:
            return
        if finding.condemns_row:
            self._bad_rows.add(finding.row)
            self._new_bad_rows.add(finding.row)
        else:
            self._refuses = True

    def _may_keep(self, finding: Finding) -> bool:
        most = KEPT_NOTES if finding.severity is Severity.NOTE else KEPT_FAULTS
        return self._counts[finding.code] <= most and len(self._kept) < KEPT_IN_ALL

    def _small(self, place: shapely.Geometry, epsg: int | None) -> shapely.Geometry | None:
        if epsg is None or self._places >= KEPT_PLACES:
            return None
        self._places += 1
        return small_place(place, epsg=epsg)

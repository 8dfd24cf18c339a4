"""What an import found: data, never an exception; severe findings refuse the file."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from geo_data.tables.finding_texts import TEXTS

FIRST_DATA_ROW = 2  # as a spreadsheet counts: the header is row 1
KEPT_FINDINGS = 500


class Severity(StrEnum):
    """How much a finding weighs."""

    SEVERE = "severe"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a file.

    code   -- a key of TEXTS, stable
    row    -- as the spreadsheet counts, the header being row 1; 0 when it concerns the whole file
    column -- the header in the file, or ""
    value  -- what stands there; empty for personal columns, so that findings may be stored
    """

    code: str
    row: int = 0
    column: str = ""
    value: str = ""

    @property
    def severity(self) -> Severity:
        """Return how much this weighs."""
        return Severity(TEXTS[self.code].severity)

    def sentence(self, language: str) -> str:
        """Return place, rule and remedy in "zh" or "en"."""
        text = TEXTS[self.code]
        if language == "zh":
            return f"{self._place('第 {row} 行', '“{column}”列', '：“{value}”')}{text.zh}。{text.remedy_zh}。"
        return f"{self._place('row {row}', ', {column}', ': {value!r}')} {text.en}. {text.remedy_en}."

    def _place(self, row: str, column: str, value: str) -> str:
        parts = (row if self.row else "", column if self.column else "", value if self.value else "")
        place = "".join(parts).format(row=self.row, column=self.column, value=self.value)
        return place.lstrip(", :：") + " " if place else ""

    def as_data(self) -> dict[str, str | int]:
        """Return plain JSON data."""
        return {"code": self.code, "row": self.row, "column": self.column, "value": self.value}


class Findings:
    """Gathers findings in the order found; keeps the first of each code, and counts all."""

    def __init__(self, kept_per_code: int = KEPT_FINDINGS) -> None:
        self._kept: list[Finding] = []
        self._counts: Counter[str] = Counter()
        self._kept_per_code = kept_per_code

    def add(self, code: str, row: int = 0, column: str = "", value: object = "") -> None:
        """Note one finding."""
        self._counts[code] += 1
        if self._counts[code] <= self._kept_per_code:
            self._kept.append(Finding(code, row, column, str(value)[:200]))

    def extend(self, findings: Iterable[Finding]) -> None:
        """Note findings made elsewhere."""
        for finding in findings:
            self.add(finding.code, finding.row, finding.column, finding.value)

    def kept(self) -> tuple[Finding, ...]:
        """Return the findings kept: severe ones first, then by row."""
        weight = list(Severity)
        return tuple(
            sorted(self._kept, key=lambda f: (weight.index(f.severity), f.row, f.code, f.column, f.value))
        )

    def counts(self) -> Mapping[str, int]:
        """Return how often each code was found, by code."""
        return dict(sorted(self._counts.items()))

    @property
    def refuses(self) -> bool:
        """Say whether a severe finding refuses the file."""
        return any(TEXTS[code].severity == Severity.SEVERE for code in self._counts)

"""What an import found, as lines of a table that can be filtered, in the language of the page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from frontend.pages.language import language
from geo_data.models import Dataset, DatasetFinding
from geo_data.selectors.findings import FindingFilter, list_findings
from geo_data.tables.finding_texts import TEXTS
from geo_data.tables.findings import Severity

LINES_PER_PAGE = 50
SEVERITIES: Mapping[str, Promise] = {
    Severity.SEVERE: _("must be put right"),
    Severity.WARNING: _("somebody must look"),
    Severity.NOTE: _("good to know"),
}
WEIGHTS = list(Severity)
IS_PLACED = ExpressionWrapper(Q(place__isnull=False), output_field=BooleanField())


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding in words; `key` is its name on the map, where it has a place."""

    number: int
    code: str
    severity: str
    weight: str
    row: int
    column: str
    value: str
    rule: str
    remedy: str
    is_placed: bool

    @property
    def key(self) -> str:
        """Return the name under which list and map know it."""
        return f"f{self.number}"


@dataclass(frozen=True, slots=True)
class FindingTable:
    """The findings that were asked for, a page of them as lines, and what there is to choose from.

    codes -- (code, rule, how many) of all findings of the file, the heavy ones first
    """

    rows: QuerySet[DatasetFinding]
    page: Page[Any]
    lines: Sequence[FindingLine]
    severity: str
    code: str
    severities: Sequence[tuple[str, str, int]]
    codes: Sequence[tuple[str, str, int]]


def finding_table(request: HttpRequest, dataset: Dataset) -> FindingTable:
    """Return what the address asks for: `severity` and `code` filter, `page` turns pages. Two queries."""
    severity, code = request.GET.get("severity", ""), request.GET.get("code", "")
    asked = FindingFilter(code if code in TEXTS else "", severity if severity in SEVERITIES else "")
    rows = list_findings(dataset, asked).annotate(is_placed=IS_PLACED)
    page = Paginator(rows, LINES_PER_PAGE).get_page(request.GET.get("page"))
    counts = {name: int(count) for name, count in dataset.finding_counts.items() if name in TEXTS}
    return FindingTable(
        rows,
        page,
        finding_lines(page.object_list),
        asked.severity,
        asked.code,
        severity_counts(counts),
        [(name, rule_in_words(name), counts[name]) for name in sorted(counts, key=_weight_first)],
    )


def finding_lines(findings: Iterable[Any]) -> tuple[FindingLine, ...]:
    """Return stored findings in words, in their order."""
    return tuple(_line(finding) for finding in findings)


def severity_counts(counts: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """Return (severity, in words, how many) of findings counted by code; none that was not found."""
    by_severity = dict.fromkeys(WEIGHTS, 0)
    for code, count in counts.items():
        by_severity[Severity(TEXTS[code].severity)] += count
    return [(name.value, str(SEVERITIES[name]), count) for name, count in by_severity.items() if count]


def rule_in_words(code: str) -> str:
    """Say what is the matter."""
    return TEXTS[code].zh if language() == "zh" else TEXTS[code].en


def remedy_in_words(code: str) -> str:
    """Say what to do about it."""
    return TEXTS[code].remedy_zh if language() == "zh" else TEXTS[code].remedy_en


def _weight_first(code: str) -> tuple[int, str]:
    return WEIGHTS.index(Severity(TEXTS[code].severity)), code


def _line(finding: Any) -> FindingLine:
    severity = WEIGHTS[finding.weight]
    return FindingLine(
        number=finding.number,
        code=finding.code,
        severity=severity.value,
        weight=str(SEVERITIES[severity]),
        row=finding.row,
        column=finding.column,
        value=finding.value,
        rule=rule_in_words(finding.code),
        remedy=remedy_in_words(finding.code),
        is_placed=finding.is_placed,
    )


def is_severe(code: str) -> bool:
    """Say whether findings of this code refuse a file or a row."""
    return TEXTS[code].severity == Severity.SEVERE

"""Figures, refusals and stages in words, as they are said to families."""

from collections.abc import Mapping
from datetime import date

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext

from common.errors import DomainError
from frontend.pages.language import language
from frontend.pages.officers.data.words import STATE_COLOURS, STATES
from frontend.pages.refusals import code_in_words, refusal_in_words
from frontend.pages.stages import STAGES
from geo_data.addresses.doors import Side
from geo_data.addresses.spans import Span
from geo_data.models import Dataset, DatasetStatus
from geo_data.tables.findings import Finding

register = template.Library()


@register.filter
def distance(metres: float | None) -> str:
    """Say metres as a family would: 850 m, 1.2 km."""
    if metres is None:
        return "–"
    if metres < 1000:
        return gettext("%(number)s m") % {"number": number_format(max(10, round(metres, -1)), decimal_pos=0)}
    return gettext("%(number)s km") % {"number": number_format(metres / 1000, decimal_pos=1)}


@register.filter
def later(day: date, other: date) -> date:
    """Return the later of two days."""
    return max(day, other)


@register.filter
def percent(share: float | None) -> str:
    """Say a share between 0 and 1 as percent with one decimal."""
    return "–" if share is None else f"{share * 100:.1f} %"


@register.filter
def permille(share: int | None) -> str:
    """Say a share in thousandths as percent with one decimal."""
    return "–" if share is None else f"{share / 10:.1f} %"


@register.filter
def titled(title: Mapping[str, str]) -> str:
    """Return the title of a policy's line or category in the language of the page."""
    return title[language()]


@register.filter
def grouped(digest: str) -> str:
    """Return the head of a digest in groups of four, enough to compare by eye."""
    return " ".join(digest[start : start + 4] for start in range(0, 16, 4))


@register.filter
def in_words(refusal: DomainError) -> str:
    """Say a refusal."""
    return refusal_in_words(refusal)


@register.filter
def failure_in_words(code: str, message: str) -> str:
    """Say a stored failure."""
    return code_in_words(code, message)


@register.filter
def stage_in_words(stage: str) -> str:
    """Say a stage that a background job reports; one nobody wrote words for is shown as it is."""
    return str(STAGES.get(stage, stage))


@register.filter
def version_state(dataset: Dataset) -> str:
    """Say where a version of data stands."""
    return str(STATES[dataset.status])


@register.filter
def version_colour(dataset: Dataset) -> str:
    """Return good, warn, bad or nothing for where a version stands."""
    return STATE_COLOURS.get(DatasetStatus(dataset.status), "")


@register.filter
def span_in_words(span: Span) -> str:
    """Say which numbers of a side of a road: 3 to 45, odd."""
    if span.is_whole:
        return gettext("all odd numbers") if span.side is Side.ODD else gettext("all even numbers")
    if span.first == span.last:
        return gettext("No. %(number)s") % {"number": span.first}
    odd, even = gettext("Nos. %(first)s to %(last)s, odd"), gettext("Nos. %(first)s to %(last)s, even")
    return (odd if span.side is Side.ODD else even) % {"first": span.first, "last": span.last}


@register.filter
def finding_in_words(finding: Finding | Mapping[str, str | int]) -> str:
    """Say what a check found, fresh from the file or from the plain data kept with a survey sheet."""
    if isinstance(finding, Finding):
        return finding.sentence(language())
    found = Finding(str(finding["code"]), int(finding["row"]), str(finding["column"]), str(finding["value"]))
    return found.sentence(language())

"""What came of a file, in a sentence."""

from dataclasses import dataclass

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from geo_data.models import Dataset, DatasetStatus
from geo_data.tables.finding_texts import TEXTS
from geo_data.tables.findings import Severity


@dataclass(frozen=True, slots=True)
class Summary:
    """A title and a sentence; `kind` is good, warn, bad or empty, as notices are coloured."""

    kind: str
    title: str
    text: str


def summary_of(dataset: Dataset) -> Summary:
    """Say what came of the file and what happens next."""
    match DatasetStatus(dataset.status):
        case DatasetStatus.REFUSED:
            return Summary("bad", _("Nothing was brought in"), _refused(dataset))
        case DatasetStatus.PROPOSED:
            return Summary("warn", _("Checked; waiting for your decision"), _proposed(dataset))
        case DatasetStatus.CURRENT:
            return Summary("good", _("This version is in use"), _rows(dataset))
        case DatasetStatus.SUPERSEDED:
            return Summary("", _("A newer version has taken its place"), _rows(dataset))
        case DatasetStatus.WITHDRAWN:
            return Summary("warn", _("This version was withdrawn"), _rows(dataset))
        case DatasetStatus.DISCARDED:
            return Summary(
                "", _("This proposal was discarded"), _("Its rows are gone; what was found is below.")
            )


def count_of(dataset: Dataset, severity: Severity) -> int:
    """Return how many findings of this weight the file has."""
    return sum(
        count
        for code, count in dataset.finding_counts.items()
        if code in TEXTS and TEXTS[code].severity == severity
    )


def _refused(dataset: Dataset) -> str:
    count = count_of(dataset, Severity.SEVERE)
    said = ngettext(
        "%(count)s thing must be put right first. Put it right in the file or choose below how to go on.",
        "%(count)s things must be put right first. Put them right in the file or choose below how to go on.",
        count,
    )
    return said % {"count": intcomma(count)}


def _proposed(dataset: Dataset) -> str:
    parts = [_rows(dataset)]
    if dataset.rows_left_out:
        left = ngettext(
            "%(count)s row with mistakes is left out.",
            "%(count)s rows with mistakes are left out.",
            dataset.rows_left_out,
        )
        parts.append(left % {"count": intcomma(dataset.rows_left_out)})
    warnings = count_of(dataset, Severity.WARNING)
    if warnings:
        look = ngettext("Look at %(count)s warning first.", "Look at %(count)s warnings first.", warnings)
        parts.append(look % {"count": intcomma(warnings)})
    parts.append(_("Nothing is used before you confirm it."))
    return " ".join(parts)


def _rows(dataset: Dataset) -> str:
    said = ngettext("%(count)s row can be used.", "%(count)s rows can be used.", dataset.row_count)
    return said % {"count": intcomma(dataset.row_count)}

"""Reconciliation in words: kinds, verdicts, sources, and what a score is made of."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frontend.pages.language import language
from geo_data.reconciliation.score import Points, ScoreRule
from geo_data.reconciliation.texts import CASE_TEXTS
from geo_data.reconciliation.words import CaseCode, CaseKind, Source, Verdict

KINDS: Mapping[str, Promise] = {
    CaseKind.UNMATCHED: gettext_lazy("in one list only"),
    CaseKind.DOUBTFUL: gettext_lazy("perhaps the same child"),
    CaseKind.CONTRADICTORY: gettext_lazy("lists contradict each other"),
}
VERDICTS_IN_WORDS: Mapping[str, Promise] = {
    Verdict.SAME_CHILD: gettext_lazy("The same child"),
    Verdict.DIFFERENT_CHILDREN: gettext_lazy("Two different children"),
    Verdict.FIRST_HOLDS: gettext_lazy("The first holds"),
    Verdict.SECOND_HOLDS: gettext_lazy("The second holds"),
    Verdict.NOT_OUR_CHILD: gettext_lazy("Not a child of this district"),
    Verdict.ACKNOWLEDGED: gettext_lazy("Seen; it may stay so"),
    Verdict.REOPENED: gettext_lazy("Taken back"),
}
SOURCES: Mapping[str, Promise] = {
    Source.CENSUS: gettext_lazy("household census"),
    Source.REGISTRATIONS: gettext_lazy("registered residents"),
    Source.PUPILS: gettext_lazy("pupil register"),
    Source.BIRTHS: gettext_lazy("births and vaccinations"),
    Source.KINDERGARTENS: gettext_lazy("kindergarten rolls"),
    Source.ATTENDANCE: gettext_lazy("attendance"),
    Source.SURVEYS: gettext_lazy("door-to-door sheets"),
    Source.DECLARED: gettext_lazy("registered by the guardian"),
    Source.PERMITS: gettext_lazy("residence permits"),
    Source.TITLES: gettext_lazy("property titles"),
    Source.RENTALS: gettext_lazy("rental records"),
}


def code_in_words(code: str) -> str:
    """Return what a case asks."""
    text = CASE_TEXTS[CaseCode(code)]
    return text.zh if language() == "zh" else text.en


def remedy_in_words(code: str) -> str:
    """Return what to do about a case."""
    text = CASE_TEXTS[CaseCode(code)]
    return text.remedy_zh if language() == "zh" else text.remedy_en


def points_in_words(points: Points, rule: ScoreRule) -> list[tuple[str, int, int, str]]:
    """Return every part of a score: what it is about, its points, the most it could have, why."""
    like = {"percent": points.name_likeness}
    parts = [
        (_("Name"), points.name, rule.name, _("the names are %(percent)s %% alike") % like),
        (_("Guardian"), points.guardian, rule.guardian, _guardian(points, rule)),
        (_("Sex"), points.sex, rule.sex, _agrees(points.sex, rule.sex)),
        (_("Estate or village"), points.unit, rule.unit, _agrees(points.unit, rule.unit)),
    ]
    if points.other_number:
        parts.append(
            (_("Number of the document"), -points.other_number, 0, _("both have one, and they differ"))
        )
    return parts


def _guardian(points: Points, rule: ScoreRule) -> str:
    if points.guardian_agrees:
        return _("the same")
    if points.guardian_numbers_differ:
        return _("alike, with another number") if points.guardian else _("differs")
    if points.guardian == rule.guardian_unknown:
        return _("unknown on one side")
    return _("differs, or is alike in part") if points.guardian else _("differs")


def _agrees(points: int, full: int) -> str:
    if points == full:
        return _("the same")
    return _("unknown on one side") if points else _("differs")

"""The survey in words: fields, values, decisions."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from frontend.pages.language import language
from geo_data.models import DifferenceKind, Sex, SurveyDecision, SurveyOutcome
from geo_data.tables.survey_records import in_cell

FIELD_WORDS: Mapping[str, Promise] = {
    "child": _("Child on this sheet"),
    "outcome": _("What was found"),
    "name": _("Name"),
    "sex": _("Sex"),
    "birth_on": _("Date of birth"),
    "identity": _("Number of the document"),
    "guardian": _("Guardian"),
    "school_now": _("School or kindergarten now"),
    "registration_kind": _("Kind of registration"),
    "dwelling_right": _("Right to the dwelling"),
    "address": _("Address of the household"),
    "phone": _("Phone of the household"),
}
MARKS: Mapping[str, str] = {
    DifferenceKind.ADDED: "＋",
    DifferenceKind.CHANGED: "≠",
    DifferenceKind.LEFT: "→",
    DifferenceKind.NEW_CHILD: "＋",
    DifferenceKind.KNOWN_ELSEWHERE: "≠",
    DifferenceKind.RETURNED_TWICE: "≠",
}
DECISION_HELP: Mapping[str, Promise] = {
    SurveyDecision.TAKE_SHEET: _("What the sheet says holds."),
    SurveyDecision.KEEP_REGISTER: _("The register holds; the sheet is not taken over here."),
    SurveyDecision.TAKE_EARLIER: _("What the sheet said when it came back before holds."),
    SurveyDecision.ASK_AGAIN: _("Nobody knows yet: the sheet is not merged before somebody has asked."),
}


def value_in_words(field: str, value: str) -> str:
    """Return a value as people read it; choices in the language of the page."""
    if not value:
        return ""
    if field == "outcome":
        return str(SurveyOutcome(value).label)
    if field == "sex":
        return str(Sex(value).label)
    if field in ("registration_kind", "dwelling_right"):
        return in_cell(field, value) if language() == "zh" else value.replace("_", " ")
    return value

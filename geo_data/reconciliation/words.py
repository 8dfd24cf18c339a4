"""The closed lists of reconciliation: sources, categories for planning, kinds and codes of cases, verdicts."""

from collections.abc import Mapping
from enum import StrEnum


class Source(StrEnum):
    """Which list a record stands in; the order is that of trust in who the child is, strongest first.

    The last three are lists of holders: their rows are papers of a child or of its guardian.
    """

    CENSUS = "children"
    REGISTRATIONS = "registrations"
    PUPILS = "pupils"
    BIRTHS = "births"
    KINDERGARTENS = "kindergartens"
    ATTENDANCE = "attendance"
    SURVEYS = "surveys"
    DECLARED = "declared"
    PERMITS = "permits"
    TITLES = "titles"
    RENTALS = "rentals"


CHILD_SOURCES = tuple(Source)[:8]
HOLDER_SOURCES = tuple(Source)[8:]
RANK: Mapping[Source, int] = {source: rank for rank, source in enumerate(Source)}


class Category(StrEnum):
    """What a child is for planning; computed, never chosen. Source: docs/reconciliation.md (categories)."""

    REGISTERED_LIVING_HERE = "registered_living_here"
    REGISTERED_WITH_OTHER_DWELLING = "registered_with_other_dwelling"
    IN_COUNTY_MOVER = "in_county_mover"
    REGISTERED_LIVING_ELSEWHERE = "registered_living_elsewhere"
    PERMIT_HOLDER = "permit_holder"
    IN_PREFECTURE_MOVER = "in_prefecture_mover"
    MIGRANT_WITHOUT_PERMIT = "migrant_without_permit"
    UNKNOWN = "unknown"


class CaseKind(StrEnum):
    """Why somebody must look."""

    UNMATCHED = "unmatched"
    DOUBTFUL = "doubtful"
    CONTRADICTORY = "contradictory"


class CaseCode(StrEnum):
    """What the matter is."""

    ONLY_REGISTERED = "only_registered"
    ONLY_PUPIL = "only_pupil"
    ONLY_BORN = "only_born"
    ONLY_IN_KINDERGARTEN = "only_in_kindergarten"
    ONLY_ATTENDING = "only_attending"
    ONLY_SURVEYED = "only_surveyed"
    ONLY_DECLARED = "only_declared"
    NOT_REGISTERED = "not_registered"
    NO_PUPIL_RECORD = "no_pupil_record"
    NO_ATTENDANCE_RECORD = "no_attendance_record"
    PERHAPS_SAME_CHILD = "perhaps_same_child"
    EQUAL_CANDIDATES = "equal_candidates"
    BIRTH_DATE_DIFFERS = "birth_date_differs"
    SEX_DIFFERS = "sex_differs"
    NAME_DIFFERS = "name_differs"
    REGISTRATION_UNIT_DIFFERS = "registration_unit_differs"
    REGISTRATION_DISTRICT_DIFFERS = "registration_district_differs"
    DWELLING_UNIT_DIFFERS = "dwelling_unit_differs"
    SCHOOL_DIFFERS = "school_differs"
    PERMIT_UNTIL_DIFFERS = "permit_until_differs"
    TWO_HOUSEHOLDS = "two_households"
    TWO_PUPIL_RECORDS = "two_pupil_records"
    TWICE_IN_LIST = "twice_in_list"
    GUARDIAN_NUMBER_DIFFERS = "guardian_number_differs"


KIND_OF: Mapping[CaseCode, CaseKind] = {
    **dict.fromkeys(tuple(CaseCode)[:10], CaseKind.UNMATCHED),
    **dict.fromkeys(tuple(CaseCode)[10:12], CaseKind.DOUBTFUL),
    **dict.fromkeys(tuple(CaseCode)[12:], CaseKind.CONTRADICTORY),
}


# The values of these cases are keyed indexes: they tell questions apart and are never shown.
OPAQUE = frozenset({CaseCode.GUARDIAN_NUMBER_DIFFERS})


class Verdict(StrEnum):
    """What an officer decided about a case; `reopened` takes the decision before it back."""

    SAME_CHILD = "same_child"
    DIFFERENT_CHILDREN = "different_children"
    FIRST_HOLDS = "first_holds"
    SECOND_HOLDS = "second_holds"
    NOT_OUR_CHILD = "not_our_child"
    ACKNOWLEDGED = "acknowledged"
    REOPENED = "reopened"


VERDICTS: Mapping[CaseKind, tuple[Verdict, ...]] = {
    CaseKind.UNMATCHED: (Verdict.ACKNOWLEDGED, Verdict.NOT_OUR_CHILD),
    CaseKind.DOUBTFUL: (Verdict.SAME_CHILD, Verdict.DIFFERENT_CHILDREN),
    CaseKind.CONTRADICTORY: (Verdict.FIRST_HOLDS, Verdict.SECOND_HOLDS, Verdict.ACKNOWLEDGED),
}


class LeftHow(StrEnum):
    """How a child left by the newest visit."""

    MOVED_AWAY = "moved_away"
    ABROAD = "abroad"
    DECEASED = "deceased"


class Answer(StrEnum):
    """What an officer recorded about a child who left; `reopened` takes the answer before it back."""

    RECEIVED = "received"
    PROVED_ABROAD = "proved_abroad"
    DEATH_CONFIRMED = "death_confirmed"
    CAME_BACK = "came_back"
    REOPENED = "reopened"


ANSWERS: Mapping[LeftHow, tuple[Answer, ...]] = {
    LeftHow.MOVED_AWAY: (Answer.RECEIVED, Answer.CAME_BACK),
    LeftHow.ABROAD: (Answer.PROVED_ABROAD, Answer.CAME_BACK),
    LeftHow.DECEASED: (Answer.DEATH_CONFIRMED, Answer.CAME_BACK),
}

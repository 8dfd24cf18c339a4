"""Questions about survey sheets and what came back. Whoever opens personal values has asked who may read them."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.permissions import Action, Person, may, require
from accounts.sealing import Keyring, current_keyring, open_sealed
from common.errors import NotFound
from geo_data.models import (
    CONFLICTS,
    Child,
    DatasetKind,
    PackPurpose,
    PaperPack,
    ReturnStatus,
    School,
    SheetStatus,
    SurveyAnswer,
    SurveyDecision,
    SurveyDifference,
    SurveyReturn,
    SurveyRow,
    SurveySheet,
)
from geo_data.selectors.children import unseal_child
from geo_data.selectors.datasets import find_current_dataset
from geo_data.tables.survey_records import FIELDS, Answer, KnownRow, Outcome, Paper, blank_keys

SURVEYING = Action.IMPORT_DATA  # whoever brings in the census also has it asked from door to door


class NoSuchSheet(NotFound):
    """There is no such survey sheet, or the person may not know of it."""

    code = "no_such_sheet"


@dataclass(frozen=True, slots=True)
class TownshipProgress:
    """How far a township is: sheets handed out, back and merged; `overdue` of those handed out."""

    township: str
    sheets: int
    issued: int
    returned: int
    merged: int
    overdue: int

    @property
    def back(self) -> int:
        """Return how many came back, merged or not."""
        return self.returned + self.merged


@dataclass(frozen=True, slots=True)
class ShownDifference:
    """A difference with its values in clear; empty texts for somebody who may not read them."""

    row: SurveyDifference
    register: str
    earlier: str
    sheet: str
    is_conflict: bool


def may_read_persons(person: Person | None, district_code: str) -> bool:
    """Officers of the district read names and numbers on sheets; an auditor reads states, counts and decisions."""
    return may(person, SURVEYING, district_code)


def default_births(year: int) -> tuple[date, date]:
    """Return the births of this and next year's entrants, cut-off 31 August; the last day is excluded."""
    return date(year - 7, 9, 1), date(year - 5, 9, 1)


def get_sheet(sheet_id: UUID, *, reader: Person | None) -> SurveySheet:
    """Return a sheet of the reader's district."""
    sheet = SurveySheet.objects.select_related("district", "census").filter(pk=sheet_id).first()
    if sheet is None:
        raise NoSuchSheet("there is no such survey sheet", sheet=str(sheet_id))
    require(reader, Action.READ_DISTRICT, sheet.district_id)
    return sheet


def find_sheet_by_code(district_code: str, code: str) -> SurveySheet | None:
    """Return the sheet whose printed code this is, written with or without hyphen, in any case."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return SurveySheet.objects.filter(district_id=district_code, code=plain).first()


def list_survey_years(district_code: str) -> list[int]:
    """Return the years with sheets, newest first."""
    years = SurveySheet.objects.filter(district_id=district_code).order_by("-year")
    return list(years.values_list("year", flat=True).distinct())


def list_sheets(
    district_code: str, year: int, *, on: date, township: str | None = None, state: str = ""
) -> QuerySet[SurveySheet]:
    """Return sheets: overdue ones first and longest overdue first, then those handed out, returned, merged.

    state -- "overdue" or a SheetStatus; empty for all
    """
    sheets = SurveySheet.objects.filter(district_id=district_code, year=year).annotate(
        is_overdue=Count("pk", filter=_overdue(on)),
        open_conflicts=Count("returns__differences", filter=_open_conflicts("returns__")),
        asked_again=Count("returns__differences", filter=_asked_again("returns__")),
    )
    if township is not None:
        sheets = sheets.filter(township=township)
    if state == "overdue":
        sheets = sheets.filter(_overdue(on))
    elif state in SheetStatus.values:
        sheets = sheets.filter(status=state)
    return sheets.order_by("-is_overdue", "due_on", "status", "township", "unit_code")


def waiting_of(sheet: SurveySheet) -> tuple[int, int]:
    """Return how many conflicts of a sheet of `list_sheets` wait for a decision, and how many are to be asked again."""
    counts = vars(sheet)
    return int(counts["open_conflicts"]), int(counts["asked_again"])


def township_progress(district_code: str, year: int, *, on: date) -> list[TownshipProgress]:
    """Return how far every township is: those with overdue sheets first, then by name. One query."""
    rows = (
        SurveySheet.objects.filter(district_id=district_code, year=year)
        .order_by("township")
        .values("township")
        .annotate(
            sheets=Count("pk"),
            issued=Count("pk", filter=Q(status=SheetStatus.ISSUED)),
            returned=Count("pk", filter=Q(status=SheetStatus.RETURNED)),
            merged=Count("pk", filter=Q(status=SheetStatus.MERGED)),
            overdue=Count("pk", filter=_overdue(on)),
        )
    )
    return sorted((TownshipProgress(**row) for row in rows), key=lambda t: (-t.overdue, t.township))


def is_overdue(sheet: SurveySheet, on: date) -> bool:
    """Say whether a sheet should have come back; on its due day it is still in time."""
    return sheet.status == SheetStatus.ISSUED and sheet.due_on < on


def responsible_of(sheet: SurveySheet, *, reader: Person | None, keyring: Keyring | None = None) -> str:
    """Return the responsible person's name, empty for who may not read it and where none was given."""
    if not may_read_persons(reader, sheet.district_id):
        return ""
    return _opened(sheet.responsible_sealed, "geo_data_surveysheet", sheet.pk, "responsible_sealed", keyring)


def load_known_rows(sheets: Sequence[SurveySheet]) -> dict[UUID, tuple[KnownRow, ...]]:
    """Return the children printed on each sheet, by place, opened. Two queries, however many sheets."""
    keyring = current_keyring()
    rows = (
        SurveyRow.objects.filter(sheet__in=sheets)
        .select_related("child__household")
        .order_by("sheet_id", "place")
    )
    schools = _school_names(sheets[0].district_id) if sheets else {}
    found: dict[UUID, list[KnownRow]] = {sheet.pk: [] for sheet in sheets}
    for row in rows:
        found[row.sheet_id].append(_known_row(row.key, row.child, schools, keyring))
    return {sheet_id: tuple(known) for sheet_id, known in found.items()}


def paper_of(sheet: SurveySheet, known: Sequence[KnownRow], responsible: str, role: str) -> Paper:
    """Return all that is printed on a sheet."""
    return Paper(
        sheet_id=str(sheet.pk),
        code=sheet.code,
        issue=sheet.issue,
        district=sheet.district.name,
        township=sheet.township,
        unit=sheet.unit_name,
        year=sheet.year,
        responsible=responsible,
        role=role,
        issued_on=sheet.issued_on,
        due_on=sheet.due_on,
        born_from=sheet.born_from,
        born_until=sheet.born_until,
        rows=tuple(known),
        blank_keys=blank_keys(sheet.blank_rows),
    )


def find_live_return(sheet: SurveySheet) -> SurveyReturn | None:
    """Return the return that counts."""
    return SurveyReturn.objects.filter(sheet=sheet, status=ReturnStatus.LIVE).first()


def load_answers(of_return: SurveyReturn) -> tuple[Answer, ...]:
    """Return the completed answers of a return, opened, by place. One query."""
    keyring = current_keyring()
    answers = SurveyAnswer.objects.filter(of_return=of_return).order_by("place", "key")
    return tuple(_answer(row, keyring) for row in answers)


def open_values(row: SurveyDifference | SurveyAnswer, keyring: Keyring) -> Mapping[str, str]:
    """Return the sealed values of a difference or answer."""
    values: dict[str, str] = json.loads(
        open_sealed(
            row.values_sealed,
            table=row._meta.db_table,
            row_id=row.pk,
            field="values_sealed",
            keyring=keyring,
        )
    )
    return values


def list_differences(of_return: SurveyReturn, *, reader: Person | None) -> list[ShownDifference]:
    """Return the differences by place; their values only for who may read them. One query."""
    rows = sorted(of_return.differences.select_related("decided_by"), key=_order_on_sheet)
    may_read = may_read_persons(reader, of_return.sheet.district_id)
    keyring = current_keyring()
    shown = []
    for row in rows:
        values = open_values(row, keyring) if may_read else {}
        register, earlier, sheet = (values.get(name, "") for name in ("register", "earlier", "sheet"))
        shown.append(ShownDifference(row, register, earlier, sheet, row.kind in CONFLICTS))
    return shown


def _order_on_sheet(row: SurveyDifference) -> tuple[int, str, int]:
    return row.place, row.key, ("child", "outcome", *FIELDS).index(row.field)


def count_undecided(of_return: SurveyReturn) -> Mapping[bool, int]:
    """Return how many differences wait for a decision: True counts conflicts, False the others."""
    kinds = of_return.differences.filter(decision="").values_list("kind", flat=True)
    counts = Counter(kind in CONFLICTS for kind in kinds)
    return {True: counts[True], False: counts[False]}


def list_mergeable(district_code: str, year: int) -> QuerySet[SurveySheet]:
    """Return the returned sheets on which nothing waits for a decision or was asked again."""
    waiting = SurveyDifference.objects.filter(
        of_return__sheet__district_id=district_code, of_return__status=ReturnStatus.LIVE
    ).filter(Q(decision="") | Q(decision=SurveyDecision.ASK_AGAIN))
    sheets = SurveySheet.objects.filter(district_id=district_code, year=year, status=SheetStatus.RETURNED)
    return sheets.exclude(pk__in=waiting.values("of_return__sheet_id")).order_by("unit_code", "id")


def list_merged(district_code: str, year: int) -> QuerySet[SurveySheet]:
    """Return the sheets that a version holds already, also those that are out or back once more since."""
    merged = SurveySheet.objects.filter(district_id=district_code, year=year, merged_into__isnull=False)
    return merged.order_by("unit_code", "id")


def find_settled_return(sheet: SurveySheet) -> SurveyReturn | None:
    """Return the newest return on which everything is decided: what holds until a newer one is."""
    waiting = SurveyDifference.objects.filter(of_return=OuterRef("pk"))
    waiting = waiting.filter(Q(decision="") | Q(decision=SurveyDecision.ASK_AGAIN))
    return SurveyReturn.objects.filter(~Exists(waiting), sheet=sheet).order_by("-number").first()


def list_packs(district_code: str, year: int, *, now: datetime) -> QuerySet[PaperPack]:
    """Return the files of sheets that can still be downloaded, newest first."""
    packs = PaperPack.objects.filter(district_id=district_code, year=year, purpose=PackPurpose.HANDED_OUT)
    return packs.filter(expires_at__gt=now).order_by("-made_at")


def _overdue(on: date) -> Q:
    return Q(status=SheetStatus.ISSUED, due_on__lt=on)


def _open_conflicts(path: str) -> Q:
    live = {f"{path}status": ReturnStatus.LIVE, f"{path}differences__decision": ""}
    return Q(**live, **{f"{path}differences__kind__in": CONFLICTS})


def _asked_again(path: str) -> Q:
    return Q(
        **{
            f"{path}status": ReturnStatus.LIVE,
            f"{path}differences__decision": SurveyDecision.ASK_AGAIN,
        }
    )


def _school_names(district_code: str) -> Mapping[str, str]:
    schools = find_current_dataset(district_code, DatasetKind.SCHOOLS)
    return dict(School.objects.filter(dataset=schools).values_list("code", "name")) if schools else {}


def school_codes(district_code: str) -> Mapping[str, str]:
    """Return the codes of schools by name, for names that only one school bears."""
    names = _school_names(district_code)
    often = Counter(names.values())
    return {name: code for code, name in names.items() if often[name] == 1}


def _known_row(key: str, child: Child, schools: Mapping[str, str], keyring: Keyring) -> KnownRow:
    opened = unseal_child(child, keyring)
    facts = {fact["name"]: fact["value"] for fact in child.facts}
    values = {
        "name": opened.name,
        "sex": child.sex,
        "birth_on": child.birth_on.isoformat(),
        "identity": opened.identity,
        "guardian": opened.guardian or opened.second_guardian,
        "school_now": schools.get(child.school_now, child.school_now),
        "registration_kind": str(facts.get("registration_kind", "")),
        "dwelling_right": str(facts.get("dwelling_right", "")),
        "address": opened.address,
        "phone": opened.phone,
    }
    return KnownRow(key, child.household.code, values)


def _answer(row: SurveyAnswer, keyring: Keyring) -> Answer:
    values = dict(open_values(row, keyring))
    others = {name: values.pop(name, "") for name in ("household_code", "moved_to", "remark")}
    return Answer(row.key, 0, row.place, Outcome(row.outcome), values=values, **others)


def _opened(sealed: object, table: str, row_id: object, field: str, keyring: Keyring | None) -> str:
    if not isinstance(sealed, bytes | memoryview):
        return ""
    return open_sealed(sealed, table=table, row_id=row_id, field=field, keyring=keyring)


def indexes_of(answers: Iterable[Answer]) -> frozenset[str]:
    """Return the identity numbers that stand in answers."""
    return frozenset(number for answer in answers if (number := answer.values.get("identity", "")))

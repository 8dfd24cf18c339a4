"""Handing out survey sheets: to a whole township at once, again, and to another person."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction

from accounts.models import User
from accounts.permissions import require
from accounts.sealing import seal
from accounts.services.audit import record_event
from common.canonical import CanonicalValue
from common.errors import RulesSayNo, WrongMoment
from geo_data.models import (
    CatchmentUnit,
    Child,
    Dataset,
    DatasetKind,
    SheetStatus,
    SurveyorRole,
    SurveyRow,
    SurveySheet,
)
from geo_data.selectors.datasets import find_current_dataset, get_current_dataset
from geo_data.selectors.surveys import SURVEYING, NoSuchSheet
from geo_data.selectors.units import list_units
from geo_data.services.datasets import lock_district

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # without those that are taken for one another by hand
CODE_LENGTH = 8
BATCH = 2000


class NoUnitsToSurvey(RulesSayNo):
    """The township has no estate or village without a sheet this year."""

    code = "no_units_to_survey"


class DatesDoNotFit(RulesSayNo):
    """A sheet is due on or after the day it is handed out, and asks about a period of birth."""

    code = "dates_do_not_fit"


class UnknownUnits(RulesSayNo):
    """The list of responsible persons names units that are not there."""

    code = "unknown_units"


class SheetIsBack(WrongMoment):
    """The sheet has come back, so it cannot be handed to somebody else."""

    code = "sheet_is_back"


@dataclass(frozen=True, slots=True)
class Surveyor:
    """Who answers for a sheet. The name is sealed; `account` may be none."""

    name: str
    role: SurveyorRole
    account: User | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What all sheets of one issue share. The last day of birth is excluded."""

    year: int
    issued_on: date
    due_on: date
    born_from: date
    born_until: date
    blank_rows: int = 10


@transaction.atomic
def issue_sheets(
    *,
    actor: User,
    now: datetime,
    district_code: str,
    terms: Terms,
    surveyor: Surveyor,
    township: str | None = None,
    names: Mapping[str, str] | None = None,
) -> int:
    """Hand out a sheet for every unit of the township (None: of the district) that has none this year; return how many.

    names -- unit code -> name of its own responsible person, where it is not the common one
    The children printed on a sheet are those of the current census; without one, sheets have empty rows only.
    Raises DatesDoNotFit, UnknownUnits, NoUnitsToSurvey.
    """
    require(actor, SURVEYING, district_code)
    _check(terms)
    lock_district(district_code)
    units = _units_without_sheet(district_code, terms.year, township)
    unknown = sorted(set(names or {}) - {unit.code for unit in units})
    if unknown:
        raise UnknownUnits("these units have no sheet to hand out", units=unknown[:20], count=len(unknown))
    if not units:
        raise NoUnitsToSurvey("every unit has its sheet", township=township or "", year=terms.year)
    census = find_current_dataset(district_code, DatasetKind.CHILDREN)
    sheets = [_sheet(unit, district_code, terms, surveyor, names or {}, census) for unit in units]
    SurveySheet.objects.bulk_create(sheets, batch_size=BATCH)
    rows = _add_rows(sheets, census)
    details: Mapping[str, CanonicalValue] = {
        "year": terms.year,
        "township": township,
        "sheets": len(sheets),
        "children": rows,
        "due_on": terms.due_on.isoformat(),
        "role": surveyor.role.value,
    }
    subject = ("survey", f"{district_code}/{terms.year}")
    record_event(
        actor=actor,
        now=now,
        action="survey.issued",
        subject=subject,
        district_code=district_code,
        details=details,
    )
    return len(sheets)


@transaction.atomic
def reassign_sheet(
    *, actor: User, now: datetime, sheet_id: UUID, surveyor: Surveyor, due_on: date
) -> SurveySheet:
    """Give a sheet that is out to another person, with a new date. Raises SheetIsBack, DatesDoNotFit."""
    sheet = _locked(actor, sheet_id)
    if sheet.status != SheetStatus.ISSUED:
        raise SheetIsBack("the sheet has come back", sheet=str(sheet_id), status=sheet.status)
    _give(sheet, surveyor, due_on)
    sheet.save(update_fields=["responsible_sealed", "responsible_role", "account", "due_on"])
    _record(sheet, actor=actor, now=now, action="survey.reassigned")
    return sheet


@transaction.atomic
def reissue_sheet(
    *, actor: User, now: datetime, sheet_id: UUID, surveyor: Surveyor, issued_on: date, due_on: date
) -> SurveySheet:
    """Hand a sheet out again, lost or to be asked again, with the same rows.

    What came back before stays, and a later return that differs from it is shown as a conflict.
    """
    sheet = _locked(actor, sheet_id)
    sheet.issued_on, sheet.issue, sheet.status = issued_on, sheet.issue + 1, SheetStatus.ISSUED
    _give(sheet, surveyor, due_on)
    sheet.save()
    _record(sheet, actor=actor, now=now, action="survey.reissued")
    return sheet


def _check(terms: Terms) -> None:
    if terms.due_on < terms.issued_on or terms.born_until <= terms.born_from:
        raise DatesDoNotFit("the dates do not fit", due_on=terms.due_on.isoformat())


def _units_without_sheet(district_code: str, year: int, township: str | None) -> list[CatchmentUnit]:
    units = list_units(get_current_dataset(district_code, DatasetKind.UNITS)).defer("area", "point")
    if township is not None:
        units = units.filter(township=township)
    sheets = SurveySheet.objects.filter(district_id=district_code, year=year)
    return list(units.exclude(code__in=sheets.values("unit_code")))


def _sheet(
    unit: CatchmentUnit,
    district_code: str,
    terms: Terms,
    surveyor: Surveyor,
    names: Mapping[str, str],
    census: Dataset | None,
) -> SurveySheet:
    sheet = SurveySheet(
        id=uuid4(),
        district_id=district_code,
        year=terms.year,
        unit_code=unit.code,
        unit_name=unit.name,
        township=unit.township,
        code="".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH)),
        census=census,
        born_from=terms.born_from,
        born_until=terms.born_until,
        blank_rows=terms.blank_rows,
        issued_on=terms.issued_on,
    )
    own_name = names.get(unit.code)
    account = None if own_name else surveyor.account
    _give(sheet, Surveyor(own_name or surveyor.name, surveyor.role, account), terms.due_on)
    return sheet


def _give(sheet: SurveySheet, surveyor: Surveyor, due_on: date) -> None:
    if due_on < sheet.issued_on:
        raise DatesDoNotFit("the sheet is due before it is handed out", due_on=due_on.isoformat())
    sheet.responsible_role, sheet.account, sheet.due_on = surveyor.role, surveyor.account, due_on
    sheet.responsible_sealed = (
        seal(surveyor.name, table="geo_data_surveysheet", row_id=sheet.pk, field="responsible_sealed")
        if surveyor.name
        else None
    )


def _add_rows(sheets: Sequence[SurveySheet], census: Dataset | None) -> int:
    """Put the children of the census on their sheets: households together, the eldest child first."""
    if census is None:
        return 0
    by_unit = {sheet.unit_code: sheet for sheet in sheets}
    first = sheets[0]
    children = (
        Child.objects.filter(dataset=census, household__unit_code__in=by_unit)
        .filter(birth_on__gte=first.born_from, birth_on__lt=first.born_until)
        .order_by("household__unit_code", "household__code", "birth_on", "id")
    )
    places: dict[str, int] = {}
    rows = []
    for child_id, unit_code in children.values_list("id", "household__unit_code"):
        places[unit_code] = place = places.get(unit_code, 0) + 1
        rows.append(SurveyRow(sheet=by_unit[unit_code], key=f"K{place}", place=place, child_id=child_id))
    SurveyRow.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


def _locked(actor: User, sheet_id: UUID) -> SurveySheet:
    sheet = SurveySheet.objects.select_for_update().filter(pk=sheet_id).first()
    if sheet is None:
        raise NoSuchSheet("there is no such survey sheet", sheet=str(sheet_id))
    require(actor, SURVEYING, sheet.district_id)
    return sheet


def _record(sheet: SurveySheet, *, actor: User, now: datetime, action: str) -> None:
    details: Mapping[str, CanonicalValue] = {
        "sheet": sheet.code,
        "issue": sheet.issue,
        "due_on": sheet.due_on.isoformat(),
        "role": str(sheet.responsible_role),
    }
    record_event(
        actor=actor, now=now, action=action, subject=sheet, district_code=sheet.district_id, details=details
    )

"""Returned sheets become a version of the SURVEYS list, a source of reconciliation beside the census."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import require
from accounts.sealing import Keyring, blind_index, current_keyring
from accounts.services.audit import record_event
from accounts.services.jobs import Report, RunningJob, not_reported
from common.canonical import CanonicalValue, digest
from common.errors import WrongMoment
from geo_data.models import (
    Dataset,
    DatasetKind,
    DatasetStatus,
    District,
    SheetStatus,
    SurveyReturn,
    SurveySheet,
)
from geo_data.selectors.surveys import (
    SURVEYING,
    find_settled_return,
    list_mergeable,
    list_merged,
    load_answers,
    open_values,
    school_codes,
)
from geo_data.services.datasets import (
    WITHOUT_ROWS,
    Origin,
    Source,
    begin_dataset,
    find_same,
    finish_dataset,
    lock_district,
)
from geo_data.services.import_register import store_entries, texts_of
from geo_data.services.versions import restore
from geo_data.tables.fact_groups import Fact, grouped
from geo_data.tables.findings import Findings
from geo_data.tables.register_table import RegisterRow
from geo_data.tables.survey_comparing import Difference, Differing
from geo_data.tables.survey_records import ROLES, Outcome
from geo_data.tables.survey_settling import Decided, Decision, SettledRow, settle

MERGED_CONTENT = "survey_merge"  # the purpose of the index of what a version holds
OFFICE = "入户调查"  # the source of the list, and of every fact with the surveyor's role


class NothingToMerge(WrongMoment):
    """No returned sheet is ready: each still has a difference without decision, or one to ask again."""

    code = "nothing_to_merge"


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did. `held_back` are the codes of sheets that name a child living elsewhere by another sheet."""

    dataset: Dataset
    sheets: int
    children: int
    held_back: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Settled:  # a sheet with what holds on it
    sheet: SurveySheet
    surveyed_on: date
    rows: tuple[SettledRow, ...]


@transaction.atomic
def merge_sheets(
    *,
    actor: User,
    now: datetime,
    district_code: str,
    year: int,
    job: RunningJob | None = None,
    report: Report = not_reported,
) -> Merged:
    """Make the next version of the SURVEYS list from all sheets of the year that are decided, merged before or not.

    A merged sheet that is out or back once more stays as it was merged until its newer return is decided.

    A child who lives here by two sheets is never counted twice: the sheet merged later is held back, by
    sheet code where neither was merged. Raises NothingToMerge.
    """
    require(actor, SURVEYING, district_code)
    district = lock_district(district_code)
    new = list(list_mergeable(district_code, year).select_for_update())
    old = list(
        list_merged(district_code, year).exclude(pk__in=[sheet.pk for sheet in new]).select_for_update()
    )
    if not new:
        raise NothingToMerge("no returned sheet is ready", year=year)
    settled = _settled_sheets([*old, *new], report)
    held_back = _held_back(settled, {sheet.pk for sheet in new})
    kept = [item for item in settled if item.sheet.code not in held_back]
    if not any(item.sheet in new for item in kept):
        raise NothingToMerge("every ready sheet names a child of another sheet", sheets=sorted(held_back))
    dataset = _store(actor, now, district, year, kept, report)
    sheets = SurveySheet.objects.filter(pk__in=[item.sheet.pk for item in kept])
    sheets.update(merged_into=dataset)
    sheets.filter(pk__in=[sheet.pk for sheet in new]).update(status=SheetStatus.MERGED)
    merged = Merged(dataset, len(kept), dataset.row_count, tuple(sorted(held_back)))
    _record(merged, actor=actor, now=now, year=year, new=len(new) - len(held_back))
    if job:
        job.succeed(now=now, result=_result(merged))
    return merged


def _settled_sheets(sheets: Sequence[SurveySheet], report: Report) -> list[_Settled]:
    keyring, settled = current_keyring(), []
    for done, sheet in enumerate(sorted(sheets, key=lambda s: s.code), start=1):
        of_return = find_settled_return(sheet)
        if of_return is None:
            raise NothingToMerge("a returned sheet has no return", sheet=sheet.code)
        settled.append(_Settled(sheet, of_return.surveyed_on, _settled_rows(of_return, keyring)))
        report("reading", done, len(sheets))
    return settled


def _settled_rows(of_return: SurveyReturn, keyring: Keyring) -> tuple[SettledRow, ...]:
    decided = []
    for row in of_return.differences.order_by("place", "key", "id"):
        values = open_values(row, keyring)
        register, earlier, sheet = (values.get(name, "") for name in ("register", "earlier", "sheet"))
        differing = Differing(row.key, row.place, row.field, Difference(row.kind), register, earlier, sheet)
        decided.append(Decided(differing, Decision(row.decision)))
    before = of_return.sheet.returns.filter(number=of_return.number - 1).first()
    earlier_answers = {answer.key: answer for answer in load_answers(before)} if before else {}
    return settle(load_answers(of_return), decided, earlier_answers)


def _held_back(settled: Sequence[_Settled], new: set[object]) -> set[str]:
    """Return the codes of new sheets with a child who lives elsewhere by a sheet that stands before them."""
    homes: defaultdict[str, list[_Settled]] = defaultdict(list)
    for item in settled:
        for row in item.rows:
            identity = row.values.get("identity", "")
            if identity and row.outcome is Outcome.LIVES_HERE:
                homes[identity].append(item)
    held: set[str] = set()
    for items in homes.values():
        others = sorted(items, key=lambda item: (item.sheet.pk in new, item.sheet.code))[1:]
        held |= {item.sheet.code for item in others if item.sheet.pk in new}
    return held


def _store(
    actor: User,
    now: datetime,
    district: District,
    year: int,
    settled: Sequence[_Settled],
    report: Report,
) -> Dataset:
    rows = list(_register_rows(settled, district.code))
    file_digest = _digest(rows, year)
    same = find_same(district, DatasetKind.SURVEYS, file_digest)
    if same and same.status not in WITHOUT_ROWS:
        if same.status != DatasetStatus.CURRENT:
            restore(same, actor=actor, now=now)
        return same
    dataset = begin_dataset(
        actor=actor,
        now=now,
        district=district,
        kind=DatasetKind.SURVEYS,
        source=_source(year, settled, file_digest),
        again=same,
    )
    as_of = dataset.vintage_on or timezone.localtime(now).date()
    told = partial(texts_of, kind=DatasetKind.SURVEYS, as_of=as_of, verifier=dataset.source_office)
    stored = store_entries(dataset, map(told, rows), report)
    return finish_dataset(
        actor=actor, now=now, dataset=dataset, row_count=stored, findings=Findings()
    ).dataset


def _source(year: int, settled: Sequence[_Settled], file_digest: str) -> Source:
    origin = Origin(
        office=OFFICE,
        vintage_on=max(item.surveyed_on for item in settled),
        file_name=f"{year} 年入户调查表（{len(settled)} 张）",
    )
    return Source(path=Path(f"surveys-{year}"), file_digest=file_digest, origin=origin)


def _register_rows(settled: Sequence[_Settled], district_code: str) -> Iterator[RegisterRow]:
    """Yield a row a child, sheet by sheet; a child who moved from one sheet to another stands where it lives."""
    schools = school_codes(district_code)
    living = {
        row.values["identity"]
        for item in settled
        for row in item.rows
        if row.outcome is Outcome.LIVES_HERE and row.values.get("identity")
    }
    seen: set[str] = set()
    for item in settled:
        for row in item.rows:
            identity = row.values.get("identity", "")
            if (
                identity
                and row.outcome is not Outcome.LIVES_HERE
                and (identity in living or identity in seen)
            ):
                continue
            seen.add(identity)
            yield _register_row(item, row, district_code, schools)


def _register_row(
    item: _Settled, row: SettledRow, district_code: str, schools: Mapping[str, str]
) -> RegisterRow:
    values, sheet = row.values, item.sheet
    identity, lives_here = values.get("identity", ""), row.outcome is Outcome.LIVES_HERE
    household = row.household_code or f"{sheet.code}-{row.key}"
    school = values.get("school_now", "")
    return RegisterRow(
        number=row.place,
        record_key=identity or f"{sheet.code}-{row.key}",
        name=values["name"],
        identity=identity,
        guardian=values.get("guardian", ""),
        guardian_identity="",
        phone=values.get("phone", ""),
        address=values.get("address", ""),
        property_key="",
        birth_on=date.fromisoformat(values["birth_on"]),
        sex=values["sex"],
        unit_code=sheet.unit_code if lives_here else "",
        school_code=schools.get(school, school),
        grade=None,
        facts=tuple(grouped(_facts(item, row, district_code))),
        details={
            "household_code": household,
            "surveyed_on": item.surveyed_on.isoformat(),
            "sheet": sheet.code,
            "outcome": row.outcome.value,
        },
    )


def _facts(item: _Settled, row: SettledRow, district_code: str) -> Iterator[Fact]:
    """Yield what the surveyor saw, by name: source officer, the day of the visit, the surveyor's role."""
    lives_here = row.outcome is Outcome.LIVES_HERE
    stated: dict[str, object] = {"lives_there": lives_here}
    if lives_here:
        stated |= {"dwelling_district": district_code, "dwelling_unit": item.sheet.unit_code}
    if "birth_on" in row.taken:
        stated["birth_date"] = row.values["birth_on"]
    stated |= {
        name: row.values[name] for name in ("registration_kind", "dwelling_right") if name in row.taken
    }
    for name in sorted(stated):
        yield {
            "name": name,
            "value": stated[name],
            "source": "officer",
            "as_of": item.surveyed_on.isoformat(),
            "verifier": _verifier(item.sheet),
        }


def _verifier(sheet: SurveySheet) -> str:
    return f"{OFFICE}·{ROLES[sheet.responsible_role]}"


def _digest(rows: Sequence[RegisterRow], year: int) -> str:
    """Return what tells this version from others: keyed, for it is computed from personal data."""
    parts: list[CanonicalValue] = [
        digest(
            [
                row.record_key,
                row.name,
                row.guardian,
                row.phone,
                row.address,
                row.birth_on.isoformat() if row.birth_on else "",
                row.sex,
                row.unit_code,
                row.school_code,
                json.dumps(row.details, ensure_ascii=False, sort_keys=True),
                json.dumps(row.facts, ensure_ascii=False, sort_keys=True),
            ]
        )
        for row in rows
    ]
    return blind_index(digest([year, parts]), purpose=MERGED_CONTENT)


def _result(merged: Merged) -> dict[str, CanonicalValue]:
    return {
        "dataset": str(merged.dataset.pk),
        "sheets": merged.sheets,
        "children": merged.children,
        "held_back": list(merged.held_back),
    }


def _record(merged: Merged, *, actor: User, now: datetime, year: int, new: int) -> None:
    record_event(
        actor=actor,
        now=now,
        action="survey.merged",
        subject=merged.dataset,
        district_code=merged.dataset.district_id,
        details={**_result(merged), "year": year, "new_sheets": new},
    )

"""The forms of a sample county as another portal would write them: rehearsals need a file before there is one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import User
from accounts.permissions import Action
from admissions.models import PortalMappingVersion
from admissions.rules.portal_records import DateForm, Field, Layout, PortalMapping
from admissions.selectors.portals import mapping_of
from admissions.selectors.rounds import get_round
from admissions.services.applications import ApplicationForm
from admissions.services.rounds import require_actor
from admissions.services.sample import sample_forms
from common.errors import RulesSayNo
from geo_data.tables.portal_json import LIST_MARK

WRITTEN: Mapping[DateForm, str] = {
    DateForm.DASHES: "%Y-%m-%d",
    DateForm.SLASHES: "%Y/%m/%d",
    DateForm.POINTS: "%Y.%m.%d",
    DateForm.COMPACT: "%Y%m%d",
    DateForm.CHINESE: "%Y年%m月%d日",
    DateForm.DAY_FIRST: "%d/%m/%Y",
}


class NotWritable(RulesSayNo):
    """The mapping has no code or no column for what a sample family wants; details name it."""

    code = "portal_sample_not_writable"


@dataclass(frozen=True, slots=True)
class PortalSample:
    """A portal's file: its headers, and its rows by header."""

    headers: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]


def portal_headers(mapping: PortalMapping) -> tuple[str, ...]:
    """Return the portal's columns in the order of its mapping."""
    chosen = mapping.choices
    return (
        *(column.column for column in mapping.fields.values()),
        *(fact.column for fact in mapping.facts),
        *(
            column
            for column in (*chosen.private, *chosen.public, *chosen.mixed, chosen.order, chosen.school)
            if column
        ),
    )


def portal_sample(
    *, actor: User | None, now: datetime, round_id: UUID, mapping: PortalMappingVersion, seed: int
) -> PortalSample:
    """Return what the entrants' families would have filed at the portal, by invented numbers in order; files nothing.

    Raises NotWritable.
    """
    admission_round, says = get_round(round_id), mapping_of(mapping)
    require_actor(actor, Action.EXCHANGE_APPLICATIONS, admission_round.district_id)
    forms = sorted(sample_forms(admission_round, seed), key=lambda form: form.identity_number)
    rows = tuple(
        row
        for place, form in enumerate(forms, start=1)
        for row in portal_rows(form, f"{says.portal}-{place:06d}", says)
    )
    return PortalSample(portal_headers(says), rows)


def portal_rows(form: ApplicationForm, number: str, mapping: PortalMapping) -> Iterator[Mapping[str, str]]:
    """Yield a form as the portal writes it: one row, or one for each choice."""
    row = {column.column: _value(item, form, number, mapping) for item, column in mapping.fields.items()}
    private = [_school(school, mapping) for school in form.private_schools]
    public = [_school(school, mapping) for school in form.public_schools]
    chosen = mapping.choices
    match chosen.layout:
        case Layout.COLUMNS:
            lists = [(chosen.mixed, [*private, *public])] if chosen.mixed else []
            lists += [] if chosen.mixed else [(chosen.private, private), (chosen.public, public)]
            yield row | {column: code for columns, codes in lists for column, code in _placed(columns, codes)}
        case Layout.LIST:
            both = {chosen.mixed[0]: [*private, *public]} if chosen.mixed else {}
            apart = [
                *zip(chosen.private, [private], strict=False),
                *zip(chosen.public, [public], strict=False),
            ]
            yield row | {column: LIST_MARK.join(codes) for column, codes in (both or dict(apart)).items()}
        case Layout.ROWS:
            for place, code in enumerate([*private, *public] or [""], start=1):
                yield row | {chosen.order: str(place) if code else "", chosen.school: code}


def _placed(columns: Sequence[str], codes: Sequence[str]) -> Iterable[tuple[str, str]]:
    if len(codes) > len(columns):
        raise NotWritable(
            f"{len(codes)} choices do not fit into {len(columns)} columns", columns=list(columns)
        )
    return zip(columns, codes, strict=False)


def _value(item: Field, form: ApplicationForm, number: str, mapping: PortalMapping) -> str:
    match item:
        case Field.APPLICATION_NUMBER:
            return number
        case Field.STATE:
            return _code(item, "live", mapping)
        case Field.IDENTITY_KIND:
            return _code(item, "resident", mapping)
        case Field.SEX:
            return _code(item, form.sex, mapping)
        case Field.BIRTH_ON:
            return form.birth_on.strftime(WRITTEN[mapping.dates[0]])
        case Field.ACCEPTS_COORDINATION | Field.SPLIT_ALLOWED:
            return mapping.yes[0] if getattr(form, item.value) else mapping.no[0]
        case Field.UNIT_CODE if mapping.fields[item].codes:
            return _code(item, form.unit_code, mapping)
        case _:
            return str(getattr(form, item.value))


def _code(item: Field, meaning: str, mapping: PortalMapping) -> str:
    for code, value in mapping.fields[item].codes.items():
        if value == meaning:
            return code
    raise NotWritable(f"fields.{item}.codes has no code that means {meaning}", field=item.value)


def _school(school: str, mapping: PortalMapping) -> str:
    code = mapping.code_of(school)
    if code is None:
        raise NotWritable(f"the mapping has no code for {school}; add it to schools", school=school)
    return code

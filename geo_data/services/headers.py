"""Remembers what an officer says of unknown headers."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.permissions import Action, require
from accounts.services.audit import record_event
from common.errors import NotFound, RulesSayNo
from geo_data.models import DatasetKind, HeaderMapping
from geo_data.selectors.districts import get_district
from geo_data.services.kinds import kind_of
from geo_data.tables.columns import plain_header


class NoSuchColumn(RulesSayNo):
    """A header was mapped to a column that the kind does not have, or is no header at all."""

    code = "no_such_column"


class NoSuchHeaderMapping(NotFound):
    """There is no such header mapping."""

    code = "no_such_header_mapping"


@transaction.atomic
def remember_headers(
    *, actor: User | None, now: datetime, district_code: str, kind: DatasetKind, headers: Mapping[str, str]
) -> list[HeaderMapping]:
    """Remember header -> column for the district's files of the kind; "" leaves the header's column out."""
    if actor is not None:
        require(actor, Action.IMPORT_DATA, district_code)
    district = get_district(district_code)
    check_headers(kind, headers)
    remembered = [
        HeaderMapping.objects.update_or_create(
            district=district,
            kind=kind,
            plain=plain_header(header)[:200],
            defaults={"header": header[:200], "column": column, "set_by": actor, "set_at": now},
        )[0]
        for header, column in sorted(headers.items())
    ]
    if remembered:
        record_event(
            actor=actor,
            now=now,
            action="headers.remembered",
            subject=("geo_data.header_mappings", f"{district_code}/{kind}"),
            district_code=district_code,
            details={"headers": dict(sorted(headers.items()))},
        )
    return remembered


@transaction.atomic
def forget_header(*, actor: User | None, now: datetime, mapping_id: int, district_code: str) -> None:
    """Forget what one header means. Versions that were read with it stay as they are."""
    if actor is not None:
        require(actor, Action.IMPORT_DATA, district_code)
    mapping = HeaderMapping.objects.filter(pk=mapping_id, district_id=district_code).first()
    if mapping is None:
        raise NoSuchHeaderMapping("there is no such header mapping", mapping=mapping_id)
    record_event(
        actor=actor,
        now=now,
        action="headers.forgotten",
        subject=("geo_data.header_mappings", f"{district_code}/{mapping.kind}"),
        district_code=district_code,
        details={"header": mapping.header, "column": mapping.column},
    )
    mapping.delete()


def check_headers(kind: DatasetKind, headers: Mapping[str, str]) -> None:
    """Raise NoSuchColumn unless every header has letters and every column belongs to the kind."""
    known = {column.name for column in kind_of(kind).columns}
    for header, column in headers.items():
        if not plain_header(header) or (column and column not in known):
            raise NoSuchColumn("there is no such column", header=header, column=column)


def plain_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the mapping by plain header, as files are matched."""
    return {plain_header(header): column for header, column in headers.items()}

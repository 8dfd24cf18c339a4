"""A portal's mapping as the layout that files are read by."""

from collections.abc import Mapping

from admissions.rules.portal_records import (
    FLAG_FIELDS,
    REQUIRED_FIELDS,
    SCHOOL_FACTS,
    FactColumn,
    Field,
    FieldColumn,
    Layout,
    PortalMapping,
)
from admissions.rules.vocabulary import VOCABULARY, Kind
from geo_data.tables.columns import CellKind, Column
from geo_data.tables.portal_table import FactLayout, PortalLayout, choice_columns, order_columns

LONGEST: Mapping[Field, int] = {
    Field.APPLICATION_NUMBER: 60,
    Field.IDENTITY_NUMBER: 40,
    Field.CHILD_NAME: 100,
    Field.GUARDIAN_NAME: 100,
    Field.PHONE: 40,
    Field.ADDRESS: 200,
    Field.UNIT_CODE: 40,
    Field.GROUP_CODE: 19,  # 40 with the portal's code before it
}
PERSONAL = frozenset(
    {
        Field.IDENTITY_NUMBER,
        Field.CHILD_NAME,
        Field.BIRTH_ON,
        Field.GUARDIAN_NAME,
        Field.PHONE,
        Field.ADDRESS,
    }
)


def layout_of(mapping: PortalMapping) -> PortalLayout:
    """Return where the portal's file holds what."""
    chosen = mapping.choices
    lists = {"private": chosen.private, "public": chosen.public, "mixed": chosen.mixed}
    choices = {name: choice_columns(name, headers) for name, headers in lists.items() if headers}
    by_rows = order_columns(chosen.order, chosen.school) if chosen.layout is Layout.ROWS else ()
    facts = tuple(_fact(item) for item in mapping.facts)
    return PortalLayout(
        columns=(
            *(_field(item, column, mapping) for item, column in mapping.fields.items()),
            *(_fact_column(item, mapping) for item in mapping.facts),
            *(column for columns in choices.values() for column in columns),
            *by_rows,
        ),
        facts=facts,
        choices={name: tuple(column.name for column in columns) for name, columns in choices.items()},
        is_list=chosen.layout is Layout.LIST,
        schools=mapping.school_codes,
        dates=tuple(mapping.dates),
        order=by_rows[0].name if by_rows else "",
        school=by_rows[1].name if by_rows else "",
    )


def _field(item: Field, column: FieldColumn, mapping: PortalMapping) -> Column:
    codes = _flags(mapping) if item in FLAG_FIELDS else column.codes
    return Column(
        item.value,
        column.column,
        CellKind.CHOICE if codes else CellKind.TEXT,
        required=item in REQUIRED_FIELDS,
        choices=codes,
        most=LONGEST.get(item, 200),
        personal=item in PERSONAL,
    )


def _flags(mapping: PortalMapping) -> dict[str, str]:
    return {**dict.fromkeys(mapping.yes, "yes"), **dict.fromkeys(mapping.no, "no")}


def _fact_column(item: FactColumn, mapping: PortalMapping) -> Column:
    spec, choices = VOCABULARY[item.fact], dict[str, str]()
    kind = CellKind.TEXT
    match spec.kind:
        case Kind.CHOICE:
            kind, choices = CellKind.CHOICE, {**{word: word for word in spec.choices}, **item.codes}
        case Kind.FLAG:
            kind, choices = CellKind.CHOICE, _flags(mapping)
        case Kind.INTEGER:
            return Column(
                f"fact.{item.fact}", item.column, CellKind.INTEGER, least=spec.least, most=spec.most
            )
        case Kind.TEXTS | Kind.DATES:
            kind = CellKind.CODES
    # What a family's home and registration are is shown to nobody who does not review the application.
    return Column(f"fact.{item.fact}", item.column, kind, choices=choices, most=100, personal=True)


def _fact(item: FactColumn) -> FactLayout:
    spec = VOCABULARY[item.fact]
    return FactLayout(
        column=f"fact.{item.fact}",
        fact=item.fact.value,
        kind=spec.kind.value,
        proved_by=item.proved_by,
        codes=item.codes if spec.kind in (Kind.TEXT, Kind.TEXTS) else {},
        of_schools=item.fact in SCHOOL_FACTS,
    )

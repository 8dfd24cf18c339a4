"""Sample applications in a portal's form: what is written is read back as the very form, in every layout."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from admissions.models import Application
from admissions.rules.portal_mapping import parse_portal_mapping
from admissions.selectors.portal_layout import layout_of
from admissions.services.applications import ApplicationForm
from admissions.services.portal_forms import form_of
from admissions.services.portal_rehearsal import NotWritable, portal_headers, portal_rows
from geo_data.tables.findings import FIRST_DATA_ROW, Findings
from geo_data.tables.portal_json import sheet_of_objects
from geo_data.tables.portal_table import read_portal_rows
from tests.services.portal_world import PORTAL, mapping_data, mapping_saved, taken
from tests.services.round_world import WHILE_OPEN, add_children, county_with_zones, identity, round_open

FORM = ApplicationForm(
    identity_number=identity(1),
    child_name="甲样",
    birth_on=date(2020, 3, 4),
    sex="female",
    unit_code="u0",
    address="样例路 1 号",
    guardian_name="乙样",
    phone="13800000000",
    private_schools=("P",),
    public_schools=("B", "A"),
    accepts_coordination=False,
    split_allowed=True,
)
LAYOUTS: list[dict[str, object]] = [
    {"layout": "columns", "private": ["民办志愿1"], "public": ["公办志愿1", "公办志愿2"]},
    {"layout": "columns", "mixed": ["志愿1", "志愿2", "志愿3"]},
    {"layout": "list", "private": "民办志愿", "public": "公办志愿"},
    {"layout": "list", "mixed": "志愿"},
    {"layout": "rows", "order": "志愿序号", "school": "志愿学校"},
]


@pytest.mark.parametrize("choices", LAYOUTS)
@pytest.mark.parametrize("form_of_dates", ["YYYYMMDD", "YYYY年MM月DD日", "DD/MM/YYYY"])
def test_what_is_written_is_read_back_as_the_very_form(
    choices: dict[str, object], form_of_dates: str
) -> None:
    mapping = parse_portal_mapping(mapping_data(choices=choices, dates=[form_of_dates]))
    findings, layout = Findings(), layout_of(mapping)
    written = list(portal_rows(FORM, "BM1", mapping))
    assert all(set(row) <= set(portal_headers(mapping)) for row in written)

    sheet = sheet_of_objects(enumerate(written, start=FIRST_DATA_ROW), layout.columns, findings)
    (row,) = read_portal_rows(sheet, layout, findings)

    assert findings.counts() == {}
    assert row.number == "BM1"
    assert form_of(row, portal=PORTAL, private_schools={"P"}, on=date(2026, 6, 16)) == FORM


@pytest.mark.parametrize("choices", LAYOUTS)
def test_a_family_without_choices_is_written_and_read_as_one(choices: dict[str, object]) -> None:
    mapping = parse_portal_mapping(mapping_data(choices=choices))
    findings, layout = Findings(), layout_of(mapping)
    form = ApplicationForm(identity(1), "甲样", date(2020, 3, 4), "female")

    sheet = sheet_of_objects(
        enumerate(portal_rows(form, "BM1", mapping), start=FIRST_DATA_ROW), layout.columns, findings
    )
    (row,) = read_portal_rows(sheet, layout, findings)

    assert form_of(row, portal=PORTAL, private_schools={"P"}, on=date(2026, 6, 16)) == form


@pytest.mark.parametrize(
    "changes",
    [
        {"choices": {"layout": "columns", "private": ["民办志愿1"], "public": ["公办志愿1"]}},
        {"schools": [{"code": "1", "school": "A"}]},
    ],
)
def test_what_the_mapping_cannot_write_is_named(changes: dict[str, object]) -> None:
    mapping = parse_portal_mapping(mapping_data(**changes))
    with pytest.raises(NotWritable):
        list(portal_rows(FORM, "BM1", mapping))


@pytest.mark.django_db
def test_the_command_writes_a_file_that_can_be_taken_and_files_nothing_itself(tmp_path: Path) -> None:
    world = county_with_zones()
    add_children(world, ["u0", "u1", "u2", "u3"] * 3)
    opened, mapping = round_open(world), mapping_saved()
    named = ("--portal", PORTAL, "--district", "410181", "--stage", "primary", "--year", "2026")
    out = StringIO()
    call_command(
        "make_portal_sample", str(tmp_path / "s.csv"), *named, "--at", WHILE_OPEN.isoformat(), stdout=out
    )
    assert Application.objects.count() == 0
    rows = int(out.getvalue().split()[-2])

    done = taken(tmp_path / "s.csv", opened, mapping)

    assert (done.findings.counts(), len(done.changes.added), Application.objects.count()) == ({}, rows, rows)
    assert rows > 8

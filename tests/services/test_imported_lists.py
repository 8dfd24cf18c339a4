"""The adapters that need no network: what the lists in use say of a child, its guardians' papers and its dwelling."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.utils.module_loading import import_string
from pytest_django import Settings

from admissions.rules.facts import Fact, FactName, FactSource
from admissions.rules.look_ups import Asked
from admissions.selectors.imported_lists import ImportedList, guardians_of
from admissions.selectors.registers import registers_of
from geo_data.models import DatasetKind
from geo_data.selectors.registers import person_index
from tests.services import geo_world as world
from tests.services.look_ups_world import imported, registers_are
from tests.services.registers_world import (
    BOY,
    FATHER,
    GIRL,
    GIRL_REGISTERED,
    REGISTRATIONS,
    with_census,
    with_list,
)

pytestmark = pytest.mark.django_db

ON = date(2026, 6, 1)
TITLES = "姓名,身份证号,不动产单元号,单元编号,产权登记日期,产权份额,住宅用途"
PERMITS = "姓名,身份证号,居住证签发日期,居住证失效日期"
INSURANCES = "姓名,身份证号,社会保险月数,就业证明"
CIVIL = "姓名,身份证号,出生日期,性别,亲子关系已证明"
PREFERENCES = "姓名,身份证号,出生日期,性别,优抚优待类别"


def girl(unit: str = "A") -> Asked:
    return Asked(person_index(GIRL), GIRL, "甲子涵", unit)


def said(kind: str, child: Asked) -> dict[str, object]:
    found = ImportedList(world.CODE, kind=kind).facts_about(child, ON)
    assert all(isinstance(fact, Fact) and fact.source is FactSource.LOOK_UP for fact in found)
    assert {fact.verifier for fact in found} <= {f"office of {kind}"}
    return {fact.name.value: fact.value for fact in found}


@pytest.fixture
def girls_father(tmp_path: Path) -> Path:
    """A census, and a list of residents that names the girl's father."""
    world.district()
    with_census(tmp_path)
    with_list(tmp_path, DatasetKind.REGISTRATIONS, REGISTRATIONS, GIRL_REGISTERED)
    return tmp_path


def test_registration_answers_with_the_office_as_verifier(girls_father: Path) -> None:
    assert said("registrations", girl()) == {
        "birth_date": date(2020, 1, 1),
        "registration_district": world.CODE,
        "registration_unit": "A",
    }
    assert said("registrations", Asked(person_index(BOY), BOY)) == {}


def test_guardians_are_those_that_the_lists_state(girls_father: Path) -> None:
    assert guardians_of(world.CODE, [girl()]) == {girl().key: {person_index(FATHER)}}


def test_title_of_the_guardian_counts_where_the_family_lives(girls_father: Path) -> None:
    with_list(
        girls_father,
        DatasetKind.TITLES,
        TITLES,
        f"甲父,{FATHER},F1,B,2010-01-01,100,是",
        f"甲父,{FATHER},F2,A,2018-01-01,60,是",
        f"甲父,{FATHER},F3,A,2015-01-01,50,是",
    )
    here = said("titles", girl("A"))
    assert (here["title_since"], here["ownership_share_percent"]) == (date(2015, 1, 1), 50)
    assert (here["dwelling_right"], here["dwelling_unit"]) == ("owned", "A")
    assert said("titles", girl("B"))["title_since"] == date(2010, 1, 1)
    assert said("titles", girl("")) == {}


def test_permit_of_the_guardian_is_the_one_valid_longest_and_says_whose_it_is(girls_father: Path) -> None:
    with_list(
        girls_father,
        DatasetKind.PERMITS,
        PERMITS,
        f"甲父,{FATHER},2024-01-01,2026-12-31",
        f"甲父,{FATHER},2023-01-01,2026-09-30",
    )
    found = said("permits", girl())
    assert (found["permit_valid_until"], found["permit_holder"]) == (date(2026, 12, 31), "guardian")


@pytest.mark.parametrize(
    ("kind", "header", "row", "expected"),
    [
        (
            DatasetKind.INSURANCES,
            INSURANCES,
            f"甲父,{FATHER},14,劳动合同",
            {"insurance_months": 14, "work_evidence": "contract"},
        ),
        (DatasetKind.CIVIL_AFFAIRS, CIVIL, f"甲子涵,{GIRL},2020-01-01,女,是", {"relation_shown": True}),
        (
            DatasetKind.PREFERENCES,
            PREFERENCES,
            f"甲子涵,{GIRL},2020-01-01,女,消防救援",
            {"preferential_kind": "fire_and_rescue"},
        ),
    ],
)
def test_the_further_lists_answer_what_they_are_about(
    girls_father: Path, kind: DatasetKind, header: str, row: str, expected: dict[str, object]
) -> None:
    with_list(girls_father, kind, header, row)
    assert said(kind.value, girl()) == expected


def test_a_list_of_a_later_day_says_nothing_of_an_earlier_one(girls_father: Path) -> None:
    register = ImportedList(world.CODE, kind="registrations")
    assert register.facts_about(girl(), date(2026, 2, 28)) == []
    assert register.facts_about(girl(), date(2026, 3, 1)) != []


def test_lists_never_handed_in_are_not_asked(girls_father: Path, settings: Settings) -> None:
    registers_are(settings, *imported())
    assert [register.register for register in registers_of(world.CODE)] == ["office of registrations"]


def test_thousands_of_children_cost_as_many_questions_as_one(
    girls_father: Path, django_assert_num_queries: Callable[..., object]
) -> None:
    with_list(girls_father, DatasetKind.TITLES, TITLES, f"甲父,{FATHER},F1,A,2010-01-01,100,是")
    register = ImportedList(world.CODE, kind="titles")
    children = [girl(), *(Asked(f"{number:064d}", unit_code="A") for number in range(3000))]
    with django_assert_num_queries(3):  # type: ignore[attr-defined]  # a context manager
        register.prepare(children)
        found = [register.facts_about(child, ON) for child in children]
    assert [bool(facts) for facts in found] == [True] + [False] * 3000


def test_every_register_named_in_the_settings_speaks_of_facts_of_the_vocabulary() -> None:
    for entry in imported():
        register = import_string(entry["adapter"])(world.CODE, **entry["options"])
        assert register.subjects
        assert all(isinstance(name, FactName) for name in register.subjects)

"""The pupil register is asked: elder siblings, own pupils, children who are enrolled already."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

from admissions.models import Application
from admissions.rules.facts import FactName, FactSource
from admissions.rules.look_ups import Asked
from admissions.selectors.applications import application_view
from admissions.selectors.pupil_list import PupilList
from admissions.services.applications import ApplicationRefused, file_application
from admissions.services.asking import ask_again
from geo_data.models import DatasetKind, District
from geo_data.selectors.registers import person_index
from geo_data.services.datasets import Origin
from geo_data.services.import_register import import_register
from geo_data.services.import_schools import import_schools
from tests.services import geo_world as world
from tests.services.accounts_world import guardian
from tests.services.look_ups_world import PUPIL_LIST, outside, registers_are
from tests.services.registers_world import (
    BOY,
    FATHER,
    GIRL,
    GIRL_REGISTERED,
    REGISTRATIONS,
    list_file,
    with_census,
    with_list,
)
from tests.services.round_world import (
    WHILE_OPEN,
    add_children,
    county_with_zones,
    form,
    identity,
    round_open,
)

pytestmark = pytest.mark.django_db

ON, NEXT_YEAR = date(2026, 6, 1), date(2026, 9, 1)
PUPILS = "姓名,身份证号,出生日期,性别,学校编号,年级,学籍状态,监护人姓名,监护人身份证号"
MOTHER = "990151198001010026"


def pupil(
    number: str, born: str, school: str, grade: int, *, state: str = "在籍", guardian_number: str = FATHER
) -> str:
    sex = "男" if int(number[16]) % 2 else "女"
    return f"样例,{number},{born},{sex},{school},{grade},{state},甲父,{guardian_number}"


def boy(school: str = "P1", grade: int = 2, **more: str) -> str:
    return pupil(BOY, "2018-05-05", school, grade, **more)


def girl(stage: str = "primary") -> Asked:
    return Asked(person_index(GIRL), GIRL, "甲子涵", "A", stage)


def said(child: Asked, on: date = ON) -> dict[str, object]:
    found = PupilList(world.CODE).facts_about(child, on)
    assert {(fact.source, fact.verifier) for fact in found} <= {(FactSource.LOOK_UP, "office of pupils")}
    return {fact.name.value: fact.value for fact in found}


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """A census with a girl and her brother in one household, schools of which X is all-through and private."""
    world.district()
    with_census(tmp_path)
    rows = (
        f"P1,第一小学,小学,公办,A,270,45,1,{world.EAST + 50},{world.NORTH + 50},",
        f"X1,实验小学部,小学,民办,,270,45,1,{world.EAST + 150},{world.NORTH + 150},X",
        f"X2,实验初中部,初中,民办,,270,45,1,{world.EAST + 150},{world.NORTH + 150},X",
    )
    path = world.schools_file(tmp_path, *rows)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("纵坐标", "纵坐标,九年一贯编号", 1), encoding="utf-8")
    import_schools(actor=None, now=world.NOW, district_code=world.CODE, path=path, origin=world.ORIGIN)
    return tmp_path


def test_an_elder_brother_is_found_by_the_guardian_whom_both_lists_name(county: Path) -> None:
    with_list(county, DatasetKind.REGISTRATIONS, REGISTRATIONS, GIRL_REGISTERED)
    with_list(county, DatasetKind.PUPILS, PUPILS, boy())
    assert said(girl()) == {"sibling_school": ("P1",)}


def test_an_elder_brother_of_the_same_household_is_found_where_no_list_names_both_guardians(
    county: Path,
) -> None:
    with_list(county, DatasetKind.PUPILS, PUPILS, boy())
    assert said(girl()) == {"sibling_school": ("P1",)}


def test_a_child_of_the_household_whose_guardian_is_another_is_no_sibling(county: Path) -> None:
    with_list(county, DatasetKind.REGISTRATIONS, REGISTRATIONS, GIRL_REGISTERED)
    with_list(county, DatasetKind.PUPILS, PUPILS, boy(guardian_number=MOTHER))
    assert said(girl()) == {}


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (boy(grade=5), ("P1",)),
        (boy(grade=6), None),
        (boy("X1", 6), ("X1", "X2")),
        (boy("X2", 9), None),
        (boy(state="休学"), ("P1",)),
        (boy(state="转出"), None),
    ],
)
def test_only_a_sibling_who_is_on_the_roll_and_stays_counts(
    county: Path, row: str, found: tuple[str, ...] | None
) -> None:
    with_list(county, DatasetKind.PUPILS, PUPILS, row)
    assert said(girl()).get("sibling_school") == found


@pytest.mark.parametrize(
    ("school", "grade", "stage", "expected"),
    [
        ("X1", 6, "junior", {"own_pupil_school": "X2", "feeder_school": "X1"}),
        ("P1", 6, "junior", {"feeder_school": "P1"}),
        ("X1", 5, "primary", {"enrolled_school": "X1"}),
        ("X2", 7, "junior", {"enrolled_school": "X2"}),
        ("X2", 7, "", {}),
    ],
)
def test_the_childs_own_record_tells_own_pupils_and_who_is_enrolled_already(
    county: Path, school: str, grade: int, stage: str, expected: dict[str, object]
) -> None:
    with_list(county, DatasetKind.PUPILS, PUPILS, pupil(GIRL, "2020-01-01", school, grade))
    assert said(girl(stage)) == expected


def test_what_the_register_implies_ends_with_the_school_year_and_begins_with_the_list(county: Path) -> None:
    with_list(county, DatasetKind.PUPILS, PUPILS, boy())
    [fact] = PupilList(world.CODE).facts_about(girl(), ON)
    assert (fact.as_of, fact.expires_on) == (date(2026, 3, 1), NEXT_YEAR)
    assert said(girl(), date(2026, 2, 28)) == {}
    assert said(girl(), date(2026, 3, 1)) == {"sibling_school": ("P1",)}


def test_thousands_of_children_cost_as_many_questions_as_one(
    county: Path, django_assert_num_queries: Callable[..., object]
) -> None:
    with_list(county, DatasetKind.PUPILS, PUPILS, boy())
    register = PupilList(world.CODE)
    children = [girl(), *(Asked(f"{number:064d}", stage="primary") for number in range(3000))]
    with django_assert_num_queries(6):  # type: ignore[attr-defined]  # a context manager
        register.prepare(children)
        found = [register.facts_about(child, ON) for child in children]
    assert [bool(facts) for facts in found] == [True] + [False] * 3000


# ---- When families file ----


def pupils_of_the_round(folder: Path, district: District, *rows: str) -> None:
    """The pupil register of the small county in which families file."""
    path = list_file(folder, "pupils", PUPILS, *rows)
    import_register(
        actor=None,
        now=WHILE_OPEN,
        district_code=district.code,
        kind=DatasetKind.PUPILS,
        path=path,
        origin=Origin(office="学籍办", vintage_on=date(2026, 5, 1)),
    )


def enrolled(number: str) -> str:
    return pupil(number, "2020-03-04", "B", 1)


def test_a_child_that_is_enrolled_already_is_refused_whatever_it_lists(
    tmp_path: Path, settings: Settings
) -> None:
    # given a pupil of grade 1 by the register, who names no school and would leave the choice to the bureau
    county = county_with_zones()
    (number,) = add_children(county, ["u0"])
    pupils_of_the_round(tmp_path, county.county.district, enrolled(number))
    opened = round_open(county)
    registers_are(settings, {"adapter": PUPIL_LIST})

    # then the family is told, and nothing is filed
    for written in (form(number, "u0"), form(number, "u0", public_schools=("A",))):
        with pytest.raises(ApplicationRefused) as refusal, transaction.atomic():
            file_application(actor=guardian(), now=WHILE_OPEN, round_id=opened.pk, form=written)
        codes = [reason["code"] for reason in refusal.value.details["reasons"]]  # type: ignore[attr-defined]  # a list
        assert "already_enrolled" in codes
    assert not Application.objects.exists()


def test_a_silent_register_keeps_nobody_and_a_late_answer_is_taken_in(
    tmp_path: Path, settings: Settings
) -> None:
    # given a register that is silent when the family files
    county = county_with_zones()
    opened = round_open(county)
    registers_are(settings, outside("学籍办", {"sibling_school": ["A"]}, how="fails"))
    filed = file_application(
        actor=guardian(), now=WHILE_OPEN, round_id=opened.pk, form=form(identity(77), "u0")
    )
    assert filed.unanswered == ["学籍办"]

    # when it answers later
    registers_are(settings, outside("学籍办", {"sibling_school": ("A",)}))
    asked = ask_again(actor=county.officer, now=WHILE_OPEN, application_id=filed.pk)

    # then the answer is a fact, and no paper is asked for it
    told = {fact["name"]: (fact["value"], fact["source"]) for fact in asked.facts}
    assert told["sibling_school"] == (["A"], "look_up")
    assert asked.unanswered == []
    proved = {name for needed in application_view(asked).documents for name in needed.proves}
    assert FactName.SIBLING_SCHOOL not in proved


def test_registers_that_disagree_about_an_enrolment_leave_it_to_an_officer(
    tmp_path: Path, settings: Settings
) -> None:
    county = county_with_zones()
    (number,) = add_children(county, ["u0"])
    pupils_of_the_round(tmp_path, county.county.district, enrolled(number))
    opened = round_open(county)
    registers_are(settings, {"adapter": PUPIL_LIST}, outside("省学籍平台", {"enrolled_school": "elsewhere"}))
    filed = file_application(actor=guardian(), now=WHILE_OPEN, round_id=opened.pk, form=form(number, "u0"))
    disputed = {(item["name"], item["value"]) for item in filed.contradictory}
    assert disputed == {("enrolled_school", "B"), ("enrolled_school", "elsewhere")}
    assert "enrolled_school" not in {fact["name"] for fact in filed.facts}

"""What officers decide about names and schools holds in the result and survives; titles tell the key of a dwelling."""

import io
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from python_calamine import CalamineWorkbook

from accounts.models import AuditEvent
from accounts.sealing import blind_index
from geo_data.models import (
    CaseState,
    Child,
    DatasetKind,
    ReconciledChild,
    Reconciliation,
    ReconciliationCase,
    ReconciliationDecision,
    RegisterEntry,
)
from geo_data.reconciliation.ages import AgeRule
from geo_data.reconciliation.words import CaseCode, Verdict
from geo_data.selectors.case_lists import CaseFilter
from geo_data.selectors.reconciliation import facts_of, list_reconciled_children, load_traces, open_reconciled
from geo_data.selectors.registers import address_index, property_index
from geo_data.services.case_decisions import decide_case
from geo_data.services.case_lists import export_cases
from geo_data.services.census import import_children
from tests.services import geo_world as world
from tests.services.accounts_world import officer
from tests.services.registers_world import (
    BOY,
    BOY_PUPIL,
    BOY_REGISTERED,
    FATHER,
    ON,
    PUPILS,
    REGISTRATIONS,
    reconciled,
    with_census,
    with_list,
)

pytestmark = pytest.mark.django_db
OTHER_NAME = BOY_REGISTERED.replace("甲子轩", "甲子宣")
ATTENDANCE = "姓名,身份证号,出生日期,性别,学校编号,年级,到校情况"
TITLES = "姓名,身份证号,不动产单元号,住址,单元编号"
RENTALS = "姓名,身份证号,不动产单元号,住址,单元编号,租赁备案日期"
NUMBER = "990102001001GB00001F00010001"


def decide(code: CaseCode, verdict: Verdict) -> ReconciliationCase:
    """Decide the newest run's one case of the code."""
    newest = Reconciliation.objects.latest("number")
    case = ReconciliationCase.objects.get(reconciliation=newest, code=code.value)
    return decide_case(
        actor=officer(world.CODE), now=world.NOW, case_id=case.pk, verdict=verdict, reason="看过户口簿"
    )


def the_boy(run: Reconciliation) -> ReconciledChild:
    """The boy of a run."""
    return list_reconciled_children(run).get(sex="male")


def name_of(child: ReconciledChild) -> str:
    """As an officer reads it."""
    [opened] = open_reconciled([child], reader=officer(world.CODE), district_code=world.CODE)
    return opened.name


@pytest.fixture
def two_names(tmp_path: Path) -> Path:
    """The census calls the boy 甲子轩, the register 甲子宣."""
    world.district()
    with_census(tmp_path)
    with_list(tmp_path, DatasetKind.REGISTRATIONS, REGISTRATIONS, OTHER_NAME)
    reconciled()
    return tmp_path


@pytest.mark.parametrize(
    ("verdict", "name"),
    [
        (Verdict.FIRST_HOLDS, "甲子轩"),
        (Verdict.SECOND_HOLDS, "甲子宣"),
    ],
)
def test_the_name_decided_is_the_childs_in_every_later_run(
    two_names: Path, verdict: Verdict, name: str
) -> None:
    decide(CaseCode.NAME_DIFFERS, verdict)
    decision = ReconciliationDecision.objects.get()

    run = reconciled()
    boy = the_boy(run)

    assert name_of(boy) == name
    assert boy.decided == {"name": decision.pk}
    assert decision.reason == "看过户口簿"
    assert decision.decided_by is not None
    assert name.encode() not in bytes(boy.name_sealed or b"")
    assert "甲" not in str(AuditEvent.objects.get(action="reconciliation.case_decided").details)
    # a list that says nothing about him changes nothing
    with_list(two_names, DatasetKind.PUPILS, PUPILS, BOY_PUPIL.replace("甲子轩", name))
    assert name_of(the_boy(reconciled())) == name


def test_without_a_decision_or_with_one_that_it_may_stay_so_the_leading_record_names(two_names: Path) -> None:
    assert the_boy(Reconciliation.objects.get()).name_sealed is None

    decide(CaseCode.NAME_DIFFERS, Verdict.ACKNOWLEDGED)
    boy = the_boy(reconciled())

    assert (boy.name_sealed, boy.decided, name_of(boy)) == (None, {}, "甲子轩")


def test_a_decision_taken_back_gives_the_name_back(two_names: Path) -> None:
    decide(CaseCode.NAME_DIFFERS, Verdict.SECOND_HOLDS)
    reconciled()

    decide(CaseCode.NAME_DIFFERS, Verdict.REOPENED)

    assert name_of(the_boy(reconciled())) == "甲子轩"


def test_when_a_name_changes_the_question_is_open_again(two_names: Path) -> None:
    decide(CaseCode.NAME_DIFFERS, Verdict.SECOND_HOLDS)
    with_list(
        two_names,
        DatasetKind.REGISTRATIONS,
        REGISTRATIONS,
        BOY_REGISTERED.replace("甲子轩", "甲子萱"),
    )

    run = reconciled()

    case = ReconciliationCase.objects.get(reconciliation=run, code="name_differs")
    assert (case.state, case.verdict) == (CaseState.OPEN, "")
    assert name_of(the_boy(run)) == "甲子轩"


def test_the_school_decided_is_where_the_child_is_and_survives(tmp_path: Path) -> None:
    world.district()
    with_census(tmp_path)
    with_list(tmp_path, DatasetKind.PUPILS, PUPILS, BOY_PUPIL)
    with_list(tmp_path, DatasetKind.ATTENDANCE, ATTENDANCE, f"甲子轩,{BOY},2018-05-05,男,P2,2,在校")
    first = reconciled()
    assert [t.attends_school for t in load_traces(first, rule=AgeRule(), on=ON) if t.register_school] == [
        "P2"
    ]

    decide(CaseCode.SCHOOL_DIFFERS, Verdict.FIRST_HOLDS)
    run = reconciled()
    boy = the_boy(run)

    assert (boy.register_school, boy.attends_school, boy.school_now) == ("P1", "P1", "P1")
    assert boy.decided == {"school": ReconciliationDecision.objects.get().pk}
    assert [t.attends_school for t in load_traces(run, rule=AgeRule(), on=ON) if t.register_school] == ["P1"]


def test_page_and_export_say_who_decided_when_why_and_what_holds(two_names: Path, settings: Settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = False
    desk = Client()
    desk.force_login(officer(world.CODE))
    old = decide(CaseCode.NAME_DIFFERS, Verdict.SECOND_HOLDS)
    before = desk.get(reverse("case", args=[old.pk])).content.decode()
    run = reconciled()
    case = ReconciliationCase.objects.get(reconciliation=run, code="name_differs")

    after = desk.get(reverse("case", args=[case.pk])).content.decode()
    data = export_cases(actor=officer(world.CODE), now=world.NOW, run=run, chosen=CaseFilter())

    assert "自下次比对起生效" in before
    assert "已在第 2 次比对中对该儿童生效：甲子宣" in after
    assert "看过户口簿" in after
    head, row = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()[-2:]
    told = dict(zip(head, row, strict=True))
    assert (told["处理原因"], told["处理结果"], told["儿童姓名"]) == ("看过户口簿", "以后者为准", "甲子宣")
    assert told["处理人"]
    assert told["处理时间"]


def test_the_census_keeps_an_opaque_key_of_the_dwelling_and_no_address(tmp_path: Path) -> None:
    world.district()
    with_census(tmp_path)  # H1 lives in 1号楼101室; H2 states no address

    keys = {
        child.household.code: [fact for fact in child.facts if fact["name"] == "dwelling_key"]
        for child in Child.objects.select_related("household")
    }

    [fact] = keys["H1"]
    assert fact["value"] == address_index("１号楼 101室") == blind_index("1号楼101室", purpose="property")
    assert (fact["source"], fact["verifier"], fact["as_of"]) == ("look_up", "test office", "2026-03-01")
    assert keys["H2"] == []


@pytest.mark.parametrize(
    ("address", "is_of_a_dwelling"),
    [("东柳庄村12号", True), ("东柳庄村十二号", True), ("东柳庄村", False), ("", False)],
)
def test_an_address_without_a_number_is_no_dwelling(address: str, is_of_a_dwelling: bool) -> None:
    assert bool(address_index(address)) is is_of_a_dwelling


def test_a_number_has_one_key_however_it_is_spelled() -> None:
    assert property_index(f" {NUMBER[:12]} {NUMBER[12:].lower()}") == property_index(NUMBER)
    assert property_index("1号楼101室") == address_index("1号楼 101室")
    assert property_index("") == ""


def keys_of(folder: Path) -> dict[str, str]:
    """Key of the dwelling by child, in a new run."""
    return {child.sex: child.dwelling_key for child in list_reconciled_children(reconciled())}


@pytest.fixture
def family(tmp_path: Path) -> Path:
    """The boy in H1, address 1号楼101室, by the census; his father by the register."""
    world.district()
    world.with_units(tmp_path)
    path = world.children_file(tmp_path, world.BOY)
    import_children(actor=None, now=world.NOW, district_code=world.CODE, path=path, origin=world.ORIGIN)
    with_list(tmp_path, DatasetKind.REGISTRATIONS, REGISTRATIONS, BOY_REGISTERED)
    return tmp_path


def test_a_dwelling_has_one_key_through_its_title_and_through_the_address_of_the_census(family: Path) -> None:
    assert keys_of(family) == {"male": address_index("1号楼101室")}

    # somebody else's title says which number the address has
    with_list(family, DatasetKind.TITLES, TITLES, f"己某,990151197001010013,{NUMBER},1号楼 101室,A")
    [entry] = RegisterEntry.objects.filter(dataset__kind="titles")
    assert (entry.property_index, entry.address_index) == (
        property_index(NUMBER),
        address_index("1号楼101室"),
    )
    assert keys_of(family) == {"male": property_index(NUMBER)}


def test_a_title_alone_tells_the_key_and_keeps_no_number(family: Path) -> None:
    with_list(family, DatasetKind.TITLES, TITLES, f"甲父,{FATHER},{NUMBER},,A")

    assert keys_of(family) == {"male": property_index(NUMBER)}
    boy = the_boy(Reconciliation.objects.latest("number"))
    [fact] = [fact for fact in facts_of(boy) if fact["name"] == "dwelling_key"]
    assert (fact["value"], fact["verifier"]) == (property_index(NUMBER), "office of titles")
    assert NUMBER not in str(RegisterEntry.objects.get(dataset__kind="titles").facts)


def test_a_rental_without_a_number_tells_the_dwelling_by_its_address(family: Path) -> None:
    with_list(family, DatasetKind.RENTALS, RENTALS, f"甲父,{FATHER},,3号楼301室,A,2024-01-01")

    # the census names another dwelling of the unit, on the same day: its list is the stronger one
    assert keys_of(family) == {"male": address_index("1号楼101室")}
    [entry] = RegisterEntry.objects.filter(dataset__kind="rentals")
    assert [fact["value"] for fact in entry.facts if fact["name"] == "dwelling_key"] == [
        address_index("3号楼301室")
    ]


def test_an_address_with_two_numbers_is_more_than_one_dwelling(family: Path) -> None:
    with_list(
        family,
        DatasetKind.TITLES,
        TITLES,
        f"己某,990151197001010013,{NUMBER},1号楼101室,A",
        f"己某,990151197001010013,{NUMBER[:-1]}2,1号楼101室,A",
    )

    assert keys_of(family) == {"male": ""}
    boy = the_boy(Reconciliation.objects.latest("number"))
    assert [fact for fact in facts_of(boy) if fact["name"] == "dwelling_key"] == []


def test_a_census_that_still_holds_the_number_itself_gives_the_same_key(family: Path) -> None:
    child = Child.objects.get()
    told = {"name": "dwelling_key", "value": NUMBER, "source": "look_up", "as_of": "2026-03-01"}
    child.facts = [fact for fact in child.facts if fact["name"] != "dwelling_key"] + [told]
    child.save(update_fields=["facts"])

    assert keys_of(family) == {"male": property_index(NUMBER)}

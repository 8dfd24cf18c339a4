"""Guardians of the census: sealed, compared, matched, decided about, and used by look-ups and sheets."""

import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings
from python_calamine import CalamineWorkbook

from accounts.models import AuditEvent
from accounts.sealing import CannotOpen, current_keyring
from admissions.rules.look_ups import Asked
from admissions.selectors.imported_lists import ImportedList, guardians_of
from common.errors import NotPermitted
from geo_data.models import (
    Child,
    Dataset,
    DatasetKind,
    ReconciledChild,
    Reconciliation,
    ReconciliationCase,
    RegisterEntry,
    SurveySheet,
)
from geo_data.reconciliation.words import CaseCode, Source, Verdict
from geo_data.selectors.case_lists import CaseFilter
from geo_data.selectors.children import find_census_guardians, identity_index, unseal_child
from geo_data.selectors.reconciled_guardians import load_guardians
from geo_data.selectors.reconciliation import facts_of, list_reconciled_children
from geo_data.selectors.registers import open_entry, person_index
from geo_data.selectors.surveys import load_known_rows
from geo_data.services.case_decisions import decide_case
from geo_data.services.case_lists import export_cases
from geo_data.services.census import import_children
from geo_data.services.import_register import import_register
from geo_data.services.survey_papers import hand_out_sheet
from geo_data.services.surveys import issue_sheets
from geo_data.services.terms import Settle, Terms
from geo_data.tables.guardians import Guardians
from tests.services import geo_world as world
from tests.services.accounts_world import auditor, guardian, officer
from tests.services.registers_world import (
    BOY,
    FATHER,
    GIRL,
    PUPILS,
    list_file,
    reconciled,
    with_list,
)
from tests.services.survey_world import ISSUED_AT, SURVEYOR, TERMS

pytestmark = pytest.mark.django_db
MOTHER, OTHERS_NUMBER = "990151198202020028", "990151198505050013"
HEADER = (
    "户编号,单元编号,姓名,身份证号,出生日期,性别,监护人姓名,监护人身份证号,另一监护人姓名,另一监护人身份证号,"
    "监护人户籍类型,监护人户籍所在县区"
)
GIRL_ROW = f"H1,A,甲子涵,{GIRL},2020-01-01,女,甲父,{FATHER},乙母,{MOTHER},家庭户,980121"
BOY_ROW = f"H1,A,甲子轩,{BOY},2018-05-05,男,,,乙母,,,"
PERMITS = "姓名,身份证号,居住证签发日期,居住证失效日期"
BOTH_PARENTS = "单元编号,姓名,身份证号,出生日期,性别,父亲姓名,父亲身份证号,母亲姓名,母亲身份证号"
REGISTRATIONS = "户编号,单元编号,姓名,身份证号,出生日期,性别,监护人姓名,监护人身份证号"


def census(folder: Path, *rows: str, header: str = HEADER, settle: Settle = Settle.CONFIRM) -> Dataset:
    """Bring in a census whose rows name guardians."""
    path = world.children_file(folder, *rows, header=header)
    return import_children(
        actor=None,
        now=world.NOW,
        district_code=world.CODE,
        path=path,
        origin=world.ORIGIN,
        terms=Terms(settle=settle),
    ).dataset


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """Units, and a census of a girl with both parents and a boy of whom only the mother's name is known."""
    world.district()
    world.with_units(tmp_path)
    census(tmp_path, GIRL_ROW, BOY_ROW)
    return tmp_path


def the_girl() -> Child:
    return Child.objects.select_related("household").get(identity_index=identity_index(GIRL))


def test_names_and_numbers_are_sealed_together_and_found_by_index(county: Path) -> None:
    girl, boy = the_girl(), Child.objects.get(sex="male")

    opened = unseal_child(girl, current_keyring())

    assert (opened.guardian, opened.guardian_identity) == ("甲父", FATHER)
    assert (opened.second_guardian, opened.second_guardian_identity) == ("乙母", MOTHER)
    assert girl.guardian_indexes == [person_index(FATHER), person_index(MOTHER)]
    assert (boy.guardian_indexes, boy.guardians_sealed is None) == ([], False)
    stored = str(Child.objects.values().get(pk=girl.pk)) + bytes(girl.guardians_sealed or b"").hex()
    assert not any(told in stored for told in (FATHER, MOTHER, "甲父", "乙母", "甲父".encode().hex()))


def test_a_sealed_guardian_opens_for_its_own_row_only(county: Path) -> None:
    girl, boy = the_girl(), Child.objects.select_related("household").get(sex="male")
    boy.guardians_sealed = girl.guardians_sealed

    with pytest.raises(CannotOpen, match="guardians_sealed"):
        unseal_child(boy, current_keyring())


def test_where_a_guardian_is_registered_is_in_clear_as_a_fact(county: Path) -> None:
    facts = {fact["name"]: fact for fact in the_girl().facts}

    assert facts["guardian_registration_kind"]["value"] == "family"
    district = facts["guardian_registration_district"]
    assert (district["value"], district["source"], district["verifier"], district["as_of"]) == (
        "980121",
        "look_up",
        "test office",
        "2026-03-01",
    )


def test_a_census_without_guardians_names_nobody_and_keeps_the_digest_it_always_had(tmp_path: Path) -> None:
    world.district()
    world.with_units(tmp_path)
    plain = "户编号,单元编号,姓名,身份证号,出生日期,性别"
    row = f"H1,A,甲子涵,{GIRL},2020-01-01,女"
    census(tmp_path, row, header=plain)
    before = the_girl()

    again = census(tmp_path, f"{row},,", header=f"{plain},监护人姓名,监护人身份证号", settle=Settle.PROPOSE)

    assert (before.guardians_sealed, before.guardian_indexes) == (None, [])
    assert again.comparison is not None
    assert (again.comparison["same"], again.comparison["changed"]["count"]) == (1, 0)


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        (GIRL_ROW.replace("甲父", "甲夫"), {"details": 1}),
        (GIRL_ROW.replace(MOTHER, OTHERS_NUMBER), {"details": 1, "guardians": 1}),
        (GIRL_ROW.replace("980121", "980122"), {"details": 1}),
    ],
)
def test_a_row_that_changes_only_in_a_guardian_is_changed(
    county: Path, row: str, columns: dict[str, int]
) -> None:
    proposed = census(county, row, BOY_ROW, settle=Settle.PROPOSE)

    assert proposed.comparison is not None
    assert (proposed.comparison["same"], proposed.comparison["changed"]["count"]) == (1, 1)
    assert proposed.comparison["changed"]["columns"] == columns


def test_an_index_without_a_sealed_guardian_or_a_third_one_is_refused_by_the_database(county: Path) -> None:
    for wrong in ({"guardians_sealed": None}, {"guardian_indexes": ["a", "b", "c"]}):
        with pytest.raises(IntegrityError, match="child_guardians_are_sealed"), transaction.atomic():
            Child.objects.filter(pk=the_girl().pk).update(**wrong)


def test_a_permit_in_the_second_guardians_name_is_the_childs(county: Path) -> None:
    with_list(county, DatasetKind.PERMITS, PERMITS, f"乙母,{MOTHER},2024-01-01,2027-01-01")

    girl = list_reconciled_children(reconciled()).get(sex="female")

    facts = {fact["name"]: fact for fact in facts_of(girl)}
    assert (facts["permit_holder"]["value"], facts["permit_holder"]["verifier"]) == (
        "guardian",
        "office of permits",
    )
    assert facts["guardian_registration_district"]["value"] == "980121"
    assert [record["how"] for record in girl.records] == ["identity", "guardian"]


@pytest.mark.parametrize(
    ("guardian_name", "unit", "sources"),
    [
        ("乙母", "A", ["children", "kindergartens"]),  # the second guardian: 100 points
        ("丙祖", "A", ["children"]),  # another name: 75, doubtful
    ],
)
def test_a_child_without_number_is_joined_by_its_guardian(
    county: Path, guardian_name: str, unit: str, sources: list[str]
) -> None:
    header = "姓名,出生日期,性别,幼儿园编号,监护人姓名,单元编号"
    with_list(county, DatasetKind.KINDERGARTENS, header, f"甲子涵,2020-01-01,女,K1,{guardian_name},{unit}")

    run = reconciled()

    girl = list_reconciled_children(run).get(identity_index=identity_index(GIRL))
    assert girl.sources == sources
    doubts = ReconciliationCase.objects.filter(code=CaseCode.PERHAPS_SAME_CHILD.value)
    assert [case.score for case in doubts] == ([] if len(sources) == 2 else [75])


def two_numbers(folder: Path) -> Reconciliation:
    """The register of residents knows the father under another number, in whose name there is a permit."""
    row = f"R1,A,甲子涵,{GIRL},2020-01-01,女,甲父,{OTHERS_NUMBER}"
    with_list(folder, DatasetKind.REGISTRATIONS, REGISTRATIONS, row)
    with_list(folder, DatasetKind.PERMITS, PERMITS, f"甲父,{OTHERS_NUMBER},2024-01-01,2027-01-01")
    return reconciled()


def decide(verdict: Verdict) -> ReconciliationCase:
    newest = Reconciliation.objects.latest("number")
    code = CaseCode.GUARDIAN_NUMBER_DIFFERS.value
    case = ReconciliationCase.objects.get(reconciliation=newest, code=code)
    return decide_case(
        actor=officer(world.CODE), now=world.NOW, case_id=case.pk, verdict=verdict, reason="看过证件"
    )


def test_one_guardians_name_with_two_numbers_is_a_case_that_tells_no_number(county: Path) -> None:
    two_numbers(county)

    case = ReconciliationCase.objects.get(code=CaseCode.GUARDIAN_NUMBER_DIFFERS.value)

    assert (case.kind, case.first["source"], case.second["source"]) == (
        "contradictory",
        "children",
        "registrations",
    )
    assert (case.first["value"], case.second["value"]) == (person_index(FATHER), person_index(OTHERS_NUMBER))


@pytest.mark.parametrize(
    ("verdict", "has_permit", "number"),
    [
        (Verdict.FIRST_HOLDS, False, FATHER),
        (
            Verdict.SECOND_HOLDS,
            True,
            FATHER,
        ),  # the census names the mother too: its guardians stay the child's
        (Verdict.ACKNOWLEDGED, True, FATHER),
    ],
)
def test_papers_under_a_number_that_does_not_hold_go_with_the_next_run(
    county: Path, verdict: Verdict, has_permit: bool, number: str
) -> None:
    two_numbers(county)
    decide(verdict)

    girl = list_reconciled_children(reconciled()).get(sex="female")

    assert ("permits" in girl.sources) is has_permit
    assert ("guardian" in girl.decided) is (verdict is not Verdict.ACKNOWLEDGED)
    [stated] = load_guardians([girl], reader=officer(world.CODE), district_code=world.CODE)
    assert stated is not None
    assert stated.who.guardian_identity == number
    assert "甲" not in str(AuditEvent.objects.get(action="reconciliation.case_decided").details)


def test_with_another_number_it_is_another_question(county: Path) -> None:
    two_numbers(county)
    decide(Verdict.FIRST_HOLDS)
    row = f"R1,A,甲子涵,{GIRL},2020-01-01,女,甲父,990151199001010020"
    with_list(county, DatasetKind.REGISTRATIONS, REGISTRATIONS, row)

    run = reconciled()

    case = ReconciliationCase.objects.get(reconciliation=run, code=CaseCode.GUARDIAN_NUMBER_DIFFERS.value)
    assert case.state == "open"


def test_guardians_come_from_the_strongest_list_that_states_a_number_with_day_and_office(
    county: Path,
) -> None:
    with_list(
        county,
        DatasetKind.PUPILS,
        f"{PUPILS},监护人身份证号",
        f"甲子轩,{BOY},2018-05-05,男,P1,2,,甲父,,{FATHER}",
    )
    children, reader = list(list_reconciled_children(reconciled())), officer(world.CODE)

    with CaptureQueriesContext(connection) as queries:
        boy, girl = load_guardians(children, reader=reader, district_code=world.CODE)

    assert len(queries) == 2
    assert boy is not None
    assert girl is not None
    assert (boy.who, boy.source, boy.as_of, boy.verifier) == (
        Guardians("甲父", FATHER),
        Source.PUPILS,
        date(2026, 3, 1),
        "office of pupils",
    )
    assert (girl.who, girl.source, girl.verifier) == (
        Guardians("甲父", FATHER, "乙母", MOTHER),
        Source.CENSUS,
        "test office",
    )
    with pytest.raises(NotPermitted):
        load_guardians(children, reader=guardian(), district_code=world.CODE)


def test_who_names_nobody_has_no_guardians(tmp_path: Path) -> None:
    world.district()
    world.with_units(tmp_path)
    census(tmp_path, f"H1,A,甲子涵,{GIRL},2020-01-01,女,,,,,,")

    children = list(list_reconciled_children(reconciled()))

    assert load_guardians(children, reader=officer(world.CODE), district_code=world.CODE) == [None]
    assert ReconciledChild.objects.get().guardian_place is None


def test_the_export_names_guardians_with_list_day_and_office_to_officers_only(county: Path) -> None:
    run = two_numbers(county)

    def exported(actor_is_officer: bool) -> Sequence[Sequence[object]]:
        actor = officer(world.CODE) if actor_is_officer else auditor(world.CODE)
        data = export_cases(actor=actor, now=world.NOW, run=run, chosen=CaseFilter())
        return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()

    rows = exported(actor_is_officer=True)
    head = next(row for row in rows if "监护人" in row)
    [told] = [dict(zip(head, row, strict=True)) for row in rows if "同名监护人，证件号码不同" in row]
    assert (told["监护人"], told["监护人证件号码"]) == ("甲父", FATHER)
    assert (told["另一监护人"], told["另一监护人证件号码"]) == ("乙母", MOTHER)
    assert (told["监护人信息来源"], told["监护人信息提供单位"]) == ("children", "test office")
    assert (told["前者内容"], told["后者内容"]) == ("", "")
    assert FATHER not in str(exported(actor_is_officer=False))


def test_the_case_page_shows_both_guardians_of_both_sides_and_what_holds(
    county: Path, settings: Settings
) -> None:
    settings.REQUIRE_SECOND_FACTOR = False
    two_numbers(county)
    case = ReconciliationCase.objects.get(code=CaseCode.GUARDIAN_NUMBER_DIFFERS.value)
    client, onlooker = Client(), Client()
    client.force_login(officer(world.CODE))
    onlooker.force_login(auditor(world.CODE))
    address = reverse("case", args=[case.pk])

    shown, hidden = client.get(address).content.decode(), onlooker.get(address).content.decode()

    assert all(told in shown for told in (FATHER, MOTHER, OTHERS_NUMBER, "乙母", "另一监护人"))
    assert not any(told in hidden for told in (FATHER, MOTHER, OTHERS_NUMBER, "甲父"))
    assert not any(person_index(number) in shown + hidden for number in (FATHER, OTHERS_NUMBER))


def test_look_ups_find_the_papers_of_guardians_whom_only_the_census_names(county: Path) -> None:
    with_list(county, DatasetKind.PERMITS, PERMITS, f"乙母,{MOTHER},2024-01-01,2027-01-01")
    girl = Asked(person_index(GIRL), GIRL, "甲子涵", "A")

    assert guardians_of(world.CODE, [girl]) == {girl.key: {person_index(FATHER), person_index(MOTHER)}}
    found = ImportedList(world.CODE, kind="permits").facts_about(girl, date(2026, 6, 1))
    assert {fact.name.value: fact.value for fact in found}["permit_holder"] == "guardian"


def test_a_withdrawn_census_names_nobody_to_look_ups(county: Path) -> None:
    Dataset.objects.filter(kind=DatasetKind.CHILDREN).update(status="withdrawn")

    assert find_census_guardians(world.CODE, [person_index(GIRL)]) == {}


def test_a_survey_sheet_is_prefilled_with_a_guardians_name_and_no_number(county: Path) -> None:
    person = officer(world.CODE)
    issue_sheets(actor=person, now=ISSUED_AT, district_code=world.CODE, terms=TERMS, surveyor=SURVEYOR)
    sheet = SurveySheet.objects.select_related("district").get(unit_code="A")

    rows = load_known_rows([sheet])[sheet.pk]
    data = hand_out_sheet(actor=person, now=ISSUED_AT, sheet_id=sheet.pk, form="xlsx")

    assert {row.values["name"]: row.values["guardian"] for row in rows} == {
        "甲子涵": "甲父",
        "甲子轩": "乙母",
    }
    printed = str(CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python())
    assert "甲父" in printed
    assert not any(number in printed for number in (FATHER, MOTHER))


@pytest.mark.parametrize("kind", [DatasetKind.REGISTRATIONS, DatasetKind.BIRTHS])
def test_both_parents_of_a_household_register_or_a_birth_list_are_sealed_matched_and_looked_up(
    tmp_path: Path, kind: DatasetKind
) -> None:
    # given a census that names nobody, and a list that names both parents
    world.district()
    world.with_units(tmp_path)
    census(
        tmp_path, f"H1,A,甲子涵,{GIRL},2020-01-01,女", header="户编号,单元编号,姓名,身份证号,出生日期,性别"
    )
    listed = with_list(
        tmp_path, kind, BOTH_PARENTS, f"A,甲子涵,{GIRL},2020-01-01,女,甲父,{FATHER},乙母,{MOTHER}"
    )
    with_list(tmp_path, DatasetKind.PERMITS, PERMITS, f"乙母,{MOTHER},2024-01-01,2027-01-01")

    # when the lists are reconciled
    run = reconciled()

    # then the mother's permit is the child's, and only permitted people read who she is
    (girl,) = list_reconciled_children(run)
    assert "permits" in girl.sources
    entry = RegisterEntry.objects.get(dataset=listed.dataset)
    opened = open_entry(entry, reader=officer(world.CODE), district_code=world.CODE)
    assert (opened.second_guardian, opened.second_guardian_identity) == ("乙母", MOTHER)
    assert entry.second_guardian_index == person_index(MOTHER)
    stored = str(RegisterEntry.objects.values().get(pk=entry.pk))
    assert not any(told in stored for told in (FATHER, MOTHER, "乙母"))
    (named,) = load_guardians([girl], reader=officer(world.CODE), district_code=world.CODE)
    assert named is not None
    assert named.who == Guardians("甲父", FATHER, "乙母", MOTHER)
    asked = Asked(person_index(GIRL))
    assert guardians_of(world.CODE, [asked]) == {asked.key: {person_index(FATHER), person_index(MOTHER)}}


def test_another_number_of_the_second_parent_is_a_change_of_the_list(tmp_path: Path) -> None:
    world.district()
    world.with_units(tmp_path)
    row = f"A,甲子涵,{GIRL},2020-01-01,女,甲父,{FATHER},乙母,{MOTHER}"
    with_list(tmp_path, DatasetKind.BIRTHS, BOTH_PARENTS, row)
    path = list_file(tmp_path, "births", BOTH_PARENTS, row.replace(MOTHER, OTHERS_NUMBER))

    proposed = import_register(
        actor=None,
        now=world.NOW,
        district_code=world.CODE,
        kind=DatasetKind.BIRTHS,
        path=path,
        origin=world.ORIGIN,
        terms=Terms(settle=Settle.PROPOSE),
    ).dataset

    assert proposed.comparison["changed"]["count"] == 1  # type: ignore[index]

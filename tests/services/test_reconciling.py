"""A run over the lists of a district: pinned, stored once, read by unit, year and category; decisions survive."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, JobStatus
from accounts.selectors.jobs import find_latest_job
from common.errors import NotPermitted
from geo_data.models import (
    CaseState,
    DatasetKind,
    ReconciledChild,
    Reconciliation,
    ReconciliationCase,
    ReconciliationDecision,
)
from geo_data.reconciliation.ages import AgeRule
from geo_data.reconciliation.words import CaseCode, CaseKind, Category, Verdict
from geo_data.selectors.decisions import list_decisions, list_decisions_in_force
from geo_data.selectors.reconciliation import (
    ChildCount,
    count_cases,
    facts_of,
    find_current_reconciliation,
    find_newest_reconciliation,
    list_cases,
    list_reconciled_children,
    load_children_by_unit,
    load_traces,
    open_reconciled,
    open_sides,
)
from geo_data.services.case_decisions import (
    CaseIsDecided,
    CaseIsOpen,
    DecisionNotInForce,
    ReasonMissing,
    RunIsNotNewest,
    VerdictDoesNotFit,
    decide_case,
    take_back_decision,
)
from geo_data.services.reconciling import NothingToReconcile, reconcile_district
from geo_data.services.self_registration import ChildDeclaration, register_child
from geo_data.tasks import reconcile_task, reconciliation_subject, request_reconciliation
from tests.services import geo_world as world
from tests.services.accounts_world import auditor, guardian, officer
from tests.services.registers_world import (
    BOY_PUPIL,
    GIRL_REGISTERED,
    ON,
    PUPILS,
    REGISTRATIONS,
    reconciled,
    with_census,
    with_list,
    with_lists,
)


@pytest.fixture
def run(tmp_path: Path, db: None) -> Reconciliation:
    world.district()
    with_lists(tmp_path)
    return reconciled()


def case_of(code: CaseCode) -> ReconciliationCase:
    newest = Reconciliation.objects.latest("number")
    return ReconciliationCase.objects.get(reconciliation=newest, code=code.value)


def decide(code: CaseCode, verdict: Verdict, reason: str = "looked at both papers") -> ReconciliationCase:
    return decide_case(
        actor=officer(world.CODE), now=world.NOW, case_id=case_of(code).pk, verdict=verdict, reason=reason
    )


def test_every_child_stands_once_with_its_lists_unit_and_category(run: Reconciliation) -> None:
    children = {child.birth_on.isoformat() + child.sex: child for child in list_reconciled_children(run)}

    girl, boy = children["2020-01-01female"], children["2018-05-05male"]
    assert len(children) == ReconciledChild.objects.count() == 4
    assert (girl.sources, girl.unit_code, girl.category) == (
        ["children", "registrations"],
        "A",
        Category.REGISTERED_LIVING_HERE,
    )
    assert (boy.sources, boy.unit_code, boy.registered_unit_code, boy.category) == (
        ["children", "registrations", "pupils"],
        "A",
        "B",
        Category.IN_COUNTY_MOVER,
    )
    assert (boy.register_school, boy.grade) == ("P1", 2)
    assert children["2020-08-31female"].category == Category.UNKNOWN
    assert children["2018-05-05female"].entry is not None  # the stranger is led by the pupil register


def test_facts_of_a_child_are_one_for_each_name_with_source_and_verifier(run: Reconciliation) -> None:
    boy = list_reconciled_children(run).get(sex="male")

    facts = {fact["name"]: fact for fact in facts_of(boy)}

    assert len(facts) == len(facts_of(boy))
    assert facts["registration_unit"] == {
        "name": "registration_unit",
        "value": "B",
        "source": "look_up",
        "as_of": "2026-03-01",
        "verifier": "office of registrations",
    }
    assert facts["dwelling_unit"]["verifier"] == "test office"


def test_a_run_pins_versions_and_reports_what_it_found(run: Reconciliation) -> None:
    assert {dataset.kind for dataset in run.datasets.all()} == {"children", "registrations", "pupils"}
    assert run.sources["pupils"]["rows"] == 2
    assert run.report == {
        "children": 4,
        "categories": {"in_county_mover": 1, "registered_living_here": 1, "unknown": 2},
        "links": {"identity": 3},
        "cases": {"only_pupil": 1},
        "records": {"children": 3, "pupils": 2, "registrations": 2},
        "left_out": 0,
        "gone": 0,
        "departures": {},
    }
    event = AuditEvent.objects.get(action="reconciliation.made")
    assert event.details["children"] == 4
    assert "甲" not in str(event.details)


def test_the_same_input_is_the_same_run(run: Reconciliation) -> None:
    again = reconciled()

    assert again == run
    assert Reconciliation.objects.count() == 1
    assert find_current_reconciliation(world.CODE) == find_newest_reconciliation(world.CODE) == run


def test_a_newer_census_leaves_no_current_run(run: Reconciliation, tmp_path: Path) -> None:
    from geo_data.services.census import import_children

    path = world.children_file(tmp_path, world.GIRL)
    import_children(actor=None, now=world.NOW, district_code=world.CODE, path=path, origin=world.ORIGIN)

    assert find_current_reconciliation(world.CODE) is None
    assert find_newest_reconciliation(world.CODE) == run


def test_without_a_census_or_permission_nothing_is_run(tmp_path: Path, db: None) -> None:
    world.district()
    with pytest.raises(NothingToReconcile):
        reconciled()
    with_census(tmp_path)

    for stranger in (guardian(), auditor(world.CODE), officer("990103")):
        with pytest.raises(NotPermitted):
            reconcile_district(actor=stranger, now=world.NOW, district_code=world.CODE, as_of=ON)

    assert not Reconciliation.objects.exists()


def test_children_are_counted_by_unit_entry_year_and_category_with_the_cut_off_day(
    run: Reconciliation,
) -> None:
    with CaptureQueriesContext(connection) as queries:
        counts = load_children_by_unit(run, rule=AgeRule(), entry_years=[2026])

    assert len(queries) == 1
    assert counts == (
        ChildCount("A", 2026, Category.REGISTERED_LIVING_HERE, 1),
        ChildCount("B", 2026, Category.UNKNOWN, 1),  # born on 31 August 2020
    )
    day_before = AgeRule(6, 8, 30)
    assert load_children_by_unit(run, rule=day_before, entry_years=[2026]) == counts[:1]
    assert load_children_by_unit(run, rule=day_before, entry_years=[2027])[0].unit_code == "B"
    assert load_children_by_unit(
        run, rule=AgeRule(), entry_years=[2026, 2024], categories=[Category.IN_COUNTY_MOVER]
    ) == (ChildCount("A", 2024, Category.IN_COUNTY_MOVER, 1),)
    assert load_children_by_unit(run, rule=AgeRule(), entry_years=[]) == ()


def test_people_are_opened_for_readers_only_and_in_order(run: Reconciliation) -> None:
    children = list(list_reconciled_children(run))

    opened = open_reconciled(children, reader=officer(world.CODE), district_code=world.CODE)

    names = {child.pk: person.name for child, person in zip(children, opened, strict=True)}
    assert sorted(names.values()) == ["丁一一", "乙一一", "甲子涵", "甲子轩"]
    with pytest.raises(NotPermitted):
        open_reconciled(children, reader=guardian(), district_code=world.CODE)


def test_lists_take_a_known_number_of_queries(run: Reconciliation) -> None:
    with CaptureQueriesContext(connection) as queries:
        for child in list_reconciled_children(run):
            facts_of(child)
        for case in list_cases(run, state=CaseState.OPEN, kind=CaseKind.UNMATCHED):
            assert case.child.record_index
        count_cases(run)

    assert len(queries) == 3
    assert count_cases(run) == {("unmatched", "only_pupil", "open"): 1}
    assert list_cases(run, unit_code="A").count() == 0
    assert list_cases(run, code=CaseCode.ONLY_PUPIL, born_from=date(2018, 5, 5)).count() == 1
    assert list_cases(run, born_until=date(2018, 5, 5)).count() == 0


def test_traces_hold_registration_register_and_attendance_of_school_age(run: Reconciliation) -> None:
    with CaptureQueriesContext(connection) as queries:
        traces = load_traces(run, rule=AgeRule(), on=ON)

    assert len(queries) == 1
    assert sorted((t.is_resident, t.register_school or "", t.attends_school) for t in traces) == [
        (False, "P2", None),
        (True, "P1", None),
    ]


def test_both_sides_of_a_case_are_opened(run: Reconciliation) -> None:
    case = case_of(CaseCode.ONLY_PUPIL)

    first, second = open_sides(case, reader=officer(world.CODE), district_code=world.CODE)

    assert (first.name, second) == ("丁一一", None)
    assert case.first["source"] == "pupils"
    assert "丁" not in str(case.first)
    with pytest.raises(NotPermitted):
        open_sides(case, reader=None, district_code=world.CODE)


def test_a_record_decided_to_be_nobody_of_ours_is_gone_until_the_decision_is_taken_back(
    run: Reconciliation,
) -> None:
    case = decide(CaseCode.ONLY_PUPIL, Verdict.NOT_OUR_CHILD, "moved to another county")

    assert (case.state, case.verdict) == ("decided", "not_our_child")
    second = reconciled()
    assert (second.number, second.report["children"], second.report["left_out"]) == (2, 3, 1)

    [decision] = list_decisions_in_force(world.CODE)
    with pytest.raises(ReasonMissing):
        take_back_decision(actor=officer(world.CODE), now=world.NOW, decision_id=decision.pk, reason=" ")
    take_back_decision(actor=officer(world.CODE), now=world.NOW, decision_id=decision.pk, reason="back")

    third = reconciled()
    assert (third.number, third.report["children"]) == (3, 4)
    assert case_of(CaseCode.ONLY_PUPIL).state == CaseState.OPEN
    assert [d.verdict for d in list_decisions(case)] == ["not_our_child", "reopened"]
    with pytest.raises(DecisionNotInForce):
        take_back_decision(actor=officer(world.CODE), now=world.NOW, decision_id=decision.pk, reason="again")


def with_doubt(tmp_path: Path) -> Reconciliation:
    """A pupil without number whose name is written otherwise."""
    row = BOY_PUPIL.replace("甲子轩,990102201805050012", "甲子涵,")
    with_list(tmp_path, DatasetKind.PUPILS, PUPILS, row)
    return reconciled()


def test_a_doubtful_pair_decided_to_be_one_child_is_one_in_the_next_run_and_on_newer_versions(
    run: Reconciliation, tmp_path: Path
) -> None:
    doubtful = with_doubt(tmp_path)
    case = decide(CaseCode.PERHAPS_SAME_CHILD, Verdict.SAME_CHILD)
    assert (case.child.sex, case.other_child is not None, doubtful.report["children"]) == ("male", True, 4)

    joined = reconciled()
    with_list(tmp_path, DatasetKind.REGISTRATIONS, REGISTRATIONS, GIRL_REGISTERED)  # a newer version
    newer = reconciled()

    for later in (joined, newer):
        boy = list_reconciled_children(later).get(sex="male")
        assert boy.register_school == "P1"
        assert later.report["children"] == 3
        assert later.report["links"]["decision"] == 1


def test_a_decision_about_a_doubt_holds_for_the_same_question_in_a_later_run(
    run: Reconciliation, tmp_path: Path
) -> None:
    with_doubt(tmp_path)
    decide(CaseCode.PERHAPS_SAME_CHILD, Verdict.DIFFERENT_CHILDREN)

    later = reconciled()

    assert later.report["children"] == 4
    assert not list_cases(later, code=CaseCode.PERHAPS_SAME_CHILD).exists()
    assert case_of(CaseCode.ONLY_PUPIL).state == CaseState.OPEN


def test_an_acknowledged_case_stays_decided_in_a_later_run(run: Reconciliation, tmp_path: Path) -> None:
    decide(CaseCode.ONLY_PUPIL, Verdict.ACKNOWLEDGED)

    later = reconciled()

    assert later != run
    assert (case_of(CaseCode.ONLY_PUPIL).state, case_of(CaseCode.ONLY_PUPIL).verdict) == (
        "decided",
        "acknowledged",
    )


@pytest.mark.parametrize(
    ("verdict", "reason", "refusal"),
    [
        (Verdict.SAME_CHILD, "so", VerdictDoesNotFit),
        (Verdict.FIRST_HOLDS, "so", VerdictDoesNotFit),
        (Verdict.ACKNOWLEDGED, "  ", ReasonMissing),
        (Verdict.REOPENED, "so", CaseIsOpen),
    ],
)
def test_a_refused_decision_writes_nothing(
    run: Reconciliation, verdict: Verdict, reason: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        decide(CaseCode.ONLY_PUPIL, verdict, reason)

    assert not ReconciliationDecision.objects.exists()
    assert case_of(CaseCode.ONLY_PUPIL).state == CaseState.OPEN
    assert not AuditEvent.objects.filter(action="reconciliation.case_decided").exists()


def test_a_decided_case_must_be_reopened_first_and_an_old_run_is_closed(run: Reconciliation) -> None:
    old = decide(CaseCode.ONLY_PUPIL, Verdict.ACKNOWLEDGED)
    with pytest.raises(CaseIsDecided):
        decide(CaseCode.ONLY_PUPIL, Verdict.NOT_OUR_CHILD)
    assert decide(CaseCode.ONLY_PUPIL, Verdict.REOPENED).state == CaseState.OPEN

    decide(CaseCode.ONLY_PUPIL, Verdict.ACKNOWLEDGED)
    reconciled()
    with pytest.raises(RunIsNotNewest):
        decide_case(
            actor=officer(world.CODE),
            now=world.NOW,
            case_id=old.pk,
            verdict=Verdict.REOPENED,
            reason="so",
        )
    assert AuditEvent.objects.filter(action="reconciliation.case_decided").count() == 3


def test_only_officers_of_the_district_decide(run: Reconciliation) -> None:
    case = case_of(CaseCode.ONLY_PUPIL)
    for stranger in (guardian(), auditor(world.CODE), officer("990103")):
        with pytest.raises(NotPermitted):
            decide_case(
                actor=stranger, now=world.NOW, case_id=case.pk, verdict=Verdict.ACKNOWLEDGED, reason="so"
            )


def test_decisions_are_never_changed(run: Reconciliation) -> None:
    decide(CaseCode.ONLY_PUPIL, Verdict.ACKNOWLEDGED)

    from django.db.utils import InternalError

    with pytest.raises(InternalError), transaction.atomic():
        ReconciliationDecision.objects.update(verdict=Verdict.NOT_OUR_CHILD)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReconciliationDecision.objects.create(
            district_id=world.CODE, case_key="k", verdict="acknowledged", reason="", decided_at=world.NOW
        )


def test_the_same_child_cannot_stand_twice_in_a_run(run: Reconciliation) -> None:
    boy = ReconciledChild.objects.get(sex="male")

    boy.pk = uuid4()
    with pytest.raises(IntegrityError, match="reconciled_child_once"), transaction.atomic():
        boy.save(force_insert=True)
    boy.identity_index, boy.census_child = "", None
    with pytest.raises(IntegrityError, match="reconciled_has_one_leading_record"), transaction.atomic():
        boy.save(force_insert=True)


def test_the_children_of_a_run_are_never_changed(run: Reconciliation) -> None:
    with pytest.raises(InternalError, match="reconciled"), transaction.atomic():
        ReconciledChild.objects.filter(sex="male").update(unit_code="B")


def test_what_a_guardian_registered_is_a_source_from_its_moment_on(run: Reconciliation) -> None:
    declared = ChildDeclaration(
        name="丁一一",
        identity="990171201805050023",
        birth_on=date(2018, 5, 5),
        sex="female",
        guardian="丁母",
        unit_code="D",
        facts={"registration_district": "980101"},
    )
    register_child(
        actor=guardian(), now=world.NOW + timedelta(days=1), district_code=world.CODE, declaration=declared
    )

    at_once = reconciled()
    later = reconcile_district(
        actor=None, now=world.NOW + timedelta(days=2), district_code=world.CODE, as_of=ON
    )

    assert at_once == run
    stranger = list_reconciled_children(later).get(birth_on=date(2018, 5, 5), sex="female")
    assert (stranger.sources, stranger.unit_code) == (["pupils", "declared"], "D")
    assert stranger.category == Category.MIGRANT_WITHOUT_PERMIT
    facts = {str(fact["name"]): fact["source"] for fact in facts_of(stranger)}
    assert facts["registration_district"] == "declared"


def test_a_number_of_another_kind_under_two_birth_dates_is_one_child_and_a_contradiction(
    tmp_path: Path, db: None
) -> None:
    world.district()
    world.with_units(tmp_path)
    passport = world.GIRL.replace("990102202001010028", "H12345678")
    path = world.children_file(tmp_path, passport)
    from geo_data.services.census import import_children

    import_children(actor=None, now=world.NOW, district_code=world.CODE, path=path, origin=world.ORIGIN)
    with_list(tmp_path, DatasetKind.PUPILS, PUPILS, "甲子涵,H12345678,2019-12-31,女,P1,1,1(1)班,甲父,")

    run = reconciled()

    assert run.report["cases"] == {"birth_date_differs": 1}
    case = case_of(CaseCode.BIRTH_DATE_DIFFERS)
    assert (case.first["value"], case.second["value"]) == ("2020-01-01", "2019-12-31")
    decide(CaseCode.BIRTH_DATE_DIFFERS, Verdict.SECOND_HOLDS)
    assert list_reconciled_children(reconciled()).get().birth_on == date(2019, 12, 31)


@pytest.mark.django_db(transaction=True)
def test_further_processes_find_what_one_finds(tmp_path: Path) -> None:
    world.district()
    with_lists(tmp_path)

    told = []
    for workers in (1, 2):
        run = reconciled(workers=workers)
        rows = list_reconciled_children(run).order_by("record_index")
        told.append((run.report, list(rows.values_list("record_index", "category", "unit_code", "sources"))))
        ReconciliationCase.objects.all().delete()
        ReconciledChild.objects.all().delete()
        Reconciliation.objects.all().delete()

    assert told[0] == told[1]


@pytest.mark.django_db(transaction=True)
def test_the_worker_reconciles_and_the_job_names_the_run(tmp_path: Path) -> None:
    world.district()
    with_lists(tmp_path)
    asked: dict[str, Any] = {"now": world.NOW, "district_code": world.CODE, "as_of": ON}
    job = request_reconciliation(actor=officer(world.CODE), **asked)
    assert request_reconciliation(actor=officer(world.CODE), **asked) == job

    reconcile_task.call(job_id=str(job.pk), district_code=world.CODE, as_of=ON.isoformat())

    run = Reconciliation.objects.get()
    job.refresh_from_db()
    assert (job.status, run.job) == (JobStatus.SUCCEEDED, job)
    assert job.result == {"reconciliation": str(run.pk), "number": 1}
    assert find_latest_job("reconcile_district", reconciliation_subject(world.CODE)) == job


def test_a_job_is_refused_at_once_without_census_or_permission(tmp_path: Path, db: None) -> None:
    world.district()
    asked: dict[str, Any] = {"now": world.NOW, "district_code": world.CODE, "as_of": ON}
    with pytest.raises(NothingToReconcile):
        request_reconciliation(actor=officer(world.CODE), **asked)
    with pytest.raises(NotPermitted):
        request_reconciliation(actor=guardian(), **asked)

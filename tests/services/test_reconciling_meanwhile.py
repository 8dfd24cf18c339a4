"""While a run compares, officers go on: they confirm files and decide cases, and nothing of it is lost."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Thread

import pytest
from django.db import connection

from accounts.models import User
from geo_data.models import (
    CaseState,
    Dataset,
    DatasetKind,
    DatasetStatus,
    Reconciliation,
    ReconciliationCase,
    SurveyDecision,
)
from geo_data.reconciliation.words import CaseCode, Verdict
from geo_data.selectors.departures import list_departures
from geo_data.services.case_decisions import decide_case
from geo_data.services.departures import answer_departure
from geo_data.services.reconciling import reconcile_district
from geo_data.services.survey_merging import merge_sheets
from tests.services import geo_world as world
from tests.services import registers_world, survey_world
from tests.services.accounts_world import officer
from tests.services.registers_world import (
    BOY_REGISTERED,
    ON,
    PUPILS,
    REGISTRATIONS,
    reconciled,
    with_census,
    with_list,
    with_lists,
)
from tests.services.survey_world import BACK_AT
from tests.services.test_departures import RECEIVED

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60.0  # seconds: whoever waited for the run would wait for ever
Act = Callable[[], object]


def run_with(*acts: Act) -> Reconciliation:
    """Reconcile anew, as of the next day; when the comparing has begun, somebody else does these things."""
    done: list[object] = []

    def do() -> None:
        try:
            done.extend(act() for act in acts)
        finally:
            connection.close()

    def report(step: str, *_progress: int) -> None:
        if step == "comparing" and not done:
            somebody = Thread(target=do, daemon=True)
            somebody.start()
            somebody.join(PATIENCE)
            assert len(done) == len(acts), "somebody had to wait for the run"

    return reconcile_district(
        actor=None, now=world.NOW, district_code=world.CODE, as_of=ON + timedelta(days=1), report=report
    )


def case_of(run: Reconciliation, code: CaseCode) -> ReconciliationCase:
    return ReconciliationCase.objects.get(reconciliation=run, code=code.value)


def decide(person: User, case: ReconciliationCase, verdict: Verdict) -> ReconciliationCase:
    return decide_case(actor=person, now=world.NOW, case_id=case.pk, verdict=verdict, reason="看过户口簿")


def test_a_case_decided_while_the_next_run_compares_is_decided_there(tmp_path: Path) -> None:
    world.district()
    with_lists(tmp_path)
    first, person = reconciled(), officer(world.CODE)
    asked = case_of(first, CaseCode.ONLY_PUPIL)

    second = run_with(partial(decide, person, asked, Verdict.NOT_OUR_CHILD))

    shown = case_of(second, CaseCode.ONLY_PUPIL)
    assert (second.number, shown.state, shown.verdict) == (2, CaseState.DECIDED, "not_our_child")


def test_a_decision_taken_back_while_the_next_run_compares_is_open_there(tmp_path: Path) -> None:
    world.district()
    with_census(tmp_path)
    other_name = BOY_REGISTERED.replace("甲子轩", "甲子宣")
    with_list(tmp_path, DatasetKind.REGISTRATIONS, REGISTRATIONS, other_name)
    person = officer(world.CODE)
    case = decide(person, case_of(reconciled(), CaseCode.NAME_DIFFERS), Verdict.FIRST_HOLDS)

    second = run_with(partial(decide, person, case, Verdict.REOPENED))

    shown = case_of(second, CaseCode.NAME_DIFFERS)
    assert (shown.state, shown.verdict) == (CaseState.OPEN, "")


def test_a_file_confirmed_meanwhile_is_current_and_the_run_keeps_the_version_it_began_with(
    tmp_path: Path,
) -> None:
    world.district()
    with_lists(tmp_path)
    first = reconciled()
    before = Dataset.objects.get(kind=DatasetKind.PUPILS, status=DatasetStatus.CURRENT)

    second = run_with(partial(with_list, tmp_path, DatasetKind.PUPILS, PUPILS, registers_world.BOY_PUPIL))

    now = Dataset.objects.get(kind=DatasetKind.PUPILS, status=DatasetStatus.CURRENT)
    assert now != before
    assert second.sources["pupils"]["dataset"] == str(before.pk)
    assert (first.number, second.number) == (1, 2)


def test_an_answer_about_a_child_who_left_is_shown_in_the_run_that_was_comparing(tmp_path: Path) -> None:
    someone, sheets = survey_world.issued(tmp_path)
    taken = survey_world.taken(someone, sheets["A"], {"K2": {"outcome": "迁出本县"}})
    survey_world.decide_all(someone, taken, SurveyDecision.TAKE_SHEET)
    merge_sheets(actor=someone, now=BACK_AT, district_code=survey_world.CODE, year=2026)
    girl = list_departures(registers_world.reconciled()).get()

    second = run_with(
        partial(answer_departure, actor=someone, now=BACK_AT, departure_id=girl.pk, reply=RECEIVED)
    )

    assert list_departures(second).get().state == "answered"


def test_two_runs_of_a_district_follow_one_another(tmp_path: Path) -> None:
    world.district()
    with_lists(tmp_path)
    numbers: list[int] = []

    def another() -> None:
        try:
            numbers.append(reconciled().number)
        finally:
            connection.close()

    waits = Thread(target=another, daemon=True)

    def report(step: str, *_progress: int) -> None:
        if step == "comparing":
            waits.start()
            waits.join(1.0)
            assert waits.is_alive()

    first = reconcile_district(
        actor=None, now=world.NOW, district_code=world.CODE, as_of=ON + timedelta(days=1), report=report
    )
    waits.join(PATIENCE)

    assert (first.number, numbers) == (1, [2])

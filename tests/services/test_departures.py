"""Children who left: they claim no seat, stay on a list, and only what an officer records takes them off it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from accounts.models import AuditEvent, User
from common.errors import DomainError, NotPermitted
from geo_data.models import (
    Departure,
    DepartureAnswer,
    DepartureState,
    ReconciledChild,
    Reconciliation,
    SurveyDecision,
)
from geo_data.reconciliation.words import Answer, LeftHow
from geo_data.selectors.departures import (
    DepartureTrace,
    NoSuchDeparture,
    count_departures,
    list_answers,
    list_departures,
    load_departures,
    open_departure,
)
from geo_data.services.case_decisions import ReasonMissing, RunIsNotNewest
from geo_data.services.departures import (
    AnswerDoesNotFit,
    AnswerIncomplete,
    AnswerInTheFuture,
    DepartureIsAnswered,
    DepartureIsAwaited,
    ReceivedByThisCounty,
    Reply,
    answer_departure,
)
from geo_data.services.survey_merging import merge_sheets
from tests.services import registers_world, survey_world
from tests.services.accounts_world import auditor, guardian, officer
from tests.services.survey_world import BACK_AT, CODE

pytestmark = pytest.mark.django_db

RECEIVED = Reply(Answer.RECEIVED, "电话核实后收到复函", date(2026, 3, 12), "410122", "中教函〔2026〕7号")


@pytest.fixture
def person(tmp_path: Path) -> User:
    """An officer, and the girl of block A who moved away by the visit of 10 March; nothing is recorded yet."""
    someone, sheets = survey_world.issued(tmp_path)
    taken = survey_world.taken(someone, sheets["A"], {"K2": {"outcome": "迁出本县"}})
    survey_world.decide_all(someone, taken, SurveyDecision.TAKE_SHEET)
    merge_sheets(actor=someone, now=BACK_AT, district_code=CODE, year=2026)
    registers_world.reconciled()
    return someone


def the_girl() -> Departure:
    """The newest run's one child who left."""
    run = Reconciliation.objects.latest("number")
    return list_departures(run).get()


def answer(person: User, reply: Reply = RECEIVED) -> Departure:
    """Record it."""
    return answer_departure(actor=person, now=BACK_AT, departure_id=the_girl().pk, reply=reply)


def test_who_moved_away_is_awaited_and_counts_for_no_seat(person: User) -> None:
    girl = the_girl()

    assert (girl.how, girl.found_on, girl.state) == ("moved_away", date(2026, 3, 10), DepartureState.AWAITED)
    assert (girl.birth_on, girl.unit_code) == (date(2020, 1, 1), "A")
    assert girl.reconciliation.report["gone"] == 1
    assert girl.reconciliation.report["departures"] == {"moved_away": 1}
    assert not ReconciledChild.objects.filter(birth_on=date(2020, 1, 1)).exists()
    assert load_departures(girl.reconciliation) == (DepartureTrace(str(girl.pk), LeftHow.MOVED_AWAY, False),)
    opened = open_departure(girl, reader=person, district_code=CODE)
    assert (opened.name, opened.identity) == ("甲子涵", registers_world.GIRL)


def test_the_answer_of_the_receiving_county_takes_the_child_off_the_list(person: User) -> None:
    girl = answer(person)

    assert girl.state == DepartureState.ANSWERED
    [row] = list_answers(girl)
    assert (row.answer, row.county, row.happened_on, row.document, row.answered_by) == (
        "received",
        "410122",
        date(2026, 3, 12),
        "中教函〔2026〕7号",
        person,
    )
    assert count_departures(girl.reconciliation) == {("moved_away", "answered"): 1}
    event = AuditEvent.objects.get(action="departure.answered")
    assert (event.actor, event.subject_id) == (person, str(girl.pk))
    assert event.details == {
        "answer": "received",
        "how": "moved_away",
        "found_on": "2026-03-10",
        "happened_on": "2026-03-12",
        "county": "410122",
    }


def test_an_answer_survives_a_new_run(person: User) -> None:
    first = answer(person).reconciliation

    run = registers_world.reconciled()

    assert run != first
    assert the_girl().state == DepartureState.ANSWERED
    assert registers_world.reconciled() == run  # the same input: the same run


def test_who_came_back_counts_again_from_the_next_run_on(person: User) -> None:
    answer(person, Reply(Answer.CAME_BACK, "入户见到", date(2026, 3, 12)))
    assert the_girl().state == DepartureState.ANSWERED

    run = registers_world.reconciled()

    assert run.report["gone"] == 0
    assert not Departure.objects.filter(reconciliation=run).exists()
    assert ReconciledChild.objects.get(reconciliation=run, birth_on=date(2020, 1, 1)).unit_code == "A"


def test_an_answer_taken_back_leaves_the_child_awaited_and_both_on_record(person: User) -> None:
    answer(person)

    girl = answer(person, Reply(Answer.REOPENED, "复函说的是另一名儿童"))

    assert girl.state == DepartureState.AWAITED
    assert [row.answer for row in list_answers(girl)] == ["received", "reopened"]
    registers_world.reconciled()
    assert the_girl().state == DepartureState.AWAITED


@pytest.mark.parametrize(
    ("reply", "refusal"),
    [
        (replace(RECEIVED, reason="  "), ReasonMissing),
        (replace(RECEIVED, county=" "), AnswerIncomplete),
        (replace(RECEIVED, happened_on=None), AnswerIncomplete),
        (replace(RECEIVED, happened_on=date(2026, 3, 13)), AnswerInTheFuture),  # today is the 12th
        (replace(RECEIVED, county=CODE), ReceivedByThisCounty),
        (replace(RECEIVED, county="测试县"), ReceivedByThisCounty),
        (replace(RECEIVED, answer=Answer.DEATH_CONFIRMED), AnswerDoesNotFit),
        (replace(RECEIVED, answer=Answer.PROVED_ABROAD), AnswerDoesNotFit),
        (Reply(Answer.REOPENED, "so"), DepartureIsAwaited),
    ],
)
def test_what_proves_nothing_is_refused_and_writes_nothing(
    person: User, reply: Reply, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        answer(person, reply)

    assert not DepartureAnswer.objects.exists()
    assert not AuditEvent.objects.filter(action="departure.answered").exists()
    assert the_girl().state == DepartureState.AWAITED


def test_a_second_answer_must_wait_until_the_first_is_taken_back(person: User) -> None:
    answer(person)

    with pytest.raises(DepartureIsAnswered):
        answer(person, Reply(Answer.CAME_BACK, "so", date(2026, 3, 12)))

    assert DepartureAnswer.objects.count() == 1


def test_only_the_newest_run_is_answered_and_only_by_officers_of_the_district(person: User) -> None:
    old = the_girl()
    for stranger in (guardian(), auditor(CODE), officer("990103")):
        with pytest.raises(NotPermitted):
            answer(stranger)
    answer(person)
    registers_world.reconciled()

    with pytest.raises(RunIsNotNewest):
        answer_departure(actor=person, now=BACK_AT, departure_id=old.pk, reply=Reply(Answer.REOPENED, "so"))
    with pytest.raises(NoSuchDeparture):
        answer_departure(actor=person, now=BACK_AT, departure_id=person_id(), reply=RECEIVED)


def person_id() -> str:
    """An id that nothing has."""
    return "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("word", "how", "fits"),
    [
        (
            "出国（境）",
            "abroad",
            Reply(Answer.PROVED_ABROAD, "监护人提供", date(2026, 3, 1), document="签证页 7"),
        ),
        ("死亡", "deceased", Reply(Answer.DEATH_CONFIRMED, "公安核实", date(2026, 3, 1), document="注销 12")),
    ],
)
def test_abroad_needs_a_proof_and_a_death_a_record(tmp_path: Path, word: str, how: str, fits: Reply) -> None:
    someone, sheets = survey_world.issued(tmp_path)
    taken = survey_world.taken(someone, sheets["A"], {"K2": {"outcome": word}})
    survey_world.decide_all(someone, taken, SurveyDecision.TAKE_SHEET)
    merge_sheets(actor=someone, now=BACK_AT, district_code=CODE, year=2026)
    registers_world.reconciled()
    assert (the_girl().how, the_girl().state) == (how, DepartureState.AWAITED)

    with pytest.raises(AnswerIncomplete):
        answer(someone, replace(fits, document=""))
    with pytest.raises(AnswerDoesNotFit):
        answer(someone, RECEIVED)

    assert answer(someone, fits).state == DepartureState.ANSWERED


def test_answers_are_never_changed_and_never_without_what_they_need(person: User) -> None:
    answer(person)

    with pytest.raises(InternalError), transaction.atomic():
        DepartureAnswer.objects.update(county="410123")
    for name, changed in (
        ("received_by_a_county", {"county": ""}),
        ("has_a_day", {"happened_on": None}),
        ("proved_by_a_document", {"answer": "death_confirmed", "document": ""}),
    ):
        row = DepartureAnswer.objects.get()
        row.pk = None
        for field, value in changed.items():
            setattr(row, field, value)
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            row.save(force_insert=True)


def test_lists_take_a_known_number_of_queries(person: User) -> None:
    run = the_girl().reconciliation

    with CaptureQueriesContext(connection) as queries:
        for row in list_departures(run, state=DepartureState.AWAITED, how=LeftHow.MOVED_AWAY):
            open_departure(row, reader=person, district_code=CODE)
        count_departures(run)
        load_departures(run)

    assert len(queries) == 3
    assert not list_departures(run, how=LeftHow.ABROAD).exists()
    assert not list_departures(run, state=DepartureState.ANSWERED).exists()


def test_an_officer_records_it_on_the_page_and_an_auditor_sees_no_name(
    person: User, settings: Settings
) -> None:
    settings.REQUIRE_SECOND_FACTOR = False
    girl = the_girl()
    page = reverse("departure", args=[girl.pk])
    looker = Client()
    looker.force_login(auditor(CODE))
    desk = Client()
    desk.force_login(person)

    # given the list and what each may read
    assert "待接收县答复" in desk.get(reverse("departures")).content.decode()
    assert "甲子涵" in desk.get(page).content.decode()
    shown = looker.get(page).content.decode()
    assert "甲子涵" not in shown
    assert 'name="answer"' not in shown

    # when it is filled in wrongly, then rightly
    wrong = desk.post(page, {"answer": "received", "happened_on": "2026-03-11", "reason": "复函"})
    right = desk.post(
        page, {"answer": "received", "happened_on": "2026-03-11", "reason": "复函", "county": "410122"}
    )

    # then
    assert (wrong.status_code, right.status_code) == (422, 302)
    assert the_girl().state == DepartureState.ANSWERED
    assert looker.post(page, {"reason": "so"}).status_code == 403
    assert "410122" in desk.get(page).content.decode()
    assert desk.post(page, {"reason": "误录"}).status_code == 302
    assert the_girl().state == DepartureState.AWAITED

"""Registers asked when a family files, by an officer and by the worker: late, broken, contradicting, known."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import transaction
from pytest_django import Settings

from accounts.models import AuditEvent, User
from admissions.models import Application, ApplicationStatus
from admissions.rules.documents_catalogue import CATALOGUE
from admissions.rules.facts import FactName, FactSource, facts_from_data
from admissions.rules.status import Action as Step
from admissions.selectors.applications import application_view, list_applications
from admissions.services.applications import file_application, file_applications
from admissions.services.asking import (
    NothingContradictory,
    ask_again,
    ask_silent_registers,
    settle_contradiction,
)
from admissions.services.review import review_application
from admissions.tasks import ASK, request_asking
from common.errors import MalformedInput, NotPermitted
from tests.services.accounts_world import auditor, guardian, officer
from tests.services.look_ups_world import Register, outside, registers_are
from tests.services.round_world import (
    WHILE_OPEN,
    RoundWorld,
    add_children,
    county_with_zones,
    form,
    identity,
    round_open,
)

pytestmark = pytest.mark.django_db

HOME = {
    "registration_kind": "family",
    "registration_district": "410181",
    "registration_unit": "u0",
    "relation_shown": True,
}
TITLE = {
    "dwelling_right": "owned",
    "dwelling_district": "410181",
    "dwelling_unit": "u0",
    "dwelling_is_residential": True,
    "ownership_share_percent": 100,
}


def everything(how: str = "answers") -> tuple[dict[str, object], ...]:
    """Registers that together know all about the child, the one of titles as `how` says."""
    other = {"birth_date": None, "lives_there": True, "special_needs": False, "preferential_kind": "none"}
    known = {**HOME, **{name: value for name, value in other.items() if value is not None}}
    return outside("police", known), outside("titles", TITLE, how=how)


def file(world: RoundWorld, settings: Settings, *registers: dict[str, object]) -> Application:
    """An unknown child is filed by a guardian while these registers can be asked."""
    round_open(world)
    registers_are(settings, *registers)
    return file_application(
        actor=guardian(),
        now=WHILE_OPEN,
        round_id=world.publication.rounds.get().pk,
        form=form(identity(40), "u0"),
    )


def facts(application: Application) -> dict[str, tuple[object, str, str]]:
    application.refresh_from_db()
    settled = facts_from_data(application.facts)
    return {name.value: (fact.value, fact.source.value, fact.verifier) for name, fact in settled.items()}


def asked_documents(application: Application) -> set[FactName]:
    """Return every fact that some document is asked for."""
    application.refresh_from_db()
    return {name for needed in application_view(application).documents for name in needed.proves}


def test_answers_become_facts_with_source_day_and_verifier(settings: Settings) -> None:
    application = file(county_with_zones(), settings, *everything())
    assert facts(application)["registration_unit"] == ("u0", "look_up", "police")
    assert facts(application)["ownership_share_percent"] == (100, "look_up", "titles")
    stored = {fact["name"]: fact["as_of"] for fact in application.facts}
    assert stored["registration_unit"] == "2026-06-01"
    assert {(item["register"], item["outcome"]) for item in application.answers} == {
        ("police", "answered"),
        ("titles", "answered"),
    }
    assert (application.unanswered, application.contradictory) == ([], [])


def test_registers_are_asked_with_the_identity_and_home_of_the_form(settings: Settings) -> None:
    file(county_with_zones(), settings, *everything())
    asked = [child for register, child in Register.calls if register == "police"]
    assert [(child.identity, child.name, child.unit_code) for child in asked] == [
        (identity(40), "样例", "u0")
    ]


def test_nobody_is_asked_about_a_number_that_cannot_be_right(settings: Settings) -> None:
    world = county_with_zones()
    opened = round_open(world)
    registers_are(settings, *everything())
    wrong = identity(40)[:-1] + ("0" if identity(40)[-1] != "0" else "1")
    with pytest.raises(MalformedInput):
        file_application(actor=guardian(), now=WHILE_OPEN, round_id=opened.pk, form=form(wrong, "u0"))
    assert Register.calls == []


@pytest.mark.parametrize("how", ["fails", "breaks", "sleeps"])
def test_a_register_that_fails_or_is_late_opens_an_upload_and_never_counts_against_the_family(
    settings: Settings, how: str
) -> None:
    # given a register of titles that gives no answer in time
    world = county_with_zones()
    police, titles = everything(how)
    application = file(world, settings, police, {**titles, "seconds": 0.05})

    # then the application is in, the register is noted, and what it would have said can be uploaded
    assert application.status == ApplicationStatus.FILED
    assert application.unanswered == ["titles"]
    assert FactName.DWELLING_RIGHT in asked_documents(application)

    # when the worker asks again and it answers
    registers_are(settings, *everything())
    assert ask_silent_registers(actor=None, now=WHILE_OPEN, admission_round=application.round) == 0

    # then nobody is asked for anything, and only the silent register was troubled
    assert {register for register, _ in Register.calls} == {"titles"}
    assert facts(application)["dwelling_right"] == ("owned", "look_up", "titles")
    assert application.unanswered == []
    assert FactName.DWELLING_RIGHT not in asked_documents(application)


def test_a_register_still_silent_is_asked_again_by_the_next_run(settings: Settings) -> None:
    application = file(county_with_zones(), settings, *everything("fails"))
    assert ask_silent_registers(actor=None, now=WHILE_OPEN, admission_round=application.round) == 1
    application.refresh_from_db()
    assert application.unanswered == ["titles"]


def test_asking_again_is_one_job_of_the_round_some_minutes_later(settings: Settings) -> None:
    application = file(county_with_zones(), settings, *everything("fails"))
    first = request_asking(now=WHILE_OPEN, admission_round=application.round)
    second = request_asking(now=WHILE_OPEN + timedelta(minutes=1), admission_round=application.round)
    assert (first.pk, first.kind) == (second.pk, ASK)


def test_registers_that_contradict_each_other_go_to_the_officers_list_and_not_to_the_family(
    settings: Settings,
) -> None:
    world = county_with_zones()
    police, _ = everything()
    tax = outside("tax", {"ownership_share_percent": 20, "dwelling_right": "owned"})
    unsaid = outside("titles", {"ownership_share_percent": 100, "dwelling_right": "owned"})
    application = file(world, settings, police, unsaid, tax)

    assert [(item["value"], item["verifier"]) for item in application.contradictory] == [
        (20, "tax"),
        (100, "titles"),
    ]
    assert "ownership_share_percent" not in facts(application)
    assert "dwelling_right" in facts(application)
    asked = asked_documents(application)
    assert FactName.DWELLING_IS_RESIDENTIAL in asked  # a deed is asked for what no register said
    assert FactName.OWNERSHIP_SHARE_PERCENT not in asked
    assert list(list_applications(application.round, contradictory=True)) == [application]


def test_an_officer_lets_one_value_stand_and_a_late_register_does_not_undo_it(settings: Settings) -> None:
    # given two registers that disagree
    world = county_with_zones()
    tax = outside("tax", {"ownership_share_percent": 20})
    application = file(world, settings, *everything(), tax)

    # when an officer settles it, and the registers are asked once more
    settle_contradiction(
        actor=world.officer,
        now=WHILE_OPEN,
        application_id=application.pk,
        name=FactName.OWNERSHIP_SHARE_PERCENT,
        place=1,
        reason="the deed was seen",
    )
    ask_again(actor=world.officer, now=WHILE_OPEN, application_id=application.pk)

    # then the officer's word stands, with an event that names the register and no person
    assert facts(application)["ownership_share_percent"] == (100, "officer", str(world.officer.pk))
    assert application.contradictory == []
    event = AuditEvent.objects.get(action="application.contradiction_settled")
    assert event.details["register"] == "titles"
    with pytest.raises(NothingContradictory):
        settle_contradiction(
            actor=world.officer,
            now=WHILE_OPEN,
            application_id=application.pk,
            name=FactName.OWNERSHIP_SHARE_PERCENT,
            place=0,
            reason="again",
        )


@pytest.mark.parametrize(("place", "reason"), [(2, "x"), (-1, "x"), (0, " ")])
def test_settling_needs_one_of_the_values_and_a_reason(settings: Settings, place: int, reason: str) -> None:
    world = county_with_zones()
    tax = outside("tax", {"ownership_share_percent": 20})
    application = file(world, settings, *everything(), tax)
    with pytest.raises(MalformedInput), transaction.atomic():
        settle_contradiction(
            actor=world.officer,
            now=WHILE_OPEN,
            application_id=application.pk,
            name=FactName.OWNERSHIP_SHARE_PERCENT,
            place=place,
            reason=reason,
        )
    application.refresh_from_db()
    assert len(application.contradictory) == 2


def another_guardian() -> User:
    return guardian("+8613800000009")


@pytest.mark.parametrize("stranger", [another_guardian, auditor, lambda: officer("410182")])
def test_only_who_reviews_asks_again_and_settles(settings: Settings, stranger: Callable[[], User]) -> None:
    world = county_with_zones()
    application = file(world, settings, *everything(), outside("tax", {"ownership_share_percent": 20}))
    person = stranger()
    with pytest.raises(NotPermitted):
        ask_again(actor=person, now=WHILE_OPEN, application_id=application.pk)
    with pytest.raises(NotPermitted), transaction.atomic():
        settle_contradiction(
            actor=person,
            now=WHILE_OPEN,
            application_id=application.pk,
            name=FactName.OWNERSHIP_SHARE_PERCENT,
            place=0,
            reason="x",
        )
    application.refresh_from_db()
    assert len(application.contradictory) == 2


def test_a_late_answer_changes_no_fact_of_an_accepted_application_but_shows_on_the_list(
    settings: Settings,
) -> None:
    # given an application that an officer accepted while a register was silent
    world = county_with_zones()
    silent = outside("tax", {"ownership_share_percent": 20}, how="fails")
    application = file(world, settings, *everything(), silent)
    if application.status == ApplicationStatus.FILED:
        review_application(
            actor=world.officer, now=WHILE_OPEN, application_id=application.pk, step=Step.ACCEPT
        )
    before = facts(application)

    # when the register answers at last, and says something else
    registers_are(settings, outside("tax", {"ownership_share_percent": 20}))
    ask_silent_registers(actor=None, now=WHILE_OPEN, admission_round=application.round)

    # then nothing that was accepted changed, and the officer sees it
    assert facts(application) == before
    assert application.status == ApplicationStatus.ACCEPTED
    assert {item["name"] for item in application.contradictory} == {"ownership_share_percent"}


def test_the_registers_own_answer_replaces_what_the_census_copied(settings: Settings) -> None:
    world = county_with_zones()
    (number,) = add_children(world, ["u0"])
    opened = round_open(world)
    registers_are(settings, outside("police", {"registration_since": date(2021, 1, 1)}))
    application = file_application(
        actor=guardian(), now=WHILE_OPEN, round_id=opened.pk, form=form(number, "u0")
    )
    assert facts(application)["registration_since"][2] == "police"
    assert application.contradictory == []


def test_a_file_of_forms_waits_for_no_network_and_leaves_those_registers_to_the_worker(
    settings: Settings,
) -> None:
    world = county_with_zones()
    opened = round_open(world)
    registers_are(settings, *everything())
    forms = [form(identity(number), "u0") for number in (41, 42)]
    filed = file_applications(
        actor=world.officer, now=WHILE_OPEN, round_id=opened.pk, forms=forms, source="portal"
    )
    assert Register.calls == []
    assert [row.unanswered for row in filed.applications] == [["police", "titles"]] * 2
    assert ask_silent_registers(actor=None, now=WHILE_OPEN, admission_round=opened) == 0
    assert len(Register.calls) == 4


@pytest.mark.parametrize("silent", [(), ("titles",), ("police",), ("titles", "police")])
def test_no_document_is_asked_whose_fact_is_known(settings: Settings, silent: tuple[str, ...]) -> None:
    """The property: whatever was answered and whatever was not, what is asked and what is proved never meet."""
    world = county_with_zones()
    registers = [
        outside(entry["options"]["register"], entry["options"]["says"],  # type: ignore[index]
                how="fails" if entry["options"]["register"] in silent else "answers")  # type: ignore[index]
        for entry in everything()
    ]  # fmt: skip
    application = file(world, settings, *registers)
    proved = {
        fact.name
        for fact in facts_from_data(application.facts).values()
        if fact.source is not FactSource.DECLARED
    }
    assert not proved & asked_documents(application)
    assert all(CATALOGUE[item.document] for item in application_view(application).documents)
    if silent:
        assert asked_documents(application)


def test_an_event_names_registers_and_no_person(settings: Settings) -> None:
    application = file(county_with_zones(), settings, *everything("fails"))
    ask_silent_registers(actor=None, now=WHILE_OPEN, admission_round=application.round)
    event = AuditEvent.objects.get(action="application.registers_asked")
    assert (event.details["answered"], event.details["silent"]) == ([], ["titles"])
    assert identity(40) not in str(event.details)

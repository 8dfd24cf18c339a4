"""Twins: known ones take one step, nobody joins another family's group, and both sides read what comes of it."""

import json
from typing import Any

import pytest

from accounts.models import AuditEvent, Role
from admissions.models import AdmissionRound, Application
from admissions.rules.facts import FactSource
from admissions.rules.status import Action as Step
from admissions.selectors.applications import documents_wanted
from admissions.selectors.bundles import unzip_files
from admissions.selectors.twins import TwinState, find_twin_standing
from admissions.selectors.written_forms import list_line_ids
from admissions.services.review import accept_as_they_stand, review_application
from admissions.services.steps import ApplicationChanged, StepNotPossible
from admissions.services.twins import NamesNoTwins, find_no_twin
from common.errors import MalformedInput, NotPermitted
from geo_data.models import Child
from tests.services.accounts_world import staff
from tests.services.round_world import (
    AFTER_CLOSING,
    WHILE_OPEN,
    RoundWorld,
    add_children,
    county_with_zones,
    drawn,
    entries_closed,
    file_all,
    form,
    round_open,
)

pytestmark = pytest.mark.django_db


def entries_of(world: RoundWorld, opened: AdmissionRound) -> dict[str, dict[str, Any]]:
    closed = entries_closed(world, opened)
    return {entry["receipt"]: entry for entry in json.loads(bytes(closed.document))["entries"]}


def of_receipt(receipt: str) -> Application:
    return Application.objects.select_related("round", "receipt").get(receipt__receipt=receipt)


def state_of(receipt: str) -> TwinState | None:
    standing = find_twin_standing(of_receipt(receipt))
    return None if standing is None else standing.state


def with_birth(number: str, day: str) -> None:
    """Let the census state another birth date than the number holds."""
    from geo_data.selectors.children import identity_index

    child = Child.objects.get(identity_index=identity_index(number))
    child.facts = [{**fact, "value": day} if fact["name"] == "birth_date" else fact for fact in child.facts]
    Child.objects.filter(pk=child.pk).update(facts=child.facts)


def accepted(world: RoundWorld, receipt: str) -> Application:
    return review_application(
        actor=world.officer, now=WHILE_OPEN, application_id=of_receipt(receipt).pk, step=Step.ACCEPT
    )


def no_twin(world: RoundWorld, receipt: str, **more: Any) -> Application:
    said = {"actor": world.officer, "version": 1, "reason": "两份出生证母亲不同", **more}
    return find_no_twin(now=WHILE_OPEN, application_id=of_receipt(receipt).pk, **said)


def test_twins_of_the_census_take_one_step_and_no_paper() -> None:
    world = county_with_zones()
    numbers = add_children(world, ["u0", "u0"], twin_group="T1")
    opened = round_open(world)
    receipts = file_all(world, opened, [form(number, "u0") for number in numbers])
    rows = [of_receipt(receipt) for receipt in receipts]
    assert {(row.status, row.group_code) for row in rows} == {("accepted", "T1")}
    assert [documents_wanted(row, list_line_ids(row)) for row in rows] == [(), ()]
    assert [state_of(receipt) for receipt in receipts] == [TwinState.TOGETHER] * 2
    entries = entries_of(world, opened)
    assert {entries[receipt]["group"] for receipt in receipts} == {f"G{min(receipts)}"}


def test_a_stranger_who_writes_the_code_of_twins_is_not_drawn_with_them() -> None:
    # given twins of the census at u0, where two seats are, and a stranger's child
    world = county_with_zones({"A": (0, 2), "B": (3, 4)})
    numbers = add_children(world, ["u0", "u0"], twin_group="T1")
    stranger = add_children(world, ["u1"])[0]
    opened = round_open(world)
    # when the stranger names their group
    twins = file_all(world, opened, [form(number, "u0") for number in numbers])
    [other] = file_all(world, opened, [form(stranger, "u1", group_code="T1")])
    # then it waits for proof, reads so, and the officer is shown whom it names
    row = of_receipt(other)
    assert (row.status, row.group_code) == ("filed", "")
    assert [item.document for item in documents_wanted(row, list_line_ids(row))] == ["birth_certificate"]
    standing = find_twin_standing(row)
    assert standing is not None
    assert (standing.state, standing.is_stated) == (TwinState.UNPROVED, True)
    shown = [(item.receipt, item.source, item.is_one_birth, item.has_same_list) for item in standing.others]
    assert shown == [(twin, FactSource.LOOK_UP, True, True) for twin in sorted(twins)]
    assert [state_of(twin) for twin in twins] == [TwinState.TOGETHER] * 2
    # and once the time for review is over it is drawn alone: the twins keep their ticket and the two seats
    assert accept_as_they_stand(actor=world.officer, now=AFTER_CLOSING, round_id=opened.pk) == 1
    assert of_receipt(other).group_code == ""
    files = unzip_files(bytes(drawn(world, opened).bundle))
    entries = {entry["receipt"]: entry for entry in json.loads(files["entry_list.json"])["entries"]}
    assert [entries[receipt]["group"] for receipt in (*twins, other)] == [f"G{min(twins)}"] * 2 + [None]
    struck = files["struck.csv"].decode().splitlines()[1:]
    assert {row.split(",")[0] for row in struck} <= {f"G{min(twins)}"}


def test_two_families_who_agree_on_a_word_share_no_ticket() -> None:
    world = county_with_zones()
    numbers = add_children(world, ["u0", "u1"])
    opened = round_open(world)
    receipts = file_all(
        world,
        opened,
        [
            form(number, unit, group_code="friends")
            for number, unit in zip(numbers, ("u0", "u1"), strict=True)
        ],
    )
    assert {of_receipt(receipt).status for receipt in receipts} == {"filed"}
    accept_as_they_stand(actor=world.officer, now=AFTER_CLOSING, round_id=opened.pk)
    assert {entry["group"] for entry in entries_of(world, opened).values()} == {None}


def test_a_group_counts_at_closing_only_when_its_fact_is_proved_whatever_the_column_holds() -> None:
    # given rows as an earlier version of the program wrote them: accepted, with a code that only families named
    world = county_with_zones()
    numbers = add_children(world, ["u0", "u0"])
    opened = round_open(world)
    file_all(world, opened, [form(number, "u0", group_code="friends") for number in numbers])
    Application.objects.update(group_code="friends", status="accepted")
    assert {entry["group"] for entry in entries_of(world, opened).values()} == {None}


def test_twins_whom_no_register_knows_are_drawn_as_one_once_an_officer_has_seen_their_papers() -> None:
    world = county_with_zones()
    numbers = add_children(world, ["u0", "u0"])
    opened = round_open(world)
    receipts = file_all(world, opened, [form(number, "u0", group_code="mine") for number in numbers])
    assert [state_of(receipt) for receipt in receipts] == [TwinState.UNPROVED] * 2
    accepted(world, receipts[0])
    assert [state_of(receipt) for receipt in receipts] == [TwinState.ALONE, TwinState.UNPROVED]
    accepted(world, receipts[1])
    assert [state_of(receipt) for receipt in receipts] == [TwinState.TOGETHER] * 2
    assert {of_receipt(receipt).group_code for receipt in receipts} == {"mine"}
    assert {entry["group"] for entry in entries_of(world, opened).values()} == {f"G{min(receipts)}"}


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2020-03-04", TwinState.TOGETHER),
        ("2020-03-05", TwinState.TOGETHER),
        ("2020-03-06", TwinState.OTHER_BIRTH),
    ],
)
def test_a_group_of_the_census_holds_children_of_one_birth_alone(day: str, state: TwinState) -> None:
    world = county_with_zones()
    numbers = add_children(world, ["u0", "u0"], twin_group="T1")
    with_birth(numbers[1], day)
    opened = round_open(world)
    receipts = file_all(world, opened, [form(number, "u0") for number in numbers])
    assert [state_of(receipt) for receipt in receipts] == [state, state]
    groups = {entry["group"] for entry in entries_of(world, opened).values()}
    assert groups == ({f"G{min(receipts)}"} if state is TwinState.TOGETHER else {None})


def test_twins_with_other_lists_read_how_to_be_drawn_as_one() -> None:
    world = county_with_zones()
    numbers = add_children(world, ["u0", "u0"], twin_group="T1")
    opened = round_open(world)
    receipts = file_all(
        world, opened, [form(numbers[0], "u0"), form(numbers[1], "u0", private_schools=("P",))]
    )
    assert [state_of(receipt) for receipt in receipts] == [TwinState.OTHER_LIST] * 2


@pytest.mark.parametrize(("answers", "split"), [((True, True), True), ((True, False), False)])
def test_twins_may_be_split_when_both_forms_say_so(answers: tuple[bool, bool], split: bool) -> None:
    world = county_with_zones()
    numbers = add_children(world, ["u0", "u0"], twin_group="T1")
    opened = round_open(world)
    receipts = file_all(
        world,
        opened,
        [form(number, "u0", split_allowed=may) for number, may in zip(numbers, answers, strict=True)],
    )
    standings = [find_twin_standing(of_receipt(receipt)) for receipt in receipts]
    assert {standing.may_be_split for standing in standings if standing} == {split}
    assert {entry["split_allowed"] for entry in entries_of(world, opened).values()} == {split}


def test_a_group_of_one_is_nothing_and_a_child_without_a_group_reads_nothing() -> None:
    world = county_with_zones()
    numbers = [*add_children(world, ["u0"], twin_group="T1"), *add_children(world, ["u0"])]
    opened = round_open(world)
    receipts = file_all(world, opened, [form(number, "u0") for number in numbers])
    assert [state_of(receipt) for receipt in receipts] == [TwinState.ALONE, None]


def test_an_officer_finds_that_a_child_is_no_twin_and_it_is_drawn_alone() -> None:
    # given two families who name one group
    world = county_with_zones()
    numbers = add_children(world, ["u0", "u0"])
    opened = round_open(world)
    receipts = file_all(world, opened, [form(number, "u0", group_code="mine") for number in numbers])
    # when an officer finds that one of them is no twin, and accepts both
    no_twin(world, receipts[0])
    for receipt in receipts:
        accepted(world, receipt)
    # then its family reads so, nothing is asked of it, both are drawn alone, and the finding is on record
    row = of_receipt(receipts[0])
    assert (row.status, row.group_code) == ("accepted", "")
    assert [state_of(receipt) for receipt in receipts] == [TwinState.FOUND_NONE, TwinState.ALONE]
    assert {entry["group"] for entry in entries_of(world, opened).values()} == {None}
    event = AuditEvent.objects.get(action="application.no_twin_found")
    assert event.details["reason"] == "两份出生证母亲不同"
    assert event.details["receipt"] == receipts[0]


def test_who_may_not_review_and_what_does_not_fit_find_nothing() -> None:
    world = county_with_zones()
    numbers = add_children(world, ["u0"])
    opened = round_open(world)
    [receipt] = file_all(world, opened, [form(numbers[0], "u0", group_code="mine")])
    before = of_receipt(receipt).facts
    with pytest.raises(NotPermitted):
        no_twin(world, receipt, actor=staff(Role.DISTRICT_OFFICER, "410182"))
    with pytest.raises(ApplicationChanged):
        no_twin(world, receipt, version=2)
    with pytest.raises(MalformedInput):
        no_twin(world, receipt, reason="  ")
    assert of_receipt(receipt).facts == before
    assert not AuditEvent.objects.filter(action="application.no_twin_found").exists()
    no_twin(world, receipt)
    with pytest.raises(NamesNoTwins):
        no_twin(world, receipt)
    assert AuditEvent.objects.filter(action="application.no_twin_found").count() == 1


def test_an_accepted_application_is_reviewed_again_first() -> None:
    world = county_with_zones()
    numbers = add_children(world, ["u0"], twin_group="T1")
    opened = round_open(world)
    [receipt] = file_all(world, opened, [form(numbers[0], "u0")])
    with pytest.raises(StepNotPossible):
        no_twin(world, receipt)
    assert of_receipt(receipt).group_code == "T1"


def test_a_family_reads_of_the_children_of_its_group_no_more_than_a_few_questions_to_the_database(
    django_assert_max_num_queries: Any,
) -> None:
    world = county_with_zones()
    numbers = add_children(world, ["u0"] * 4, twin_group="T1")
    opened = round_open(world)
    receipts = file_all(world, opened, [form(number, "u0") for number in numbers])
    row = of_receipt(receipts[0])
    row.round.district  # noqa: B018  # fetched before counting
    with django_assert_max_num_queries(6):
        standing = find_twin_standing(row)
    assert standing is not None
    assert len(standing.others) == 3
    alone = of_receipt(file_all(world, opened, [form(add_children(world, ["u0"])[0], "u0")])[0])
    with django_assert_max_num_queries(0):
        assert find_twin_standing(alone) is None

"""Chances of a closed round: made by who runs it, kept as versions, read by families a year later."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.db.utils import InternalError
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEvent, User
from admissions.models import AdmissionRound, ChanceTable, PlanLine
from admissions.selectors.chances import (
    GroupChance,
    NoChances,
    find_chances_of,
    find_next_round,
    find_past_chances,
    get_public_chances,
)
from admissions.services.chances import DrawsOutOfRange, ListClosedAgain, make_chance_table
from admissions.services.closing import close_entries
from admissions.services.draw import run_draw
from admissions.services.replaying import NobodyToPlace, NothingToSimulate
from admissions.services.results import publish_results
from admissions.services.rounds import open_round
from common.errors import NotPermitted
from tests.services.accounts_world import auditor, guardian, officer
from tests.services.round_world import (
    AFTER_CLOSING,
    NAMES,
    OPENS,
    RESULTS_DAY,
    RoundWorld,
    add_children,
    calendar_of,
    county_with_zones,
    entries_closed,
    file_all,
    form,
    round_made,
    round_open,
    values_entered,
)
from zoning.services.publications import publish_plan

pytestmark = pytest.mark.django_db

NAMED = ("--district=410181", "--stage=primary", "--year=2026")
KIND = "registered_and_living"


def contested(**seats: tuple[int, int]) -> tuple[RoundWorld, AdmissionRound]:
    """Twelve girls of one estate and kind; six try the private school's two seats, the zone school has four; closed."""
    world = county_with_zones({"A": (0, 4), "B": (3, 8)}, private={"P": (1, 2)})
    numbers = add_children(world, ["u0"] * 12)
    opened = round_open(world)
    private = [form(number, "u0", private_schools=("P",)) for number in numbers[:6]]
    file_all(world, opened, [*private, *(form(number, "u0") for number in numbers[6:])])
    entries_closed(world, opened)
    opened.refresh_from_db()
    return world, opened


def made(found: AdmissionRound, actor: User | None = None, *, draws: int = 200, luck: int = 1) -> ChanceTable:
    return make_chance_table(actor=actor, now=RESULTS_DAY, round_id=found.pk, draws=draws, luck=luck)


def events() -> int:
    return AuditEvent.objects.filter(action="chances.made").count()


def published(world: RoundWorld, found: AdmissionRound) -> None:
    entry_list = values_entered(world, found.entry_lists.get())
    run_draw(actor=world.officer, now=RESULTS_DAY, entry_list_id=entry_list.pk)
    publish_results(actor=world.officer, now=RESULTS_DAY, round_id=found.pk)
    found.refresh_from_db()


def test_groups_of_five_and_more_are_kept_with_who_made_them() -> None:
    world, found = contested()

    table = made(found, world.officer)

    told = [
        (row["line_id"], row["choice"], row["category"], row["children"], row["came"], row["share"])
        for row in table.table
    ]
    assert told == [
        ("A.zone", 0, "", 12, 10, 40),  # two of twelve won the private draw, four of ten got a seat
        ("A.zone", 1, "", 6, 6, 66),
        ("A.zone", 1, KIND, 6, 6, 66),
        ("A.zone", 2, "", 6, 4, 0),  # losers of the private draw stand last in their class
        ("A.zone", 2, KIND, 6, 4, 0),
        ("P.private_open", 0, "", 6, 6, 33),
        ("P.private_open", 1, "", 6, 6, 33),
        ("P.private_open", 1, "own_county_first", 6, 6, 33),
    ]
    assert {(row["low"], row["high"]) for row in table.table} == {(40, 40), (66, 66), (0, 0), (33, 33)}
    assert (table.number, table.draws, table.made_by, table.made_at) == (1, 200, world.officer, RESULTS_DAY)
    event = AuditEvent.objects.get(action="chances.made")
    assert event.actor == world.officer
    assert (event.details["number"], event.details["draws"], event.details["digest"]) == (
        1,
        200,
        table.digest,
    )


def test_made_again_alike_it_is_the_same_version_and_made_otherwise_the_next() -> None:
    _, found = contested()

    first, again = made(found), made(found)
    other = made(found, luck=2)

    assert (first.pk, other.number) == (again.pk, 2)
    assert events() == 2
    shown = find_chances_of(found)
    assert shown is not None
    assert shown.table == other


def test_what_was_made_cannot_be_changed() -> None:
    _, found = contested()
    made(found)

    with pytest.raises(InternalError), transaction.atomic():
        ChanceTable.objects.update(draws=9)


@pytest.mark.parametrize("change", [{"draws": 0}, {"draws": 10_001}, {"number": 0}, {"table": {}}])
def test_the_database_refuses(change: dict[str, object]) -> None:
    _, found = contested()
    row = {
        "entry_list": found.entry_lists.get(), "number": 1, "draws": 1, "luck": 1, "table": [], "digest": "0" * 64,
        "made_at": RESULTS_DAY,
    }  # fmt: skip

    with pytest.raises(IntegrityError), transaction.atomic():
        ChanceTable.objects.create(**{**row, **change})
    assert ChanceTable.objects.create(**row).number == 1


@pytest.mark.parametrize("stranger", [guardian, auditor, lambda: officer("990199")])
def test_only_who_runs_rounds_makes_them(stranger: Callable[[], User]) -> None:
    _, found = contested()

    with pytest.raises(NotPermitted):
        made(found, stranger())
    assert not ChanceTable.objects.exists()
    assert events() == 0


@pytest.mark.parametrize("draws", [99, 10_001])
def test_too_few_and_too_many_redraws_are_refused(draws: int) -> None:
    _, found = contested()

    with pytest.raises(DrawsOutOfRange):
        made(found, draws=draws)
    assert not ChanceTable.objects.exists()
    assert made(found, draws=100).draws == 100


def test_open_rounds_and_empty_lists_have_no_chances() -> None:
    world = county_with_zones()
    opened = round_open(world)

    with pytest.raises(NothingToSimulate):
        made(opened)
    entries_closed(world, opened)
    with pytest.raises(NobodyToPlace):
        made(opened)
    assert not ChanceTable.objects.exists()


def test_a_list_closed_again_meanwhile_is_noticed_and_older_chances_are_not_shown() -> None:
    world, found = contested()
    made(found)

    def close_again(stage: str, done: int, total: int) -> None:
        if stage == "storing":
            close_entries(
                actor=world.officer,
                now=AFTER_CLOSING,
                round_id=found.pk,
                public_value_names=NAMES,
                reason="two readings differ",
            )

    with pytest.raises(ListClosedAgain):
        make_chance_table(
            actor=None, now=RESULTS_DAY, round_id=found.pk, draws=100, luck=5, report=close_again
        )
    assert ChanceTable.objects.count() == 1
    assert find_chances_of(found) is None


def test_seats_set_aside_for_named_children_are_never_told() -> None:
    # given six children of preferential groups, for whom three seats are set aside
    world = county_with_zones()
    numbers = add_children(world, ["u0"] * 6, preferential_kind="martyr")
    found = round_made(world)
    open_round(
        actor=world.officer,
        now=OPENS - timedelta(days=8),
        round_id=found.pk,
        seats={("preferential", "A"): 3},
    )
    file_all(world, found, [form(number, "u0") for number in numbers])
    entries_closed(world, found)

    table = made(found)

    assert {row["line_id"] for row in table.table} == {"A.zone"}
    shown = find_chances_of(found)
    assert shown is not None
    assert "A.preferential" not in {line.line_id for line in shown.lines}


def test_seats_that_moved_since_count_as_they_were() -> None:
    _, found = contested()
    PlanLine.objects.filter(round=found, line_id="A.zone").update(seats=0)

    made(found)

    shown = find_chances_of(found)
    assert shown is not None
    [line] = [line for line in shown.lines if line.line_id == "A.zone"]
    assert line.seats == 4
    assert line.group(1, KIND) == GroupChance(1, KIND, 6, 6, 66, 66, 66)
    assert line.group(3) is None


def test_everybody_reads_them_once_the_results_are_published() -> None:
    world, found = contested()
    table = made(found)
    with pytest.raises(NoChances):
        get_public_chances(found)

    published(world, found)

    assert get_public_chances(found).table == table


def test_the_next_years_families_read_the_last_published_round(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    world, found = contested()
    publish_plan(
        actor=world.officer,
        now=OPENS,
        plan_id=world.publication.plan_id,
        from_on=world.publication.in_force.upper,
        until_on=None,
    )
    following = round_made(world, year=2027, calendar=calendar_of(2027))
    assert find_past_chances(following) is None  # not published
    published(world, found)
    assert find_past_chances(following) is None  # no chances made
    table = made(found)

    with django_assert_num_queries(4):
        past = find_past_chances(following)

    assert past is not None
    assert (past.round, past.table) == (found, table)
    assert find_past_chances(found) is None  # nothing before it
    assert find_next_round(found) is None  # made, but not opened


def test_the_command_publishes_them(capsys: pytest.CaptureFixture[str]) -> None:
    _, found = contested()

    call_command("admission_chances", *NAMED, "--publish", "--draws=100")

    assert "8 组 groups, 100 次重抽 redraws" in capsys.readouterr().out
    assert ChanceTable.objects.get().made_by is None
    with pytest.raises(CommandError):
        call_command("admission_chances", *NAMED, "--publish", "--draws=99")
    assert found.entry_lists.get().chance_tables.count() == 1

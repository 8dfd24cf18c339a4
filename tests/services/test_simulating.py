"""The policy simulator on a closed round: the same children and tickets, and only the rules differ."""

import csv
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from admissions.matching.comparison import Change
from admissions.models import AdmissionRound, EntryList, Placement, PlanLine, PolicyVersion
from admissions.rules.policy import example_policy, load_policy
from admissions.rules.policy_records import LineKind, LoserRule
from admissions.selectors.policies import NoSuchPolicy
from admissions.selectors.rounds import policy_of
from admissions.services.chances import find_chances
from admissions.services.policies import save_policy
from admissions.services.replaying import NobodyToPlace, NothingToSimulate
from admissions.services.simulating import (
    PolicyDoesNotFit,
    Question,
    Simulation,
    asked_policy,
    run_simulation,
    simulate_policy,
    simulation_as_data,
)
from common.errors import NotPermitted
from geo_data.models import Stage
from tests.services.accounts_world import guardian, officer
from tests.services.round_world import (
    RESULTS_DAY,
    add_children,
    calendar_of,
    county_with_zones,
    entries_closed,
    file_all,
    form,
    policy_text,
    round_open,
)

pytestmark = pytest.mark.django_db
LUCKS = [str(number) for number in range(12)]
NAMED = ("--district=410181", "--stage=primary", "--year=2026")


@pytest.fixture
def contested() -> AdmissionRound:
    """Four girls of one class and estate: two try the private school's one seat, the zone school has two; closed."""
    world = county_with_zones({"A": (0, 2), "B": (3, 4)}, private={"P": (1, 1)})
    numbers = add_children(world, ["u0"] * 4)
    opened = round_open(world)
    private = [form(number, "u0", private_schools=("P",)) for number in numbers[:2]]
    file_all(world, opened, [*private, *(form(number, "u0") for number in numbers[2:])])
    entries_closed(world, opened)
    opened.refresh_from_db()
    return opened


def with_losers(contested: AdmissionRound, rule: LoserRule, luck: str) -> Simulation:
    own = policy_of(contested)
    other = replace(own, private=replace(own.private, loser=rule))
    return simulate_policy(actor=None, now=RESULTS_DAY, round_id=contested.pk, policy=other, luck=luck)


def changes_of(simulation: Simulation) -> list[str]:
    return sorted(change.value for change in simulation.comparison.changes.values())


def test_under_its_own_policy_nobody_gains_or_loses_whatever_the_tickets(contested: AdmissionRound) -> None:
    for luck in LUCKS:
        same = with_losers(contested, LoserRule.SAME_CLASS_LAST, luck)

        assert changes_of(same) == ["same"] * 4
        assert (same.placed_before, same.placed_after) == (4, 4)


def test_where_losers_keep_their_class_the_loser_may_win_the_seat_of_one_who_never_tried(
    contested: AdmissionRound,
) -> None:
    outcomes = {luck: changes_of(with_losers(contested, LoserRule.CLASS_KEPT, luck)) for luck in LUCKS}

    # The loser stood last and goes to the other school; with her class kept her ticket decides.
    assert {tuple(told) for told in outcomes.values()} == {
        ("same", "same", "same", "same"),
        ("gains", "loses", "same", "same"),
    }


def test_children_are_counted_by_their_own_category(contested: AdmissionRound) -> None:
    simulation = with_losers(contested, LoserRule.AFTER_ALL, "1")

    categories = {name for name, _, _ in simulation.comparison.counts}
    assert categories == {policy_of(contested).line("zone").categories[0]}
    assert sum(count for _, _, count in simulation.comparison.counts) == 4


def test_nothing_is_stored(contested: AdmissionRound) -> None:
    with_losers(contested, LoserRule.CLASS_KEPT, "1")
    find_chances(actor=None, now=RESULTS_DAY, round_id=contested.pk, draws=5, luck=1)

    assert (EntryList.objects.count(), Placement.objects.count()) == (1, 0)


def test_chances_are_those_of_the_draw(contested: AdmissionRound) -> None:
    found = find_chances(actor=None, now=RESULTS_DAY, round_id=contested.pk, draws=400, luck=7)

    [private] = [one for one in found if one.line_id.startswith("P.")]
    assert (private.children, private.low, private.high) == (2, 50, 50)  # one of two, in every draw
    assert private.share == 50
    # Who never tried has the zone's two seats; who lost the private draw stands behind them.
    assert sorted(one.share for one in found if one.line_id == "A.zone") == [0, 100]
    assert found == find_chances(actor=None, now=RESULTS_DAY, round_id=contested.pk, draws=400, luck=7)


def test_a_policy_without_the_rounds_lines_and_strangers_are_refused(
    contested: AdmissionRound,
) -> None:
    own = policy_of(contested)
    without = replace(own, lines=tuple(line for line in own.lines if line.code != "private_open"))
    asked = {"now": RESULTS_DAY, "round_id": contested.pk, "luck": "1"}

    with pytest.raises(PolicyDoesNotFit, match="private_open"):
        simulate_policy(actor=None, policy=without, **asked)  # type: ignore[arg-type]  # one dictionary for all
    for stranger in (guardian(), officer("990199")):
        with pytest.raises(NotPermitted):
            simulate_policy(actor=stranger, policy=own, **asked)  # type: ignore[arg-type]


def test_a_round_whose_entries_are_open_has_nobody_to_place() -> None:
    opened = round_open(county_with_zones())

    with pytest.raises(NothingToSimulate):
        find_chances(actor=None, now=RESULTS_DAY, round_id=opened.pk, draws=5, luck=1)


def test_a_closed_list_without_a_child_says_so() -> None:
    world = county_with_zones()
    opened = round_open(world)
    entries_closed(world, opened)

    with pytest.raises(NobodyToPlace):
        simulate_policy(actor=None, now=RESULTS_DAY, round_id=opened.pk, policy=policy_of(opened), luck="1")
    with pytest.raises(NobodyToPlace):
        find_chances(actor=None, now=RESULTS_DAY, round_id=opened.pk, draws=5, luck=1)


def test_another_years_policy_counts_as_if_it_were_of_this_year(contested: AdmissionRound) -> None:
    # given the same rules in another year's calendar, by which what registers prove today would be stale
    later = load_policy(policy_text(year=2046, calendar=calendar_of(2046)))

    simulation = simulate_policy(actor=None, now=RESULTS_DAY, round_id=contested.pk, policy=later, luck="1")

    assert changes_of(simulation) == ["same"] * 4


def test_seats_that_moved_after_the_list_was_closed_count_as_they_were(contested: AdmissionRound) -> None:
    PlanLine.objects.filter(round=contested, line_id="A.zone").update(seats=0)
    before = with_losers(contested, LoserRule.AFTER_ALL, "1")
    PlanLine.objects.filter(round=contested, line_id="A.zone").update(seats=2)

    assert before == with_losers(contested, LoserRule.AFTER_ALL, "1")


def test_a_line_of_the_same_name_for_other_children_does_not_fit(contested: AdmissionRound) -> None:
    own = policy_of(contested)
    lines = tuple(
        replace(line, kind=LineKind.MIGRANT_POINTS) if line.code == "zone" else line for line in own.lines
    )

    with pytest.raises(PolicyDoesNotFit) as refused:
        simulate_policy(
            actor=None, now=RESULTS_DAY, round_id=contested.pk, policy=replace(own, lines=lines), luck="1"
        )

    assert refused.value.details["reasons"] == [{"zh": "公办单校划片", "en": "Public single-school zones"}]


def draft(contested: AdmissionRound, **changes: object) -> PolicyVersion:
    """A draft of the round's district that an officer there wrote."""
    return save_policy(
        actor=officer(), now=RESULTS_DAY, district_code=contested.district_id, text=policy_text(**changes)
    )


def test_a_stored_draft_is_tried_with_the_rule_for_losers_asked_for(contested: AdmissionRound) -> None:
    version = draft(contested, version=7)

    policy = asked_policy(
        actor=None, now=RESULTS_DAY, round_id=contested.pk, question=Question(version.pk, "class_kept", "3")
    )

    assert (policy.version, policy.private.loser) == (7, LoserRule.CLASS_KEPT)


def test_a_policy_of_another_stage_is_not_found(contested: AdmissionRound) -> None:
    version = draft(contested, version=7, stage="junior")

    assert version.stage == Stage.JUNIOR
    with pytest.raises(NoSuchPolicy):
        asked_policy(
            actor=None, now=RESULTS_DAY, round_id=contested.pk, question=Question(version.pk, "", "3")
        )


def test_what_is_kept_of_a_question_is_counts_and_the_receipts_of_those_it_touches(
    contested: AdmissionRound,
) -> None:
    question = Question(None, "class_kept", next(luck for luck in LUCKS if luck_matters(contested, luck)))

    found = run_simulation(actor=None, now=RESULTS_DAY, round_id=contested.pk, question=question)

    data = simulation_as_data(found, question)
    assert data["categories"] == [{"category": "registered_and_living", "gains": 1, "loses": 1, "same": 2}]
    by_change = {change: receipt for receipt, change in found.comparison.changes.items()}
    assert (data["gained"], data["lost"]) == ([by_change[Change.GAINS]], [by_change[Change.LOSES]])
    assert (data["policy_version"], data["losers"], data["placed_after"]) == ("", "class_kept", 4)


def luck_matters(contested: AdmissionRound, luck: str) -> bool:
    return "gains" in changes_of(with_losers(contested, LoserRule.CLASS_KEPT, luck))


def test_the_command_prints_who_gains_and_writes_every_child(
    contested: AdmissionRound, tmp_path: Path
) -> None:
    told, out = StringIO(), tmp_path / "changes.csv"

    call_command("simulate_policy", *NAMED, "--losers=class_kept", "--luck=3", f"--out={out}", stdout=told)

    expected = with_losers(contested, LoserRule.CLASS_KEPT, "3").comparison.changes
    with out.open(encoding="utf-8-sig") as file:
        rows = {row["receipt"]: Change(row["change"]) for row in csv.DictReader(file)}
    assert rows == dict(expected)
    assert "有学位 placed: 4 → 4" in told.getvalue()


def test_the_command_reads_another_policy_and_says_what_is_wrong_with_it(
    contested: AdmissionRound, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(example_policy("registration_and_dwelling"), encoding="utf-8")
    bad.write_text("district: 1", encoding="utf-8")
    told = StringIO()

    call_command("simulate_policy", *NAMED, f"--policy={good}", stdout=told)
    with pytest.raises(CommandError):
        call_command("simulate_policy", *NAMED, f"--policy={bad}")

    assert "受益 gain" in told.getvalue()


def test_the_command_of_chances_prints_a_row_for_every_line_choice_and_category(
    contested: AdmissionRound,
) -> None:
    told = StringIO()

    call_command("admission_chances", *NAMED, "--draws=50", stdout=told)

    rows = told.getvalue().splitlines()
    assert len(rows) == 1 + len(
        find_chances(actor=None, now=RESULTS_DAY, round_id=contested.pk, draws=50, luck=1)
    )
    assert "人户一致" in told.getvalue()
    with pytest.raises(CommandError, match="at least 1"):
        call_command("admission_chances", *NAMED, "--draws=0")

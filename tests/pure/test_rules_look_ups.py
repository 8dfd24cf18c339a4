"""Registers that time out, contradict each other and answer late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pytest

from admissions.rules.documents import needed
from admissions.rules.facts import Fact, FactName, FactSource, declared
from admissions.rules.look_ups import Asked, LookUpFailed, gather
from tests.pure.rules_world import AT_SCHOOL, ON, ZONES, registered_and_living, town_policy

TITLE_SUBJECTS = (FactName.DWELLING_UNIT, FactName.DWELLING_RIGHT, FactName.OWNERSHIP_SHARE_PERCENT)


@dataclass(frozen=True)
class ListedRegister:
    """A register that answers from an imported list."""

    register: str
    subjects: tuple[FactName, ...]
    rows: tuple[Fact, ...]

    def facts_about(self, child: Asked, on: date) -> Sequence[Fact]:
        return [fact for fact in self.rows if child.key == "child-1" and fact.as_of <= on]


@dataclass(frozen=True)
class SilentRegister:
    """A register whose line is dead."""

    register: str
    subjects: tuple[FactName, ...]

    def facts_about(self, child: Asked, on: date) -> Sequence[Fact]:
        raise LookUpFailed


def row(register: str, name: FactName, value: object, as_of: date = date(2026, 6, 1)) -> Fact:
    return Fact(name, value, FactSource.LOOK_UP, as_of, register)  # type: ignore[arg-type]


TITLE = ListedRegister("title", TITLE_SUBJECTS, (row("title", FactName.DWELLING_UNIT, "willow"),))
PERMIT = ListedRegister("permit", (FactName.DWELLING_UNIT,), (row("permit", FactName.DWELLING_UNIT, "hill"),))


def test_registers_that_answer_make_the_facts() -> None:
    gathered = gather([TITLE], Asked("child-1"), on=ON)
    assert gathered.settled.text(FactName.DWELLING_UNIT) == "willow"
    assert (gathered.contradictory, gathered.unanswered) == ((), ())


def test_a_child_that_no_register_knows_has_no_facts() -> None:
    assert gather([TITLE, PERMIT], Asked("child-2"), on=ON).facts == ()


def test_a_register_that_fails_is_noted_and_the_others_answer() -> None:
    gathered = gather([SilentRegister("rental", (FactName.RENTAL_SINCE,)), TITLE], Asked("child-1"), on=ON)
    assert gathered.unanswered == ("rental",)
    assert gathered.settled.text(FactName.DWELLING_UNIT) == "willow"


def test_registers_that_disagree_leave_the_fact_open_whatever_the_order() -> None:
    for registers in ([TITLE, PERMIT], [PERMIT, TITLE]):
        gathered = gather(registers, Asked("child-1"), on=ON)
        assert gathered.contradictory == (FactName.DWELLING_UNIT,)
        assert FactName.DWELLING_UNIT not in gathered.settled


def test_an_officer_settles_what_registers_disagree_about() -> None:
    found = Fact(FactName.DWELLING_UNIT, "willow", FactSource.OFFICER, ON, "officer-3")
    gathered = gather([TITLE, PERMIT], Asked("child-1"), on=ON, already=[found])
    assert gathered.contradictory == ()
    assert gathered.settled.text(FactName.DWELLING_UNIT) == "willow"


def test_a_late_answer_replaces_what_the_family_declared() -> None:
    stated = declared(FactName.DWELLING_UNIT, "bridge", date(2026, 6, 18))
    before = gather([SilentRegister("title", TITLE_SUBJECTS)], Asked("child-1"), on=ON, already=[stated])
    assert before.settled.text(FactName.DWELLING_UNIT) == "bridge"
    after = gather([TITLE], Asked("child-1"), on=ON, already=before.facts)
    assert after.settled.text(FactName.DWELLING_UNIT) == "willow"
    assert after.contradictory == ()


def test_a_register_that_corrects_itself_does_not_contradict_itself() -> None:
    earlier = row("title", FactName.DWELLING_UNIT, "bridge", date(2026, 1, 1))
    gathered = gather([TITLE], Asked("child-1"), on=ON, already=[earlier])
    assert gathered.contradictory == ()
    assert gathered.settled.text(FactName.DWELLING_UNIT) == "willow"


def test_asking_twice_changes_nothing() -> None:
    once = gather([TITLE], Asked("child-1"), on=ON)
    assert gather([TITLE], Asked("child-1"), on=ON, already=once.facts) == once


def test_a_failed_look_up_opens_an_upload_and_the_late_answer_closes_it() -> None:
    whole = registered_and_living()
    known = [item for item in whole.values() if item.name not in TITLE_SUBJECTS]
    stated = [declared(name, whole[name].value, ON) for name in TITLE_SUBJECTS]
    policy = town_policy()

    silent = gather(
        [SilentRegister("title", TITLE_SUBJECTS)], Asked("child-1"), on=ON, already=[*known, *stated]
    )
    asked = needed(silent.settled, policy, target=AT_SCHOOL, on=ON, zone_schools=ZONES)
    assert [str(item.document) for item in asked] == ["title_deed"]

    rows = tuple(row("title", name, whole[name].value) for name in TITLE_SUBJECTS)
    late = gather(
        [ListedRegister("title", TITLE_SUBJECTS, rows)], Asked("child-1"), on=ON, already=silent.facts
    )
    assert needed(late.settled, policy, target=AT_SCHOOL, on=ON, zone_schools=ZONES) == ()


@pytest.mark.parametrize(
    "fact",
    [
        row("title", FactName.SPECIAL_NEEDS, True),
        row("permit", FactName.DWELLING_UNIT, "hill"),
        Fact(FactName.DWELLING_UNIT, "hill", FactSource.OFFICER, ON, "title"),
    ],
)
def test_a_register_speaks_of_its_subjects_in_its_own_name(fact: Fact) -> None:
    register = ListedRegister("title", TITLE_SUBJECTS, (fact,))
    with pytest.raises(ValueError, match="title"):
        gather([register], Asked("child-1"), on=ON)

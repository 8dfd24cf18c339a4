"""A published round whose families lost in every way there is: the draw, the loser rule, the claim, every seat."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.models import User
from admissions.models import AdmissionRound, Application, ChoiceOutcome, DrawRecord
from admissions.services.applications import file_application
from admissions.services.results import publish_results
from admissions.services.review import accept_as_they_stand
from tests.policies import shipped_policy
from tests.services.accounts_world import guardian
from tests.services.round_world import (
    AFTER_CLOSING,
    RESULTS_DAY,
    WHILE_OPEN,
    RoundWorld,
    add_children,
    county_with_zones,
    drawn,
    form,
    identity,
    round_open,
)

UNKNOWN = 77  # the number of a child that no register knows


@dataclass(frozen=True, slots=True)
class LosingRound:
    """Six children of A's zone and one whose claim nobody could prove.

    tried -- three that list the private school P, of one seat; registered before the others
    other -- three that list A only, of two seats
    """

    world: RoundWorld
    round: AdmissionRound
    draw: DrawRecord
    tried: tuple[Application, ...]
    other: tuple[Application, ...]
    unproved: Application

    @property
    def everybody(self) -> tuple[Application, ...]:
        """All seven."""
        return (*self.tried, *self.other, self.unproved)

    def reason(self, application: Application, line_id: str) -> str:
        """The stored reason of a choice."""
        outcome = ChoiceOutcome.objects.get(draw=self.draw, application=application, line__line_id=line_id)
        return outcome.reason

    def losers(self) -> tuple[Application, ...]:
        """Those who tried P and were not drawn."""
        return tuple(row for row in self.tried if self.reason(row, "P.private_open") != "admitted")


def family(application: Application) -> User:
    """Its guardian."""
    assert application.guardian is not None
    return application.guardian


def losing_round(loser: str, *, accepts_coordination: bool = True) -> LosingRound:
    """A has two seats, B one, P one; results are out. `loser` is the rule of the policy."""
    private: dict[str, Any] = shipped_policy()["private"]
    world = county_with_zones({"A": (0, 2), "B": (3, 1)}, private={"P": (1, 1)})
    early = add_children(world, ["u0"] * 3, registration_since="2019-01-01")
    late = add_children(world, ["u0"] * 3)
    opened = round_open(world, private={**private, "loser": loser})

    def filed(place: int, number: str, **more: Any) -> Application:
        return file_application(
            actor=guardian(f"+86138000001{place:02d}"),
            now=WHILE_OPEN,
            round_id=opened.pk,
            form=form(number, "u0", accepts_coordination=accepts_coordination, **more),
        )

    tried = tuple(filed(place, number, private_schools=("P",)) for place, number in enumerate(early))
    other = tuple(filed(place, number) for place, number in enumerate(late, start=3))
    unproved = filed(9, identity(UNKNOWN, date(2020, 3, 4)))
    accept_as_they_stand(actor=world.officer, now=AFTER_CLOSING, round_id=opened.pk)
    draw = drawn(world, opened)
    publish_results(actor=world.officer, now=RESULTS_DAY, round_id=opened.pk)
    opened.refresh_from_db()
    return LosingRound(world, opened, draw, tried, other, unproved)

"""A published round in which more children want a school than it has seats."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from admissions.models import LIVE_OFFERS, AdmissionRound, Application, DrawRecord, Offer
from admissions.services.applications import file_application
from admissions.services.results import publish_results
from tests.services.accounts_world import guardian
from tests.services.round_world import (
    RESULTS_DAY,
    WHILE_OPEN,
    RoundWorld,
    add_children,
    county_with_zones,
    drawn,
    form,
    round_open,
)


@dataclass(frozen=True, slots=True)
class PublishedRound:
    """Five families of school A's zone, where A has two seats and B four; child i belongs to guardian i."""

    world: RoundWorld
    round: AdmissionRound
    draw: DrawRecord
    families: tuple[User, ...]
    applications: tuple[Application, ...]

    def placed_at(self, school: str) -> list[Application]:
        """The applications of children who hold a place at the school now, by receipt."""
        offers = Offer.objects.filter(round=self.round, line__school__code=school, status__in=LIVE_OFFERS)
        rows = Application.objects.filter(pk__in=offers.values("application"))
        return list(rows.select_related("receipt", "guardian").order_by("receipt__receipt"))

    def waiting_for(self, line_id: str) -> list[Application]:
        """The applications on the published waiting list of the line, first to last."""
        rows = Application.objects.filter(
            outcomes__draw=self.draw, outcomes__line__line_id=line_id, outcomes__waitlist_place__isnull=False
        )
        return list(rows.select_related("receipt", "guardian").order_by("outcomes__waitlist_place"))

    def family(self, application: Application) -> User:
        """The guardian of the application."""
        assert application.guardian is not None
        return application.guardian


def published_round(
    homes: Sequence[str] = ("u0", "u0", "u0", "u1", "u1"),
    *,
    seats: dict[str, tuple[int, int]] | None = None,
    lists_private: Sequence[int] = (),
    accepts_coordination: bool = True,
    **changes: object,
) -> PublishedRound:
    """A round whose results are out; `lists_private` are the children that list the private school P first."""
    world = county_with_zones(seats or {"A": (0, 2), "B": (3, 4)}, private={"P": (1, 1)})
    numbers = add_children(world, homes)
    opened = round_open(world, **changes)
    families = tuple(guardian(f"+86138000001{place:02d}") for place in range(len(homes)))
    applications = tuple(
        file_application(
            actor=family,
            now=WHILE_OPEN,
            round_id=opened.pk,
            form=form(
                number,
                home,
                private_schools=("P",) if place in lists_private else (),
                accepts_coordination=accepts_coordination,
            ),
        )
        for place, (family, number, home) in enumerate(zip(families, numbers, homes, strict=True))
    )
    draw = drawn(world, opened)
    publish_results(actor=world.officer, now=RESULTS_DAY, round_id=opened.pk)
    opened.refresh_from_db()
    return PublishedRound(world, opened, draw, families, applications)

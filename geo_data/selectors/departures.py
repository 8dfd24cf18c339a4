"""Questions about children who are gone by the newest visit, and about what officers recorded of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils import timezone

from accounts.permissions import Action, Person, require
from accounts.sealing import current_keyring
from common.errors import NotFound
from geo_data.models import Departure, DepartureAnswer, DepartureState, Reconciliation
from geo_data.reconciliation.records import Answered
from geo_data.reconciliation.words import Answer, LeftHow
from geo_data.selectors.reconciliation import open_lead
from geo_data.selectors.registers import OpenedPerson

LEADS = ("census_child__household", "entry", "self_registration")


class NoSuchDeparture(NotFound):
    """There is no such child among those who are gone."""

    code = "no_such_departure"


@dataclass(frozen=True, slots=True)
class DepartureTrace:
    """A child of a run who is gone; `admissions` judges it (rules/no_child_lost.py).

    is_answered -- whether an officer recorded what settles where it is
    """

    child: str
    how: LeftHow
    is_answered: bool


def get_departure(departure_id: UUID | str) -> Departure:
    """Return one child who is gone, with its run and leading record. Raises NoSuchDeparture."""
    found = (
        Departure.objects.select_related("reconciliation__district", *LEADS).filter(pk=departure_id).first()
    )
    if found is None:
        raise NoSuchDeparture("there is no such child", departure=str(departure_id))
    return found


def list_departures(
    run: Reconciliation, *, state: DepartureState | None = None, how: LeftHow | None = None
) -> QuerySet[Departure]:
    """Return the children of a run who are gone: those awaited first, then by day of the visit, unit and birth."""
    asked = {"state": state, "how": how.value if how else None}
    rows = Departure.objects.filter(reconciliation=run).select_related(*LEADS)
    rows = rows.filter(**{name: value for name, value in asked.items() if value is not None})
    return rows.order_by("-state", "found_on", "unit_code", "birth_on", "id")


def count_departures(run: Reconciliation) -> Mapping[tuple[str, str], int]:
    """Return how many children are gone, by how they left and state. One query."""
    rows = Departure.objects.filter(reconciliation=run).order_by("how", "state")
    return {
        (how, state): children
        for how, state, children in rows.values_list("how", "state").annotate(children=Count("id"))
    }


def load_departures(
    run: Reconciliation, *, births: tuple[date, date] | None = None
) -> tuple[DepartureTrace, ...]:
    """Return the children of a run who are gone, by id. One query.

    births -- only those born from the first day on and before the second
    """
    rows = Departure.objects.filter(reconciliation=run)
    if births is not None:
        rows = rows.filter(birth_on__gte=births[0], birth_on__lt=births[1])
    return tuple(
        DepartureTrace(str(child), LeftHow(how), state == DepartureState.ANSWERED)
        for child, how, state in rows.order_by("id").values_list("id", "how", "state")
    )


def open_departure(departure: Departure, *, reader: Person | None, district_code: str) -> OpenedPerson:
    """Return who the child is, for somebody who reads the district. Raises NotPermitted."""
    require(reader, Action.READ_DISTRICT, district_code)
    return open_lead(departure, current_keyring())


def list_answers(departure: Departure) -> QuerySet[DepartureAnswer]:
    """Return everything that was recorded about the child, oldest first, with who recorded it."""
    answers = DepartureAnswer.objects.select_related("answered_by")
    return answers.filter(
        district_id=departure.reconciliation.district_id, child_key=departure.child_key
    ).order_by("id")


def load_answers(district_code: str) -> dict[str, Answered]:
    """Return the newest answer about each child but for those taken back, by child key. One query."""
    newest = (
        DepartureAnswer.objects.filter(district_id=district_code)
        .order_by("child_key", "-id")
        .distinct("child_key")
    )
    return {row.child_key: as_answered(row) for row in newest if row.answer != Answer.REOPENED}


def as_answered(row: DepartureAnswer) -> Answered:
    """Return an answer as the rules read it."""
    return Answered(
        answer=Answer(row.answer),
        how=LeftHow(row.how),
        found_on=row.found_on,
        happened_on=row.happened_on,
        on=timezone.localtime(row.answered_at).date(),
        by=str(row.answered_by_id or ""),
        number=row.pk,
    )

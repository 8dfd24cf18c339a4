"""No child lost after a round: who is placed, who left with or without an answer, and who is to be found."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from admissions.rules.no_child_lost import Account, Finding, Gone
from admissions.selectors.no_child_lost import find_no_child_lost
from geo_data.models import Child, DatasetKind, Departure, DepartureState, ReconciledChild, Reconciliation
from geo_data.services.reconciling import reconcile_district
from tests.services.after_world import PublishedRound, published_round
from tests.services.round_world import RESULTS_DAY, add_children
from tests.services.worlds import dataset

pytestmark = pytest.mark.django_db

ON = date(2026, 9, 10)


def gone(run: Reconciliation, row: ReconciledChild, how: Gone, state: DepartureState) -> str:
    """The child of the run is no longer here: it left."""
    left = Departure.objects.create(
        reconciliation=run,
        census_child=row.census_child,
        child_key=row.record_index,
        birth_on=row.birth_on,
        unit_code=row.unit_code,
        how=how.value,
        found_on=date(2026, 3, 10),
        state=state,
    )
    row.delete()
    return str(left.pk)


def compared(found: PublishedRound) -> Reconciliation:
    return reconcile_district(actor=found.world.officer, now=RESULTS_DAY, district_code="410181", as_of=ON)


def test_without_a_reconciliation_there_is_nothing_to_hold_against() -> None:
    assert find_no_child_lost(published_round().round, on=ON) is None


def test_every_child_has_an_account_or_is_to_be_found() -> None:
    # given five placed children and five who did not apply, four of whom left
    found = published_round(lists_private=(0,))
    add_children(found.world, ["u3"] * 5)
    run = compared(found)
    stays, *left = ReconciledChild.objects.filter(reconciliation=run, unit_code="u3").order_by("id")
    gone(run, left[0], Gone.MOVED_AWAY, DepartureState.ANSWERED)
    gone(run, left[1], Gone.ABROAD, DepartureState.ANSWERED)
    awaited = {
        gone(run, left[2], Gone.MOVED_AWAY, DepartureState.AWAITED): Gone.MOVED_AWAY,
        gone(run, left[3], Gone.ABROAD, DepartureState.AWAITED): Gone.ABROAD,
    }

    # when the round is held against them
    view = find_no_child_lost(found.round, on=ON)

    # then an answer accounts for a child and a visit alone for nobody
    assert view is not None
    assert view.census == 10
    assert view.accounts == {Account.PLACED: 4, Account.PRIVATE: 1, Account.MOVED_OUT: 1, Account.ABROAD: 1}
    assert view.gone == ((Gone.MOVED_AWAY, 1, 1), (Gone.ABROAD, 1, 1), (Gone.DECEASED, 0, 0))
    assert {row.child: row.gone for row in view.open} == {**awaited, str(stays.pk): None}
    assert [row.unit_code for row in view.open] == ["", "", "u3"]
    assert sum(view.accounts.values()) + len(view.open) == view.census
    assert view.findings == {}  # neither pupil register nor attendance was given


@pytest.mark.parametrize(("until", "to_be_found"), [("2026-09-11", 2), ("2026-09-10", 3)])
def test_a_child_whose_entry_is_deferred_has_a_line_of_its_own_until_the_day_it_ends(
    until: str, to_be_found: int
) -> None:
    # given a deferral that the census states, and one that stands beside a child with a place
    found = published_round(lists_private=())
    add_children(found.world, ["u3"] * 2)
    add_children(found.world, ["u3"], deferred_until=until)
    placed = Child.objects.exclude(household__unit_code="u3").earliest("identity_index")
    stated = {**placed.facts[0], "name": "deferred_until", "value": until}
    Child.objects.filter(pk=placed.pk).update(facts=[*placed.facts, stated])
    compared(found)

    # when the round is held against them
    with CaptureQueriesContext(connection) as queries:
        view = find_no_child_lost(found.round, on=ON)

    # then the place stands over the deferral, and the deferral accounts for the other child as long as it lasts
    assert view is not None
    deferred = {Account.DEFERRED: 1} if to_be_found == 2 else {}
    assert view.accounts == {Account.PLACED: 5, **deferred}
    assert len(view.open) == to_be_found
    assert len(queries) == 6


def test_a_list_that_was_given_is_compared() -> None:
    found = published_round()
    dataset(found.world.county.district, DatasetKind.PUPILS)
    compared(found)
    view = find_no_child_lost(found.round, on=ON)
    assert view is not None
    assert view.findings == {Finding.NEVER_ENROLLED: 5}

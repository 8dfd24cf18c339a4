"""No child lost after a round: who is placed, who left with or without an answer, and who is to be found."""

from datetime import date

import pytest

from admissions.rules.no_child_lost import Account, Finding, Gone
from admissions.selectors.no_child_lost import find_no_child_lost
from geo_data.models import DatasetKind, Departure, DepartureState, ReconciledChild, Reconciliation
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


def test_a_list_that_was_given_is_compared() -> None:
    found = published_round()
    dataset(found.world.county.district, DatasetKind.PUPILS)
    compared(found)
    view = find_no_child_lost(found.round, on=ON)
    assert view is not None
    assert view.findings == {Finding.NEVER_ENROLLED: 5}

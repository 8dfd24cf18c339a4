"""A family applies in a refill round while its place is taken back: one of the two waits, and sees the other."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from admissions.models import LIVE_OFFERS, AdmissionRound, Application, Offer
from admissions.services.answers import PlaceElsewhere, decline_offer, restore_offer
from tests.services.after_world import PublishedRound
from tests.services.killing import somebody_waits
from tests.services.test_jobs_killed import wait_until
from tests.services.test_refill import PREPARED, SOON, filed_again, refilled, three_without_a_place

pytestmark = pytest.mark.django_db(transaction=True)


def gave_up_with_a_free_seat() -> tuple[PublishedRound, AdmissionRound, Application]:
    """A child that gave its place up after a refill round was made, so that its old seat is still there."""
    found = three_without_a_place()
    made = refilled(found)
    gone = found.placed_at("A")[0]
    decline_offer(actor=found.world.officer, now=SOON, application_id=gone.pk, reason="moved")
    return found, made, gone


def while_open(first: Callable[[], Any], second: Callable[[], Any]) -> list[Any]:
    """Do the first in a transaction that stays open until the second, on another connection, waits for it."""
    results: list[Any] = []

    def run() -> None:
        try:
            with transaction.atomic():
                results.append(second())
        except Exception as fault:  # noqa: BLE001 - the test looks at what was raised
            results.append(fault)
        finally:
            connection.close()

    other = threading.Thread(target=run)
    with transaction.atomic():
        first()
        other.start()
        wait_until(somebody_waits)
    other.join()
    return results


def places_and_applications(made: AdmissionRound, gone: Application) -> tuple[int, int]:
    held = Offer.objects.filter(child_index=gone.child_index, status__in=LIVE_OFFERS)
    return held.count(), made.applications.filter(child_index=gone.child_index).count()


def test_who_takes_its_place_back_first_cannot_apply_any_more() -> None:
    found, made, gone = gave_up_with_a_free_seat()
    place = found.applications.index(gone)

    [filed] = while_open(
        lambda: restore_offer(
            actor=found.world.officer, now=PREPARED, application_id=gone.pk, reason="stays"
        ),
        lambda: filed_again(found, made, [place]),
    )

    assert [refused.problem.code for refused in filed.refused] == ["child_has_place"]
    assert places_and_applications(made, gone) == (1, 0)


def test_who_applies_first_cannot_take_its_place_back_any_more() -> None:
    found, made, gone = gave_up_with_a_free_seat()
    place = found.applications.index(gone)

    [refusal] = while_open(
        lambda: filed_again(found, made, [place]),
        lambda: restore_offer(
            actor=found.world.officer, now=PREPARED, application_id=gone.pk, reason="stays"
        ),
    )

    assert isinstance(refusal, PlaceElsewhere)
    assert places_and_applications(made, gone) == (0, 1)

"""Migrant children of a round by the place that they have now, and the share with a public or purchased place."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from admissions.models import AdmissionRound, Application, Offer, OfferStatus
from admissions.selectors.migrant_places import MigrantPlaces, load_migrant_places
from admissions.services.results import publish_results
from admissions.services.review import accept_as_they_stand
from tests.services.round_world import (
    AFTER_CLOSING,
    RESULTS_DAY,
    RoundWorld,
    add_children,
    county_with_zones,
    drawn,
    file_all,
    form,
    identity,
    round_open,
)

MIGRANT = {"registration_district": "340102", "registration_unit": None, "permit_valid_from": "2025-12-01"}


def round_of_migrants(*, bought: int) -> tuple[RoundWorld, AdmissionRound]:
    """Four migrant children of A's zone, two of whom list P; a child of B's zone, and one whom no register knows.

    A has two seats, B and P one each, and the government buys `bought` of P's.
    """
    world = county_with_zones({"A": (0, 2), "B": (3, 1)}, private={"P": (1, 1)})
    world.county.schools.schools.filter(code="P").update(purchased_places=bought)
    migrants = add_children(world, ["u0"] * 4, **MIGRANT)
    (local,) = add_children(world, ["u3"])
    opened = round_open(world)
    forms = [
        form(number, "u0", private_schools=("P",) if place < 2 else ())
        for place, number in enumerate(migrants)
    ]
    file_all(world, opened, [*forms, form(local, "u3"), form(identity(77), "u0")])
    accept_as_they_stand(actor=world.officer, now=AFTER_CLOSING, round_id=opened.pk)
    drawn(world, opened)
    publish_results(actor=world.officer, now=RESULTS_DAY, round_id=opened.pk)
    opened.refresh_from_db()
    return world, opened


@pytest.mark.django_db
def test_public_and_purchased_places_count_and_other_private_places_do_not() -> None:
    _, opened = round_of_migrants(bought=0)
    found = load_migrant_places(opened)
    assert found == MigrantPlaces(public=2, purchased=0, private=1, without=1, unknown=1)
    assert (found.children, found.permille, found.percent, found.is_on_target) == (4, 500, "50.0%", False)


@pytest.mark.django_db
def test_as_many_private_places_count_as_the_government_buys() -> None:
    _, opened = round_of_migrants(bought=1)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = load_migrant_places(opened)
    assert found == MigrantPlaces(public=2, purchased=1, private=0, without=1, unknown=1)
    assert (found.permille, found.percent, found.is_on_target) == (750, "75.0%", False)
    assert len(asked) == 1


@pytest.mark.django_db
def test_a_place_given_up_is_no_place_and_a_withdrawn_child_is_not_counted() -> None:
    _, opened = round_of_migrants(bought=1)
    at_a = Offer.objects.filter(round=opened, line__line_id="A.zone").order_by("pk")
    given_up = at_a[0]
    given_up.status = OfferStatus.DECLINED
    given_up.save(update_fields=["status"])
    assert load_migrant_places(opened) == MigrantPlaces(
        public=1, purchased=1, private=0, without=2, unknown=1
    )
    Application.objects.filter(pk=given_up.application_id).update(status="withdrawn")
    assert load_migrant_places(opened) == MigrantPlaces(
        public=1, purchased=1, private=0, without=1, unknown=1
    )


@pytest.mark.parametrize(
    ("public", "purchased", "others", "percent", "is_on_target"),
    [
        (16, 1, 3, "85.0%", True),
        (849, 0, 151, "84.9%", False),
        (0, 0, 1, "0.0%", False),
        (1, 0, 0, "100.0%", True),
        (0, 0, 0, "", True),
    ],
)
def test_the_target_is_eighty_five_in_a_hundred_itself_included(
    public: int, purchased: int, others: int, percent: str, is_on_target: bool
) -> None:
    found = MigrantPlaces(public=public, purchased=purchased, private=others, without=0, unknown=9)
    assert (found.percent, found.is_on_target) == (percent, is_on_target)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "share", "words"),
    [
        ("zh-hans", "75.0%", ("随迁子女", "未达到 85% 的目标", "政府购买")),
        ("en", "75.0%", ("Migrant children", "below the target of 85 %", "the government buys")),
    ],
)
def test_the_officer_reads_the_share_on_the_rounds_page(
    settings: Settings, language: str, share: str, words: tuple[str, ...]
) -> None:
    settings.REQUIRE_SECOND_FACTOR = False
    world, opened = round_of_migrants(bought=1)
    client = Client(headers={"accept-language": language})
    client.force_login(world.officer)
    told = client.get(f"/office/rounds/{opened.pk}/").content.decode()
    assert share in told
    assert all(word in told for word in words)


@pytest.mark.django_db
def test_before_results_nothing_is_said_of_places(settings: Settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = False
    world = county_with_zones()
    opened = round_open(world)
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.officer)
    told = client.get(f"/office/rounds/{opened.pk}/").content.decode()
    assert opened.name in told
    assert "Public or purchased place" not in told

"""Sample applications: the same census and seed give the same lists, whatever ids the rows were given."""

import pytest
from django.db import transaction

from admissions.models import Application
from admissions.services.sample import NoEntrants, file_sample_applications
from geo_data.models import Child, Household
from tests.services.round_world import WHILE_OPEN, RoundWorld, add_children, county_with_zones, round_open

pytestmark = pytest.mark.django_db

HOMES = [f"u{place % 4}" for place in range(40)]


class _Undo(Exception):
    """Takes back what was filed."""


def lists_filed(world: RoundWorld, seed: int) -> dict[str, list[str]]:
    """Return what children would list; nothing is kept."""
    found: dict[str, list[str]] = {}
    try:
        with transaction.atomic():
            opened = round_open(world)
            file_sample_applications(actor=None, now=WHILE_OPEN, round_id=opened.pk, seed=seed)
            for row in Application.objects.all():
                choices = row.choices.order_by("position").values_list("line__line_id", flat=True)
                found[row.child_index] = list(choices)
            raise _Undo
    except _Undo:
        return found


def test_the_same_census_and_seed_give_the_same_lists_in_whatever_order_the_rows_come() -> None:
    world = county_with_zones()
    add_children(world, HOMES)
    first = lists_filed(world, seed=1)
    Household.objects.all().delete()
    add_children(world, HOMES)
    assert lists_filed(world, seed=1) == first
    assert lists_filed(world, seed=2) != first
    assert any("P.private_open" in listed for listed in first.values())


def test_a_census_without_children_of_the_age_is_refused() -> None:
    world = county_with_zones()
    add_children(world, ["u0"])
    Child.objects.update(birth_on="2015-01-01")
    opened = round_open(world)
    with pytest.raises(NoEntrants):
        file_sample_applications(actor=None, now=WHILE_OPEN, round_id=opened.pk, seed=1)

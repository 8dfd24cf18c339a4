"""A child with special needs has its seat before the draw, whatever the policy names."""

import pytest

from admissions.models import DrawRecord, Offer, Placement
from admissions.selectors.applications import application_view
from admissions.selectors.audit_bundle_check import audit_bundle_faults
from admissions.selectors.bundles import unzip_files
from admissions.services.audit_bundles import write_audit_bundle
from admissions.services.results import publish_results
from tests.policies import shipped_policy
from tests.services.accounts_world import auditor
from tests.services.bundle_world import SOON
from tests.services.round_world import (
    RESULTS_DAY,
    add_children,
    county_with_zones,
    drawn,
    file_all,
    form,
    round_open,
)

pytestmark = pytest.mark.django_db


def placed_at(record: DrawRecord) -> dict[str, str | None]:
    """Line of every receipt of a draw."""
    rows = Placement.objects.filter(draw=record)
    return dict(rows.values_list("application__receipt__receipt", "line__line_id"))


def test_special_needs_child_has_a_seat_before_the_draw_and_is_in_no_public_file() -> None:
    world = county_with_zones({"A": (0, 2), "B": (3, 4)})
    special = add_children(world, ["u0"], special_needs=True)
    others = add_children(world, ["u0", "u1"])
    opened = round_open(world)
    receipts = file_all(world, opened, [form(special[0], "u0"), *(form(number, "u0") for number in others)])
    record = drawn(world, opened)
    placed = placed_at(record)
    assert placed[receipts[0]] == "A.special_needs"
    assert sorted(str(placed[receipt]) for receipt in receipts[1:]) == ["A.zone", "B.zone"]
    for content in unzip_files(bytes(record.bundle)).values():
        assert receipts[0].encode() not in content


def test_a_policy_without_a_line_for_special_needs_still_seats_the_child() -> None:
    world = county_with_zones({"A": (0, 2), "B": (3, 4)})
    stated = shipped_policy()["lines"]
    special = add_children(world, ["u0"], special_needs=True)
    others = add_children(world, ["u0", "u1"])
    opened = round_open(world, lines=[line for line in stated if line["kind"] != "special_needs"])
    receipts = file_all(world, opened, [form(special[0], "u0"), *(form(number, "u0") for number in others)])

    record = drawn(world, opened)
    publish_results(actor=world.officer, now=RESULTS_DAY, round_id=opened.pk)

    assert placed_at(record)[receipts[0]] == "A.special_needs"
    offer = Offer.objects.get(application__receipt__receipt=receipts[0])
    assert offer.line.line_id == "A.special_needs"
    assert application_view(offer.application).result is not None
    audit = unzip_files(write_audit_bundle(actor=auditor(), now=SOON, round_id=opened.pk))
    assert audit_bundle_faults(audit) == []

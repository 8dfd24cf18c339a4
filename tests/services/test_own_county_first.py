"""A private school open to the prefecture takes children of its own county first, from filing to the auditor."""

from typing import Any

import pytest

from admissions.models import AdmissionRound, Application, DrawRecord, Entry, LineCutoff, Placement
from admissions.selectors.applications import application_view
from admissions.selectors.audit_bundle_check import audit_bundle_faults
from admissions.selectors.bundles import unzip_files
from admissions.selectors.choice_figures import choice_figures
from admissions.services.audit_bundles import write_audit_bundle
from admissions.services.results import bundle_faults, publish_results
from tests.policies import shipped_policy
from tests.services.accounts_world import auditor
from tests.services.round_world import (
    RESULTS_DAY,
    RoundWorld,
    add_children,
    county_with_zones,
    drawn,
    file_all,
    form,
    round_open,
)

pytestmark = pytest.mark.django_db

NEXT_COUNTY = {
    "registration_district": "410182",
    "dwelling_district": "410182",
    "residence_since": "2022-01-01",
}


def private_in(area: str) -> list[dict[str, Any]]:
    """The lines of the shipped county policy, its private schools open to an area."""
    lines: list[dict[str, Any]] = shipped_policy()["lines"]
    return [{**line, "area": area} if line["code"] == "private_open" else line for line in lines]


def placed(area: str, *, here: int, there: int) -> tuple[RoundWorld, AdmissionRound, DrawRecord]:
    """A drawn round in which so many children of the county and of the next one want the 2 seats of P."""
    world = county_with_zones(private={"P": (1, 2)})
    own = add_children(world, ["u0"] * here)
    others = add_children(world, ["u0"] * there, **NEXT_COUNTY)
    found = round_open(world, lines=private_in(area))
    forms = [form(number, "u0", private_schools=("P",)) for number in (*own, *others)]
    file_all(world, found, forms)
    return world, found, drawn(world, found)


def tier_and_reason(found: AdmissionRound, record: DrawRecord) -> list[tuple[int, bool]]:
    """Return (tier at P, sits at P) of every child, sorted."""
    tiers = {
        entry.receipt: entry.standings["P.private_open"][0]
        for entry in Entry.objects.filter(entry_list=record.entry_list_id)
    }
    sits = set(
        Placement.objects.filter(draw=record, line__line_id="P.private_open").values_list(
            "application__receipt__receipt", flat=True
        )
    )
    return sorted((tier, receipt in sits) for receipt, tier in tiers.items())


@pytest.mark.parametrize(
    ("here", "there", "expected"),
    [
        # One seat is left by the county: one of the others has it, by ticket.
        (1, 3, [(1, True), (2, False), (2, False), (2, True)]),
        # The county fills the school: no ticket of the others counts.
        (2, 4, [(1, True), (1, True), *[(2, False)] * 4]),
        (3, 1, [(1, False), (1, True), (1, True), (2, False)]),
        # Not more than the plan: all are admitted, whatever their county.
        (1, 1, [(1, True), (2, True)]),
        (0, 2, [(2, True), (2, True)]),
    ],
)
def test_children_of_the_county_come_first_and_tickets_decide_among_the_others(
    here: int, there: int, expected: list[tuple[int, bool]]
) -> None:
    _, found, record = placed("prefecture", here=here, there=there)
    assert tier_and_reason(found, record) == expected
    assert bundle_faults(record) == []


def test_at_a_school_for_its_county_alone_there_is_one_tier() -> None:
    _, found, record = placed("district", here=3, there=0)
    assert tier_and_reason(found, record) == [(1, False), (1, True), (1, True)]


def test_a_family_of_another_county_reads_why_and_an_auditor_works_it_out_again() -> None:
    # Given a school of two seats, wanted by two children of the county and one of the next
    world, found, record = placed("prefecture", here=2, there=1)
    publish_results(actor=world.officer, now=RESULTS_DAY, round_id=found.pk)
    last = next(
        application
        for application in Application.objects.filter(round=found)
        if Entry.objects.get(application=application).standings["P.private_open"] == [2]
    )
    # When the family looks at its result
    view = application_view(last)
    # Then its choice of P is lost by the county, not by the ticket
    assert view.choices[0].reason == "category_below_cutoff"
    cutoff = LineCutoff.objects.get(draw=record, line__line_id="P.private_open")
    assert (cutoff.tier, cutoff.by_tier) == (1, [[1, 2], [2, 1]])
    figures = choice_figures(last, record, "en")[cutoff.line_id]
    assert (figures.own_category, figures.last_category) == (
        "Children of other counties",
        "Children of the county",
    )
    assert figures.by_category == (("Children of the county", 2), ("Children of other counties", 1))
    # And the auditor derives every tier from the facts
    audit = unzip_files(write_audit_bundle(actor=auditor(), now=RESULTS_DAY, round_id=found.pk))
    assert audit_bundle_faults(audit) == []

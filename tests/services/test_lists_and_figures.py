"""What an entry list says of itself, what a family can prove with it, and the figures behind every reason."""

import copy
import json
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from accounts.models import AuditEvent
from admissions.lottery import verify as lottery_verify
from admissions.matching import verify as matching_verify
from admissions.models import Application, EntryList, LineCutoff, PlanLine
from admissions.selectors.applications import application_view, get_application
from admissions.selectors.bundles import unzip_files
from admissions.selectors.code_version import code_version
from admissions.selectors.facts_digest import facts_digest
from admissions.selectors.inclusion import NotOnTheList, inclusion_document
from admissions.services.closing import close_entries
from admissions.services.rounds import SeatsDoNotFit, open_round
from common import merkle
from common.canonical import canonical_json
from common.errors import MalformedInput
from tests.policies import from_yaml
from tests.services.after_world import published_round
from tests.services.round_world import (
    AFTER_CLOSING,
    OPENS,
    add_children,
    county_with_zones,
    drawn,
    entries_closed,
    file_all,
    form,
    policy_text,
    round_made,
    round_open,
)

pytestmark = pytest.mark.django_db


def part(name: str) -> list[dict[str, Any]]:
    """A part of the shipped policy, as data."""
    found: list[dict[str, Any]] = from_yaml(policy_text())[name]
    return found


def with_one_more_zone_line() -> list[dict[str, Any]]:
    """The lines of the shipped policy and a second one of the kind "zone"."""
    zone = next(line for line in part("lines") if line["code"] == "zone")
    title = {"zh": "对口直升", "en": "Feeder chain"}
    return [*part("lines"), {**copy.deepcopy(zone), "code": "feeder", "title": title}]


def test_list_is_published_with_program_version_algorithm_and_digest_of_the_facts() -> None:
    world = county_with_zones()
    opened = round_open(world)
    file_all(world, opened, [form(number, "u0") for number in add_children(world, ["u0", "u0"])])
    closed = entries_closed(world, opened)
    public = json.loads(bytes(closed.document))
    assert public["code_version"] == closed.code_version == code_version()
    assert closed.code_version.startswith("0.1.0+")
    assert public["ticket_algorithm"] == closed.ticket_algorithm == "HMAC-SHA-256"
    said = AuditEvent.objects.get(action="entries.closed").details
    assert (said["code_version"], said["facts_digest"]) == (closed.code_version, facts_digest(closed))


def test_a_fact_changed_after_closing_changes_the_digest_of_the_facts() -> None:
    world = county_with_zones()
    opened = round_open(world)
    file_all(world, opened, [form(number, "u0") for number in add_children(world, ["u0", "u0"])])
    closed = entries_closed(world, opened)
    before = facts_digest(closed)
    changed = Application.objects.order_by("pk").first()
    assert changed is not None
    changed.facts = [{**fact, "as_of": "2026-05-02"} for fact in changed.facts]
    changed.save(update_fields=["facts"])
    assert facts_digest(closed) != before


def test_a_round_is_drawn_with_sm3_where_the_bureau_says_so(settings: Settings) -> None:
    settings.TICKET_ALGORITHM = "HMAC-SM3"
    world = county_with_zones({"A": (0, 1), "B": (3, 1)})
    opened = round_open(world)
    file_all(world, opened, [form(number, "u0") for number in add_children(world, ["u0", "u0", "u0"])])
    record = drawn(world, opened)
    files = unzip_files(bytes(record.bundle))
    assert json.loads(files["entry_list.json"])["ticket_algorithm"] == "HMAC-SM3"
    assert json.loads(files["draw_record.json"])["ticket_algorithm"] == "HMAC-SM3"
    assert lottery_verify.faults(files) == []
    assert matching_verify.faults(files) == []


def test_an_unknown_ticket_algorithm_is_found_before_anything_is_frozen(settings: Settings) -> None:
    settings.TICKET_ALGORITHM = "HMAC-MD5"
    world = county_with_zones()
    opened = round_open(world)
    with pytest.raises(ValueError, match="HMAC-MD5"), transaction.atomic():
        entries_closed(world, opened)
    assert not EntryList.objects.exists()


@pytest.mark.parametrize("names", [("a", " a "), ("a", "b\nc"), ("a", "b=c"), ("a", " "), ("a",)])
def test_names_that_could_not_enter_the_seed_are_refused_at_closing(names: tuple[str, ...]) -> None:
    world = county_with_zones()
    opened = round_open(world)
    with pytest.raises(MalformedInput), transaction.atomic():
        close_entries(actor=world.officer, now=AFTER_CLOSING, round_id=opened.pk, public_value_names=names)
    assert not EntryList.objects.exists()


def test_every_child_on_the_list_can_prove_it_and_nobody_else() -> None:
    # given a list of three children and one who needs special care, and a fourth who filed nothing
    world = county_with_zones()
    opened = round_open(world)
    numbers = add_children(world, ["u0", "u1", "u2"])
    special = add_children(world, ["u0"], special_needs=True)
    file_all(world, opened, [form(number, "u0") for number in (*numbers, *special)])
    before = Application.objects.select_related("round", "receipt").first()
    assert before is not None
    with pytest.raises(NotOnTheList):
        inclusion_document(before)
    closed = entries_closed(world, opened)

    # when each asks for its proof
    asked = Application.objects.select_related("round", "receipt").order_by("pk")
    given = []
    for row in asked:
        if any(fact["name"] == "special_needs" and fact["value"] for fact in row.facts):
            with pytest.raises(NotOnTheList):
                inclusion_document(row)
        else:
            given.append(inclusion_document(row))

    # then it leads to the published root, and with another entry it does not
    assert len(given) == 3
    for document in given:
        proof = json.loads(document)
        path, root = [bytes.fromhex(item) for item in proof["path"]], bytes.fromhex(closed.merkle_root)
        where = (proof["index"], proof["size"], path, root)
        assert merkle.is_included(canonical_json(proof["entry"]), *where)
        assert not merkle.is_included(canonical_json({**proof["entry"], "receipt": "0"}), *where)
    assert len({json.loads(document)["entry"]["receipt"] for document in given}) == 3


def test_applicants_are_counted_by_category_and_a_family_reads_figures_of_its_own() -> None:
    # given two seats at A and five children registered and living in its zone
    world_seats = {"A": (0, 2), "B": (3, 4)}
    found = published_round(seats=world_seats)
    cutoff = LineCutoff.objects.get(draw=found.draw, line__line_id="A.zone")
    assert (cutoff.by_tier, cutoff.applicants) == ([[1, 5]], 5)

    # when a family without a place there reads its page
    lost = found.waiting_for("A.zone")[0]
    view = application_view(get_application(lost.pk, reader=found.family(lost)))
    [choice] = view.choices
    figures = choice.figures

    # then it reads the line's figures and its own, and the tickets tell why
    assert figures is not None
    assert (figures.seats, figures.applicants) == (2, 5)
    assert figures.by_category == (("人户一致", 5),)
    assert (figures.own_category, figures.last_category) == ("人户一致", "人户一致")
    assert figures.own_keys == (("兄姐在该校就读", "否"), ("落户日期", "2020-05-01"))
    assert figures.own_ticket > figures.last_ticket == f"{cutoff.ticket[:8]}…"
    told = json.loads(bytes(found.draw.entry_list.document))
    assert lost.receipt.receipt in {entry["receipt"] for entry in told["entries"]}


def test_two_lines_of_one_open_kind_never_take_the_same_seats_twice() -> None:
    world = county_with_zones()
    made = round_made(world, lines=with_one_more_zone_line())
    with (
        pytest.raises(SeatsDoNotFit, match="zone and feeder would both take what is left"),
        transaction.atomic(),
    ):
        open_round(actor=world.officer, now=OPENS, round_id=made.pk)
    assert not PlanLine.objects.exists()
    aside = {("feeder", "A"): 1, ("feeder", "B"): 0}
    open_round(actor=world.officer, now=OPENS, round_id=made.pk, seats=aside)
    seats = dict(PlanLine.objects.filter(round=made).values_list("line_id", "seats"))
    assert seats == {"A.zone": 3, "A.feeder": 1, "B.zone": 4, "B.feeder": 0, "P.private_open": 2}


@pytest.mark.parametrize("mechanism", ["ranked_draw", "points_first"])
def test_one_order_over_categories_is_drawn_and_checked(mechanism: str) -> None:
    # given a policy with one public line, whose order is the same at all schools
    private, zone = (line for line in part("lines") if line["code"] in ("private_open", "zone"))
    lines = [private, {**zone, "mechanism": mechanism}]
    categories = [
        {**item, "keys": ["registration_since", "ticket"]}
        for item in part("categories")
        if item["code"] in zone["categories"]
    ]
    world = county_with_zones({"A": (0, 2), "B": (3, 4)})
    opened = round_open(world, lines=lines, categories=categories)
    numbers = [*add_children(world, ["u0", "u1"]), *add_children(world, ["u0"], registration_unit="u2")]
    file_all(world, opened, [form(number, "u0") for number in numbers])

    # when it is drawn
    record = drawn(world, opened)

    # then nothing stands against it, and the child of the lower category has no seat at A
    files = unzip_files(bytes(record.bundle))
    assert matching_verify.faults(files) == []
    by_tier = LineCutoff.objects.get(draw=record, line__line_id="A.zone").by_tier
    assert by_tier == [[1, 2], [2, 1]]

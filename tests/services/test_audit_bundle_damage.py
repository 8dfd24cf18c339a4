"""Every kind of damage to an auditor's bundle is noticed, also when the forger writes a manifest that fits."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from admissions.selectors.audit_bundle_check import audit_bundle_faults
from tests.services.bundle_world import (
    LIST,
    ROUND,
    Damage,
    a_draw_changed,
    a_leaf_taken_out,
    a_list_added,
    an_event_changed,
    an_event_left_out,
    an_event_shown_as_a_leaf,
    any_row,
    approval,
    changed_to,
    every_row_changed,
    facts_and_standing_changed_alike,
    handed_out,
    replaced,
    round_with_moves,
    row_changed,
    row_less,
    sealed,
    where_is,
    without,
)

pytestmark = pytest.mark.django_db


DAMAGES: dict[str, Damage] = {
    "another policy": replaced(f"{ROUND}/policy.json", b'"year":2026', b'"year":2027'),
    "another value": replaced(f"{LIST}/values.csv", b"4 8 1 5", b"4 8 1 6"),
    "another reader of a value": row_changed(
        f"{LIST}/values.csv", changed_to(entered_by=str(uuid4())), where=any_row
    ),
    "another list": replaced(f"{LIST}/entry_list.json", b'"choices"', b'"chosen"'),
    "another plan": replaced(f"{LIST}/round.json", b'"seats":2', b'"seats":3'),
    "a list closed at another moment": replaced(f"{LIST}/list.json", b"2026-07-0", b"2026-07-1"),
    "a list that was never closed": a_list_added,
    "another tier": row_changed(f"{LIST}/standings.csv", changed_to(tier="8"), where=any_row),
    "another category": row_changed(
        f"{LIST}/standings.csv", changed_to(category="collective"), where=any_row
    ),
    "another key": row_changed(f"{LIST}/standings.csv", changed_to(keys="1 2"), where=any_row),
    "another reason": row_changed(
        f"{LIST}/reasons.csv",
        changed_to(reason="category_below_cutoff"),
        where=where_is(reason="same_category_ticket"),
    ),
    "a reason less": row_less(f"{LIST}/reasons.csv", where=any_row),
    "another tier of the last child": row_changed(
        f"{LIST}/cutoffs.csv", changed_to(tier="9"), where=where_is(line_id="A.zone")
    ),
    "other applicants of a category": row_changed(
        f"{LIST}/cutoffs.csv", changed_to(by_tier="1:4 2:1"), where=where_is(line_id="A.zone")
    ),
    "no applicants of any category": every_row_changed(f"{LIST}/cutoffs.csv", changed_to(by_tier="")),
    "facts changed since the closing": replaced(
        f"{LIST}/list.json", b'"facts_digest":"', b'"facts_digest":"0'
    ),
    "a standing less": row_less(f"{LIST}/standings.csv", where=any_row),
    "an earlier registration": row_changed(
        f"{ROUND}/facts.csv", changed_to(value='"2014-05-01"'), where=where_is(name="registration_since")
    ),
    "fact and key together": facts_and_standing_changed_alike,
    "another home": row_changed(
        f"{ROUND}/facts.csv", changed_to(value='"u3"'), where=where_is(name="dwelling_unit", value='"u0"')
    ),
    "a fact less": row_less(f"{ROUND}/facts.csv", where=where_is(name="dwelling_right")),
    "a fact that nobody proved": row_changed(
        f"{ROUND}/facts.csv", changed_to(name="test_score"), where=any_row
    ),
    "a fact kept back": row_changed(
        f"{ROUND}/facts.csv",
        changed_to(source="withheld", value="null"),
        where=where_is(name="dwelling_right"),
    ),
    "another category of an application": row_changed(
        f"{ROUND}/applications.csv", changed_to(category="collective"), where=any_row
    ),
    "another tier of an application": row_changed(
        f"{ROUND}/applications.csv", changed_to(tier="5"), where=any_row
    ),
    "an application refused": row_changed(
        f"{ROUND}/applications.csv", changed_to(status="refused"), where=any_row
    ),
    "an application less": row_less(f"{ROUND}/applications.csv", where=any_row),
    "no coordination": row_changed(
        f"{ROUND}/applications.csv", changed_to(accepts_coordination="0"), where=any_row
    ),
    "a twin": row_changed(f"{ROUND}/applications.csv", changed_to(split_allowed="1"), where=any_row),
    "another unit": row_changed(
        f"{ROUND}/applications.csv", changed_to(unit="u3"), where=where_is(unit="u0")
    ),
    "another choice": row_changed(f"{ROUND}/choices.csv", changed_to(choice="9"), where=any_row),
    "a choice less": row_less(f"{ROUND}/choices.csv", where=where_is(line_id="A.zone")),
    "another zone": row_changed(f"{ROUND}/zones.csv", changed_to(schools="B"), where=where_is(unit="u0")),
    "a walk less": row_less(f"{ROUND}/walks.csv", where=where_is(unit="u0", school="B")),
    "another walk": row_changed(
        f"{ROUND}/walks.csv", changed_to(metres="99999"), where=where_is(unit="u0", school="A")
    ),
    "another line": row_changed(
        f"{ROUND}/lines.csv", changed_to(school="B"), where=where_is(line_id="A.zone")
    ),
    "another salt": row_changed(f"{LIST}/behind_ranks.csv", changed_to(salt="0" * 64), where=any_row),
    "a lock without a use": row_changed(
        f"{LIST}/behind_ranks.csv", changed_to(locked="A.zone=2030-09-01"), where=any_row
    ),
    "an offer more": lambda files: {
        **files,
        f"{ROUND}/offers.csv": files[f"{ROUND}/offers.csv"] + b"999,A.zone,held,,\n",
    },
    "an offer less": row_less(f"{ROUND}/offers.csv", where=where_is(status="held")),
    "an offer at another line": row_changed(
        f"{ROUND}/offers.csv", changed_to(line_id="B.zone"), where=where_is(status="held", line_id="A.zone")
    ),
    "an offer of another state": row_changed(
        f"{ROUND}/offers.csv", changed_to(status="confirmed"), where=where_is(status="held")
    ),
    "a place taken back": row_changed(
        f"{ROUND}/offers.csv", changed_to(status="held"), where=where_is(status="declined")
    ),
    "a step of another person": row_changed(
        f"{ROUND}/offer_steps.csv", changed_to(taken_by=str(uuid4())), where=where_is(action="decline")
    ),
    "a step less": row_less(f"{ROUND}/offer_steps.csv", where=where_is(action="decline")),
    "a step at another moment": row_changed(
        f"{ROUND}/offer_steps.csv",
        changed_to(taken_at="2026-07-12T05:00:00+00:00"),
        where=where_is(action="decline"),
    ),
    "another draw": a_draw_changed,
    "an approval less": approval(lambda version: version["approvals"].pop()),
    "an approval by the writer": approval(
        lambda version: version["approvals"][0].update(approver=version["writer"])
    ),
    "an approval by a third person": approval(
        lambda version: version["approvals"][0].update(approver=str(uuid4()))
    ),
    "an approval at another moment": approval(
        lambda version: version["approvals"][0].update(approved_at="2026-05-01T00:00:00+00:00")
    ),
    "a step of approval less": approval(lambda version: version["steps"].pop()),
    "another paper": approval(lambda version: version["steps"][0].update(reference="样教〔2026〕2 号")),
    "another day of a step": approval(lambda version: version["steps"][0].update(done_on="2026-05-01")),
    "an earlier publication": approval(
        lambda version: version.update(published_at="2026-05-01T00:00:00+00:00")
    ),
    "a publication after opening": approval(
        lambda version: version.update(published_at="2026-06-20T00:00:00+00:00")
    ),
    "another text approved": approval(lambda version: version["data"].update(year=2027)),
    "no record of the approval": without(f"{ROUND}/policy_approval.json"),
    "an event changed": an_event_changed,
    "a leaf less": a_leaf_taken_out,
    "a closing less in the log": an_event_left_out("entries.closed"),
    "a draw less in the log": an_event_left_out("round.drawn"),
    "an answer less in the log": an_event_left_out("offer.declined"),
    "an approval less in the log": an_event_left_out("policy.approved_by_person"),
    "a publication less in the log": an_event_left_out("policy.published"),
    "a run less in the log": an_event_left_out("places.given_on"),
    "a closing that is shown as a leaf": an_event_shown_as_a_leaf,
}


@pytest.fixture(scope="module")
def whole(django_db_setup: None, django_db_blocker: Any) -> dict[str, bytes]:
    """One bundle for all damages; nothing of its round stays."""
    with django_db_blocker.unblock(), transaction.atomic():
        files = handed_out(round_with_moves())
        transaction.set_rollback(True)
    return files


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_the_check_notices_damage_also_by_a_forger_who_writes_the_manifest(
    whole: dict[str, bytes], damage: Damage
) -> None:
    assert audit_bundle_faults(whole) == []
    damaged = damage(whole)
    assert audit_bundle_faults(sealed(damaged))
    assert audit_bundle_faults(damaged)

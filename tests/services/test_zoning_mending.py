"""A plan that breaks rules is made lawful with the fewest changes beside what was moved by hand."""

from uuid import uuid4

import pytest

from accounts.models import AuditEvent
from geo_data.models import Stage
from tests.services.accounts_world import officer
from tests.services.worlds import DISTRICT, NOON, small_county
from zoning.models import PlanOrigin, ZonePlan
from zoning.selectors.mending import CannotBeMended, PlanIsLawful, base_of, find_mending
from zoning.selectors.plans import NoSuchPlan, plan_content
from zoning.services.mending import MendingChanged, mend_plan
from zoning.services.plans import ReasonMissing, import_plan, move_units, restore_plan

pytestmark = pytest.mark.django_db

THIRDS = [("u0", ["A"]), ("u1", ["A"]), ("u2", ["B"]), ("u3", ["B"]), ("u4", ["C"]), ("u5", ["C"])]


def county_in_thirds(last: int = 35) -> ZonePlan:
    """Six estates of ten children: A has the first two, B the next two, C the last two with `last` seats."""
    small_county((10,) * 6, {"A": (0, 25), "B": (2, 25), "C": (5, last)})
    return import_plan(actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, rows=THIRDS)


def moved(plan: ZonePlan, **moves: str) -> ZonePlan:
    return move_units(actor=None, now=NOON, plan_id=plan.pk, moves=moves, reason="a new bridge")


def test_what_would_move_is_told_before_anything_is_stored() -> None:
    draft = moved(county_in_thirds(), u1="B")
    events = AuditEvent.objects.count()

    mending = find_mending(draft)

    assert [(one.code, one.from_zone, one.to_zone, one.children) for one in mending.held] == [
        ("u1", "A", "B", 10)
    ]
    assert [(one.code, one.from_name, one.to_name, one.children) for one in mending.moving] == [
        ("u3", "B小学", "C小学", 10)
    ]
    assert [(one.code, one.seats, one.children_before, one.children_after) for one in mending.fillings] == [
        ("B", 25, 30, 20),
        ("C", 35, 20, 30),
    ]
    # one estate is about 923 m wide: from the school in u2, and to the one in u5
    assert [(one.metres_from, one.metres_to) for one in mending.moving] == [(923, 1847)]
    assert (mending.children, mending.base.number, mending.is_fewest) == (10, 1, True)
    assert (ZonePlan.objects.count(), AuditEvent.objects.count()) == (2, events)


def test_a_draft_becomes_the_next_version_lawful_with_the_edit_kept() -> None:
    draft = moved(county_in_thirds(), u1="B")

    mended = mend_plan(
        actor=officer(), now=NOON, plan_id=draft.pk, reason="B is too full", seen=find_mending(draft).digest
    )

    assert plan_content(mended).zone_of == {"u0": "A", "u1": "B", "u2": "B", "u3": "C", "u4": "C", "u5": "C"}
    assert (mended.number, mended.origin, mended.based_on, mended.lawful) == (
        3,
        PlanOrigin.EDITED,
        draft,
        True,
    )
    assert (mended.report["violations"], mended.report["mended"]) == ([], ["u3"])
    assert plan_content(draft).zone_of["u3"] == "B"
    event = AuditEvent.objects.get(action="zone_plan.stored", subject_id=str(mended.pk))
    said = {name: event.details[name] for name in ("reason", "moved", "mended", "held", "based_on")}
    assert said == {"reason": "B is too full", "moved": 1, "mended": ["u3"], "held": ["u1"], "based_on": 2}


def test_all_that_was_moved_since_the_last_lawful_version_is_held_even_where_it_cannot_be() -> None:
    draft = moved(moved(county_in_thirds(), u1="B"), u4="B")

    with pytest.raises(CannotBeMended) as refusal:
        find_mending(draft)

    assert base_of(draft).number == 1
    assert refusal.value.details == {
        "proven": True,
        "why": [
            {
                "code": "held_too_full",
                "zone": "B",
                "units": ["u1", "u4"],
                "children": 30,
                "schools": [],
                "seats": 25,
            }
        ],
    }


def test_what_was_mended_is_held_no_longer_once_the_plan_is_lawful() -> None:
    mended = mend_plan(actor=None, now=NOON, plan_id=moved(county_in_thirds(), u1="B").pk, reason="so")

    again = find_mending(moved(mended, u3="B"))

    assert (again.base.number, [one.code for one in again.held]) == (3, ["u3"])
    assert [(one.code, one.to_zone) for one in again.moving] == [("u1", "A")]


def test_a_mended_version_is_undone_by_bringing_an_older_one_back() -> None:
    first = county_in_thirds()
    mend_plan(actor=None, now=NOON, plan_id=moved(first, u1="B").pk, reason="so")

    back = restore_plan(actor=None, now=NOON, plan_id=first.pk, reason="not so")

    assert plan_content(back).zone_of == plan_content(first).zone_of


def test_an_imported_plan_that_breaks_rules_is_mended_with_nothing_held() -> None:
    small_county((10,) * 6, {"A": (0, 25), "B": (2, 25), "C": (5, 35)})
    rows = [(unit, ["A"] if unit in ("u0", "u1") else ["B"]) for unit, _ in THIRDS[:5]] + [THIRDS[5]]
    plan = import_plan(actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, rows=rows)

    mending = find_mending(plan)

    assert (mending.held, [one.code for one in mending.moving]) == ((), ["u4"])


def test_refusals_write_nothing() -> None:
    first = county_in_thirds(last=25)
    draft = moved(first, u1="B")  # u3 would make C too full
    plans, events = ZonePlan.objects.count(), AuditEvent.objects.count()

    with pytest.raises(PlanIsLawful):
        mend_plan(actor=None, now=NOON, plan_id=first.pk, reason="why not")
    with pytest.raises(CannotBeMended) as refusal:
        mend_plan(actor=None, now=NOON, plan_id=draft.pk, reason="why not")
    with pytest.raises(ReasonMissing):
        mend_plan(actor=None, now=NOON, plan_id=draft.pk, reason=" ")
    with pytest.raises(NoSuchPlan):
        mend_plan(actor=None, now=NOON, plan_id=uuid4(), reason="no such")

    # whole estates of ten: A keeps one, B two, and C cannot seat the other three
    assert refusal.value.details["proven"]
    assert refusal.value.details["why"][0]["code"] == "whole_units_do_not_fit"  # type: ignore[index]
    assert (ZonePlan.objects.count(), AuditEvent.objects.count()) == (plans, events)


def test_nothing_is_stored_but_what_was_shown() -> None:
    draft = moved(county_in_thirds(), u1="B")

    with pytest.raises(MendingChanged):
        mend_plan(actor=None, now=NOON, plan_id=draft.pk, reason="so", seen="0" * 64)

    assert ZonePlan.objects.count() == 2

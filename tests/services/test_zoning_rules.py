"""Rules of drawing: stated, kept by drawing and judging, pinned, withdrawn, exported; islands of the zones in force."""

import csv
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import IntegrityError, InternalError, transaction

from accounts.models import AuditEvent
from common.errors import DomainError
from geo_data.models import CatchmentUnit, Stage
from geo_data.tables.rule_table import StatedRule, stated
from tests.services.accounts_world import officer
from tests.services.drawn_world import drawn
from tests.services.worlds import DISTRICT, NOON, small_county
from zoning.models import DrawingRule, PlanRule, ZonePlan
from zoning.selectors.plans import plan_content
from zoning.selectors.problem import DistrictCannotBeZoned
from zoning.selectors.rules import NoSuchRule, has_other_rules_now, list_rules_in_force, rules_in_words
from zoning.services.plans import import_plan, move_units
from zoning.services.publications import publish_plan
from zoning.services.rules import (
    RuleDoesNotFit,
    RuleReasonMissing,
    RulesContradict,
    RuleStatedAlready,
    RuleWithdrawnAlready,
    state_rule,
    withdraw_rule,
)

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)


def draw(preset: str | None = None, weights: Mapping[str, int] | None = None) -> ZonePlan:
    return drawn(now=LATER, preset=preset, weights=weights)


def rule(
    kind: str, unit: str = "", other: str = "", school: str = "", metres: int | None = None
) -> StatedRule:
    return stated(kind, unit, other, school, metres, "县教育局会议纪要")


def state(one: StatedRule) -> DrawingRule:
    return state_rule(actor=officer(), now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, stated=one)


def zones(plan: ZonePlan) -> str:
    return "".join(plan_content(plan).zone_of.values())


@pytest.mark.parametrize(
    ("stated_rules", "expected"),
    [
        ([], "AABB"),
        ([rule("lock", "u2", school="A")], "AAAB"),
        ([rule("forbid", "u1", school="A")], "ABBB"),
        ([rule("no_link", "u1", "u0")], "ABBB"),
        ([rule("no_link", "u1", "u0"), rule("link", "u2", "u0"), rule("lock", "u2", school="A")], "AAAB"),
        (
            [rule("no_link", "u1", "u0"), rule("no_link", "u1", "u2"), rule("enclave", "u1", school="A")],
            "AABB",
        ),
    ],
)
def test_a_plan_is_drawn_and_judged_under_the_rules_in_force_and_pins_them(
    stated_rules: list[StatedRule], expected: str
) -> None:
    small_county(schools={"A": (0, 40), "B": (3, 40)})
    rows = [state(one) for one in stated_rules]

    plan = draw()

    assert plan.lawful, plan.report["violations"]
    assert zones(plan) == expected
    assert set(PlanRule.objects.filter(plan=plan).values_list("rule", flat=True)) == {row.pk for row in rows}
    assert not has_other_rules_now(plan)


@pytest.mark.parametrize(("metres", "lawful"), [(1000, True), (900, False)])
def test_a_cap_counts_the_way_to_the_nearest_school(metres: int, lawful: bool) -> None:
    small_county()  # estates are 923 m apart
    state(rule("cap", metres=metres))

    assert draw().lawful == lawful


@pytest.mark.parametrize(("metres", "lawful"), [(2000, True), (1800, False)])
def test_a_cap_of_a_school_holds_for_it_instead_of_the_general_one(metres: int, lawful: bool) -> None:
    small_county(schools={"A": (0, 30), "B": (3, 10)})  # u2 is two estates from A
    state(rule("cap", metres=1000))
    state(rule("cap", school="A", metres=metres))

    plan = draw()

    assert plan.lawful == lawful
    assert zones(plan) == "AAAB" if lawful else plan.report["violations"]


def test_a_school_has_one_cap_and_the_general_one_stays() -> None:
    small_county()
    state(rule("cap", metres=1000))
    state(rule("cap", school="A", metres=2000))

    with pytest.raises(RuleStatedAlready):
        state(rule("cap", school="A", metres=3000))
    with pytest.raises(RuleDoesNotFit):
        state(rule("cap", school="Z", metres=3000))


def test_townships_are_kept_where_a_rule_says_so() -> None:
    county = small_county(schools={"A": (0, 40), "B": (3, 40)})
    CatchmentUnit.objects.filter(dataset=county.units, code="u0").update(township="东乡")
    CatchmentUnit.objects.filter(dataset=county.units).exclude(code="u0").update(township="西乡")

    before, _ = draw(), state(rule("township"))
    after = draw()

    assert (zones(before), zones(after)) == ("AABB", "ABBB")
    assert after.lawful


def test_an_edit_is_judged_by_the_rules_that_its_plan_pins() -> None:
    small_county(schools={"A": (0, 40), "B": (3, 40)})
    free = draw()
    lock = state(rule("lock", "u1", school="A"))
    bound = draw()

    of_free = move_units(actor=None, now=LATER, plan_id=free.pk, moves={"u1": "B"}, reason="trial")
    of_bound = move_units(actor=None, now=LATER, plan_id=bound.pk, moves={"u1": "B"}, reason="trial")

    assert of_free.lawful
    assert has_other_rules_now(of_free)
    assert [one["code"] for one in of_bound.report["violations"]] == ["lock_broken"]
    assert [one.rule_id for one in of_bound.plan_rules.all()] == [lock.pk]


def test_a_withdrawn_rule_binds_no_new_plan_and_stays_with_the_old_one() -> None:
    small_county(schools={"A": (0, 40), "B": (3, 40)})
    lock = state(rule("lock", "u2", school="A"))
    old = draw()

    withdraw_rule(actor=officer(), now=LATER, rule_id=lock.pk, reason="桥已通车")
    new = draw()

    assert (zones(old), zones(new)) == ("AAAB", "AABB")
    assert (old.plan_rules.count(), new.plan_rules.count()) == (1, 0)
    assert list(list_rules_in_force(DISTRICT)) == []
    events = AuditEvent.objects.filter(subject_id=str(lock.pk)).order_by("pk")
    assert [(event.action, event.details["reason"]) for event in events] == [
        ("drawing_rule.stated", "县教育局会议纪要"),
        ("drawing_rule.withdrawn", "桥已通车"),
    ]


@pytest.mark.parametrize(
    ("one", "refusal"),
    [
        (rule("lock", "u9", school="A"), RuleDoesNotFit),
        (rule("lock", "u1", school="Z"), RuleDoesNotFit),
        (rule("lock", "u1"), RuleDoesNotFit),
        (rule("cap", "u1", metres=900), RuleDoesNotFit),
        (rule("cap", metres=0), RuleDoesNotFit),
        (rule("cap", metres=200_001), RuleDoesNotFit),
        (rule("link", "u1", "u1"), RuleDoesNotFit),
        (StatedRule("township", reason="  "), RuleReasonMissing),
        (StatedRule("township", reason="x" * 301), RuleReasonMissing),
        (rule("lock", "u2", school="B"), RuleStatedAlready),
        (rule("lock", "u2", school="A"), RuleStatedAlready),
        (rule("forbid", "u2", school="A"), RulesContradict),
    ],
)
def test_a_refused_rule_writes_nothing(one: StatedRule, refusal: type[DomainError]) -> None:
    small_county()
    state(rule("lock", "u2", school="A"))

    with pytest.raises(refusal):
        state(one)

    assert DrawingRule.objects.count() == 1
    assert AuditEvent.objects.filter(action="drawing_rule.stated").count() == 1


def test_a_rule_is_withdrawn_once_with_a_reason() -> None:
    small_county()
    one = state(rule("township"))

    for rule_id, reason, refusal in [(one.pk, " ", RuleReasonMissing), (uuid4(), "x", NoSuchRule)]:
        with pytest.raises(refusal):
            withdraw_rule(actor=None, now=LATER, rule_id=rule_id, reason=reason)
    withdraw_rule(actor=None, now=LATER, rule_id=one.pk, reason="x")
    with pytest.raises(RuleWithdrawnAlready):
        withdraw_rule(actor=None, now=LATER, rule_id=one.pk, reason="y")

    assert DrawingRule.objects.get().withdrawn_reason == "x"
    assert AuditEvent.objects.filter(action="drawing_rule.withdrawn").count() == 1
    assert state(rule("township")).pk != one.pk


@pytest.mark.parametrize(
    "change",
    [
        {"unit_code": ""},
        {"school_code": ""},
        {"metres": 5},
        {"other_unit_code": "u3"},
        {"kind": "link"},
        {"reason": ""},
        {"kind": "unheard"},
        {"withdrawn_reason": "no day"},
    ],
)
def test_the_database_refuses_a_rule_that_says_something_else_than_its_kind(
    change: dict[str, object],
) -> None:
    county = small_county()
    fields = {"kind": "lock", "unit_code": "u1", "school_code": "A", "reason": "r", **change}
    row = DrawingRule(district=county.district, stage=Stage.PRIMARY, stated_at=NOON, **fields)

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_the_database_refuses_to_change_or_delete_a_rule_or_what_a_plan_pins() -> None:
    small_county(schools={"A": (0, 40), "B": (3, 40)})
    one = state(rule("forbid", "u1", school="A"))
    draw()

    for change in (
        lambda: DrawingRule.objects.update(unit_code="u2"),
        lambda: one.delete(),
        lambda: PlanRule.objects.all().delete(),
    ):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            change()


def test_a_lock_to_a_school_without_seats_refuses_to_draw_and_a_forbidden_one_does_not() -> None:
    county = small_county(schools={"A": (0, 40), "B": (3, 40), "C": (2, 0)})
    forbidden = state(rule("forbid", "u1", school="C"))
    assert draw().lawful

    state(rule("lock", "u2", school="C"))

    with pytest.raises(DistrictCannotBeZoned) as refused:
        draw()
    assert refused.value.details["faults"] == [{"code": "wish_unknown_school", "ids": ["C"]}]
    assert county.district.pk == forbidden.district_id


def test_rules_are_told_with_names_and_lost_units_are_marked() -> None:
    county = small_county()
    state(rule("link", "u3", "u0"))
    state(rule("lock", "u1", school="A"))
    CatchmentUnit.objects.filter(dataset=county.units, code="u3").delete()

    told = rules_in_words(DISTRICT, list_rules_in_force(DISTRICT))

    assert [(one.unit, one.other_unit, one.school, one.is_lost) for one in told] == [
        ("第0小区", "u3", "", True),
        ("第1小区", "", "A小学", False),
    ]


def test_a_list_of_rules_costs_a_fixed_number_of_queries(django_assert_num_queries: object) -> None:
    small_county()
    for unit in ("u1", "u2", "u3"):
        state(rule("forbid", unit, school="A"))

    with django_assert_num_queries(5):  # type: ignore[operator]  # pytest-django's fixture has no type
        assert len(rules_in_words(DISTRICT, list_rules_in_force(DISTRICT))) == 3


def test_exported_rules_are_read_back_by_the_file_form(tmp_path: Path) -> None:
    small_county(schools={"A": (0, 40), "B": (3, 40)})
    for one in (rule("lock", "u2", school="A"), rule("no_link", "u2", "u3"), rule("cap", metres=5000)):
        state(one)
    plan = draw()
    call_command("export_zones", tmp_path, district=DISTRICT, stage="primary")

    files = [f"--{name}={tmp_path / name}.csv" for name in ("units", "schools", "adjacency", "rules")]
    call_command("draw_zones", *files, f"--out={tmp_path / 'again.csv'}", "--effort=1")

    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "plan.csv").read_bytes()
    with (tmp_path / "rules.csv").open(encoding="utf-8") as handle:
        rows = list(csv.reader(handle))
    assert rows[1:] == [
        ["cap", "", "", "", "5000", "县教育局会议纪要"],
        ["lock", "u2", "", "A", "", "县教育局会议纪要"],
        ["no_link", "u2", "u3", "", "", "县教育局会议纪要"],
    ]
    assert plan.lawful


def with_an_island_in_force() -> ZonePlan:
    small_county((10, 10, 10, 10, 10), {"A": (0, 40), "B": (4, 40)})
    rows = [("u0", ["A"]), ("u1", ["A"]), ("u2", ["B"]), ("u3", ["A"]), ("u4", ["B"])]
    plan = import_plan(actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, rows=rows)
    publish_plan(actor=None, now=NOON, plan_id=plan.pk, from_on=date(2026, 1, 1), until_on=None)
    return plan


def test_the_islands_in_force_stay_with_the_fewest_changes_and_are_named_in_the_report() -> None:
    published = with_an_island_in_force()

    plan = draw("fewest_changes", {"moved_child_m": 5000})

    assert (published.lawful, plan.lawful) == (False, True)
    assert zones(plan) == "AABAB"
    assert plan.report["islands"] == [["u2", "B"], ["u3", "A"]]


def test_later_edits_of_a_plan_with_islands_are_lawful_unless_they_make_new_ones() -> None:
    published = with_an_island_in_force()
    plan = draw("fewest_changes", {"moved_child_m": 5000})

    of_published = move_units(actor=None, now=LATER, plan_id=published.pk, moves={"u3": "B"}, reason="trial")
    of_drawn = move_units(actor=None, now=LATER, plan_id=plan.pk, moves={"u2": "A"}, reason="trial")
    new_island = move_units(actor=None, now=LATER, plan_id=plan.pk, moves={"u1": "B"}, reason="trial")

    assert of_published.lawful
    assert of_drawn.lawful
    assert [(one["code"], one["units"]) for one in new_island.report["violations"]] == [("zone_cut", ["u1"])]


def test_an_edit_keeps_the_islands_of_its_plan_when_other_zones_come_in_force() -> None:
    with_an_island_in_force()
    plan = draw("fewest_changes", {"moved_child_m": 5000})
    straight = draw("nearest")

    edited = move_units(actor=None, now=LATER, plan_id=plan.pk, moves={"u3": "B"}, reason="trial")

    assert straight.lawful
    assert edited.report["islands"] == [["u2", "B"], ["u3", "A"]]

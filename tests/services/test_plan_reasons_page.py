"""The page of a plan that breaks rules: why no plan is lawful, and what would make one possible."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from frontend.pages.officers.plan_reasons import of_one_school
from geo_data.models import Stage
from geo_data.tables.rule_table import stated
from tests.services.accounts_world import officer
from tests.services.worlds import DISTRICT, NOON, small_county
from zoning.services.drawing import draw_zones_of_district
from zoning.services.rules import state_rule

pytestmark = pytest.mark.django_db


def page(language: str) -> str:
    plan = draw_zones_of_district(actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, effort=1)
    desk = Client(headers={"accept-language": language})
    desk.force_login(officer())
    shown: str = desk.get(reverse("plan", args=[plan.pk])).content.decode()
    return shown


def locked(unit: str, school: str) -> None:
    rule = stated("lock", unit, "", school, None, "会议纪要")
    state_rule(actor=officer(), now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, stated=rule)


def test_the_seats_that_are_enough_are_told_with_the_names_of_schools() -> None:
    small_county(schools={"A": (0, 15), "B": (3, 20)})

    shown = page("zh-hans")

    assert "怎样改动，就能划出符合全部约束的方案：" in shown
    assert "这样就够，已找到可行方案；同类改动不能更少：" in shown
    assert "增加 5 个学位" in shown


def test_the_lock_in_the_way_is_told_with_the_name_of_the_estate() -> None:
    small_county(schools={"A": (0, 20), "B": (3, 20)})
    locked("u1", "B")

    chinese, english = page("zh-hans"), page("en")

    assert "取消把第1小区固定在" in chinese
    assert "增加 10 个学位" in chinese
    assert "第1小区 need not be in the zone of" in english
    assert "nothing less of the kind is enough" in english


def test_estates_to_be_let_out_of_one_zone_are_told_together() -> None:
    def change(code: str, zone: str, *units: str) -> dict[str, Any]:
        return {"code": code, "zone": zone, "units": list(units)}

    changes = [change("link", "", "u1", "u2"), change("link", "", "u2", "u3")]
    changes += [change("lock", "A", "u1"), change("lock", "B", "u2"), change("lock", "A", "u3")]
    changes += [change("forbid", "A", "u4")]

    told = [(one["code"], one["zone"], one["units"]) for one in of_one_school(changes)]

    assert told == [
        ("link", "", ["u1", "u2"]),
        ("link", "", ["u2", "u3"]),
        ("lock", "A", ["u1", "u3"]),
        ("lock", "B", ["u2"]),
        ("forbid", "A", ["u4"]),
    ]


def test_a_lawful_plan_says_nothing_of_it() -> None:
    small_county()

    assert "怎样改动" not in page("zh-hans")

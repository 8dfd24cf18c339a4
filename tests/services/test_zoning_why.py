"""Why an estate is in its zone: the page and the API tell the same, and who may ask."""

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from geo_data.models import Stage
from geo_data.tables.rule_table import StatedRule
from tests.services.accounts_world import officer
from tests.services.drawn_world import seven_estates
from tests.services.worlds import DISTRICT, NOON, small_county
from zoning.models import ZonePlan
from zoning.selectors.what_if import load_question
from zoning.selectors.why import explain_unit
from zoning.services.rules import state_rule

pytestmark = pytest.mark.django_db


def page(plan: ZonePlan, person: User, asked: str = "") -> tuple[int, str]:
    desk = Client()
    desk.force_login(person)
    answer = desk.get(reverse("why-here", args=[plan.pk]) + asked)
    return answer.status_code, answer.content.decode()


def test_an_estate_at_a_border_is_told_way_seats_and_who_could_make_room() -> None:
    plan = seven_estates()
    told = explain_unit(load_question(plan), "u1")

    assert (told.zone, told.nearer, told.seats) == ("A", None, 15)
    (beside,) = told.beside
    assert (beside.school_id, beside.children_then, beside.too_many) == ("B", 20, 5)
    assert [(one.unit_id, one.school_id) for one in beside.instead] == [("u4", "D")]

    status, text = page(plan, officer(DISTRICT), "?unit=第1小区")
    assert status == 200
    assert "若划到 B小学" in text
    assert "B小学：儿童 20 人，学位 15 个，超 5 人。" in text
    assert "可由 第4小区（5 人）改划 D小学 腾出学位，合计多走" in text


def test_an_estate_that_no_other_zone_touches_is_told_so() -> None:
    status, text = page(seven_estates(), officer(DISTRICT), "?unit=u0")

    assert status == 200
    assert "没有别的学区的学校更近" in text
    assert "这里不与别的学区相邻" in text


def test_a_rule_that_speaks_against_is_said() -> None:
    small_county((5, 5, 5, 5), {"A": (0, 15), "B": (3, 15)})
    state_rule(
        actor=None,
        now=NOON,
        district_code=DISTRICT,
        stage=Stage.PRIMARY,
        stated=StatedRule("forbid", "u1", "", "B", None, "铁路"),
    )
    call_command("draw_zones", "--district", DISTRICT, "--stage", "primary", "--effort", "1", verbosity=0)

    _, text = page(ZonePlan.objects.get(), officer(DISTRICT), "?unit=u1")

    assert "有一条划片规则不许把它划给这所学校" in text


def test_estates_are_chosen_from_the_list_of_a_zone_and_mistakes_are_named() -> None:
    plan = seven_estates()

    plain, zones = page(plan, officer(DISTRICT))
    _, units = page(plan, officer(DISTRICT), "?zone=A")
    unknown, named = page(plan, officer(DISTRICT), "?unit=nowhere")

    assert (plain, unknown) == (200, 422)
    assert "?zone=A#choose-title" in zones
    assert "?unit=u1" in units
    assert "?unit=u3" not in units
    assert "这个方案里没有这个小区或村" in named


def test_the_office_of_another_county_is_told_nothing() -> None:
    status, _ = page(seven_estates(), officer("410182"), "?unit=u1")

    assert status in (403, 404)

"""A family on a small phone that lists a private school says what shall be done when it is full."""

import pytest
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from admissions.models import Application
from tests.journeys.pages_world import PHONE, Visit, open_calendar
from tests.services import round_world
from zoning.services.publications import publish_plan

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]


def test_who_lists_a_private_school_is_asked_about_another_one_and_nobody_else(
    browser: Browser, live_server: LiveServer, settings: Settings
) -> None:
    # given an open round with two private schools, and a family that has told about its child and home
    settings.DEMO = True
    world = round_world.county_with_zones(private={"P": (1, 1), "Q": (2, 2)})
    upper = world.publication.in_force.upper
    publish_plan(
        actor=world.officer,
        now=round_world.OPENS,
        plan_id=world.publication.plan_id,
        from_on=upper,
        until_on=None,
    )
    (number,) = round_world.add_children(world, ["u1"])
    round_world.round_open(world, calendar=open_calendar(timezone.localtime()))
    visit = Visit(browser, live_server.url, PHONE, scripts=False)
    _until_choices(visit, number, world)
    question = "如果您填的民办学校都满了，孩子愿意去另一所民办学校吗？"

    # when it lists no private school, it is not asked; when it lists one, it is, with "no" as long as it says nothing
    visit.press("main .actions .button")
    assert question not in visit.text()
    visit.press("main .actions .button")
    assert "如果所填民办学校都满了" not in visit.text()
    visit.page.go_back()
    visit.page.go_back()
    visit.page.select_option("[name=private_1]", "P")
    visit.press("main .actions .button")
    visit.fits()
    assert question in visit.text()
    assert "学费按那所学校的标准" in visit.text()
    assert visit.page.is_checked("[name=adjusts][value=no]")
    visit.page.check("[name=adjusts][value=yes]")
    visit.press("main .actions .button")
    visit.fits()
    assert "去离家最近、还有空位的民办学校" in visit.text()
    visit.press("main .actions .button")

    # then its word is on record, and its page says so
    application = Application.objects.get()
    assert application.accepts_adjustment
    visit.press("main .actions .button")
    visit.fits()
    assert "如果所填民办学校都满了，孩子去离家最近、还有空位的民办学校" in visit.text()


def _until_choices(visit: Visit, number: str, world: round_world.RoundWorld) -> None:
    visit.page.goto(f"{visit.address}/apply/")
    visit.page.fill("[name=phone]", "13800000001")
    visit.press("main form .button")
    visit.page.fill("main [name=code]", visit.page.inner_text(".receipt"))
    visit.press("main form .button >> nth=0")
    visit.press("main .actions .button")
    visit.page.fill("[name=child_name]", "样例")
    visit.page.fill("[name=identity_number]", number)
    visit.press("main .actions .button")
    visit.page.fill("[name=unit_name]", world.county.units.units.get(code="u1").name)
    visit.page.fill("[name=address]", "3号楼501")
    visit.page.fill("[name=guardian_name]", "张秀英")
    visit.press("main .actions .button")
    visit.press("main .actions .button")

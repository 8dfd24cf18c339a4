"""Rules of drawing in a browser: stated, kept by the next plan, shown on it, withdrawn; on a phone too."""

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, ViewportSize
from pytest_django.live_server_helper import LiveServer

from tests.journeys.pages_world import DESK, PHONE, Visit
from tests.services.accounts_world import officer
from tests.services.worlds import DISTRICT, small_county
from zoning.models import DrawingRule, ZonePlan
from zoning.selectors.plans import plan_content

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_an_officer_fixes_an_estate_and_takes_it_back(
    browser: Browser, live_server: LiveServer, size: ViewportSize
) -> None:
    small_county(schools={"A": (0, 40), "B": (3, 40)})
    visit = Visit(browser, live_server.url, size, person=officer(DISTRICT))

    visit.go("/office/plans/")
    visit.press("a[href$='/office/plans/rules/']")
    assert "尚无约束" in visit.text()
    visit.page.select_option("[name=kind]", "lock")
    visit.page.fill("[name=unit]", "第2小区")
    visit.page.fill("[name=reason]", "历史沿革")
    visit.press("main form .button")
    assert "请填写" in visit.text()
    assert visit.barriers() == []
    visit.page.fill("[name=school]", "A")
    visit.press("main form .button")
    visit.fits()
    assert "第2小区固定在" in visit.text()
    assert visit.barriers() == []

    call_command("draw_zones", "--district", DISTRICT, "--stage", "primary", "--effort", "1", verbosity=0)
    plan = ZonePlan.objects.get()
    visit.go(f"/office/plans/{plan.pk}/")
    visit.fits()
    assert plan_content(plan).zone_of["u2"] == "A"
    assert "按 1 条划片约束划出" in visit.text()

    visit.go("/office/plans/rules/")
    visit.press("a[href$='/withdraw/']")
    visit.page.fill("[name=reason]", "桥已通车")
    visit.press("main form .button")
    assert DrawingRule.objects.get().withdrawn_at is None  # not confirmed
    visit.page.check("[name=confirmed]")
    visit.press("main form .button")
    visit.fits()
    assert "桥已通车" in visit.text()
    assert visit.barriers() == []
    visit.go(f"/office/plans/{plan.pk}/")
    assert "现行划片约束有变" in visit.text()

"""What if, in a browser: reached from the plan, readable on a phone, without barriers."""

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.journeys.pages_world import DESK, PHONE, Visit
from tests.services.accounts_world import officer
from tests.services.drawn_world import drawn
from tests.services.worlds import DISTRICT, small_county

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]


def test_an_officer_asks_what_more_seats_would_help(browser: Browser, live_server: LiveServer) -> None:
    small_county((10, 10, 10, 10, 10, 3), {"A": (0, 15), "B": (5, 60)})
    plan = drawn()

    for size in (DESK, PHONE):
        visit = Visit(browser, live_server.url, size, person=officer(DISTRICT))
        visit.go(f"/office/plans/{plan.pk}/")
        visit.press("a[href$='what-if/']")
        visit.page.fill("[name=seats]", "5")
        visit.page.fill("[name=percent]", "60")
        visit.press("main form .button")
        visit.fits()

        assert "增加 5 个学位" in visit.text()
        assert "第1小区" in visit.text()
        assert visit.barriers() == []
        assert visit.complaints == []

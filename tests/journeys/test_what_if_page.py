"""What if, in a browser: reached from the plan, readable on a phone, without barriers."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.journeys.pages_world import DESK, PHONE, Visit, chromium
from tests.services.accounts_world import officer
from tests.services.worlds import DISTRICT, small_county
from zoning.models import ZonePlan

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Playwright's loop must not look to Django like an asynchronous caller."""
    with pytest.MonkeyPatch.context() as patch, chromium() as started:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield started


def test_an_officer_asks_what_more_seats_would_help(browser: Browser, live_server: LiveServer) -> None:
    small_county((10, 10, 10, 10, 10, 3), {"A": (0, 15), "B": (5, 60)})
    call_command("draw_zones", "--district", DISTRICT, "--stage", "primary", "--effort", "1", verbosity=0)
    plan = ZonePlan.objects.get()

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

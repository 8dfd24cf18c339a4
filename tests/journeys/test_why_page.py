"""Why this zone, in a browser: from an estate on the plan's map, and without scripts from a list; on a phone too."""

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.journeys.pages_world import DESK, PHONE, Visit
from tests.services.accounts_world import officer
from tests.services.drawn_world import seven_estates
from tests.services.worlds import DISTRICT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_an_estate_chosen_on_the_plan_is_explained(
    browser: Browser, live_server: LiveServer, size: dict[str, int]
) -> None:
    plan = seven_estates()

    visit = Visit(browser, live_server.url, size, person=officer(DISTRICT))  # type: ignore[arg-type]
    visit.go(f"/office/plans/{plan.pk}/")
    visit.wait_for("#unit-choice")
    visit.page.select_option("#unit-choice", "u1")
    visit.press("a[href*='why/?unit=u1']")
    visit.fits()

    assert "B小学：儿童 20 人，学位 15 个，超 5 人。" in visit.text()
    assert "可由 第4小区（5 人）改划 D小学 腾出学位" in visit.text()
    assert visit.barriers() == []
    assert visit.complaints == []


def test_without_scripts_an_estate_is_found_in_the_list_of_its_zone(
    browser: Browser, live_server: LiveServer
) -> None:
    plan = seven_estates()

    visit = Visit(browser, live_server.url, PHONE, scripts=False, person=officer(DISTRICT))
    visit.go(f"/office/plans/{plan.pk}/")
    visit.press("a[href$='why/']")
    visit.press("a[href^='?zone=A']")
    visit.press("a[href='?unit=u1']")

    assert "若划到 B小学" in visit.text()

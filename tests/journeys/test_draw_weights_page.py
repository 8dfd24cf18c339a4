"""Own weights in a browser: folded away, faults named at the field, queued, and shown on the plan; on a phone too."""

import pytest
from playwright.sync_api import Browser, ViewportSize
from pytest_django.live_server_helper import LiveServer

from accounts.models import JobRun
from tests.journeys.pages_world import DESK, PHONE, Visit
from tests.services.accounts_world import officer
from tests.services.drawn_world import drawn
from tests.services.worlds import DISTRICT, small_county
from zoning.tasks import DRAWING

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_an_officer_changes_weights_and_sees_them_on_the_plan(
    browser: Browser, live_server: LiveServer, size: ViewportSize
) -> None:
    small_county()
    visit = Visit(browser, live_server.url, size, person=officer(DISTRICT))

    visit.go("/office/plans/")
    assert not visit.page.is_visible("[name=class_seat_m]")
    visit.page.click("main form summary")
    visit.fits()
    assert "5,000" in visit.text()
    assert visit.barriers() == []
    visit.page.fill("[name=moved_child_m]", "100001")
    visit.page.fill("[name=township_child_m]", "500")
    visit.page.fill("[name=class_seat_m]", "300")
    visit.page.fill("[name=class_size]", "7")
    visit.press("main form .button")
    visit.fits()
    assert visit.page.locator("#id_moved_child_m_error").count() == 1
    assert visit.page.input_value("[name=class_seat_m]") == "300"
    assert visit.barriers() == []
    visit.page.fill("[name=moved_child_m]", "800")
    visit.press("main form .button")
    assert "这一项无法计入" in visit.page.inner_text("#id_township_child_m_error")
    assert not JobRun.objects.filter(kind=DRAWING).exists()
    visit.page.fill("[name=township_child_m]", "")
    visit.press("main form .button")
    assert JobRun.objects.get(kind=DRAWING).status == "queued"

    plan = drawn(
        preset="nearest",
        weights={"class_seat_m": 300},
        class_size=7,
    )
    visit.go(f"/office/plans/{plan.pk}/")
    assert "划片取向：尽量就近 · 有自定权重" in visit.text().replace(": ", "：")
    visit.page.click("summary:has-text('划片取向')")
    visit.fits()
    assert "班里有空位" in visit.text()
    assert "满班人数" in visit.text()
    assert visit.barriers() == []

"""Own weights in a browser: folded away, faults named at the field, queued, and shown on the plan; on a phone too."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize
from pytest_django.live_server_helper import LiveServer

from accounts.models import JobRun
from geo_data.models import DistanceMethod, Stage
from geo_data.services.measures import Manner
from tests.journeys.pages_world import DESK, PHONE, Visit, chromium
from tests.services.accounts_world import officer
from tests.services.street_world import measured, with_streets
from tests.services.worlds import DISTRICT, NOON, small_county
from zoning.services.drawing import draw_zones_of_district
from zoning.tasks import DRAWING

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Playwright's loop must not look to Django like an asynchronous caller."""
    with pytest.MonkeyPatch.context() as patch, chromium() as started:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield started


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

    plan = draw_zones_of_district(
        actor=None,
        now=NOON,
        district_code=DISTRICT,
        stage=Stage.PRIMARY,
        preset="nearest",
        weights={"class_seat_m": 300},
        class_size=7,
        effort=1,
    )
    visit.go(f"/office/plans/{plan.pk}/")
    assert "划片取向：尽量就近 · 有自定权重" in visit.text().replace(": ", "：")
    visit.page.click("summary:has-text('划片取向')")
    visit.fits()
    assert "班里有空位" in visit.text()
    assert "满班人数" in visit.text()
    assert visit.barriers() == []


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_an_officer_weighs_main_roads_and_sees_how_many_children_cross_them(
    browser: Browser, live_server: LiveServer, size: ViewportSize, tmp_path: Path
) -> None:
    # given estates of which the last lies beyond a main road, and straight lines only
    small_county((10, 10, 4, 10), {"A": (0, 25), "B": (3, 25)})
    visit = Visit(browser, live_server.url, size, person=officer(DISTRICT))

    # when the weight is filled in, then it is refused at its field with what to do
    visit.go("/office/plans/")
    visit.page.click("main form summary")
    visit.page.fill("[name=crossing_m]", "300")
    visit.press("main form .button")
    visit.fits()
    assert "请先量距" in visit.page.inner_text("#id_crossing_m_error")
    assert visit.barriers() == []

    # when walks are measured with a penalty, then the page says that both count, and takes the weight
    with_streets(tmp_path)
    measured(Manner(DistanceMethod.WALK, 60))
    visit.go("/office/plans/")
    visit.page.click("main form summary")
    assert "已折算 60 米；再填主干道权重，两者相加" in visit.text()
    visit.page.fill("[name=crossing_m]", "300")
    visit.press("main form .button")
    assert JobRun.objects.get(kind=DRAWING).status == "queued"

    # and the plan tells how many children cross a main road
    plan = draw_zones_of_district(
        actor=None,
        now=NOON,
        district_code=DISTRICT,
        stage=Stage.PRIMARY,
        weights={"crossing_m": 300},
        effort=1,
    )
    visit.go(f"/office/plans/{plan.pk}/")
    assert "需穿越主干道的儿童" in visit.text()
    assert "合计穿越主干道 4 条次" in visit.text()
    visit.page.click("summary:has-text('划片取向')")
    assert "上学途中要穿越主干道" in visit.text()
    visit.fits()
    assert visit.barriers() == []
    visit.go(f"/office/plans/{plan.pk}/why/?unit=u2")
    assert "途中穿越主干道由 1 条变为 0 条。" in visit.text()
    assert visit.barriers() == []

"""Officers and families see streets: the network is drawn, a street is closed, a link chosen on the map."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from geo_data.models import Stage, StreetEdit
from tests.journeys.pages_world import DESK, PHONE, Visit
from tests.journeys.test_pages import COLOURS_ON_CANVAS
from tests.services.accounts_world import officer
from tests.services.street_world import measured, with_streets
from tests.services.worlds import DISTRICT, small_county
from zoning.services.drawing import draw_zones_of_district
from zoning.services.publications import publish_plan

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]
RED = "179,38,30"  # the way to school


def test_an_officer_closes_a_street_found_by_name(
    browser: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    # given the streets of a county, measured
    small_county()
    with_streets(tmp_path)
    measured()
    visit = Visit(browser, live_server.url, DESK, person=officer())

    # when the officer opens the page, then the network is drawn
    visit.go("/office/streets/?q=" + quote("环路"))
    visit.wait_for("[data-drawn]")
    # stretches between junctions: 长街 in four, 大道 in two, 环路 and 孤路
    assert visit.page.get_attribute("[data-street-map]", "data-drawn") == "8"
    assert visit.barriers() == []

    # when the street is closed from the list, then it is recorded, and walks must be measured again
    visit.press("#found tbody a")
    visit.page.fill("[name=reason]", "施工")
    visit.press("main form .button")
    assert StreetEdit.objects.get().place == "环路"
    assert "重新量距" in visit.text()
    visit.fits()
    assert visit.complaints == []


def test_a_family_sees_the_way_to_school(
    browser: Browser, live_server: LiveServer, tmp_path: Path, settings: Settings
) -> None:
    # given zones drawn by walks and in force today, on a map with a review number
    settings.MAP_REVIEW_NUMBER = "豫S（2026）001号"
    small_county()
    with_streets(tmp_path)
    measured()
    now = timezone.now()
    plan = draw_zones_of_district(actor=None, now=now, district_code=DISTRICT, stage=Stage.PRIMARY, effort=1)
    today = timezone.localdate(now)
    publish_plan(actor=None, now=now, plan_id=plan.pk, from_on=today - timedelta(days=1), until_on=None)
    visit = Visit(browser, live_server.url, PHONE)

    # when a family asks
    visit.go("/zones/?unit=u1")
    visit.wait_for("[data-route-drawn]")
    visit.page.wait_for_timeout(1500)

    # then the walk stands beside the straight line, and the way is drawn in red
    assert "步行" in visit.text()
    assert "920 米" in visit.text()
    assert RED in visit.page.evaluate(COLOURS_ON_CANVAS.replace("> 500", "> 50"))
    assert visit.complaints == []

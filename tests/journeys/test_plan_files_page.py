"""On a phone somebody reads how to check the zones, and takes the files with them."""

import zipfile
from datetime import date

import pytest
from playwright.sync_api import Browser
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from geo_data.models import Stage
from tests.journeys.pages_world import DESK, PHONE, Visit
from tests.services.accounts_world import officer
from tests.services.worlds import DISTRICT, NOON, small_county
from zoning.models import ZonePlan
from zoning.services.drawing import draw_zones_of_district
from zoning.services.publications import publish_plan

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]


def published() -> ZonePlan:
    small_county()
    plan = draw_zones_of_district(actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, effort=1)
    publish_plan(actor=None, now=NOON, plan_id=plan.pk, from_on=date(2026, 1, 1), until_on=None)
    return plan


def files_taken(visit: Visit) -> list[str]:
    with visit.page.expect_download() as waiting:
        visit.page.click("a[href$='/files.zip']")
    with zipfile.ZipFile(waiting.value.path()) as archive:
        return archive.namelist()


def test_a_stranger_reads_how_to_check_the_zones_and_takes_the_files(
    browser: Browser, live_server: LiveServer, settings: Settings
) -> None:
    settings.MAP_REVIEW_NUMBER, settings.PLAN_FILES_PUBLIC = "豫S（2026）001号", True
    published()

    for size in (PHONE, DESK):
        visit = Visit(browser, live_server.url, size)
        visit.go(f"/zones/schools/?district={DISTRICT}")
        visit.fits()
        said = visit.text()
        for words in (
            "自己核对这些学区",
            "不含任何个人的信息",
            "规则是否都遵守了",
            "python verify.py --units units.csv",
        ):
            assert words in said
        assert visit.barriers() == []
        assert {"plan.csv", "verify.py", "verify_bound.py", "README.txt"} <= set(files_taken(visit))
        assert visit.complaints == []


def test_an_officer_takes_the_files_from_the_page_of_the_plan(
    browser: Browser, live_server: LiveServer, settings: Settings
) -> None:
    settings.REQUIRE_SECOND_FACTOR = False
    plan = published()
    visit = Visit(browser, live_server.url, PHONE, person=officer(DISTRICT))

    visit.go(f"/office/plans/{plan.pk}/")

    assert "report.json" in files_taken(visit)

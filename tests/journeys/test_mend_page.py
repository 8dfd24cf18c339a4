"""A draft that breaks rules is made lawful in a browser: on a phone, without scripts, on the map; and why not."""

import pytest
from django.test import Client
from playwright.sync_api import Browser
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from geo_data.models import Stage
from tests.journeys.pages_world import DESK, PHONE, Visit
from tests.services.accounts_world import auditor, officer
from tests.services.worlds import DISTRICT, NOON, small_county
from zoning.models import ZonePlan
from zoning.services.plans import import_plan, move_units

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]

THIRDS = [("u0", ["A"]), ("u1", ["A"]), ("u2", ["B"]), ("u3", ["B"]), ("u4", ["C"]), ("u5", ["C"])]


def draft(last: int = 35) -> ZonePlan:
    """An estate was moved by hand into B, which has too few seats then; `last` are those of C beside it."""
    small_county((10,) * 6, {"A": (0, 25), "B": (2, 25), "C": (5, last)})
    plan = import_plan(actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, rows=THIRDS)
    return move_units(actor=None, now=NOON, plan_id=plan.pk, moves={"u1": "B"}, reason="a new bridge")


@pytest.mark.parametrize("scripts", [True, False])
def test_an_officer_sees_what_would_move_and_stores_it(
    browser: Browser, live_server: LiveServer, settings: Settings, scripts: bool
) -> None:
    settings.REQUIRE_SECOND_FACTOR = False
    plan = draft()
    visit = Visit(browser, live_server.url, PHONE, scripts=scripts, person=officer(DISTRICT))

    # given the draft, its page leads to what would move
    visit.go(f"/office/plans/{plan.pk}/")
    visit.press(".notice a.button[href$='/mend/']")
    visit.fits()
    said = visit.text()
    for words in ("第3小区", "B小学", "C小学", "第1小区"):
        assert words in said
    assert ZonePlan.objects.count() == 2
    if scripts:
        assert visit.barriers() == []

    # when no reason is written, nothing is stored
    visit.press("main form .button")
    assert ZonePlan.objects.count() == 2
    assert "422" in "".join(visit.complaints)
    visit.complaints.clear()

    # then with one it is
    visit.page.fill("[name=reason]", "B校学位不足")
    visit.press("main form .button")
    mended = ZonePlan.objects.get(number=3)
    assert visit.page.url.endswith(f"/office/plans/{mended.pk}/")
    assert (mended.lawful, mended.report["mended"]) == (True, ["u3"])
    assert "第3小区" in visit.text() or "u3" in visit.text()
    assert visit.complaints == []


def test_the_map_outlines_what_would_move_from_the_keyboard(
    browser: Browser, live_server: LiveServer, settings: Settings
) -> None:
    settings.REQUIRE_SECOND_FACTOR = False
    plan = draft()
    visit = Visit(browser, live_server.url, DESK, person=officer(DISTRICT))
    visit.go(f"/office/plans/{plan.pk}/")
    visit.wait_for(".workspace .panel .button")

    visit.page.focus(".workspace .panel .button")
    visit.page.keyboard.press("Enter")
    visit.wait_for(".workspace .panel a[href$='/mend/']")

    panel = visit.page.inner_text(".workspace .panel >> nth=0")
    assert "第3小区" in panel
    assert "B小学 → C小学" in panel
    assert ZonePlan.objects.count() == 2
    assert visit.barriers() == []
    assert visit.complaints == []


def test_an_officer_reads_why_it_cannot_be(
    browser: Browser, live_server: LiveServer, settings: Settings
) -> None:
    settings.REQUIRE_SECOND_FACTOR = False
    plan = draft(last=25)
    visit = Visit(browser, live_server.url, PHONE, person=officer(DISTRICT))

    visit.go(f"/office/plans/{plan.pk}/mend/")

    assert not visit.page.query_selector("[name=reason]")
    assert "合规" in visit.text()
    assert visit.barriers() == []


def test_an_officer_undoes_a_change_by_bringing_the_version_before_it_back(
    browser: Browser, live_server: LiveServer, settings: Settings
) -> None:
    settings.REQUIRE_SECOND_FACTOR = False
    plan = draft()
    visit = Visit(browser, live_server.url, PHONE, scripts=False, person=officer(DISTRICT))

    # given the newest version: nothing newer could be undone by bringing it back, but it leads to the one before
    visit.go(f"/office/plans/{plan.pk}/")
    assert not visit.page.query_selector("#restore")
    visit.press("main a[href$='#restore']")

    # when no reason is written, nothing is stored
    visit.press("#restore .button")
    assert "422" in "".join(visit.complaints)
    assert ZonePlan.objects.count() == 2
    visit.complaints.clear()

    # then with one the version before is there again, as a third
    visit.page.fill("#restore [name=reason]", "改错了")
    visit.press("#restore .button")
    restored = ZonePlan.objects.get(number=3)
    assert visit.page.url.endswith(f"/office/plans/{restored.pk}/")
    assert (restored.lawful, restored.report["restored"], restored.report["reason"]) == (True, 1, "改错了")
    visit.fits()
    assert visit.complaints == []


def test_who_may_not_edit_zones_brings_nothing_back(client: Client) -> None:
    plan = draft()
    client.force_login(auditor(DISTRICT))

    answer = client.post(f"/office/plans/{plan.pk}/restore/", {"reason": "r"})

    assert answer.status_code == 403
    assert ZonePlan.objects.count() == 2

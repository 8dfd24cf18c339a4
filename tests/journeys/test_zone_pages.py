"""From an address to its school in a real browser, on a small phone; and what the bureau is told is missing."""

from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from geo_data.models import AddressRequest
from tests.journeys.pages_world import DESK, PHONE, Visit
from tests.services import address_world as register
from tests.services import geo_world as world
from tests.services.accounts_world import officer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]


@pytest.fixture(autouse=True)
def _county(tmp_path: Path) -> None:
    register.zoned_county(tmp_path)
    this_year = timezone.localdate().year
    for year in (this_year - 1, this_year, this_year + 1):
        if year != 2026:
            register.in_force(register.WEST_AND_EAST, year)


def _search(visit: Visit, text: str) -> str:
    visit.go("/zones/")
    visit.page.fill("[name=q]", text)
    visit.press("main form .button")
    visit.fits()
    return visit.text()


def test_a_family_without_scripts_finds_its_school_and_chooses_where_it_must(
    browser: Browser, live_server: LiveServer
) -> None:
    visit = Visit(browser, live_server.url, PHONE, scripts=False)

    # a building settles it
    assert "第三小学" in _search(visit, "锦绣花园2栋3单元501")
    assert "501" not in visit.page.inner_text("main h2 >> nth=0")

    # an estate in two zones asks for the building
    assert "是哪一栋" in _search(visit, "锦绣花园")
    visit.press("main .choices a >> nth=0")
    assert "第一小学" in visit.text()

    # a road asks for the number, and names odd and even ones
    assert "文化路3–5号（单号）" in _search(visit, "文化路")

    # the name of a unit still answers
    assert "第一小学" in _search(visit, "东柳庄村")


def test_suggestions_answer_while_a_family_types_pinyin(browser: Browser, live_server: LiveServer) -> None:
    visit = Visit(browser, live_server.url, PHONE)
    visit.go("/zones/")

    visit.page.type("[name=q]", "ygjy")
    visit.wait_for(".suggestions li")
    assert visit.page.inner_text(".suggestions li") == "阳光家园 · 城关镇"
    visit.page.keyboard.press("ArrowDown")
    visit.page.keyboard.press("Enter")
    visit.wait_for("main table")

    assert "第三小学" in visit.text()
    assert not visit.complaints


def test_a_missing_address_is_told_answered_and_read(
    browser: Browser, live_server: LiveServer, settings: Settings
) -> None:
    settings.REQUIRE_SECOND_FACTOR = False
    family = Visit(browser, live_server.url, PHONE, scripts=False)

    # given a family whose address is not in the register
    assert "没有找到" in _search(family, "新开发的楼盘")
    family.page.fill("[name=phone]", "12")
    family.press("main form[method=post] .button")
    assert "不是手机号码" in family.text()
    family.page.fill("[name=phone]", "")
    family.press("main form[method=post] .button")
    assert "已收到" in family.text()
    own_page = family.page.url

    # when an officer answers
    desk = Visit(browser, live_server.url, DESK, person=officer(world.CODE))
    desk.go("/office/addresses/")
    desk.press("main table a")
    desk.page.fill("[name=reply]", "属于锦绣花园学区")
    desk.page.fill("[name=unit_code]", "A")
    desk.press("main form .button")

    # then the family reads it on its page
    family.page.goto(own_page)
    assert "属于锦绣花园学区" in family.text()
    assert AddressRequest.objects.get().state == "added"


def test_a_school_says_what_belongs_to_it(browser: Browser, live_server: LiveServer) -> None:
    visit = Visit(browser, live_server.url, PHONE, scripts=False)
    visit.go(f"/zones/schools/?district={world.CODE}")
    visit.press("main .choices a >> nth=0")
    visit.fits()

    said = visit.text()
    for words in ("第一小学", "东柳庄村", "锦绣花园：1号楼", "3–5号（单号）"):
        assert words in said


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ("", ""),
        ("?on=2026-10-01", ""),
        ("?on=1999-09-01", "没有公布包含这所学校的学区"),
        ("?on=tomorrow", "不是日期"),
    ],
)
def test_a_school_page_never_passes_over_the_day_asked_for(client: Client, on: str, said: str) -> None:
    answer = client.get(f"/zones/schools/{world.CODE}/P1/{on}")

    page = answer.content.decode()
    assert (answer.status_code, "第一小学" in page) == (200, True)
    assert (said in page) if said else ("没有公布" not in page and "不是日期" not in page)


def test_zone_pages_have_no_barrier_that_axe_finds(
    browser: Browser, live_server: LiveServer, settings: Settings
) -> None:
    settings.REQUIRE_SECOND_FACTOR = False
    visit = Visit(browser, live_server.url, PHONE)
    desk = Visit(browser, live_server.url, DESK, person=officer(world.CODE))
    pages = (
        *((visit, f"/zones/?q={q}") for q in ("锦绣花园1号楼", "锦绣花园", "文化路7号", "没有")),
        (visit, f"/zones/missing/?district={world.CODE}"),
        (visit, f"/zones/schools/?district={world.CODE}"),
        (visit, f"/zones/schools/{world.CODE}/P1/"),
        (desk, "/office/addresses/"),
    )

    barriers = []
    for one, path in pages:
        one.page.goto(one.address + path)
        one.fits()
        barriers += one.barriers()
    assert barriers == []

"""The pages in a real browser: a family on a small phone, an officer at the map, a stranger who checks."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, ViewportSize
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Role
from accounts.selectors.people import phone_index
from admissions.models import AdmissionRound, Application, ApplicationStatus
from admissions.services.results import publish_results
from geo_data.models import Household
from tests.journeys.pages_world import DESK, PHONE, Visit, open_calendar
from tests.services import round_world
from tests.services.accounts_world import auditor, staff
from tests.services.round_world import RoundWorld
from zoning.models import ZonePlan
from zoning.services.publications import publish_plan

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]

HOUSEHOLD_PHONE = "+8613800000001"


def test_family_applies_on_a_small_phone_without_scripts(
    browser: Browser, live_server: LiveServer, settings: Settings
) -> None:
    # given an open round and a child of the census
    settings.DEMO = True
    world, number = _child_before_open_round()
    visit = Visit(browser, live_server.url, PHONE, scripts=False)

    # when the family signs in by code and answers one question after the other
    visit.page.goto(f"{live_server.url}/apply/")
    visit.page.fill("[name=phone]", "13800000001")
    visit.press("main form .button")
    visit.page.fill("main [name=code]", visit.page.inner_text(".receipt"))
    visit.press("main form .button >> nth=0")
    visit.press("main .actions .button")
    visit.press("main .actions .button")
    assert "请再看一下" in visit.text()  # nothing was filled in
    visit.page.fill("[name=child_name]", "样例")
    visit.page.fill("[name=identity_number]", number)
    visit.press("main .actions .button")
    visit.page.fill("[name=unit_name]", world.county.units.units.get(code="u1").name)
    visit.page.fill("[name=address]", "3号楼501")
    visit.page.fill("[name=guardian_name]", "张秀英")
    visit.press("main .actions .button")
    for _page in ("found", "choices", "coordination"):
        visit.fits()
        visit.press("main .actions .button")
    visit.press("main .actions .button")

    # then there is a receipt, the page of the application says the same, and withdrawing asks first
    application = Application.objects.select_related("receipt").get()
    assert visit.page.inner_text(".receipt") == application.receipt.receipt
    visit.press("main .actions .button")
    assert application.receipt.receipt in visit.text()
    visit.press("main a[href$='/withdraw/']")
    visit.press("main .button-danger")
    application.refresh_from_db()
    assert application.status == ApplicationStatus.WITHDRAWN


def test_registers_are_shown_to_the_household_and_to_nobody_else(
    browser: Browser, live_server: LiveServer, settings: Settings
) -> None:
    # given a household whose phone the census knows
    settings.DEMO = True
    world, number = _child_before_open_round()
    Household.objects.update(phone_index=phone_index(HOUSEHOLD_PHONE))

    # when its own phone and a stranger's ask for the same child
    own = _found_page(browser, live_server.url, "13800000001", number, world)
    strange = _found_page(browser, live_server.url, "13800000002", number, world)

    # then only the household reads what the registers say; both learn the school of the home
    assert "家庭户" in own
    assert "家庭户" not in strange
    assert "您家的对口学校" in own
    assert "您家的对口学校" in strange


def test_zone_map_is_drawn_and_an_estate_moves_to_the_next_zone(
    browser: Browser, live_server: LiveServer, settings: Settings
) -> None:
    # given a plan of four estates
    settings.REQUIRE_SECOND_FACTOR = False
    world = round_world.county_with_zones()
    plan = world.publication.plan
    visit = Visit(browser, live_server.url, DESK, person=world.officer)

    # when the officer opens it
    visit.go(f"/office/plans/{plan.pk}/")
    visit.wait_for("[data-drawn]")

    # then the canvas holds the colours of both zones
    colours = visit.page.evaluate(COLOURS_ON_CANVAS)
    assert {"242,193,133", "169,211,238"} <= set(colours), colours

    # when an estate at the border is chosen from the list and sent to the neighbouring zone
    visit.page.select_option("#unit-choice", "u1")
    visit.page.click(".panel .row-button")
    visit.page.fill("[name=reason]", "新建小区，就近入学")
    visit.press("#move form .button")

    # then a new version holds it, and the old one is as it was
    new = ZonePlan.objects.exclude(pk=plan.pk).get()
    assert new.assignments.get(unit__code="u1").zone.code == "B"
    assert plan.assignments.get(unit__code="u1").zone.code == "A"
    assert str(new.pk) in visit.page.url
    assert visit.complaints == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_families_see_a_map_only_with_its_review_number(
    browser: Browser, live_server: LiveServer, settings: Settings, size: ViewportSize
) -> None:
    # given zones in force
    world = round_world.county_with_zones()
    _publish_for_today(world)
    visit = Visit(browser, live_server.url, size)

    # when the map has no review number, then the answer stands there in words
    visit.go("/zones/?unit=u1")
    assert "A小学" in visit.text()
    assert visit.page.locator("[data-zone-map]").count() == 0

    # when it has one, then the zone is drawn, its school named, and the number stands under it
    settings.MAP_REVIEW_NUMBER = "豫S（2026）001号"
    visit.go("/zones/?unit=u1")
    visit.wait_for("[data-drawn]")
    assert visit.page.inner_text(".map-school") == "A小学"
    assert "审图号: 豫S（2026）001号" in visit.text()
    assert "213,230,218" in visit.page.evaluate(COLOURS_ON_CANVAS)
    assert visit.complaints == []


def test_stranger_draws_every_ticket_again(browser: Browser, live_server: LiveServer) -> None:
    # given a published round
    _world, admission_round = _published_round()
    visit = Visit(browser, live_server.url, PHONE)

    # when somebody presses the button on the check page
    visit.go(f"/check/{admission_round.pk}/")
    visit.page.click("[data-recompute] button")
    visit.wait_for("[data-recompute] .notice")

    # then all tickets agree, and the browser had nothing to complain of
    assert re.search(r"全部 [1-9]\d* 个派位号重新计算无误", visit.text())
    assert visit.complaints == []


def test_pages_have_no_barrier_that_axe_finds(
    browser: Browser, live_server: LiveServer, settings: Settings
) -> None:
    # given a published round and its county
    settings.REQUIRE_SECOND_FACTOR = False
    world, admission_round = _published_round()
    plan = world.publication.plan.pk
    public = [
        "/",
        "/zones/?unit=u1",
        "/accounts/code/",
        "/accounts/login/",
        "/results/",
        f"/results/{admission_round.pk}/",
    ]
    public += ["/check/", f"/check/{admission_round.pk}/"]
    office = [
        "/office/",
        "/office/data/",
        "/office/plans/",
        f"/office/plans/{plan}/",
        f"/office/rounds/{admission_round.pk}/",
    ]

    school, administrator = staff(Role.SCHOOL_OFFICER, school_code="A"), staff(Role.ADMINISTRATOR)
    desks = {
        None: public,
        world.officer: office,
        auditor(): ["/office/", "/office/audit/"],
        school: ["/office/", f"/office/receipts/{admission_round.pk}/"],
        administrator: ["/office/", f"/office/people/{school.pk}/"],
    }

    # when each is opened on a phone and at a desk, then axe finds nothing
    barriers = []
    for size in (PHONE, DESK):
        for person, paths in desks.items():
            visit = Visit(browser, live_server.url, size, person=person)
            for path in paths:
                visit.go(path)
                barriers += visit.barriers()
            assert visit.complaints == []
    assert barriers == []


COLOURS_ON_CANVAS = """() => {
  const canvas = document.querySelector("canvas.maplibregl-canvas");
  const gl = canvas.getContext("webgl2");
  const pixels = new Uint8Array(canvas.width * canvas.height * 4);
  gl.readPixels(0, 0, canvas.width, canvas.height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  const counts = {};
  for (let at = 0; at < pixels.length; at += 4) {
    const key = [pixels[at], pixels[at + 1], pixels[at + 2]].join(",");
    counts[key] = (counts[key] || 0) + 1;
  }
  return Object.keys(counts).filter((key) => counts[key] > 500);
}"""


def _publish_for_today(world: RoundWorld) -> None:
    """Keep the plan in force after its first year, however late these tests run."""
    publish_plan(
        actor=world.officer,
        now=round_world.OPENS,
        plan_id=world.publication.plan_id,
        from_on=world.publication.in_force.upper,
        until_on=None,
    )


def _child_before_open_round() -> tuple[RoundWorld, str]:
    """A round open at this moment, and the identity number of a child of the census."""
    world = round_world.county_with_zones()
    _publish_for_today(world)
    (number,) = round_world.add_children(world, ["u1"])
    round_world.round_open(world, calendar=open_calendar(timezone.localtime()))
    return world, number


def _published_round() -> tuple[RoundWorld, AdmissionRound]:
    """A round of six children whose results are out."""
    world = round_world.county_with_zones()
    numbers = round_world.add_children(world, ["u0", "u1", "u1", "u2", "u3", "u3"])
    admission_round = round_world.round_open(world)
    homes = zip(numbers, ["u0", "u1", "u1", "u2", "u3", "u3"], strict=True)
    round_world.file_all(
        world,
        admission_round,
        [round_world.form(number, unit, private_schools=("P",)) for number, unit in homes],
    )
    round_world.drawn(world, admission_round)
    publish_results(actor=world.officer, now=round_world.RESULTS_DAY, round_id=admission_round.pk)
    return world, admission_round


def _found_page(browser: Browser, address: str, phone: str, number: str, world: RoundWorld) -> str:
    visit = Visit(browser, address, PHONE, scripts=False)
    visit.page.goto(f"{address}/apply/")
    visit.page.fill("[name=phone]", phone)
    visit.press("main form .button")
    visit.page.fill("main [name=code]", visit.page.inner_text(".receipt"))
    visit.press("main form .button >> nth=0")
    visit.press("main .actions .button")
    visit.page.fill("[name=child_name]", "样例")
    visit.page.fill("[name=identity_number]", number)
    visit.press("main .actions .button")
    visit.page.fill("[name=unit_name]", world.county.units.units.get(code="u1").name)
    visit.page.fill("[name=address]", "3号楼501")
    visit.page.fill("[name=guardian_name]", "张秀英")
    visit.press("main .actions .button")
    return visit.text()

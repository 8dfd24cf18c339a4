"""A family reads why, with figures and the proof of its place on the list, and objects; an officer reads the law."""

import json
import os
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, ViewportSize
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from admissions.models import Application, EntryList
from admissions.rules.status import Action as Step
from admissions.services.applications import file_application, file_applications
from admissions.services.review import review_application, withdraw_application
from common import merkle
from common.canonical import canonical_json
from tests.journeys.pages_world import DESK, PHONE, Visit, open_calendar
from tests.journeys.test_after_results_pages import results_out_now
from tests.services.accounts_world import guardian
from tests.services.round_world import add_children, county_with_zones, form, identity, round_open

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]
PICTURES = os.environ.get("JIUJIN_PICTURES", "")


def pictured(visit: Visit, name: str) -> None:
    """Keep a picture, when somebody wants to look."""
    if PICTURES:
        visit.page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def family(browser: Browser, live_server: LiveServer, size: ViewportSize, person: User) -> Visit:
    """A guardian who is signed in already; how that is done with a code stands elsewhere."""
    client = Client()
    client.force_login(person, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    visit = Visit(browser, live_server.url, size)
    cookie = client.cookies[django_settings.SESSION_COOKIE_NAME]
    visit.page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return visit


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_family_without_its_school_reads_the_figures_and_takes_its_proof(
    browser: Browser, live_server: LiveServer, size: ViewportSize
) -> None:
    # given a round whose results are out, and a family that did not get its school
    found = results_out_now()
    lost = found.waiting_for("A.zone")[0]
    visit = family(browser, live_server, size, found.family(lost))

    # when it opens its page and the figures
    visit.go(f"/my/{lost.pk}/")
    visit.page.click("details:has(dl) > summary")
    told = visit.text()

    # then it reads seats, applicants by category, the end of admission, and its own keys and ticket
    for words in ("填报人数", "人户一致: 5", "录取到", "落户日期: 2020-05-01", "派位号"):
        assert words in told
    visit.fits()
    assert visit.barriers() == []
    pictured(visit, f"family-figures-{size['width']}")

    # and its proof leads to the published root
    with visit.page.expect_download() as taken:
        visit.page.click("a[href$='/proof/']")
    proof = json.loads(Path(taken.value.path()).read_text(encoding="utf-8"))
    root = EntryList.objects.get().merkle_root
    path = [bytes.fromhex(item) for item in proof["path"]]
    leaf = canonical_json(proof["entry"])
    assert merkle.is_included(leaf, proof["index"], proof["size"], path, bytes.fromhex(root))
    assert root in visit.text()
    visit.go(f"/check/{found.round.pk}/")
    assert root in visit.text()
    assert "HMAC-SHA-256" in visit.text()
    pictured(visit, f"check-{size['width']}")
    assert visit.complaints == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_refused_family_reads_why_and_objects(
    browser: Browser, live_server: LiveServer, settings: Settings, size: ViewportSize
) -> None:
    # given a refused application in a round that is open now
    settings.REQUIRE_SECOND_FACTOR = False
    now = timezone.localtime()
    world = county_with_zones()
    opened = round_open(world, calendar=open_calendar(now))
    person = guardian()
    filed = file_application(actor=person, now=now, round_id=opened.pk, form=form(identity(77), "u0"))
    review_application(
        actor=world.officer, now=now, application_id=filed.pk, step=Step.REFUSE, reason="与户口簿不符"
    )
    visit = family(browser, live_server, size, person)

    # when the family reads its page and objects
    visit.go(f"/my/{filed.pk}/")
    assert "与户口簿不符" in visit.text()
    pictured(visit, f"refused-{size['width']}")
    visit.press("a[href$='/objection/']")
    visit.fits()
    assert visit.barriers() == []
    pictured(visit, f"objection-{size['width']}")
    visit.press("main form .button")

    # then an officer has it again, and the family is told so
    assert "异议已收到" in visit.page.inner_text("body")
    assert Application.objects.get(pk=filed.pk).status == "filed"
    desk = Visit(browser, live_server.url, size, person=world.officer)
    desk.go(f"/office/applications/{filed.pk}/")
    assert "曾不予受理，正在复核" in desk.text()
    assert "告知家长的理由： 与户口簿不符" in desk.text()
    pictured(desk, f"review-{size['width']}")
    assert visit.complaints + desk.complaints == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_an_officer_reads_residence_with_clauses_and_withdrawals_near_the_line(
    browser: Browser, live_server: LiveServer, settings: Settings, size: ViewportSize
) -> None:
    # given a migrant child, and a private school of two seats that two of four families took off their lists
    settings.REQUIRE_SECOND_FACTOR = False
    now = timezone.localtime()
    world = county_with_zones()
    opened = round_open(world, calendar=open_calendar(now))
    migrant = {
        "registration_district": "340102",
        "registration_unit": None,
        "permit_valid_from": "2020-03-01",
        "permit_endorsed_on": ["2021-02-20"],
    }
    numbers = [*add_children(world, ["u0"] * 3), *add_children(world, ["u0"], **migrant)]
    forms = [form(number, "u0", private_schools=("P",)) for number in numbers]
    file_applications(actor=world.officer, now=now, round_id=opened.pk, forms=forms, source="counter")
    rows = list(Application.objects.order_by("filed_at", "pk"))
    strange = next(row for row in rows if any(fact["value"] == "340102" for fact in row.facts))
    for row in [row for row in rows if row != strange][:2]:
        withdraw_application(actor=world.officer, now=now, application_id=row.pk)
    desk = Visit(browser, live_server.url, size, person=world.officer)

    # when the officer opens the child's page and the round's
    desk.go(f"/office/applications/{strange.pk}/")

    # then the three questions are answered apart, and the withdrawals are there to be looked at
    for words in ("能否申领居住证", "居住证是否有效", "居住证连续居住满几年", "《居住证暂行条例》"):
        assert words in desk.text()
    assert desk.barriers() == []
    pictured(desk, f"residence-{size['width']}")
    desk.go(f"/office/rounds/{opened.pk}/")
    assert "撤回后恰好不用派位" in desk.text()
    assert desk.barriers() == []
    pictured(desk, f"round-{size['width']}")
    assert desk.complaints == []

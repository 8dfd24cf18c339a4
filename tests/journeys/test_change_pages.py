"""A family changes its application on its phone, twice at once, and an officer reads what changed."""

from dataclasses import fields
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from accounts.selectors.people import open_phone
from admissions.models import AdmissionRound, Application
from admissions.rules.application_form import NOT_COMPARED
from admissions.rules.status import Action as Step
from admissions.selectors.written_forms import list_line_ids, written_form
from admissions.services.applications import ApplicationForm, file_application
from admissions.services.review import object_to_refusal, review_application
from frontend.pages.form_words import LABELS, PERSONAL
from tests.journeys.pages_world import DESK, PHONE, Visit, open_calendar, past_calendar
from tests.journeys.test_after_results_pages import visit
from tests.journeys.test_figures_and_objection_pages import family, pictured
from tests.services.accounts_world import guardian
from tests.services.round_world import (
    RoundWorld,
    add_children,
    county_with_zones,
    form,
    identity,
    round_open,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]


def filed_now(*, known: bool = True) -> tuple[RoundWorld, AdmissionRound, User, Application]:
    """A child with a private school on its list in a round that is open now."""
    world = county_with_zones()
    number = add_children(world, ["u0"])[0] if known else identity(77)
    opened = round_open(world, calendar=open_calendar(timezone.localtime()))
    parent = guardian()
    written = form(
        number, "u0", address="1 号楼", guardian_name="甲父", phone=open_phone(parent), private_schools=("P",)
    )
    filed = file_application(actor=parent, now=timezone.now(), round_id=opened.pk, form=written)
    return world, opened, parent, filed


def test_a_family_changes_its_list_and_sees_what_changes_before_it_confirms(
    browser: Browser, live_server: LiveServer
) -> None:
    # given a filed application
    _, _, parent, filed = filed_now()
    phone = family(browser, live_server, PHONE, parent)

    # when the family takes it up, then its answers are filled in
    phone.go(f"/my/{filed.pk}/")
    phone.press("a[href$='/change/']")
    pictured(phone, "change-360")
    phone.press("main form .button")
    assert "还没有改动" in phone.text()
    phone.press("a[href$='/choices/']")
    assert phone.page.input_value("[name=private_1]") == "P"

    # when it takes the private school off, then that is shown before it confirms
    phone.page.select_option("[name=private_1]", "")
    phone.press("main form .button")
    if phone.page.url.endswith("/coordination/"):  # other schools may mean another question without a place
        phone.press("main form .button")
    told = phone.text()
    assert ("民办学校" in told, "P小学" in told, "确认修改" in told) == (True, True, True)
    assert list_line_ids(filed) == ["P.private_open", "A.zone"]
    phone.fits()
    assert phone.barriers() == []
    pictured(phone, "change-check-360")
    phone.press("main form .button:not(.button-second)")

    # then it stands, with the same receipt
    assert "报名号不变" in phone.page.inner_text("body")
    filed.refresh_from_db()
    assert (filed.version, list_line_ids(filed)) == (2, ["A.zone"])
    assert phone.complaints == []


def test_two_devices_change_one_application_and_the_second_sees_what_the_first_did() -> None:
    # given the same change page open on two devices
    _, opened, parent, filed = filed_now()
    first, second = visit(parent), visit(parent)
    check, choices, home = (f"/apply/{opened.pk}/{name}/" for name in ("check", "choices", "home"))
    for device in (first, second):
        assert device.post(f"/my/{filed.pk}/change/").url == check  # type: ignore[attr-defined]  # a redirect

    # when the first takes a school off, and the second, which has not seen that, corrects the address
    _choose(first, choices, "")
    assert first.post(check).status_code == 302
    _move_house(second, home, "2 号楼")
    conflict = second.post(check)

    # then the second is told, has its own answers still, and sees them beside what stands now
    page = conflict.content.decode()
    assert conflict.status_code == 409
    assert "可能是在另一台设备上" in page
    assert "2 号楼" in page
    assert written_form(Application.objects.get()).address == "1 号楼"

    # and confirming again is a change of what stands now
    assert second.post(check).status_code == 302
    stands = Application.objects.get()
    assert (stands.version, written_form(stands).address) == (3, "2 号楼")


def test_a_change_that_is_left_leaves_the_application_and_the_way_to_another_free() -> None:
    _, opened, parent, filed = filed_now()
    device = visit(parent)
    device.post(f"/my/{filed.pk}/change/")
    _choose(device, f"/apply/{opened.pk}/choices/", "")
    left = device.post(f"/apply/{opened.pk}/check/", {"leave": "1"})
    assert left.url == f"/my/{filed.pk}/"  # type: ignore[attr-defined]  # a redirect
    assert Application.objects.get().version == 1
    device.post(f"/my/{filed.pk}/change/")
    assert "开始" in device.get(f"/apply/{opened.pk}/").content.decode()


def test_a_stranger_and_a_closed_window_lead_nowhere() -> None:
    _, _, parent, filed = filed_now()
    assert visit(guardian("+8613900000009")).get(f"/my/{filed.pk}/change/").status_code == 404
    Application.objects.update(status="withdrawn")
    assert visit(parent).get(f"/my/{filed.pk}/change/").status_code == 409
    assert f"/my/{filed.pk}/change/" not in visit(parent).get(f"/my/{filed.pk}/").content.decode()


def test_an_officer_reads_what_the_family_changed_and_decides_on_nothing_older(
    browser: Browser, live_server: LiveServer, settings: Settings
) -> None:
    # given an application that was returned, whose page an officer has open
    settings.REQUIRE_SECOND_FACTOR = False
    world, opened, parent, filed = filed_now(known=False)
    review_application(
        actor=world.officer, now=timezone.now(), application_id=filed.pk, step=Step.RETURN, reason="哪栋楼？"
    )
    review_application(actor=world.officer, now=timezone.now(), application_id=filed.pk, step=Step.REOPEN)
    desk = Visit(browser, live_server.url, DESK, person=world.officer)
    desk.go(f"/office/applications/{filed.pk}/")

    # when the family changes it meanwhile, and the officer decides on what was shown
    device = visit(parent)
    device.post(f"/my/{filed.pk}/change/")
    _choose(device, f"/apply/{opened.pk}/choices/", "")
    _move_house(device, f"/apply/{opened.pk}/home/", "2 号楼")
    assert device.post(f"/apply/{opened.pk}/check/").status_code == 302
    desk.page.check("[name=step][value=accept]")
    desk.press("main form .button:not(.button-second)")

    # then the officer is told, reads what changed (of an address only that it did), and decides anew
    told = desk.text()
    assert "申请在此期间已被修改" in told
    assert "家长的修改" in told
    assert "楼栋门牌号: 改动" in told
    assert "1 号楼" not in told
    desk.fits()
    assert desk.barriers() == []
    pictured(desk, "review-changes-1280")
    desk.page.check("[name=step][value=accept]")
    desk.press("main form .button:not(.button-second)")
    filed.refresh_from_db()
    assert filed.status == "accepted"


def test_the_round_page_says_until_when_the_list_stays_open_and_what_is_undecided(
    browser: Browser, live_server: LiveServer, settings: Settings
) -> None:
    # given a round whose review is over, with an objection, and one that still is in review
    settings.REQUIRE_SECOND_FACTOR = False
    world = county_with_zones()
    now = timezone.localtime()
    opened = round_open(world, calendar=past_calendar(now))
    parent = guardian()
    early = now.replace(microsecond=0) - timedelta(days=49)
    filed = file_application(actor=parent, now=early, round_id=opened.pk, form=form(identity(77), "u0"))
    review_application(
        actor=world.officer, now=early, application_id=filed.pk, step=Step.REFUSE, reason="不在学区"
    )
    object_to_refusal(actor=parent, now=early, application_id=filed.pk)

    # when an officer looks, then the objection is counted and led to, and the list cannot be closed
    desk = Visit(browser, live_server.url, DESK, person=world.officer)
    desk.go(f"/office/rounds/{opened.pk}/")
    assert "未决定的异议: 1" in desk.text()
    assert desk.page.locator("a[href$='/close/']").count() == 0
    pictured(desk, "round-objection-1280")
    desk.press("a[href$='?objecting=1']")
    assert filed.receipt.receipt in desk.text()
    narrow = Visit(browser, live_server.url, PHONE, person=world.officer)
    narrow.go(f"/office/rounds/{opened.pk}/")
    pictured(narrow, "round-objection-360")


def test_every_field_of_a_form_that_can_change_has_its_words() -> None:
    compared = {field.name for field in fields(ApplicationForm)} - set(NOT_COMPARED)
    assert set(LABELS) == compared
    assert set(PERSONAL) <= compared


def _move_house(device: Client, home: str, address: str) -> None:
    """Answer for the home again, and what follows from it."""
    unit = written_form(Application.objects.get()).unit_code
    name = Application.objects.get().round.publication.plan.units_dataset.units.get(code=unit).name
    following = device.post(
        home, {"unit_code": unit, "unit_name": name, "address": address, "guardian_name": "甲父"}
    )
    assert following.status_code == 302
    device.post(following.url)  # type: ignore[attr-defined]  # what was found
    chosen = written_form(Application.objects.get()).private_schools
    _choose(device, home.replace("/home/", "/choices/"), chosen[0] if chosen else "")


def _choose(device: Client, choices: str, private: str) -> None:
    """Answer for the schools, and for what to do without a place where that is asked again."""
    following = device.post(choices, {"private_1": private})
    if following.url.endswith("/coordination/"):  # type: ignore[attr-defined]  # a redirect
        device.post(following.url, {"accepts": "yes", "adjusts": "no"})  # type: ignore[attr-defined]

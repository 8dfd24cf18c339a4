"""Twins on the pages: the family is asked what to do with one seat, the officer sees who names another's group."""

import pytest
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.sealing import blind_index
from admissions.models import AdmissionRound, Application
from admissions.services.applications import file_application
from geo_data.models import Household
from tests.journeys.pages_world import DESK, PHONE, Visit, open_calendar
from tests.services import round_world
from tests.services.accounts_world import guardian
from zoning.services.publications import publish_plan

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]
QUESTION = "孩子有多胞胎兄弟姐妹。如果一所学校只剩一个学位给他们，怎么办？"
FAMILY = "13800000001"


def open_round_with_twins() -> tuple[round_world.RoundWorld, AdmissionRound, list[str]]:
    """Twins of one household and a child without a twin; the census knows the family's telephone number."""
    world = round_world.county_with_zones()
    publish_plan(
        actor=world.officer,
        now=round_world.OPENS,
        plan_id=world.publication.plan_id,
        from_on=world.publication.in_force.upper,
        until_on=None,
    )
    numbers = round_world.add_children(world, ["u1", "u1"], twin_group="T1")
    numbers += round_world.add_children(world, ["u1"])
    Household.objects.update(phone_index=blind_index(f"+86{FAMILY}", purpose="phone"))
    opened = round_world.round_open(world, calendar=open_calendar(timezone.localtime()))
    return world, opened, numbers


def test_who_has_a_known_twin_is_asked_what_to_do_with_one_seat_and_nobody_else(
    browser: Browser, live_server: LiveServer, settings: Settings
) -> None:
    # given an open round and a family with twins whom the census knows
    settings.DEMO = True
    world, _, numbers = open_round_with_twins()
    visit = Visit(browser, live_server.url, PHONE, scripts=False)
    sign_in(visit)

    # when it applies for the first, it is asked, and keeps them together as long as it says nothing else
    until_coordination(visit, numbers[0], world)
    visit.fits()
    assert QUESTION in visit.text()
    assert visit.page.is_checked("[name=twins][value=together]")
    visit.page.check("[name=twins][value=split]")
    visit.press("main .actions .button")
    visit.fits()
    assert "一个孩子得到学位，另一个按志愿继续" in visit.text()
    visit.press("main .actions .button")

    # then its word is on record, and its page says what comes of the group
    first = Application.objects.get()
    assert (first.split_allowed, first.group_code, first.status) == (True, "T1", "accepted")
    visit.go(my_page(visit))
    assert "已知孩子有多胞胎兄弟姐妹，但其在本批次没有报名" in visit.text()

    # and when the second is filed with another answer, they stay together
    until_coordination(visit, numbers[1], world)
    visit.press("main .actions .button")
    assert "不拆开，这所学校对他们都划去" in visit.text()
    visit.press("main .actions .button")
    visit.go(my_page(visit))
    assert "共用一个派位号，一起派位" in visit.text()
    assert "这所学校对他们都划去，一起按志愿继续" in visit.text()

    # and a child without a twin is not asked, nor told anything of twins
    until_coordination(visit, numbers[2], world)
    assert QUESTION not in visit.text()
    visit.press("main .actions .button")
    assert "多胞胎" not in visit.text()
    visit.press("main .actions .button")
    visit.go(my_page(visit))
    assert "多胞胎" not in visit.text()


def test_an_officer_sees_who_names_anothers_group_and_records_that_it_is_no_twin(
    browser: Browser, live_server: LiveServer
) -> None:
    # given twins of the census, and a child of another family that names their group
    world, opened, numbers = open_round_with_twins()
    family = guardian()
    for number in numbers[:2]:
        file_application(
            actor=family, now=timezone.now(), round_id=opened.pk, form=round_world.form(number, "u1")
        )
    stranger = file_application(
        actor=guardian("+8613800000009"),
        now=timezone.now(),
        round_id=opened.pk,
        form=round_world.form(numbers[2], "u1", group_code="T1"),
    )
    visit = Visit(browser, live_server.url, DESK, person=world.officer)

    # when the officer opens it, both of the group are named, and what accepting it would mean
    visit.go(f"/office/applications/{stranger.pk}/")
    text = visit.text()
    assert "尚未证明：单独派位。审核通过即认定该组属实" in text
    assert text.count("部门登记") >= 2
    assert visit.barriers() == []
    visit.page.click("#twins-title ~ details summary")
    visit.page.fill("[name=twins-reason]", "两份出生医学证明的母亲不同")
    visit.press("#twins-title ~ details button")

    # then the finding stands in the facts, and the page says that the child is drawn alone
    assert "已记录。该孩子单独派位。" in visit.page.inner_text("body")
    assert "工作人员已认定其不是所写组的多胞胎" in visit.text()
    stranger.refresh_from_db()
    assert stranger.group_code == ""


def sign_in(visit: Visit) -> None:
    visit.page.goto(f"{visit.address}/apply/")
    visit.page.fill("[name=phone]", FAMILY)
    visit.press("main form .button")
    visit.page.fill("main [name=code]", visit.page.inner_text(".receipt"))
    visit.press("main form .button >> nth=0")


def until_coordination(visit: Visit, number: str, world: round_world.RoundWorld) -> None:
    visit.page.goto(f"{visit.address}/apply/")
    visit.press("main .actions .button")
    visit.page.fill("[name=child_name]", "样例")
    visit.page.fill("[name=identity_number]", number)
    visit.press("main .actions .button")
    visit.page.fill("[name=unit_name]", world.county.units.units.get(code="u1").name)
    visit.page.fill("[name=address]", "3号楼501")
    visit.page.fill("[name=guardian_name]", "甲父")
    visit.press("main .actions .button")
    visit.press("main .actions .button")
    visit.press("main .actions .button")


def my_page(visit: Visit) -> str:
    """The address of the page of the application filed last."""
    newest = Application.objects.order_by("-filed_at").first()
    assert newest is not None
    return f"/my/{newest.pk}/"

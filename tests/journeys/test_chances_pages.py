"""Chances and the policy simulator through the pages: the office makes them, the public and the next families read."""

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import JobRun, User
from accounts.selectors.people import phone_index
from admissions.models import AdmissionRound, ChanceTable
from admissions.services.chances import make_chance_table
from geo_data.models import Household
from tests.journeys.pages_world import DESK, PHONE, Visit, open_calendar
from tests.services.accounts_world import auditor, guardian, officer
from tests.services.round_world import (
    OPENS,
    RESULTS_DAY,
    RoundWorld,
    add_children,
    county_with_zones,
    round_open,
)
from tests.services.test_chances import contested, published
from tests.services.test_jobs_killed import worker
from zoning.services.publications import publish_plan

pytestmark = pytest.mark.journey
stored = pytest.mark.django_db
HOUSEHOLD_PHONE = "+8613800000001"


def visit(person: User | None) -> Client:
    client = Client(headers={"accept-language": "zh-hans"})
    if person:
        client.force_login(person, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    return client


def past_round() -> tuple[RoundWorld, AdmissionRound]:
    """The published round of 2026 with its chances."""
    world, found = contested()
    published(world, found)
    make_chance_table(actor=world.officer, now=RESULTS_DAY, round_id=found.pk, draws=200)
    return world, found


def open_now(world: RoundWorld) -> AdmissionRound:
    """A round of the year after that families can file in at this moment."""
    publish_plan(
        actor=world.officer,
        now=OPENS,
        plan_id=world.publication.plan_id,
        from_on=world.publication.in_force.upper,
        until_on=None,
    )
    return round_open(world, year=2027, calendar=open_calendar(timezone.localtime()))


def choices_page(family: Client, world: RoundWorld, opened: AdmissionRound, number: str) -> str:
    """The page of choices, after the questions before it."""
    steps = {
        "child": {"child_name": "样例", "identity_number": number},
        "home": {
            "unit_name": world.county.units.units.get(code="u0").name,
            "address": "3号楼501",
            "guardian_name": "甲秀英",
        },
        "found": {},
    }
    for name, fields in steps.items():
        assert family.post(f"/apply/{opened.pk}/{name}/", fields).status_code == 302
    return family.get(f"/apply/{opened.pk}/choices/").content.decode()


@stored
def test_the_household_reads_how_it_went_for_families_of_its_kind() -> None:
    # given chances of the last round, and a child of the census whose household has this phone
    world, _ = past_round()
    opened = open_now(world)
    (number,) = add_children(world, ["u0"])
    Household.objects.update(phone_index=phone_index(HOUSEHOLD_PHONE))

    page = choices_page(visit(guardian(HOUSEHOLD_PHONE)), world, opened, number)

    # then the zone school is told for its own kind, by whether a private school stands before it
    assert "2026 年的招生" in page
    assert "200 次" in page
    assert "不报民办学校" in page
    assert "您这一类家庭（人户一致），每 100 户约有 66 户在这里录取。" in page
    assert "先报 1 所民办学校、没有录取" in page
    assert "轮到这里的太少" in page
    assert "每 100 户约有 33 户在这里录取" in page
    assert "学位：2026 年 4 个，今年 4 个" in page


@stored
def test_a_stranger_to_the_child_reads_nothing_of_its_kind() -> None:
    world, _ = past_round()
    opened = open_now(world)
    (number,) = add_children(world, ["u0"])

    page = choices_page(visit(guardian("+8613800000002")), world, opened, number)

    assert "您这一类家庭" not in page
    assert "每 100 户约有 66 户在这里录取。" in page


@stored
def test_without_a_past_round_nothing_is_said() -> None:
    world = county_with_zones()
    opened = open_now(world)
    (number,) = add_children(world, ["u0"])

    page = choices_page(visit(guardian()), world, opened, number)

    assert "还没有往年的招生可以参考" in page


@stored
def test_everybody_reads_a_published_round_school_by_school() -> None:
    world, found = contested()
    make_chance_table(actor=None, now=RESULTS_DAY, round_id=found.pk, draws=200)
    here = f"/results/{found.pk}/chances/"
    assert visit(None).get(here).status_code == 404

    published(world, found)

    overview = visit(None).get(here).content.decode()
    assert "A小学" in overview
    assert "每 100 户约 40 户" in overview
    assert "人太少，不说" in overview  # nobody listed school B
    school = visit(None).get(f"{here}?school=A").content.decode()
    assert "人户一致" in school
    assert "每 100 户约 66 户" in school
    assert f'href="{here}"' in visit(None).get(f"/results/{found.pk}/").content.decode()


@stored
def test_who_may_not_run_rounds_looks_and_asks_for_nothing() -> None:
    _, found = contested()
    here = f"/office/rounds/{found.pk}/chances/"

    assert visit(auditor()).get(here).status_code == 200
    assert '<form method="post" novalidate>' not in visit(auditor()).get(here).content.decode()
    for stranger in (guardian(), officer("990199")):
        assert visit(stranger).get(here).status_code == 403
        assert visit(stranger).get(f"/office/rounds/{found.pk}/simulate/").status_code == 403
    for person in (auditor(), officer("990199")):
        assert visit(person).post(here, {"draws": 100, "luck": 1}).status_code == 403
    assert not JobRun.objects.filter(kind="round.chances").exists()


@stored
def test_faults_are_told_beside_the_question_and_start_nothing() -> None:
    world, found = contested()
    office, here = visit(world.officer), f"/office/rounds/{found.pk}/"

    assert office.post(f"{here}chances/", {"draws": 99, "luck": 1}).status_code == 422
    nothing_new = office.post(f"{here}simulate/", {"policy": "", "losers": "", "luck": "1"})
    assert nothing_new.status_code == 422
    assert "请选择另一套政策" in nothing_new.content.decode()
    open_round = open_now(world)
    refused = office.post(
        f"/office/rounds/{open_round.pk}/simulate/", {"policy": "", "losers": "after_all", "luck": "1"}
    )
    assert refused.status_code == 422
    assert "请先截止派位名单" in refused.content.decode()
    assert not JobRun.objects.exclude(kind="round.close").filter(kind__startswith="round.").exists()


@pytest.mark.django_db(transaction=True)
def test_an_officer_makes_chances_and_tries_another_rule(
    browser: Browser, live_server: LiveServer, settings: Settings
) -> None:
    # given a closed round
    settings.REQUIRE_SECOND_FACTOR = False
    world, found = contested()
    visits = []

    with worker():
        # when the officer has the chances made from the round's page
        desk = Visit(browser, live_server.url, DESK, person=world.officer)
        desk.go(f"/office/rounds/{found.pk}/")
        desk.press("a[href$='/chances/']")
        desk.page.fill("[name=draws]", "150")
        desk.press("main form .button")
        desk.wait_for("main table")
        assert "150" in desk.text()
        assert desk.barriers() == []
        visits.append(desk)

        # and tries another rule for losers on a phone
        phone = Visit(browser, live_server.url, PHONE, person=world.officer)
        phone.go(f"/office/rounds/{found.pk}/simulate/")
        phone.page.select_option("[name=losers]", "class_kept")
        phone.press("main form .button")
        phone.wait_for(".big-figures")
        visits.append(phone)

    # then the counts stand there, and the files hold receipts and no names
    phone.fits()
    assert "人户一致" in phone.text()
    assert phone.barriers() == []
    here = phone.page.url.removeprefix(live_server.url)
    office = visit(world.officer)
    counts = office.get(f"{here}counts.csv").content.decode("utf-8-sig")
    assert counts.splitlines()[1].startswith("registered_and_living,人户一致,")
    children = office.get(f"{here}children.csv").content.decode("utf-8-sig")
    assert children.splitlines()[0] == "报名号 receipt,变化 change"
    assert "样例" not in children
    assert visit(guardian()).get(f"{here}children.csv").status_code == 403
    assert visit(officer("990199")).get(f"{here}children.csv").status_code == 403
    phone.go(f"/office/rounds/{found.pk}/simulate/")
    assert "当作没报过民办" in phone.text()
    assert ChanceTable.objects.get().draws == 150
    assert all(one.complaints == [] for one in visits)

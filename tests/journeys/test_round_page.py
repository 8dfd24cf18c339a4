"""A whole round through the pages: two officers, a worker that is a process of its own, and then the public."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Model
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from admissions.models import AdmissionRound, DrawRecord, EntryList, Offer, RoundStatus
from admissions.services.applications import file_applications
from tests.journeys.pages_world import DESK, PHONE, Visit, past_calendar
from tests.services import round_world
from tests.services.round_world import NAMES, VALUES, RoundWorld
from tests.services.test_jobs_killed import worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]

HOMES = ["u0", "u1", "u1", "u2", "u3", "u3"]


def test_round_is_run_from_the_page_and_the_public_checks_it(
    browser: Browser, live_server: LiveServer, settings: Settings
) -> None:
    # given a round whose families have applied and whose calendar has run out; one child's home is not proved
    settings.REQUIRE_SECOND_FACTOR = False
    world, admission_round, receipts = _round_after_filing(timezone.localtime())
    page = f"/office/rounds/{admission_round.pk}/"
    first = Visit(browser, live_server.url, DESK, person=world.officer)
    second = Visit(browser, live_server.url, PHONE, person=world.second_officer)

    with worker():
        # when the first officer accepts what still waits, and closes the list
        first.go(page)
        first.press("a[href$='/accept/']")
        assert "还有 1 份报名等待审核" in first.text()
        _confirm(first)
        assert "1 份报名已核实" in first.text()
        first.press("a[href$='/close/']")
        first.page.fill("[name=outside]", NAMES[0])
        first.page.fill("[name=witnessed]", NAMES[1])
        with _held_up(EntryList):
            _confirm(first)
            _progress_survives_a_reload(first, "正在生成派位名单")
        first.wait_for("dd.digest")

        # and both officers enter the values, and the first draws and publishes
        for officer in (first, second):
            _enter_values(officer, page)
        first.go(page)
        first.press("a[href$='/draw/']")
        with _held_up(DrawRecord):
            _confirm(first)
            _progress_survives_a_reload(first, "正在保存")
        first.wait_for("a[href$='/publish/']")
        first.press("a[href$='/publish/']")
        with _held_up(Offer):
            _confirm(first)
            _progress_survives_a_reload(first, "正在发放录取资格")
        first.wait_for("a[href^='/results/']")

    # then the public reads the lines and a receipt, and draws every ticket again
    admission_round.refresh_from_db()
    assert admission_round.status == RoundStatus.PUBLISHED
    family = Visit(browser, live_server.url, PHONE)
    family.go(f"/results/{admission_round.pk}/")
    assert family.page.locator("tbody tr").count() == admission_round.lines.count()
    family.page.fill("[name=receipt]", receipts[0])
    family.press("main form .button")
    school = Offer.objects.get(application__receipt__receipt=receipts[0]).line.school.name
    assert f"{receipts[0]} · {school}" in family.page.inner_text("main [role=status]")
    family.go(f"/check/{admission_round.pk}/")
    family.page.click("[data-recompute] button")
    family.wait_for("[data-recompute] .notice")
    assert re.search(r"全部 [1-9]\d* 个派位号重新计算无误", family.text())
    assert first.complaints + second.complaints + family.complaints == []


def test_officers_who_read_differently_close_a_new_list(
    browser: Browser, live_server: LiveServer, settings: Settings
) -> None:
    # given a closed list
    settings.REQUIRE_SECOND_FACTOR = False
    world = round_world.county_with_zones()
    admission_round = round_world.round_open(world)
    round_world.entries_closed(world, admission_round)
    page = f"/office/rounds/{admission_round.pk}/"
    first = Visit(browser, live_server.url, DESK, person=world.officer)
    second = Visit(browser, live_server.url, DESK, person=world.second_officer)

    # when one of them misreads a value
    _enter_values(first, page)
    _enter_values(second, page, {**VALUES, NAMES[1]: "4 8 1 6"})

    # then nobody can draw, and the way out asks for the reason
    assert "两次录入不一致" in second.text()
    assert second.page.locator("a[href$='/draw/']").count() == 0
    second.press("a[href$='/close/']")
    assert second.page.locator("[name=reason]").count() == 1


def _round_after_filing(now: datetime) -> tuple[RoundWorld, AdmissionRound, list[str]]:
    world = round_world.county_with_zones()
    numbers = round_world.add_children(world, HOMES[:-1])
    numbers += round_world.add_children(world, HOMES[-1:], lives_there=None)
    admission_round = round_world.round_open(world, calendar=past_calendar(now))
    filed = file_applications(
        actor=world.officer,
        now=now - timedelta(days=49),
        round_id=admission_round.pk,
        forms=[
            round_world.form(number, unit, private_schools=("P",))
            for number, unit in zip(numbers, HOMES, strict=True)
        ],
        source="test",
    )
    return world, admission_round, [row.receipt.receipt for row in filed.applications]


def _enter_values(visit: Visit, page: str, values: dict[str, str] = VALUES) -> None:
    visit.go(page)
    for name, value in values.items():
        visit.press("a[href$='/values/']")
        visit.page.select_option("[name=name]", name)
        visit.page.fill("[name=value]", value)
        visit.press("main form .button")
    assert visit.page.locator("a[href$='/values/']").count() == 0


def _confirm(visit: Visit) -> None:
    visit.fits()
    visit.page.check("[name=confirmed]")
    visit.press("main form .button")


@contextmanager
def _held_up(model: type[Model]) -> Iterator[None]:
    """Keep the worker from writing these rows, so that a page can be looked at while the job is on its way."""
    line = connection.copy()
    try:
        line.set_autocommit(False)
        with line.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {model._meta.db_table} IN SHARE MODE")
        yield
    finally:
        line.close()


def _progress_survives_a_reload(visit: Visit, stage: str) -> None:
    visit.wait_for(f"[data-job-stage]:has-text('{stage}')")
    visit.page.reload()
    assert visit.page.inner_text("[data-job-stage]") == stage
    assert visit.page.locator(".tasks .button").count() == 0  # the step is under way

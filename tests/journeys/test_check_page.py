"""Whoever checks a round finds every list that was closed for it, with its reason and its draw."""

import os
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from admissions.lottery import verify as lottery_verify
from admissions.models import AdmissionRound, DrawRecord, EntryList
from admissions.selectors.bundles import unzip_files
from admissions.services.closing import close_entries
from admissions.services.draw import run_draw
from admissions.services.results import publish_results
from tests.journeys.pages_world import PHONE, Visit, chromium
from tests.services.round_world import (
    AFTER_CLOSING,
    DRAW_DAY,
    NAMES,
    RESULTS_DAY,
    VALUES,
    RoundWorld,
    add_children,
    county_with_zones,
    drawn,
    file_all,
    form,
    round_open,
    values_entered,
)

pytestmark = [pytest.mark.django_db, pytest.mark.journey]
PICTURES = os.environ.get("JIUJIN_PICTURES", "")
WHY = "一名孩子被漏报"
SECTION = "本轮的全部名单"


def drawn_once() -> tuple[RoundWorld, AdmissionRound, DrawRecord]:
    world = county_with_zones()
    opened = round_open(world)
    file_all(world, opened, [form(number, "u0") for number in add_children(world, ["u0", "u1"])])
    return world, opened, drawn(world, opened)


def closed_again(world: RoundWorld, found: AdmissionRound) -> EntryList:
    """The list closed a second time, with other values to come."""
    return close_entries(
        actor=world.officer, now=AFTER_CLOSING, round_id=found.pk, public_value_names=NAMES, reason=WHY
    )


def drawn_twice() -> tuple[AdmissionRound, DrawRecord, DrawRecord]:
    """A round whose results rest on its second list."""
    world, found, first = drawn_once()
    again = values_entered(world, closed_again(world, found))
    second = run_draw(actor=world.officer, now=DRAW_DAY, entry_list_id=again.pk)
    publish_results(actor=world.officer, now=RESULTS_DAY, round_id=found.pk)
    return found, first, second


def page_of(found: AdmissionRound) -> str:
    answer = Client(headers={"accept-language": "zh-hans"}).get(f"/check/{found.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_second_list_hides_neither_the_first_nor_its_draw() -> None:
    found, first, second = drawn_twice()
    told = page_of(found)
    table = told[told.index(SECTION) :]
    for record in (first, second):
        assert record.entry_list.digest in table
        assert record.seed in table
        assert f"/check/bundles/{record.pk}.zip" in table
    assert WHY in table
    assert all(value in table for value in VALUES.values())
    # and both bundles are there to be checked, each under its own name
    names = []
    for record in (first, second):
        answer = Client().get(f"/check/bundles/{record.pk}.zip")
        assert answer.status_code == 200
        files = unzip_files(answer.content)
        assert lottery_verify.faults(files) == []
        names.append(answer["Content-Disposition"])
    assert ["-1.zip" in names[0], "-2.zip" in names[1]] == [True, True]


def test_before_results_both_lists_are_named_and_no_draw_of_either() -> None:
    world, found, first = drawn_once()
    second = closed_again(world, found)
    told = page_of(found)
    assert SECTION in told
    assert first.entry_list.digest in told
    assert second.digest in told
    assert first.seed not in told
    assert Client().get(f"/check/bundles/{first.pk}.zip").status_code == 404


def test_a_round_with_one_list_has_no_table_of_lists() -> None:
    world, found, _ = drawn_once()
    publish_results(actor=world.officer, now=RESULTS_DAY, round_id=found.pk)
    assert SECTION not in page_of(found)


@pytest.mark.django_db(transaction=True)
def test_the_lists_fit_a_phone(live_server: LiveServer) -> None:
    with pytest.MonkeyPatch.context() as patch, chromium() as browser:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        found, _, _ = drawn_twice()
        visit = Visit(browser, live_server.url, PHONE)
        visit.go(f"/check/{found.pk}/")
        assert visit.barriers() == []
        if PICTURES:
            visit.page.screenshot(path=str(Path(PICTURES) / "check-lists.png"), full_page=True)
        assert visit.complaints == []

"""Requests of another portal: each application named with what became of it, each request answered once."""

from pathlib import Path

import pytest

from admissions.models import Application, PortalBatch
from admissions.services.portal_exchange import IdempotencyKeyReused, take_portal_items
from common.errors import MalformedInput
from tests.services.portal_world import (
    PORTAL,
    csv_file,
    open_to_portal,
    portal_account,
    rows_of,
    stored,
    taken,
)
from tests.services.round_world import WHILE_OPEN

pytestmark = pytest.mark.django_db


def test_a_request_names_what_became_of_every_application() -> None:
    _, opened, _, numbers = open_to_portal()
    rows = rows_of(numbers)
    rows[1]["学生姓名"] = ""

    done = take_portal_items(
        actor=portal_account(), now=WHILE_OPEN, round_id=opened.pk, portal=PORTAL, key="k1", items=rows
    )

    told = [(item.index, item.number, item.change.value, bool(item.receipt)) for item in done.items]
    assert told == [(0, "BM000", "added", True), (1, "BM001", "refused", False), (2, "BM002", "added", True)]
    assert [found.code for found in done.items[1].findings] == ["cell_empty"]


def test_a_request_sent_again_is_answered_as_the_first_time_and_another_with_its_key_is_refused() -> None:
    _, opened, _, numbers = open_to_portal()
    account, rows = portal_account(), rows_of(numbers)

    def send(items: list[dict[str, str]], key: str = "k1") -> PortalBatch | None:
        return take_portal_items(
            actor=account, now=WHILE_OPEN, round_id=opened.pk, portal=PORTAL, key=key, items=items
        ).batch

    first, before = send(rows), stored()
    assert send(rows) == first
    with pytest.raises(IdempotencyKeyReused):
        send(rows[:1])
    assert stored() == before
    for bad in ("", " ", "x" * 101):
        with pytest.raises(MalformedInput):
            send(rows, bad)


def test_a_trial_tells_and_stores_nothing() -> None:
    _, opened, _, numbers = open_to_portal()
    done = take_portal_items(
        actor=portal_account(),
        now=WHILE_OPEN,
        round_id=opened.pk,
        portal=PORTAL,
        key="k",
        items=rows_of(numbers),
        is_trial=True,
    )
    assert [item.change.value for item in done.items] == ["added", "added", "added"]
    assert stored() == (0, 0, 0, 0, 0)


def test_a_request_without_applications_changes_nothing() -> None:
    _, opened, _, _ = open_to_portal()
    done = take_portal_items(
        actor=portal_account(), now=WHILE_OPEN, round_id=opened.pk, portal=PORTAL, key="k", items=[]
    )
    assert (done.items, Application.objects.count()) == ((), 0)


def test_file_and_request_of_one_portal_know_each_other(tmp_path: Path) -> None:
    _, opened, mapping, numbers = open_to_portal(2)
    taken(csv_file(tmp_path / "a.csv", rows_of(numbers)), opened, mapping)

    done = take_portal_items(
        actor=portal_account(),
        now=WHILE_OPEN,
        round_id=opened.pk,
        portal=PORTAL,
        key="k",
        items=[rows_of(numbers)[0], {**rows_of(numbers)[1], "监护人姓名": "丙某"}],
    )

    assert [item.change.value for item in done.items] == ["unchanged", "changed"]

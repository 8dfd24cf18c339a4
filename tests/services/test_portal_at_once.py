"""Two deliveries of a portal at once, and one that is killed: each has its whole effect once, or none."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from admissions.models import AdmissionRound, Application, ChildReceipt, PortalApplication, PortalBatch
from admissions.services.portal_exchange import take_portal_items
from config.paths import BASE
from tests.databases import database_url
from tests.services.killing import held, somebody_waits
from tests.services.portal_world import (
    PORTAL,
    csv_file,
    mapping_saved,
    portal_account,
    shown,
    taken,
    written,
)
from tests.services.round_world import WHILE_OPEN, add_children, county_with_zones, form, round_open
from tests.services.test_jobs_killed import PATIENCE, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def opened_with(children: int) -> tuple[AdmissionRound, list[dict[str, str]]]:
    world = county_with_zones()
    numbers = add_children(world, [f"u{place % 4}" for place in range(children)])
    opened = round_open(world)
    mapping_saved()
    return opened, [
        written(f"BM{place:03d}", form(number, f"u{place % 4}")) for place, number in enumerate(numbers)
    ]


def at_once(*calls: Any) -> list[Any]:
    """Run all at the same moment; return what each returned, or the exception it raised."""
    ready, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place: int) -> None:
        ready.wait()
        try:
            results[place] = calls[place]()
        except Exception as fault:  # noqa: BLE001 - the test looks at what was raised
            results[place] = fault  # type: ignore[call-overload]  # a list of anything
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_requests_with_the_same_applications_at_once_file_each_child_once() -> None:
    opened, rows = opened_with(6)
    account = portal_account()

    def send(key: str) -> Any:
        return take_portal_items(
            actor=account, now=WHILE_OPEN, round_id=opened.pk, portal=PORTAL, key=key, items=rows
        )

    first, second = at_once(lambda: send("k1"), lambda: send("k2"))

    told = sorted(tuple(item.change.value for item in done.items) for done in (first, second))
    assert told == [("added",) * 6, ("unchanged",) * 6]
    assert (Application.objects.count(), ChildReceipt.objects.count(), PortalBatch.objects.count()) == (
        6,
        6,
        2,
    )


def test_the_same_request_twice_at_once_is_taken_once_and_answered_twice() -> None:
    opened, rows = opened_with(3)
    account = portal_account()

    def send() -> Any:
        return take_portal_items(
            actor=account, now=WHILE_OPEN, round_id=opened.pk, portal=PORTAL, key="k", items=rows
        )

    first, second = at_once(send, send)

    assert sorted([first.is_repeated, second.is_repeated]) == [False, True]
    assert first.batch.outcome == second.batch.outcome
    assert (Application.objects.count(), PortalBatch.objects.count()) == (3, 1)


def test_two_imports_of_one_file_at_once_take_it_once(tmp_path: Path) -> None:
    opened, rows = opened_with(4)
    mapping = mapping_saved()
    path = csv_file(tmp_path / "a.csv", rows)
    shown(path, opened, mapping)

    results = at_once(*[lambda: taken(path, opened, mapping)] * 2)

    assert all(done.batch == results[0].batch for done in results)
    assert (Application.objects.count(), PortalBatch.objects.count()) == (4, 1)


@pytest.mark.parametrize("table", ["admissions_applicationchoice", "admissions_portalapplication"])
def test_an_import_killed_halfway_leaves_nothing_and_is_done_again_whole(tmp_path: Path, table: str) -> None:
    opened, rows = opened_with(5)
    mapping = mapping_saved()
    path = csv_file(tmp_path / "a.csv", rows)
    plan = shown(path, opened, mapping).plan
    command = [
        *(sys.executable, "manage.py", "import_applications", str(path), "--portal", PORTAL),
        *("--district", "410181", "--stage", "primary", "--year", "2026"),
        *("--at", WHILE_OPEN.isoformat(), "--confirm", plan),
    ]
    environment = {**os.environ, "DATABASE_URL": database_url()}

    with held(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"):
        process = subprocess.Popen(command, cwd=BASE, env=environment, stdout=subprocess.DEVNULL)
        wait_until(somebody_waits)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert (Application.objects.count(), PortalApplication.objects.count(), PortalBatch.objects.count()) == (
        0,
        0,
        0,
    )

    again = subprocess.run(
        command, cwd=BASE, env=environment, stdout=subprocess.DEVNULL, timeout=PATIENCE, check=False
    )
    assert again.returncode == 0
    assert (Application.objects.count(), PortalApplication.objects.count(), PortalBatch.objects.count()) == (
        5,
        5,
        1,
    )

"""Files are read in a process that may use little, has no database, and whose end is a finding."""

import os
import pickle
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from django.db import connection

from geo_data.apart import frames
from geo_data.apart.limits import DRIVERS, MIB, Limits
from geo_data.apart.reading import CHUNK, read_apart
from geo_data.models import District
from geo_data.tables.base_map_table import MapLine
from geo_data.tables.coverage import Repair
from geo_data.tables.findings import Findings, Keep
from geo_data.tables.unreadable import UnreadableFile
from tests.services import geo_world as world

LIMITS = Limits(cpu_seconds=20, wall_seconds=20, memory_bytes=200 * MIB, output_bytes=50 * MIB, open_files=16)
LINE = MapLine("street", "甲路", shapely.MultiLineString([[(0, 0), (1, 2)]]))


def outcome(
    read: Callable[[Findings], object], limits: Limits = LIMITS
) -> tuple[dict[str, int], list[object]]:
    """Read apart; return what was found and what came back."""
    findings = Findings()
    stored: list[object] = []

    def store(rows: object) -> int:
        stored.extend(rows if isinstance(rows, tuple | Iterator) else [rows])
        return len(stored)

    count = read_apart(read, findings, store, limits=limits)
    assert count == (0 if findings.refuses else len(stored))
    return dict(findings.counts()), stored


def test_what_was_read_comes_back_as_it_was() -> None:
    rows = (LINE, date(2026, 3, 1), Repair.SNAP, {"a": (1, None, 2.5)}, np.array([1.0, 2.0]))

    found, back = outcome(lambda findings: rows)

    assert found == {}
    assert back[:4] == list(rows[:4])
    assert np.array_equal(np.asarray(back[4]), rows[4])


@pytest.mark.parametrize("count", [0, 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_rows_stream_in_parts_and_keep_their_order(count: int) -> None:
    def read(findings: Findings) -> Iterator[int]:
        for number in range(count):
            if number % 1000 == 0:
                findings.add("intake_computed", number + 2)
            yield number

    found, back = outcome(read)

    assert back == list(range(count))
    assert found == ({"intake_computed": -(-count // 1000)} if count else {})


def test_a_tuple_of_any_length_is_a_tuple_again() -> None:
    long = tuple(range(2 * CHUNK + 7))

    assert outcome(lambda findings: long)[1] == list(long)


def test_a_severe_finding_in_the_last_row_refuses_what_was_stored_before() -> None:
    def read(findings: Findings) -> Iterator[int]:
        yield from range(CHUNK)
        findings.add("cell_empty", CHUNK + 2)

    findings = Findings()
    stored: list[int] = []

    def store(rows: Iterator[int]) -> int:
        stored.extend(rows)
        return len(stored)

    count = read_apart(read, findings, store, limits=LIMITS)

    assert (count, len(stored), findings.refuses) == (0, CHUNK, True)


def test_only_bad_rows_are_lost_where_good_ones_are_kept() -> None:
    def read(findings: Findings) -> Iterator[int]:
        for number in (2, 3, 4):
            if number == 3:
                findings.add("cell_empty", number)
            if not findings.is_bad(number):
                yield number

    findings = Findings(keep=Keep.GOOD_ROWS)

    assert read_apart(read, findings, lambda rows: sum(rows), limits=LIMITS) == 6
    assert (findings.bad_rows, findings.refuses) == (1, False)


def _too_much_memory(findings: Findings) -> tuple[()]:
    np.ones(400 * MIB, dtype="u1")
    return ()


def _endless(findings: Findings) -> tuple[()]:
    while True:
        pass


def _asleep(findings: Findings) -> tuple[()]:
    time.sleep(60)
    return ()


def _chatty(findings: Findings) -> Iterator[str]:
    while True:
        yield "x" * 10_000


def _killed(findings: Findings) -> tuple[()]:
    os.kill(os.getpid(), signal.SIGKILL)
    return ()


def _crashed(findings: Findings) -> tuple[()]:
    os.kill(os.getpid(), signal.SIGSEGV)
    return ()


def _aborted(findings: Findings) -> tuple[()]:
    os.abort()


def _faulty(findings: Findings) -> tuple[()]:
    raise IndexError("甲子涵")


def _gone(findings: Findings) -> tuple[()]:
    os._exit(0)


def _unreadable(findings: Findings) -> tuple[()]:
    raise UnreadableFile("half a file", "archive_bomb")


def _opens_much(findings: Findings) -> tuple[()]:
    held = [open(os.devnull) for _ in range(40)]  # noqa: SIM115 - to run into the limit
    return tuple(held[:0])  # type: ignore[return-value]  # never reached


def _writes(findings: Findings) -> tuple[()]:
    Path("/dev/shm/jiujin-reader-test").write_bytes(b"x")
    return ()


@pytest.mark.parametrize(
    ("read", "code"),
    [
        (_too_much_memory, "file_too_heavy"),
        (_endless, "file_too_heavy"),
        (_asleep, "file_too_heavy"),
        (_chatty, "file_too_heavy"),
        (_killed, "file_too_heavy"),
        (_crashed, "file_crashed_the_reader"),
        (_aborted, "file_crashed_the_reader"),
        (_faulty, "file_crashed_the_reader"),
        (_gone, "file_crashed_the_reader"),
        (_unreadable, "archive_bomb"),
        (_opens_much, "file_crashed_the_reader"),
        (_writes, "file_crashed_the_reader"),
    ],
)
def test_however_a_reader_ends_it_is_a_finding(
    read: Callable[[Findings], object], code: str, caplog: pytest.LogCaptureFixture
) -> None:
    found, _ = outcome(read, replace(LIMITS, cpu_seconds=1, wall_seconds=4))

    assert found == {code: 1}
    assert "甲子涵" not in caplog.text


def test_no_reader_outlives_its_reading() -> None:
    read_apart(_chatty, Findings(), lambda rows: len(next(rows)), limits=LIMITS)

    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.mark.django_db
def test_a_reader_has_no_database_and_leaves_that_of_its_parent_alone() -> None:
    world.district()

    def read(findings: Findings) -> tuple[str, ...]:
        return tuple(District.objects.values_list("code", flat=True))

    found, _ = outcome(read)

    assert found == {"file_crashed_the_reader": 1}
    assert connection.is_usable()
    assert District.objects.count() == 1


def test_a_reader_knows_only_the_formats_we_read() -> None:
    def read(findings: Findings) -> tuple[str, ...]:
        return tuple(sorted(pyogrio.list_drivers()))

    _, drivers = outcome(read)

    assert {"GPKG", "GeoJSON", "ESRI Shapefile", "FlatGeobuf"} <= set(drivers) <= set(DRIVERS)
    assert len(pyogrio.list_drivers()) > len(drivers)  # those of this process stay


@pytest.mark.parametrize(
    "evil",
    [
        b"cos\nsystem\n(S'true'\ntR.",
        b"cgeo_data.tables.reading\nopen_sheet\n(S'x'\ntR.",
        b"cgeo_data.tables.layers\nPath\n(S'x'\ntR.",
        b"cbuiltins\neval\n(S'1'\ntR.",
    ],
)
def test_what_is_not_data_is_not_brought_to_life(evil: bytes) -> None:
    with pytest.raises(pickle.UnpicklingError, match="is not data"):
        frames.unpack(evil)

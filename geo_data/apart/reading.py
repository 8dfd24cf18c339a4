"""Reads a stranger's file in a process of its own; whatever happens to it there is a finding here.

The process is forked, not started anew: it costs some 20 ms instead of the seconds that NumPy, Shapely and GDAL take to
load, and what it is checked against (the county's units) need not be sent. Fork copies only the thread that calls
it: readers use nothing that another thread may hold (no log, no database), and a reader that hangs all the same is
killed by its timer. Background jobs and commands read files; a page waits only for a small look with limits of its own
(services/header_samples.py, zone texts).
"""

import gc
import logging
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from itertools import islice
from multiprocessing.connection import Connection, Pipe
from typing import TypeVar, cast

from accounts.services.jobs import Report, not_reported
from geo_data.apart.frames import Frame, FrameKind, pack, unpack
from geo_data.apart.limits import Limits, enter_reader, limits_of_settings
from geo_data.tables.findings import Findings, News
from geo_data.tables.reading import UnreadableFile

Rows = TypeVar("Rows")
log = logging.getLogger(__name__)

CHUNK = 5_000
SELDOM = (200_000, 50, 50)
TOO_HEAVY, CRASHED = "file_too_heavy", "file_crashed_the_reader"
HEAVY_SIGNALS = {
    signal.SIGXCPU: "CPU",
    signal.SIGALRM: "time",
    signal.SIGKILL: "memory",
    signal.SIGXFSZ: "output",
}
NO_NEWS = News((), {}, frozenset(), refuses=False, previews=())


def read_apart(
    read: Callable[[Findings], Rows],
    findings: Findings,
    store: Callable[[Rows], int],
    *,
    report: Report = not_reported,
    limits: Limits | None = None,
    stores_refused: bool = False,
) -> int:
    """Return how many rows `store` says it stored of what `read` returned, 0 when the file is refused.

    read  -- gets empty findings; everything else it needs it has: there is no database where it runs. Returns a
             tuple or record, or yields rows, which are stored while others are still being read
    store -- called with the same, unless severe findings refuse the file before; stores_refused: even then
    What was stored of a file that is refused later is the caller's to undo.
    """
    reader = _Reader(findings, limits or limits_of_settings(), report)
    try:
        reader.start(read)
        rows = reader.rows()
        stored = 0 if reader.is_lost or (findings.refuses and not stores_refused) else store(cast(Rows, rows))
        reader.drain()
    finally:
        reader.end()
    return 0 if findings.refuses else stored


class _Reader:
    """The parent's side of one reading."""

    def __init__(self, findings: Findings, limits: Limits, report: Report) -> None:
        self._findings = findings
        self._limits = limits
        self._report = report
        self._received = 0
        self._read = 0
        self._process = 0
        self._line: Connection | None = None
        self._is_over = False
        self.is_lost = False  # nothing was read at all

    def start(self, read: Callable[[Findings], object]) -> None:
        ours, theirs = Pipe(duplex=False)
        parent = os.getpid()
        self._process = os.fork()
        if not self._process:
            _be_reader(read, self._findings, theirs, self._limits, parent)  # never comes back
        theirs.close()
        self._line = ours

    def rows(self) -> object:
        """Return what was read: whole, or an iterator over rows that are still to come."""
        first = self._next()
        if first is None:
            self.is_lost = self._findings.refuses
            return iter(())
        match first.kind:
            case FrameKind.WHOLE:
                return first.body
            case FrameKind.PART:
                parts = list(first.body)
                while (frame := self._next()) is not None:
                    parts += frame.body
                return tuple(parts)
            case _:
                return self._stream(first)

    def drain(self) -> None:
        """Take what nobody asked for: its findings count."""
        while self._next() is not None:
            pass

    def end(self) -> None:
        """Leave no process behind."""
        if self._line is not None:
            self._line.close()
        if self._process:
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
            self._process = 0

    def _stream(self, frame: Frame | None) -> Iterator[object]:
        while frame is not None:
            self._read += len(frame.body)
            self._report("reading", self._read, 0)
            yield from frame.body
            frame = self._next()

    def _next(self) -> Frame | None:
        if self._is_over or self._line is None:
            return None
        frame = self._receive(self._line)
        if frame is None:
            self._is_over = True
            return None
        self._findings.absorb(frame.news)
        if frame.kind is FrameKind.FAULT:
            log.error("a reader failed on a file: %s", frame.body)
            self._findings.add(CRASHED)
        if frame.kind in (FrameKind.END, FrameKind.FAULT):
            self._is_over = True
            return None
        return frame

    def _receive(self, line: Connection) -> Frame | None:
        most = self._limits.output_bytes - self._received
        if not line.poll(self._limits.wall_seconds):
            self._findings.add(TOO_HEAVY, value="time")
            return None
        try:
            data = line.recv_bytes(most)
        except EOFError:
            self._note_death()
            return None
        except (
            OSError
        ):  # longer than may still come, which closes the line; or killed in the middle of a frame
            if line.closed:
                self._findings.add(TOO_HEAVY, value="output")
            else:
                self._note_death()
            return None
        self._received += len(data)
        try:
            return unpack(data)
        except (pickle.UnpicklingError, ValueError, TypeError, AttributeError):
            log.exception("a reader handed back what is not data")
            self._findings.add(CRASHED)
            return None

    def _note_death(self) -> None:
        _, status = os.waitpid(self._process, 0)
        self._process = 0
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        if number in HEAVY_SIGNALS:
            self._findings.add(TOO_HEAVY, value=HEAVY_SIGNALS[signal.Signals(number)])
        else:
            log.error("a reader died of signal %s, status %s", number, status)
            self._findings.add(CRASHED)


def _be_reader(
    read: Callable[[Findings], object], findings: Findings, line: Connection, limits: Limits, parent: int
) -> None:
    """Read, hand back, and end without touching anything that was the parent's."""
    try:
        enter_reader(limits, line.fileno(), parent)
        gc.freeze()  # rows are no cycles, and what was the parent's is not looked through again
        gc.set_threshold(*SELDOM)
        _hand_back(read, findings, line)
        os._exit(0)
    finally:  # whatever went wrong, this process ends here
        fault = sys.exc_info()[1]
        if fault is not None and not isinstance(fault, BrokenPipeError):
            line.send_bytes(pack(FrameKind.FAULT, _where(fault), NO_NEWS))
        os._exit(1)


def _hand_back(read: Callable[[Findings], object], findings: Findings, line: Connection) -> None:
    try:
        for kind, body in _bodies(read(findings)):
            line.send_bytes(pack(kind, body, findings.news()))
        line.send_bytes(pack(FrameKind.END, None, findings.news()))
    except UnreadableFile as fault:
        findings.add(fault.code, value=str(fault))
        line.send_bytes(pack(FrameKind.END, None, findings.news()))
    except MemoryError:
        findings.add(TOO_HEAVY, value="memory")
        line.send_bytes(pack(FrameKind.END, None, findings.news()))


def _bodies(result: object) -> Iterator[tuple[FrameKind, object]]:
    if isinstance(result, Iterator):
        while chunk := tuple(islice(result, CHUNK)):
            yield FrameKind.STREAM, chunk
    elif type(result) is tuple and len(result) > CHUNK:
        for start in range(0, len(result), CHUNK):
            yield FrameKind.PART, result[start : start + CHUNK]
    else:
        yield FrameKind.WHOLE, result


def _where(fault: BaseException) -> str:
    """Return kind and places of a fault; its message may hold what stands in the file."""
    frames = traceback.extract_tb(fault.__traceback__)[-6:]
    return f"{type(fault).__name__} at {', '.join(f'{frame.name}:{frame.lineno}' for frame in frames)}"

"""An open-loop load generator for loopback: requests leave at their scheduled times, whatever became of the last ones.

Latency counts from the scheduled time, so that a stall is paid for by every request it delays. Connections are kept
and reused; one that is busy is passed over for another, up to `MOST_CONNECTIONS`, after which requests wait.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

MOST_CONNECTIONS = 64
MOST_SECONDS = 300
PATIENCE_SECONDS = 10.0
HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Latencies in milliseconds in the order of the schedule, and answers by status; 0 stands for none."""

    milliseconds: tuple[float, ...]
    statuses: dict[int, int]
    late_ms: float

    def percentile(self, share: float) -> float:
        """Return the latency that this share of the requests did not exceed."""
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def line(self) -> str:
        """Return the figures as cells of a table."""
        shares = (0.5, 0.9, 0.99, 1.0)
        cells = " | ".join(f"{self.percentile(share):.1f}" for share in shares)
        return f"{cells} | {self.statuses} | {self.late_ms:.1f}"


def fire(port: int, paths: Sequence[str], per_second: float) -> Outcome:
    """Request the paths in order at a fixed rate. Raises ValueError above MOST_SECONDS."""
    if len(paths) / per_second > MOST_SECONDS:
        raise ValueError(f"more than {MOST_SECONDS} seconds of load")
    return asyncio.run(_Generator(port).run(paths, per_second))


class _Generator:
    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._slots = asyncio.Semaphore(MOST_CONNECTIONS)

    async def run(self, paths: Sequence[str], per_second: float) -> Outcome:
        began = time.perf_counter() + 0.2
        late = 0.0
        tasks = []
        for place, path in enumerate(paths):
            due = began + place / per_second
            pause = due - time.perf_counter()
            if pause > 0:
                await asyncio.sleep(pause)
            late = max(late, time.perf_counter() - due)
            tasks.append(asyncio.create_task(self._one(path, due)))
        answered = await asyncio.gather(*tasks)
        for _, writer in self._idle:
            writer.close()
        statuses: dict[int, int] = {}
        for status, _ in answered:
            statuses[status] = statuses.get(status, 0) + 1
        return Outcome(tuple(taken for _, taken in answered), statuses, late * 1000)

    async def _one(self, path: str, due: float) -> tuple[int, float]:
        try:
            async with self._slots, asyncio.timeout(PATIENCE_SECONDS):
                status = await self._ask(path)
        except (OSError, EOFError, TimeoutError, ValueError):
            status = 0
        return status, (time.perf_counter() - due) * 1000

    async def _ask(self, path: str) -> int:
        """A kept connection may have been closed by the server meanwhile: then a fresh one is opened."""
        request = f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAccept: application/json\r\n\r\n".encode()
        while self._idle:
            reader, writer = self._idle.pop()
            try:
                return await self._exchange(reader, writer, request)
            except (OSError, EOFError):
                writer.close()
        reader, writer = await asyncio.open_connection(HOST, self._port)
        return await self._exchange(reader, writer, request)

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
    ) -> int:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").casefold()
        lines = head.split("\r\n")
        length = next(int(line.split(":")[1]) for line in lines if line.startswith("content-length:"))
        await reader.readexactly(length)
        if "connection: close" in head:
            writer.close()
        else:
            self._idle.append((reader, writer))
        return int(lines[0].split()[1])

"""Stopping workers where we want them: what a job waits for, whose children are still there, what works on."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection

from tests.services.test_jobs_killed import PATIENCE, wait_until, worker


def work_until_idle() -> None:
    """Let one worker do all that waits."""
    with worker("--until-idle") as only:
        assert only.wait(PATIENCE) == 0


@contextmanager
def held(statement: str) -> Iterator[None]:
    """Hold something that a job needs: it waits there until the block ends."""
    with closing(connection.copy()) as line:
        line.set_autocommit(False)
        with line.cursor() as cursor:
            cursor.execute(statement)
        yield
        line.rollback()


# Other tests, in databases of their own, may wait at the same time.
LOCKS_HERE = """
    (SELECT pg_locks.* FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE datname = current_database()) AS here
"""


def somebody_waits() -> bool:
    """Say whether a worker waits for what is held; the sweeper's and the job's own locks are advisory."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {LOCKS_HERE} WHERE NOT granted AND locktype <> 'advisory'")
        return cursor.fetchone() is not None


def children_of(process: int) -> set[int]:
    """Return the living processes that a process has started."""
    return {
        int(number)
        for task in Path(f"/proc/{process}/task").iterdir()
        for number in _words(task / "children")
    }


def wait_until_gone(processes: set[int]) -> None:
    """Wait until none of the processes lives; one that has ended but that nobody asks after is none."""
    wait_until(lambda: not any(_lives(process) for process in processes))


def _lives(process: int) -> bool:
    try:
        after_name = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2]
    except OSError:
        return False
    return after_name.split()[0] not in "ZX"


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").split()
    except OSError:
        return []

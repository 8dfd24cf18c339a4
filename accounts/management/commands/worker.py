"""Run background jobs."""

import logging
import signal
from argparse import ArgumentParser
from threading import Event, Thread
from types import FrameType
from uuid import uuid4

from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker

from accounts.services.sweeper import sweep_jobs

log = logging.getLogger(__name__)

SECONDS_BETWEEN_SWEEPS = 5.0
SECONDS_BETWEEN_LOOKS = 0.5


class PatientWorker(Worker):
    """Looks, takes and works to the end before it stops.

    The library's worker leaves wherever it stands unless a task is running: also in the middle of a transaction, or
    between taking a task and beginning it.
    """

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        """Stop after this look at the queue; at once when asked a second time."""
        if not self.running:
            super().shutdown(signum, frame)  # which exits
        log.warning(
            "%s: stopping after the task at hand, if any; once more stops at once", signal.strsignal(signum)
        )
        self.running = False


class Command(BaseCommand):
    """Takes tasks from the queue, and sweeps up after killed workers beside it.

    SIGTERM lets the task at hand finish; a second one, or SIGKILL, leaves it to the sweeper of another worker or
    of this one's successor.
    """

    help = "Run background jobs until told to stop. Start as many as the machine has cores to spare."
    requires_system_checks = ()  # they would load every page and engine before the first look at the queue

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what differs between a server and a one-off."""
        parser.add_argument("--until-idle", action="store_true", help="stop when the queue is empty")
        parser.add_argument("--sweep-seconds", type=float, default=SECONDS_BETWEEN_SWEEPS)

    def handle(self, *args: object, until_idle: bool, sweep_seconds: float, **options: object) -> None:
        """Work until told to stop."""
        worker = new_worker(until_idle=until_idle)
        worker.configure_signals()
        _sweep()
        stopped = Event()
        sweeper = Thread(target=_sweep_again_and_again, args=(stopped, sweep_seconds), daemon=True)
        sweeper.start()
        try:
            worker.run()
        finally:
            stopped.set()
            sweeper.join(timeout=sweep_seconds)


def new_worker(*, until_idle: bool) -> PatientWorker:
    """Return a worker for all tasks, before its first look."""
    return PatientWorker(
        queue_names=["default"],
        excluded_queue_names=[],
        interval=SECONDS_BETWEEN_LOOKS,
        batch=until_idle,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=uuid4().hex,
    )


def _sweep() -> None:
    for job_id in sweep_jobs(actor=None, now=timezone.now()):
        log.warning("job %s was left by a killed worker", job_id)


def _sweep_again_and_again(stopped: Event, seconds: float) -> None:
    while not stopped.wait(seconds):
        try:
            _sweep()
        except DatabaseError:
            log.exception("could not look for jobs of killed workers; trying again")
        finally:
            connection.close()  # this thread's own

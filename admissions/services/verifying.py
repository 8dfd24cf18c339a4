"""The two independent verifiers over the files of one bundle."""

import logging
import multiprocessing
import os
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from admissions.lottery import verify as lottery_verify
from admissions.matching import verify as matching_verify
from admissions.services.many_records import without_search_for_cycles
from geo_data.apart.limits import die_with

log = logging.getLogger(__name__)

Files = Mapping[str, bytes]


@without_search_for_cycles()
def faults_side_by_side(files: Files) -> list[str]:
    """Return what both verifiers hold against the bundle, the draw's verifier in a forked process of its own.

    Neither uses the database, and the forked process ends without touching the connection it inherited: with its task,
    with this process, or killed. Then the draw is verified here.
    """
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(1, mp_context=context, initializer=die_with, initargs=(os.getpid(),)) as beside:
        drawn = beside.submit(lottery_verify.faults, files)
        placed = matching_verify.faults(files)
        try:
            return [*drawn.result(), *placed]
        except BrokenProcessPool:
            log.warning("the process that verified the draw was killed; verifying it in this one")
    return [*lottery_verify.faults(files), *placed]


@without_search_for_cycles()
def faults_one_after_the_other(files: Files) -> list[str]:
    """Return the same without another process: a small bundle is verified sooner than a process is made."""
    return [*lottery_verify.faults(files), *matching_verify.faults(files)]

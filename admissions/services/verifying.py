"""The independent verifiers over the files of one bundle: of the draw, of the list, of the placements."""

import logging
import multiprocessing
import os
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from admissions.lottery import verify as lottery_verify
from admissions.matching import verify as matching_verify
from admissions.matching import verify_list
from admissions.services.many_records import without_search_for_cycles
from geo_data.apart.limits import die_with

log = logging.getLogger(__name__)

Files = Mapping[str, bytes]


@without_search_for_cycles()
def faults_side_by_side(files: Files) -> list[str]:
    """Return what the verifiers hold against the bundle: of draw and list in a forked process, of placements here.

    None uses the database, and the forked process ends without touching the connection it inherited: with its task,
    with this process, or killed. Then draw and list are verified here.
    """
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(1, mp_context=context, initializer=die_with, initargs=(os.getpid(),)) as beside:
        drawn = beside.submit(_draw_and_list_faults, files)
        placed = matching_verify.faults(files)
        try:
            return [*drawn.result(), *placed]
        except BrokenProcessPool:
            log.warning("the process that verified the draw was killed; verifying it in this one")
    return [*_draw_and_list_faults(files), *placed]


@without_search_for_cycles()
def faults_one_after_the_other(files: Files) -> list[str]:
    """Return the same without another process: a small bundle is verified sooner than a process is made."""
    return [*_draw_and_list_faults(files), *matching_verify.faults(files)]


def _draw_and_list_faults(files: Files) -> list[str]:
    return [*lottery_verify.faults(files), *verify_list.faults(files)]

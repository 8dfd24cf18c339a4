"""The independent verifiers over the files of one bundle: of the draw, of the list, of the placements."""

from collections.abc import Mapping

from admissions.lottery import verify as lottery_verify
from admissions.matching import verify as matching_verify
from admissions.matching import verify_list
from admissions.services.beside import forked
from admissions.services.many_records import without_search_for_cycles

Files = Mapping[str, bytes]


@without_search_for_cycles()
def faults_side_by_side(files: Files) -> list[str]:
    """Return what the verifiers hold against the bundle: of draw and list in a forked process, of placements here."""
    with forked(_draw_and_list_faults, 1) as ask:
        drawn = ask(files)
        placed = matching_verify.faults(files)
        return [*drawn(), *placed]


@without_search_for_cycles()
def faults_one_after_the_other(files: Files) -> list[str]:
    """Return the same without another process: a small bundle is verified sooner than a process is made."""
    return [*_draw_and_list_faults(files), *matching_verify.faults(files)]


def _draw_and_list_faults(files: Files) -> list[str]:
    return [*lottery_verify.faults(files), *verify_list.faults(files)]

"""Work in processes beside this one: in order, a few parts ahead, and done here where a process was killed."""

import os
from signal import SIGKILL

from admissions.services.beside import AHEAD, PROCESSES, map_beside


def test_answers_come_in_order_from_other_processes() -> None:
    answers = list(map_beside(lambda part: (part, os.getpid()), range(20)))

    assert [part for part, _ in answers] == list(range(20))
    assert os.getpid() not in {process for _, process in answers}


def test_no_parts_no_answers() -> None:
    assert list(map_beside(lambda part: part, [])) == []


def test_only_a_few_parts_are_taken_ahead() -> None:
    parts = iter(range(100))
    answers = map_beside(lambda part: part, parts)

    assert next(iter(answers)) == 0

    assert next(parts) == PROCESSES + AHEAD + 1


def test_what_killed_processes_owed_is_done_here() -> None:
    here = os.getpid()

    def squared(part: int) -> int:
        if part == 3 and os.getpid() != here:
            os.kill(os.getpid(), SIGKILL)
        return part * part

    assert list(map_beside(squared, range(12))) == [part * part for part in range(12)]

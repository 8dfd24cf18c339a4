"""All pupils of a school or zone in coming years: every grade moves up, new entrants come in at the bottom."""

from collections.abc import Mapping, Sequence

from geo_data.projection.records import Method
from geo_data.projection.rounding import THOUSAND, half_up
from geo_data.projection.survival import AGE_BEFORE_GRADE_ONE, Survival, fitted_survival


def pupils_of_coming_years(
    pupils: Mapping[int, int],
    entrants: Sequence[int],
    survival: Survival,
    *,
    grades: range,
    until: int,
    method: Method,
) -> tuple[int, ...]:
    """Return the pupils of all grades for each year of `entrants`, children, each grade rounded to whole ones.

    pupils   -- by grade in the autumn before the first of the years
    entrants -- of the entry grade, by year
    grades   -- of the stage, entry grade first
    until    -- the last year of which the survival from grade to grade is known
    Source: docs/projection.md (grade progression).
    """
    totals: list[int] = []
    now = dict(pupils)
    for coming in entrants:
        moved = {
            grade + 1: half_up(round(THOUSAND * now.get(grade, 0) * _step(survival, grade, until, method)))
            for grade in grades[:-1]
        }
        now = {grades[0]: coming, **moved}
        totals.append(sum(now.values()))
    return tuple(totals)


def _step(survival: Survival, grade: int, until: int, method: Method) -> float:
    age = grade + AGE_BEFORE_GRADE_ONE
    return fitted_survival(survival, range(age, age + 1), until=until, method=method)

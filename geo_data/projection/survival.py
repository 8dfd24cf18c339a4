"""How many of a cohort are still, or newly, there a year later."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geo_data.projection.records import GradePupils, Method, Moves

AGE_BEFORE_GRADE_ONE = 5  # pupils of grade g are 5 + g years old on the cut-off day
STAGE_ENDS = frozenset({6, 9})  # the grades after which pupils choose another school: no step across them

Step = tuple[int, int]  # children before, children a year later


@dataclass(frozen=True, slots=True)
class Survival:
    """Steps by age at the beginning, then by the year of arrival."""

    steps: Mapping[int, Mapping[int, Step]]


def survival_of(grades: Sequence[GradePupils], moves: Sequence[Moves]) -> Survival:
    """Return the yearly steps: from one grade to the next over all schools, where there are grades; else from moves.

    Pupil counts hold arrivals and departures already, so moves of an age with a grade step are not counted again.
    From grade 6 to 7 there is no step: who goes elsewhere then is a matter of capture.
    Source: docs/projection.md (cohort survival).
    """
    steps: dict[int, dict[int, Step]] = defaultdict(dict)
    for move in moves:
        before, after = steps[move.age].get(move.year, (0, 0))
        there = move.children
        steps[move.age][move.year] = (before + there, after + max(0, there + move.net))
    for age, by_year in _grade_steps(grades).items():
        steps[age] = by_year
    return Survival({age: dict(sorted(by_year.items())) for age, by_year in sorted(steps.items())})


def fitted_survival(survival: Survival, ages: range, *, until: int, method: Method) -> float:
    """Return the share of a cohort that goes through these ages, from the last years that end with `until`.

    Each step is children a year later over children before, summed over the years, held within the method's
    bounds; an age without steps changes nothing (1).
    Source: docs/projection.md (cohort survival).
    """
    share = 1.0
    for age in ages:
        known = [year for year in survival.steps.get(age, {}) if year <= until][-method.years_fitted :]
        before = sum(survival.steps[age][year][0] for year in known)
        after = sum(survival.steps[age][year][1] for year in known)
        share *= _bounded(before, after, method)
    return share


def observed_survival(survival: Survival, ages: range, *, arriving_in: int, method: Method) -> float | None:
    """Return the share of the cohort that really went through these ages, None where a year is not known.

    arriving_in -- the year in which the last step ended; an age without any steps at all changes nothing (1)
    Source: docs/projection.md (back-test).
    """
    share = 1.0
    for place, age in enumerate(ages):
        by_year = survival.steps.get(age)
        if not by_year:
            continue
        step = by_year.get(arriving_in - len(ages) + 1 + place)
        if step is None:
            return None
        share *= _bounded(*step, method)
    return share


def _bounded(before: int, after: int, method: Method) -> float:
    if not before:
        return 1.0
    return min(max(after / before, method.least_step_percent / 100), method.greatest_step_percent / 100)


def _grade_steps(grades: Sequence[GradePupils]) -> dict[int, dict[int, Step]]:
    pupils: dict[tuple[int, int], int] = defaultdict(int)
    for count in grades:
        pupils[count.year, count.grade] += count.pupils
    steps: dict[int, dict[int, Step]] = defaultdict(dict)
    for (year, grade), before in pupils.items():
        after = pupils.get((year + 1, grade + 1))
        if after is not None and grade not in STAGE_ENDS and before:
            steps[grade + AGE_BEFORE_GRADE_ONE][year + 1] = (before, after)
    return steps

"""Balance between schools: the pupil-weighted coefficient of variation, and the two national standards."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from admissions.rules.policy_records import SchoolStage


@dataclass(frozen=True, slots=True)
class BalanceStandard:
    """A standard of a year: how many indicators, and the limit for each stage, in thousandths.

    `composite` says that the mean of all indicators is held against the limit, else each of them.
    """

    year: int
    indicators: int
    composite: bool
    primary_limit: int
    junior_limit: int

    def limit(self, stage: SchoolStage) -> int:
        """Return the limit of the stage in thousandths. Source: docs/rules/balance.md."""
        return self.primary_limit if stage is SchoolStage.PRIMARY else self.junior_limit


BASIC_2012 = BalanceStandard(2012, 8, composite=True, primary_limit=650, junior_limit=550)
HIGH_QUALITY_2017 = BalanceStandard(2017, 7, composite=False, primary_limit=500, junior_limit=450)


def variation(pupils: Sequence[int], resources: Sequence[float]) -> float:
    """Return the coefficient of variation of a resource per pupil between schools; a figure that informs.

    pupils, resources -- of the same schools in the same order; every school has pupils
    X_i = x_i / P_i, X = sum x_i / sum P_i, S = sqrt(sum (P_i / P)(X_i - X)^2), CV = S / X.
    Raises ValueError for lists of different length, a school without pupils, or no resource at all.
    Source: docs/rules/balance.md.
    """
    if len(pupils) != len(resources) or not pupils or min(pupils) <= 0 or sum(resources) <= 0:
        raise ValueError("balance needs schools with pupils and a resource that exists")
    total = sum(pupils)
    mean = sum(resources) / total
    spread = sum(
        count / total * (resource / count - mean) ** 2
        for count, resource in zip(pupils, resources, strict=True)
    )
    return sqrt(spread) / mean


def meets(standard: BalanceStandard, variations: Sequence[float], stage: SchoolStage) -> bool:
    """Say whether the county's variations, one for each indicator, keep to the standard; the limit itself does.

    Compared in thousandths, rounded half to even, as the standards state two decimals.
    Raises ValueError when the number of indicators is not the standard's.
    Source: docs/rules/balance.md.
    """
    if len(variations) != standard.indicators:
        raise ValueError(f"the standard of {standard.year} has {standard.indicators} indicators")
    held = [sum(variations) / len(variations)] if standard.composite else list(variations)
    return all(round(value * 1000) <= standard.limit(stage) for value in held)

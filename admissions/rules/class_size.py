"""Class size: what a starting grade may hold."""

from admissions.rules.policy_records import SchoolStage

LARGE_CLASS = 56
VERY_LARGE_CLASS = 66
STANDARD_CLASS = {SchoolStage.PRIMARY: 45, SchoolStage.JUNIOR: 50}


def is_large_class(pupils: int) -> bool:
    """Say whether a class is large: 56 pupils or more. Source: docs/rules/class-size.md."""
    return pupils >= LARGE_CLASS


def is_very_large_class(pupils: int) -> bool:
    """Say whether a class is very large: 66 pupils or more. Source: docs/rules/class-size.md."""
    return pupils >= VERY_LARGE_CLASS


def greatest_intake(classes: int) -> int:
    """Return the most children that so many starting classes may take without a large class.

    Source: docs/rules/class-size.md.
    """
    return classes * (LARGE_CLASS - 1)


def standard_intake(classes: int, stage: SchoolStage) -> int:
    """Return the intake to aim at: 45 a class in primary, 50 in junior. Source: docs/rules/class-size.md."""
    return classes * STANDARD_CLASS[stage]

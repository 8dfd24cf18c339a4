"""Open seats: which line of the policy takes what is left of a school's planned intake."""

from admissions.rules.policy_records import LineKind


def open_kind(*, is_private: bool, schools_in_zone: int) -> LineKind | None:
    """Return the kind of line that takes the school's open seats.

    schools_in_zone -- schools of the zone that the school serves, itself counted; 0 when it serves none
    A private school's open seats are drawn; a public school alone in its zone serves that zone; several of one zone
    are ranked. A public school without a zone has no open seats: None.
    Source: docs/rules/zones.md.
    """
    if is_private:
        return LineKind.PRIVATE_OPEN
    if schools_in_zone == 0:
        return None
    return LineKind.ZONE if schools_in_zone == 1 else LineKind.MULTI_SCHOOL

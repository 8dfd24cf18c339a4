"""The ten prohibitions as a report: each with its guard in the product and the evidence from the data."""

from collections.abc import Mapping
from dataclasses import dataclass

from admissions.rules.clauses import PROHIBITIONS, Clause
from admissions.rules.prohibition_texts import PROHIBITION_TEXTS


@dataclass(frozen=True, slots=True)
class Evidence:
    """Counts from the data of one round; every one of them should be 0."""

    offers_over_plan: int
    offers_to_enrolled: int
    forbidden_terms: int
    filed_before_opening: int
    offers_before_results: int
    enrolled_outside_placement: int
    unapproved_school_texts: int
    payment_records: int
    forbidden_documents: int
    class_list_tables: int
    registers_without_placement: int


# Which counts speak to which prohibition; 5 and 9 share the approved texts, 2 and 7 the closed vocabulary.
COUNTS: Mapping[int, tuple[str, ...]] = {
    1: ("offers_over_plan", "offers_to_enrolled"),
    2: ("forbidden_terms",),
    3: ("filed_before_opening", "offers_before_results"),
    4: ("enrolled_outside_placement",),
    5: ("unapproved_school_texts",),
    6: ("payment_records",),
    7: ("forbidden_documents", "forbidden_terms"),
    8: ("class_list_tables",),
    9: ("unapproved_school_texts",),
    10: ("registers_without_placement",),
}


@dataclass(frozen=True, slots=True)
class ProhibitionRow:
    """One prohibition: its words, its guard, the counts that speak to it and whether all of them are 0."""

    number: int
    zh: str
    en: str
    guard_zh: str
    guard_en: str
    counts: tuple[tuple[str, int], ...]
    clause: Clause = PROHIBITIONS

    @property
    def is_kept(self) -> bool:
        """Say whether the data show no breach."""
        return all(count == 0 for _, count in self.counts)


def prohibition_report(evidence: Evidence) -> tuple[ProhibitionRow, ...]:
    """Return the ten rows in their order.

    Source: docs/rules/prohibitions.md; notice, list of 2018.
    """
    return tuple(
        ProhibitionRow(number, *texts, tuple((name, getattr(evidence, name)) for name in COUNTS[number]))
        for number, texts in sorted(PROHIBITION_TEXTS.items())
    )

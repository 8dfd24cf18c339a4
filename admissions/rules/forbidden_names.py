"""Names that a policy writer might reach for, and the clause by which no such fact, key, paper or field can exist."""

from collections.abc import Mapping

from admissions.rules.clauses import MATERIALS, PROHIBITIONS

FORBIDDEN_NAMES: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "test_score",
            "exam_score",
            "interview_score",
            "interview",
            "score",
            "entrance_test",
            "school_report",
        ),
        PROHIBITIONS.en + ", 2",
    ),
    **dict.fromkeys(
        ("certificate", "contest_result", "contest", "grade_certificate", "award", "training"),
        PROHIBITIONS.en + ", 7",
    ),
    **dict.fromkeys(("donation", "sponsorship_fee", "sponsorship", "choice_fee"), PROHIBITIONS.en + ", 6"),
    **dict.fromkeys(
        (
            "kindergarten_attendance",
            "family_planning",
            "over_age_proof",
            "parents_post",
            "parents_income",
            "parents_education",
        ),
        MATERIALS.en,
    ),
}


def clause_against(name: object) -> str:
    """Return the clause that forbids what the name stands for, its plural included; "" for any other name.

    Source: docs/rules/legal-check.md.
    """
    if not isinstance(name, str):
        return ""
    return FORBIDDEN_NAMES.get(name) or FORBIDDEN_NAMES.get(name.removesuffix("s"), "")

"""Which authority each part of a policy rests on: the table that a bureau and a family can read."""

from collections.abc import Iterator
from dataclasses import dataclass

from admissions.rules.clauses import (
    AGE_SIX,
    EQUAL_TERMS,
    LOCAL_RULE,
    MATERIALS,
    PERMIT_ENDORSEMENT,
    PERMIT_TERMS,
    SYNCHRONIZED,
    ZONES,
    Clause,
)
from admissions.rules.policy_records import Policy, Title
from admissions.rules.reserves import reserve_words


@dataclass(frozen=True, slots=True)
class AuthorityRow:
    """One rule of the policy: where it stands in the file, what it is about, and what it rests on."""

    path: str
    title: Title
    clause: Clause


def authority_table(policy: Policy) -> tuple[AuthorityRow, ...]:
    """Return a row for every rule of the policy, in the order of the file.

    Source: docs/rules/authority.md.
    """
    return tuple(_rows(policy))


def _rows(policy: Policy) -> Iterator[AuthorityRow]:
    yield AuthorityRow("calendar", Title("事先公布", "Published beforehand"), ZONES)
    yield AuthorityRow("age", Title("满六周岁入学", "School age at six"), AGE_SIX)
    yield AuthorityRow("age.cut_off_month", Title("年龄截止日", "Cut-off day"), LOCAL_RULE)
    for index, line in enumerate(policy.lines):
        yield AuthorityRow(f"lines[{index}]", line.title, line.clause)
        if (words := reserve_words(policy, line)) is not None:
            yield AuthorityRow(f"lines[{index}].reserve", words, line.clause)
    for index, category in enumerate(policy.categories):
        yield AuthorityRow(f"categories[{index}]", category.title, category.clause)
    for index, item in enumerate(policy.points):
        yield AuthorityRow(f"points[{index}]", item.title, LOCAL_RULE)
    yield AuthorityRow("private", Title("公民同招", "Synchronized admission"), SYNCHRONIZED)
    yield AuthorityRow("private.loser", Title("民办未中签办法", "Losing the private draw"), LOCAL_RULE)
    yield AuthorityRow("permit", Title("居住证申领条件", "Terms of the residence permit"), PERMIT_TERMS)
    yield AuthorityRow("permit", Title("居住证签注", "Endorsement of the permit"), PERMIT_ENDORSEMENT)
    if policy.permit.exempt is not None:
        yield AuthorityRow("permit.exempt", Title("免除半年居住", "Waiver of the half year"), LOCAL_RULE)
    yield AuthorityRow("twins", Title("多胞胎", "Twin groups"), LOCAL_RULE)
    yield AuthorityRow("tickets", Title("派位号范围", "What a ticket holds for"), LOCAL_RULE)
    yield AuthorityRow("documents", Title("材料清单", "Documents"), MATERIALS)
    yield AuthorityRow("fallback", Title("统筹安排", "Coordinated placement"), EQUAL_TERMS)
    if policy.feeders:
        yield AuthorityRow("feeders", Title("对口直升", "Feeder chains"), LOCAL_RULE)
    if policy.dwelling_lock is not None:
        yield AuthorityRow("dwelling_lock", Title("学位锁定", "Dwelling lock"), LOCAL_RULE)
    yield AuthorityRow("after_results", Title("结果公布之后", "After results"), LOCAL_RULE)
    yield AuthorityRow("approval", Title("审批步骤", "Steps of approval"), ZONES)

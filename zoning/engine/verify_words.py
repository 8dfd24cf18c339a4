"""What the checkers of a zone plan say of it, in Chinese and English. Standard library only, Python 3.9."""

from __future__ import annotations

from typing import Any

WORDS = {
    "unit_unknown": (
        "方案里的单元 {units} 不在单元表中",
        "unit {units} of the plan is not in the units file",
    ),
    "school_unknown": (
        "单元 {units} 划给了 {zone}，没有这个学区",
        "unit {units} has {zone}, which is no zone",
    ),
    "unit_twice": ("单元 {units} 在方案中不止一行", "unit {units} has more than one row in the plan"),
    "unit_missing": ("方案漏了单元 {units}", "the plan leaves out unit {units}"),
    "seats_exceeded": ("学区 {zone} 的儿童比学位多 {n} 人", "zone {zone} has {n} more children than seats"),
    "later_seats_exceeded": (
        "{year} 年学区 {zone} 的儿童比学位多 {n} 人",
        "in {year} zone {zone} has {n} more children than seats",
    ),
    "school_outside_zone": (
        "学校所在的单元 {units} 不在自己的学区 {zone} 内",
        "unit {units}, where a school of zone {zone} stands, is not in that zone",
    ),
    "zone_cut": (
        "学区 {zone} 的单元 {units} 与本学区的学校不相连",
        "units {units} of zone {zone} are cut off from its schools",
    ),
    "lock_broken": (
        "单元 {units} 固定划给 {zone}，方案划到了别处",
        "unit {units} is locked to {zone} but is in another zone",
    ),
    "forbidden_used": (
        "单元 {units} 不得划给 {zone}，方案却这样划了",
        "unit {units} must not have {zone} but has it",
    ),
    "too_far": (
        "单元 {units} 到学区 {zone} 的学校超过距离上限，或没有路可走",
        "unit {units} is too far from the schools of zone {zone}, or has no way there",
    ),
    "township_left": (
        "单元 {units} 与学区 {zone} 的学校不在同一乡镇",
        "unit {units} is in another township than the schools of zone {zone}",
    ),
}
# What `verify_bound.py` finds wrong with a bound; {at}: what it speaks of.
WORDS_OF_BOUND = {
    "no_bound": ("这个方案没有下界", "this plan has no bound"),
    "no_prices": ("报告没有价格", "the report has no prices"),
    "no_price": ("学区 {at} 没有价格", "zone {at} has no price"),
    "price_of_no_zone": ("价格所指的学区 {at} 不存在", "price of unknown zone {at}"),
    "price_not_whole": ("学区 {at} 的价格不是非负整数", "price of {at} is not a whole number >= 0"),
    "weight_not_whole": ("权重 {at} 不是非负整数", "weight {at} is not a whole number >= 0"),
    "other_digest": ("{at} 与报告中的摘要不符", "{at} is not that of the report's digest"),
    "no_value": ("单元 {at} 的价值不是整数", "unit {at} has no whole value"),
    "gate_unknown": (
        "{at} 的关口含有该学区不能选的单元",
        "the gate of {at} speaks of units that the zone cannot choose",
    ),
    "gate_not_whole": ("{at} 的关口的价值不是非负整数", "the gate of {at} has no whole worth >= 0"),
    "gate_passed": ("有路绕过 {at} 的关口", "a way leads to {at} past its gate"),
    "other_bound": (
        "由价格和证明得出的下界与报告不同",
        "prices and proof prove another bound than the report states",
    ),
    "other_objective_bound": (
        "由价格和证明得出的目标下界与报告不同",
        "prices and proof prove another bound of the objective than the report states",
    ),
    "gap_without_bound": ("没有下界却报了差距", "a gap without a bound"),
    "gap_of_nothing": (
        "方案不合法或下界为零，却报了差距",
        "a gap is stated of a plan that breaks rules, or above no bound",
    ),
    "other_gap": (
        "所报差距不等于（成本 − 下界）÷ 下界",
        "the stated gap is not (cost - lower bound) / lower bound",
    ),
    "malformed": ("报告格式不符：{at}", "the report is malformed: {at}"),
    **{
        f"other_{name}": (
            f"报告的{chinese}与约束表不同",
            f"the {english} of the report are not those of the rules file",
        )
        for name, chinese, english in (
            ("locks", "固定单元", "locks"),
            ("forbidden", "禁止组合", "forbidden pairs"),
            ("enclaves", "飞地", "enclaves"),
            ("caps", "距离上限", "caps"),
            ("townships", "乡镇", "townships"),
        )
    },
}


def sentence(one: Any) -> str:
    """Return what is broken in Chinese and English, with the ids."""
    told = {"units": ", ".join(one.unit_ids), "zone": one.school_id, "n": one.children, "year": one.year}
    return " / ".join(words.format(**told) for words in WORDS[one.code])


def fault_sentence(code: str, at: str) -> str:
    """Return what is wrong with a bound in Chinese and English."""
    return " / ".join(words.format(at=at) for words in WORDS_OF_BOUND[code])

"""Words on screen for terms, values and comparisons, as (Chinese, English)."""

from datetime import date

from admissions.rules.conditions import Comparison, Operator
from admissions.rules.terms import Term, spec_of

Words = tuple[str, str]

CHOICES: dict[str, Words] = {
    "family": ("家庭户", "family"),
    "collective": ("集体户", "collective"),
    "hong_kong_macau_taiwan": ("港澳台", "Hong Kong, Macau or Taiwan"),
    "overseas_chinese": ("华侨", "overseas Chinese"),
    "foreign": ("外籍", "foreign"),
    "owned": ("自有产权", "owned"),
    "public_rental": ("公租房", "public rental"),
    "rented": ("租赁", "rented"),
    "employer": ("单位住房", "employer's housing"),
    "relatives": ("亲属住房", "relatives' dwelling"),
    "none": ("无", "none"),
    "parents": ("父母", "parents"),
    "grandparents": ("祖辈", "grandparents"),
    "others": ("其他人", "others"),
    "child": ("本人", "the child"),
    "guardian": ("监护人", "the guardian"),
    "contract": ("劳动合同", "work contract"),
    "business_licence": ("营业执照", "business licence"),
    "flexible_work": ("灵活就业", "flexible work"),
    "martyr": ("烈士子女", "martyr's child"),
    "service_member": ("军人子女", "service member's child"),
    "fire_and_rescue": ("消防救援人员子女", "fire and rescue crew's child"),
    "police": ("公安英模和因公牺牲伤残警察子女", "police hero's or casualty's child"),
    "talent": ("引进人才子女", "recruited talent's child"),
    "zone": ("本学区", "in the zone"),
    "district": ("本县（区）其他学区", "elsewhere in the county"),
    "prefecture": ("本市其他县区", "another county of the city"),
    "province": ("本省外市", "another city of the province"),
    "elsewhere": ("外省", "another province"),
}

OPERATORS: dict[Operator, Words] = {
    Operator.IS: ("是", "is"),
    Operator.IN: ("属于", "is one of"),
    Operator.AT_LEAST: ("不少于", "at least"),
    Operator.AT_MOST: ("不超过", "at most"),
    Operator.ON_OR_BEFORE: ("不晚于", "on or before"),
    Operator.ON_OR_AFTER: ("不早于", "on or after"),
    Operator.KNOWN: ("已知", "known"),
}


def term_words(term: Term) -> Words:
    """Return the name of the term. Source: docs/rules/facts.md."""
    spec = spec_of(term)
    return spec.zh, spec.en


def value_words(value: object) -> Words:
    """Return the value in words; None is "not known". Source: docs/rules/facts.md."""
    match value:
        case None:
            return "未知", "not known"
        case True:
            return "是", "yes"
        case False:
            return "否", "no"
        case date():
            return value.isoformat(), value.isoformat()
        case tuple():
            pairs = [value_words(item) for item in value]
            return "、".join(zh for zh, _ in pairs), ", ".join(en for _, en in pairs)
    return CHOICES.get(str(value), (str(value), str(value)))


def operand_words(comparison: Comparison) -> Words:
    """Return what the comparison wants, such as "at least 6". Source: docs/rules/facts.md."""
    operator_zh, operator_en = OPERATORS[comparison.operator]
    value_zh, value_en = value_words(comparison.operand)
    if comparison.operator is Operator.IS and isinstance(comparison.operand, bool):
        return value_zh, value_en  # "yes", where "is yes" is no language
    return f"{operator_zh}{value_zh}", f"{operator_en} {value_en}"

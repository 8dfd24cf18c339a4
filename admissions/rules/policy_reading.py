"""A policy read from plain data, part by part, with every fault noted at its path."""

from calendar import monthrange
from typing import TypeVar

from admissions.rules.calendar import Calendar
from admissions.rules.clauses import EQUAL_TERMS, LOCAL_RULE, MATERIALS, Clause, Mark
from admissions.rules.condition_reading import read_condition, read_term
from admissions.rules.conditions import comparisons_in
from admissions.rules.documents_catalogue import Document
from admissions.rules.policy_records import (
    AfterResults,
    AgeRule,
    ApprovalStep,
    Area,
    Category,
    DwellingLock,
    Fallback,
    FallbackKind,
    LineKind,
    LoserRule,
    Mechanism,
    Moves,
    PermitRules,
    PlanLine,
    PointItem,
    Policy,
    Precedence,
    PrivateRules,
    Refill,
    RefillAdmits,
    ReserveRules,
    SchoolStage,
    Silence,
    SortKey,
    TicketScope,
    Title,
    TwinRule,
    Window,
)
from admissions.rules.reading import Node
from admissions.rules.terms import Computed, spec_of
from admissions.rules.vocabulary import Kind

REQUIRED = (
    "code", "version", "title", "district", "stage", "year", "calendar", "age", "lines", "categories",
    "private", "documents", "fallback", "permit", "twins", "tickets",
)  # fmt: skip
REQUIRED_BY_LAW = {"fallback": EQUAL_TERMS.en}
OPTIONAL = ("points", "feeders", "dwelling_lock", "after_results", "approval")
Chosen = TypeVar("Chosen", Silence, Moves, RefillAdmits, Precedence)
ANY_SHORT_YEAR = 2026
MOMENTS = ("opens_at", "closes_at", "review_until", "draw_at", "results_at", "confirm_until")


def read_policy(node: Node) -> Policy:
    """Return the policy at the node; worthless when faults were noted.

    Source: docs/rules/policy.md.
    """
    node.expect_keys(REQUIRED, OPTIONAL, because=REQUIRED_BY_LAW)
    return Policy(
        code=node.child("code").text(),
        version=node.child("version").integer(1, 9999),
        title=_title(node.child("title")),
        district=_district(node.child("district")),
        stage=node.child("stage").choice(SchoolStage),
        year=node.child("year").integer(2000, 2100),
        calendar=_calendar(node.child("calendar")),
        age=_age(node.child("age")),
        lines=tuple(_line(item) for item in node.child("lines").items()),
        categories=tuple(_category(item) for item in node.child("categories").items()),
        private=_private(node.child("private")),
        documents=tuple(
            item.choice(Document, because=MATERIALS.en) for item in node.child("documents").items()
        ),
        fallback=_fallback(node.child("fallback")),
        permit=_permit(node.child("permit")),
        twins=node.child("twins").choice(TwinRule),
        tickets=node.child("tickets").choice(TicketScope),
        points=tuple(_point(item) for item in node.child("points").items()),
        feeders=_feeders(node.child("feeders")),
        dwelling_lock=_dwelling_lock(node.child("dwelling_lock")) if node.has("dwelling_lock") else None,
        after_results=_after_results(node.child("after_results")) if node.has("after_results") else None,
        approval=_approval(node),
    )


def _title(node: Node) -> Title:
    node.expect_keys(("zh", "en"))
    return Title(node.child("zh").text(), node.child("en").text())


def _clause(node: Node) -> Clause:
    if not node.has("clause"):
        return LOCAL_RULE
    inner = node.child("clause")
    inner.expect_keys(("mark", "zh", "en"), ("year",))
    year = inner.child("year").integer(1986, 2100) if inner.has("year") else None
    mark = inner.child("mark").choice(Mark)
    if mark is Mark.NOTICE and year is None:
        inner.child("year").fault("a notice is quoted with its year")
    return Clause(mark, inner.child("zh").text(), inner.child("en").text(), year)


def _district(node: Node) -> str:
    code = node.text()
    if code and not (len(code) == 6 and code.isascii() and code.isdigit()):
        node.fault("expected a six-digit GB/T 2260 code")
    return code


def _calendar(node: Node) -> Calendar:
    node.expect_keys(MOMENTS, ("published_on",))
    moments = [node.child(name).moment() for name in MOMENTS]
    for before, after, name in zip(moments, moments[1:], MOMENTS[1:], strict=False):
        if node.has(name) and after <= before:
            node.child(name).fault("must be later than the moment before it")
    published = node.child("published_on").day() if node.has("published_on") else None
    return Calendar(published, *moments)


def _age(node: Node) -> AgeRule:
    node.expect_keys(("entry_age", "cut_off_month", "cut_off_day"), ("refuse_older_than",))
    month = node.child("cut_off_month").integer(1, 12)
    older = node.child("refuse_older_than").integer(1, 30) if node.has("refuse_older_than") else None
    return AgeRule(
        entry_age=node.child("entry_age").integer(5, 7),
        cut_off_month=month,
        # Of a year without a leap day: a cut-off on 29 February would fall out of most years.
        cut_off_day=node.child("cut_off_day").integer(1, monthrange(ANY_SHORT_YEAR, month)[1]),
        refuse_older_than=older,
    )


def _line(node: Node) -> PlanLine:
    node.expect_keys(
        ("code", "kind", "title", "mechanism", "area", "choices"),
        ("categories", "window", "clause", "reserve"),
    )
    return PlanLine(
        code=node.child("code").text(),
        kind=node.child("kind").choice(LineKind),
        title=_title(node.child("title")),
        mechanism=node.child("mechanism").choice(Mechanism),
        categories=tuple(item.text() for item in node.child("categories").items()),
        area=node.child("area").choice(Area),
        choices=node.child("choices").integer(1, 30),
        window=_window(node.child("window")) if node.has("window") else None,
        clause=_clause(node),
        reserve=_reserve(node.child("reserve")) if node.has("reserve") else None,
    )


def _reserve(node: Node) -> ReserveRules:
    node.expect_keys((), ("of", "share_percent", "precedence", "spills"))
    given = ReserveRules()
    return ReserveRules(
        of=tuple(item.text() for item in node.child("of").items()),
        share_percent=node.child("share_percent").integer(1, 100) if node.has("share_percent") else None,
        precedence=_choice(node, "precedence", given.precedence),
        spills=node.child("spills").flag() if node.has("spills") else given.spills,
    )


def _window(node: Node) -> Window:
    node.expect_keys(("opens_at", "closes_at"))
    window = Window(node.child("opens_at").moment(), node.child("closes_at").moment())
    if window.closes_at <= window.opens_at:
        node.child("closes_at").fault("must be later than opens_at")
    return window


def _category(node: Node) -> Category:
    node.expect_keys(("code", "title", "when", "keys"), ("clause",))
    return Category(
        code=node.child("code").text(),
        title=_title(node.child("title")),
        when=read_condition(node.child("when")),
        keys=_keys(node.child("keys")),
        clause=_clause(node),
    )


def _keys(node: Node) -> tuple[SortKey, ...]:
    keys = tuple(item.choice(SortKey) for item in node.items())
    if node.value is not None and (SortKey.TICKET not in keys or keys.index(SortKey.TICKET) != len(keys) - 1):
        node.fault("must end in ticket, once, so that every tie has a written rule")
    elif len(set(keys)) != len(keys):
        node.fault("names a key twice")
    return keys


def _private(node: Node) -> PrivateRules:
    node.expect_keys(("choices", "exclusive", "loser", "adjustment", "refill", "winner_may_decline"))
    return PrivateRules(
        choices=node.child("choices").integer(0, 2),
        exclusive=node.child("exclusive").flag(),
        loser=node.child("loser").choice(LoserRule),
        adjustment=node.child("adjustment").flag(),
        refill=node.child("refill").choice(Refill),
        winner_may_decline=node.child("winner_may_decline").flag(),
    )


def _permit(node: Node) -> PermitRules:
    node.expect_keys(("guardian_counts",), ("exempt",))
    exempt = read_condition(node.child("exempt")) if node.has("exempt") else None
    if exempt and any(isinstance(test.term, Computed) for test in comparisons_in(exempt)):
        node.child("exempt").fault("may speak of facts only, not of what is computed from them")
    return PermitRules(node.child("guardian_counts").flag(), exempt)


def _fallback(node: Node) -> Fallback:
    node.expect_keys(("kind",), ("distance_cap_metres",))
    cap = node.child("distance_cap_metres")
    return Fallback(
        node.child("kind").choice(FallbackKind), cap.integer(100, 100_000) if cap.value is not None else None
    )


def _dwelling_lock(node: Node) -> DwellingLock:
    node.expect_keys(("years", "same_parents_exempt"))
    return DwellingLock(node.child("years").integer(1, 12), node.child("same_parents_exempt").flag())


def _after_results(node: Node) -> AfterResults:
    node.expect_keys((), ("public_silence", "private_silence", "moves", "answer_days", "refill_admits"))
    given = AfterResults()
    return AfterResults(
        public_silence=_choice(node, "public_silence", given.public_silence),
        private_silence=_choice(node, "private_silence", given.private_silence),
        moves=_choice(node, "moves", given.moves),
        answer_days=node.child("answer_days").integer(1, 30)
        if node.has("answer_days")
        else given.answer_days,
        refill_admits=_choice(node, "refill_admits", given.refill_admits),
    )


def _choice(node: Node, name: str, otherwise: Chosen) -> Chosen:
    return node.child(name).choice(type(otherwise)) if node.has(name) else otherwise


def _point(node: Node) -> PointItem:
    node.expect_keys(("code", "title", "points"), ("when", "per", "each", "most"))
    per = read_term(node.child("per"), str(node.child("per").value)) if node.has("per") else None
    if per is not None and spec_of(per).kind is not Kind.INTEGER:
        node.child("per").fault("expected a term that is a whole number")
    if not node.has("when") and not node.has("per"):
        node.fault("needs a condition (when) or a counted term (per)")
    return PointItem(
        code=node.child("code").text(),
        title=_title(node.child("title")),
        points=node.child("points").integer(1, 10_000),
        when=read_condition(node.child("when")) if node.has("when") else None,
        per=per,
        each=node.child("each").integer(1, 1200) if node.has("each") else 1,
        most=node.child("most").integer(1, 100_000) if node.has("most") else None,
    )


def _feeders(node: Node) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if node.value is None:
        return ()
    if not isinstance(node.value, dict):
        node.fault("expected an object: primary school to list of junior schools")
        return ()
    return tuple(
        (str(school), tuple(item.text() for item in node.child(str(school)).items()))
        for school in sorted(node.value)
    )


def _approval(node: Node) -> tuple[ApprovalStep, ...]:
    if not node.has("approval"):
        return tuple(ApprovalStep)
    return tuple(item.choice(ApprovalStep) for item in node.child("approval").items())

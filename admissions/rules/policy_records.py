"""The records of a policy: everything a district decides for one stage and year."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NoReturn

from admissions.rules.calendar import Calendar
from admissions.rules.clauses import LOCAL_RULE, NO_REFUSAL_SPECIAL, Clause
from admissions.rules.conditions import Condition
from admissions.rules.documents_catalogue import Document
from admissions.rules.terms import Term


class SchoolStage(StrEnum):
    """Which years of compulsory education."""

    PRIMARY = "primary"
    JUNIOR = "junior"


class LineKind(StrEnum):
    """What the seats of a plan line are for."""

    ZONE = "zone"
    MULTI_SCHOOL = "multi_school"
    PRIVATE_OPEN = "private_open"
    PRIVATE_OWN_PUPILS = "private_own_pupils"
    PREFERENTIAL_RESERVE = "preferential_reserve"
    MIGRANT_POINTS = "migrant_points"
    SPECIAL_NEEDS = "special_needs"
    STAFF = "staff"


PRIVATE_KINDS = (LineKind.PRIVATE_OPEN, LineKind.PRIVATE_OWN_PUPILS)


class Mechanism(StrEnum):
    """How the seats of a line are given out."""

    DIRECT = "direct"
    RANKED_DRAW = "ranked_draw"
    POINTS_FIRST = "points_first"
    DEFERRED_ACCEPTANCE = "deferred_acceptance"


class Area(StrEnum):
    """How far away applicants of a line may be registered or live."""

    DISTRICT = "district"
    PREFECTURE = "prefecture"
    PROVINCE = "province"
    COUNTRY = "country"


class SortKey(StrEnum):
    """What orders children of one category; `ticket` ends every list."""

    REGISTRATION_SINCE = "registration_since"
    TITLE_SINCE = "title_since"
    RENTAL_SINCE = "rental_since"
    RESIDENCE_MONTHS = "residence_months"
    RESIDENCE_YEARS = "residence_years"
    INSURANCE_MONTHS = "insurance_months"
    POINTS = "points"
    WALK_METRES = "walk_metres"
    SIBLING = "sibling"
    TICKET = "ticket"


class Precedence(StrEnum):
    """Which seats of a school a child asks for first that may have a seat set aside."""

    RESERVE_FIRST = "reserve_first"
    OPEN_FIRST = "open_first"


class LoserRule(StrEnum):
    """What losing the private draw does to the claim at a public school."""

    SAME_CLASS_LAST = "same_class_last"
    AFTER_ALL = "after_all"
    CLASS_KEPT = "class_kept"


class Refill(StrEnum):
    """What happens to seats that winners of a private draw give up: left empty, drawn anew, or given on in order."""

    NONE = "none"
    NEW_DRAW = "new_draw"
    WAITLIST = "waitlist"


class Silence(StrEnum):
    """What becomes of a place that a family says nothing about."""

    KEPT = "kept"
    LAPSES = "lapses"


class Moves(StrEnum):
    """Who is given a place that becomes free: nobody, children without a place, or also those who ask to move."""

    NONE = "none"
    WITHOUT_PLACE = "without_place"
    WHO_ASKS = "who_asks"


class RefillAdmits(StrEnum):
    """Which children without a place may take part in a refill round."""

    ALL_WITHOUT_PLACE = "all_without_place"
    NEVER_GAVE_UP = "never_gave_up"


class TicketScope(StrEnum):
    """What one ticket holds for: a track (private or public), the whole round, or each line."""

    TRACK = "track"
    ROUND = "round"
    LINE = "line"


class TwinRule(StrEnum):
    """What happens to a group that the last seat would split; `either_wins` is written only to be refused."""

    ASK_FAMILY = "ask_family"
    EITHER_WINS = "either_wins"


class FallbackKind(StrEnum):
    """How children without a seat of their choice are placed; `none` is written only to be refused."""

    NEAREST_FIRST = "nearest_first"
    LEAST_TOTAL_WALK = "least_total_walk"
    NONE = "none"


class ApprovalStep(StrEnum):
    """What a bureau does before it publishes a policy."""

    RISK_ASSESSMENT = "risk_assessment"
    LEGALITY_REVIEW = "legality_review"
    MINUTES = "minutes"
    DOCUMENT_NUMBER = "document_number"
    FILING = "filing"


@dataclass(frozen=True, slots=True)
class Title:
    """A name in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Window:
    """A filing window of a line's own; the end is excluded."""

    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class AgeRule:
    """`entry_age` years completed on or before the cut-off day of the policy's year."""

    entry_age: int
    cut_off_month: int
    cut_off_day: int
    refuse_older_than: int | None = None


@dataclass(frozen=True, slots=True)
class Category:
    """A class of applicants; `keys` order the children in it and end in the ticket."""

    code: str
    title: Title
    when: Condition
    keys: tuple[SortKey, ...]
    clause: Clause = LOCAL_RULE


@dataclass(frozen=True, slots=True)
class ReserveRules:
    """How seats set aside stand to the open seats of their school; the defaults hold where a policy says nothing.

    of            -- codes of the open lines that they are cut from; none named: any open line of the same track
    share_percent -- of a school's planned intake, where the round is opened without saying seats; None: none
    spills        -- seats that nobody of the line's categories takes go to the others, in the order of the open line
    """

    of: tuple[str, ...] = ()
    share_percent: int | None = None
    precedence: Precedence = Precedence.RESERVE_FIRST
    spills: bool = False


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A kind of seats; `categories` in order make the tiers 1, 2, ...; a private line may have none.

    choices -- how many schools of the line a child may list
    reserve -- how seats set aside are asked for; None: as the defaults of `ReserveRules`
    """

    code: str
    kind: LineKind
    title: Title
    mechanism: Mechanism
    categories: tuple[str, ...]
    area: Area
    choices: int
    window: Window | None = None
    clause: Clause = LOCAL_RULE
    reserve: ReserveRules | None = None


# A child with special needs has a seat by law, also where a policy names no line for it: docs/rules/special-needs.md.
SPECIAL_NEEDS_SEATS = PlanLine(
    code=LineKind.SPECIAL_NEEDS.value,
    kind=LineKind.SPECIAL_NEEDS,
    title=Title("特殊教育需要学位", "Places for special needs"),
    mechanism=Mechanism.DIRECT,
    categories=(),
    area=Area.DISTRICT,
    choices=1,
    clause=NO_REFUSAL_SPECIAL,
)


@dataclass(frozen=True, slots=True)
class PointItem:
    """Points for a condition, or for every `each` full units of an integer term, at most `most`."""

    code: str
    title: Title
    points: int
    when: Condition | None = None
    per: Term | None = None
    each: int = 1
    most: int | None = None


@dataclass(frozen=True, slots=True)
class PrivateRules:
    """The local parameters of synchronized admission."""

    choices: int
    exclusive: bool
    loser: LoserRule
    adjustment: bool
    refill: Refill
    winner_may_decline: bool


@dataclass(frozen=True, slots=True)
class AfterResults:
    """What happens after results (local); the defaults hold where a policy says nothing.

    answer_days -- days that a family has for the answer to a place given on after the results
    """

    public_silence: Silence = Silence.KEPT
    private_silence: Silence = Silence.KEPT
    moves: Moves = Moves.WHO_ASKS
    answer_days: int = 3
    refill_admits: RefillAdmits = RefillAdmits.ALL_WITHOUT_PLACE


@dataclass(frozen=True, slots=True)
class PermitRules:
    """Local answers about residence permits; `exempt` waives the half year for a local list."""

    guardian_counts: bool
    exempt: Condition | None = None


@dataclass(frozen=True, slots=True)
class DwellingLock:
    """One place for each dwelling and school in `years`; children of the same parents may be exempt."""

    years: int
    same_parents_exempt: bool


@dataclass(frozen=True, slots=True)
class Fallback:
    """Coordinated placement; the cap is a walk in metres, None when the district sets none."""

    kind: FallbackKind
    distance_cap_metres: int | None


@dataclass(frozen=True, slots=True)
class Policy:
    """All rules of one district, stage and year; pinned to the round by digest.

    `district` is a six-digit GB/T 2260 code: two digits province, four prefecture.
    `feeders` pairs a primary school with the junior schools that it leads to.
    """

    code: str
    version: int
    title: Title
    district: str
    stage: SchoolStage
    year: int
    calendar: Calendar
    age: AgeRule
    lines: tuple[PlanLine, ...]
    categories: tuple[Category, ...]
    private: PrivateRules
    documents: tuple[Document, ...]
    fallback: Fallback
    permit: PermitRules
    twins: TwinRule
    tickets: TicketScope
    points: tuple[PointItem, ...] = ()
    feeders: tuple[tuple[str, tuple[str, ...]], ...] = ()
    dwelling_lock: DwellingLock | None = None
    after_results: AfterResults | None = None
    approval: tuple[ApprovalStep, ...] = field(default=tuple(ApprovalStep))

    def line(self, code: str) -> PlanLine:
        """Return the plan line of that code, stated or given by law. Raises KeyError when there is none."""
        for line in self.lines:
            if line.code == code:
                return line
        if code == SPECIAL_NEEDS_SEATS.code and all(
            line.kind is not SPECIAL_NEEDS_SEATS.kind for line in self.lines
        ):
            return SPECIAL_NEEDS_SEATS
        raise KeyError(code)

    def category(self, code: str) -> Category:
        """Return the category of that code. Raises KeyError when there is none."""
        return next((item for item in self.categories if item.code == code), None) or _absent(code)

    def categories_of(self, line: PlanLine) -> tuple[Category, ...]:
        """Return the categories of the line in the order of their tiers."""
        by_code = {category.code: category for category in self.categories}
        return tuple(by_code[code] for code in line.categories)


def _absent(code: str) -> NoReturn:
    raise KeyError(code)

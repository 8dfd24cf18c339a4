"""What stands on a survey sheet: its columns, its rows before the visit, and the answers after it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from geo_data.tables.child_facts import DWELLING_RIGHTS, REGISTRATION_KINDS
from geo_data.tables.child_table import SEX_WORDS, SEXES
from geo_data.tables.columns import CellKind, Column
from geo_data.tables.identity import normalized


class Outcome(StrEnum):
    """What the surveyor found out about a child."""

    LIVES_HERE = "lives_here"
    MOVED_WITHIN = "moved_within"
    MOVED_AWAY = "moved_away"
    DECEASED = "deceased"
    ABROAD = "abroad"
    NOT_MET = "not_met"


OUTCOMES: Mapping[str, str] = {
    "在住": Outcome.LIVES_HERE,
    "县内搬迁": Outcome.MOVED_WITHIN,
    "迁出本县": Outcome.MOVED_AWAY,
    "死亡": Outcome.DECEASED,
    "出国（境）": Outcome.ABROAD,
    "未见到": Outcome.NOT_MET,
}
# Written on sheets and into facts, so in Chinese whatever the language of the page.
ROLES: Mapping[str, str] = {
    "committee": "村（居）委会",
    "grid_worker": "网格员",
    "teacher": "教师",
    "bureau": "教育局",
}
STATES: Mapping[str, str] = {"issued": "已发放", "returned": "已交回", "merged": "已并入"}
LEFT = frozenset({Outcome.MOVED_WITHIN, Outcome.MOVED_AWAY, Outcome.DECEASED, Outcome.ABROAD})

# The values of a child, in the order of the sheet; those of the household stand in every row of it.
CHILD_FIELDS = (
    "name",
    "sex",
    "birth_on",
    "identity",
    "guardian",
    "school_now",
    "registration_kind",
    "dwelling_right",
)
HOUSEHOLD_FIELDS = ("address", "phone")
FIELDS = (*CHILD_FIELDS, *HOUSEHOLD_FIELDS)

SHEET_COLUMNS = (
    Column("key", "行号", most=8),
    Column("place", "序号", CellKind.INTEGER, most=9999),
    Column("outcome", "情况", CellKind.CHOICE, choices=OUTCOMES),
    Column("name", "儿童姓名", most=100, personal=True),
    Column("sex", "性别", CellKind.CHOICE, choices=SEXES, words=SEX_WORDS, personal=True),
    Column("birth_on", "出生日期", CellKind.DATE, personal=True),
    Column("identity", "证件号码", most=30, personal=True),
    Column("guardian", "监护人姓名", most=100, personal=True),
    Column("household_code", "户编号", most=60),
    Column("address", "住址", personal=True),
    Column("phone", "联系电话", most=30, personal=True),
    Column("school_now", "现就读园校", most=40),
    Column("registration_kind", "户籍类型", CellKind.CHOICE, choices=REGISTRATION_KINDS),
    Column("dwelling_right", "住房性质", CellKind.CHOICE, choices=DWELLING_RIGHTS),
    Column("moved_to", "迁往何处", personal=True),
    Column("remark", "备注", personal=True),
)
COLUMN: Mapping[str, Column] = {column.name: column for column in SHEET_COLUMNS}


@dataclass(frozen=True, slots=True)
class KnownRow:
    """A child of the register as a sheet shows it.

    values -- of FIELDS, as text: days in ISO form, choices by their code; the identity number in full
    """

    key: str
    household_code: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Paper:
    """All that is printed on one sheet.

    blank_keys -- the keys of the empty rows, in order
    """

    sheet_id: str
    code: str
    issue: int
    district: str
    township: str
    unit: str
    year: int
    responsible: str
    role: str
    issued_on: date
    due_on: date
    born_from: date
    born_until: date
    rows: tuple[KnownRow, ...]
    blank_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back in one row; empty texts are empty cells.

    row -- as the spreadsheet counts
    """

    key: str
    row: int
    place: int
    outcome: Outcome
    household_code: str
    values: Mapping[str, str]
    moved_to: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class ReturnedSheet:
    """A sheet as read: which one it is, when the visits were, and its filled rows by place."""

    sheet_id: str
    code: str
    issue: int
    surveyed_on: date | None
    answers: tuple[Answer, ...] = field(default=())


def blank_keys(count: int) -> tuple[str, ...]:
    """Return the keys of the empty rows of a sheet: N1, N2, ..."""
    return tuple(f"N{number}" for number in range(1, count + 1))


def is_new(key: str) -> bool:
    """Say whether a row is one of the empty ones, filled in by the surveyor."""
    return key.startswith("N")


def masked_identity(identity: str) -> str:
    """Return what a sheet shows of a number: enough to compare with the document at the door, not to misuse."""
    number = normalized(identity)
    if len(number) >= 15:
        return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}"
    return f"{number[:2]}{'*' * max(0, len(number) - 4)}{number[-2:]}" if len(number) > 4 else number


def in_cell(name: str, value: str) -> str:
    """Return how a value of FIELDS is written on a sheet: the Chinese word of a choice, the masked number."""
    if name == "identity":
        return masked_identity(value) if value else ""
    choices = COLUMN[name].choices
    return next((word for word, code in choices.items() if code == value), value)

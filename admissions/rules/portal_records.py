"""A portal's mapping as records: where its file holds what, what its codes mean, in what form it wants results."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from admissions.rules.documents_catalogue import Document
from admissions.rules.policy_records import Title
from admissions.rules.vocabulary import FactName


class Field(StrEnum):
    """What an application is made of, beside facts and choices."""

    APPLICATION_NUMBER = "application_number"
    STATE = "state"
    IDENTITY_KIND = "identity_kind"
    IDENTITY_NUMBER = "identity_number"
    CHILD_NAME = "child_name"
    BIRTH_ON = "birth_on"
    SEX = "sex"
    GUARDIAN_NAME = "guardian_name"
    PHONE = "phone"
    ADDRESS = "address"
    UNIT_CODE = "unit_code"
    ACCEPTS_COORDINATION = "accepts_coordination"
    ACCEPTS_ADJUSTMENT = "accepts_adjustment"
    GROUP_CODE = "group_code"
    SPLIT_ALLOWED = "split_allowed"


REQUIRED_FIELDS = (
    Field.APPLICATION_NUMBER,
    Field.IDENTITY_NUMBER,
    Field.CHILD_NAME,
    Field.BIRTH_ON,
    Field.SEX,
)
FLAG_FIELDS = (Field.ACCEPTS_COORDINATION, Field.ACCEPTS_ADJUSTMENT, Field.SPLIT_ALLOWED)
# What the portal's codes of these fields may mean.
MEANINGS: Mapping[Field, tuple[str, ...]] = {
    Field.STATE: ("live", "withdrawn"),
    Field.IDENTITY_KIND: ("resident", "other"),
    Field.SEX: ("female", "male"),
}
# Written from fields of their own, with checks of their own.
NOT_AS_FACTS: Mapping[FactName, Field] = {
    FactName.BIRTH_DATE: Field.BIRTH_ON,
    FactName.DWELLING_UNIT: Field.UNIT_CODE,
    FactName.TWIN_GROUP: Field.GROUP_CODE,
}
# The value is a school's code, which the mapping's table of schools translates.
SCHOOL_FACTS = (
    FactName.SIBLING_SCHOOL,
    FactName.FEEDER_SCHOOL,
    FactName.OWN_PUPIL_SCHOOL,
    FactName.STAFF_SCHOOL,
    FactName.ENROLLED_SCHOOL,
)


class Delivery(StrEnum):
    """What a file holds: every application of the portal, or those that are new, changed or withdrawn."""

    COMPLETE = "complete"
    CHANGES = "changes"


class DateForm(StrEnum):
    """How a portal writes days."""

    DASHES = "YYYY-MM-DD"
    SLASHES = "YYYY/MM/DD"
    POINTS = "YYYY.MM.DD"
    COMPACT = "YYYYMMDD"
    CHINESE = "YYYY年MM月DD日"
    DAY_FIRST = "DD/MM/YYYY"


class Layout(StrEnum):
    """How choices are laid out: a column each, a list in one column, or a row each."""

    COLUMNS = "columns"
    LIST = "list"
    ROWS = "rows"


class Format(StrEnum):
    """Kinds of files handed back."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"


class Encoding(StrEnum):
    """Encodings of texts handed back."""

    UTF_8 = "utf-8"
    UTF_8_BOM = "utf-8-bom"
    GB18030 = "gb18030"


class Shown(StrEnum):
    """What a column handed back can show."""

    APPLICATION_NUMBER = "application_number"
    RECEIPT = "receipt"
    STATUS = "status"
    DOCUMENTS = "documents"
    OUTCOME = "outcome"
    REASON = "reason"
    SCHOOL_CODE = "school_code"
    SCHOOL_NAME = "school_name"
    CHOICE = "choice"
    WAITING_PLACE = "waiting_place"
    TICKET = "ticket"
    TICKET_PUBLIC = "ticket_public"
    TICKET_PRIVATE = "ticket_private"
    CHOICE_REASONS = "choice_reasons"


STATUS_COLUMNS = (Shown.APPLICATION_NUMBER, Shown.RECEIPT, Shown.STATUS, Shown.DOCUMENTS)
RESULT_COLUMNS = tuple(item for item in Shown if item not in (Shown.STATUS, Shown.DOCUMENTS))


class PortalStatus(StrEnum):
    """Where an application stands before results, as a portal is told."""

    RECEIVED = "received"
    DOCUMENTS_WANTED = "documents_wanted"
    CHECKED = "checked"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    """What became of an application, as a portal is told."""

    ADMITTED = "admitted"
    COORDINATED = "coordinated"
    WAITING = "waiting"
    NOT_PLACED = "not_placed"
    GIVEN_UP = "given_up"
    LEFT_OFF = "left_off"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


# Reasons of placements and choices (admissions/matching/records.py), and what can happen before and after a draw.
RESULT_REASONS = (
    "admitted",
    "higher_choice_won",
    "not_eligible",
    "category_below_cutoff",
    "same_category_key_below",
    "same_category_ticket",
    "private_draw_lost",
    "no_seats",
    "filled_by_reserve",
    "dwelling_locked",
    "group_kept_together",
    "coordinated",
    "withdrawn",
    "no_seat_within_reach",
    "given_on",
    "left_off_placed",
    "left_off_waits",
    "refused",
)


@dataclass(frozen=True, slots=True)
class FieldColumn:
    """The portal's column (or JSON path) of a field; `codes`: what the portal writes -> what it means to us."""

    column: str
    codes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FactColumn:
    """A column that states a fact; `proved_by` names the register that the portal asked, empty when families say so."""

    column: str
    fact: FactName
    codes: Mapping[str, str]
    proved_by: str = ""


@dataclass(frozen=True, slots=True)
class ChoiceColumns:
    """Where the choices stand, in the family's order; `mixed` holds private and public schools in one order.

    order, school -- of layout ROWS: the columns of the choice's place in the order and of its school
    """

    layout: Layout
    private: tuple[str, ...] = ()
    public: tuple[str, ...] = ()
    mixed: tuple[str, ...] = ()
    order: str = ""
    school: str = ""


@dataclass(frozen=True, slots=True)
class SchoolCode:
    """A code of the portal, our school, and the line's rule where the code stands for one line of it only."""

    code: str
    school: str
    line: str = ""


@dataclass(frozen=True, slots=True)
class FileForm:
    """A file handed back: its name (`{round}` is filled in), kind, encoding and columns (header, what it shows)."""

    name: str
    format: Format
    encoding: Encoding
    columns: tuple[tuple[str, Shown], ...]


@dataclass(frozen=True, slots=True)
class StatusForm:
    """Statuses before results: the file, the portal's code of each status and of each document."""

    file: FileForm
    codes: Mapping[PortalStatus, str]
    documents: Mapping[Document, str]


@dataclass(frozen=True, slots=True)
class ResultForm:
    """Results: the file, the portal's code of each outcome and of each reason."""

    file: FileForm
    outcomes: Mapping[Outcome, str]
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PortalMapping:
    """How the applications of one portal become ours, and our results theirs."""

    portal: str
    version: int
    title: Title
    district: str
    delivery: Delivery
    dates: tuple[DateForm, ...]
    yes: tuple[str, ...]
    no: tuple[str, ...]
    fields: Mapping[Field, FieldColumn]
    facts: tuple[FactColumn, ...]
    choices: ChoiceColumns
    schools: tuple[SchoolCode, ...]
    statuses: StatusForm
    results: ResultForm

    def code_of(self, school: str, line: str = "") -> str | None:
        """Return the portal's code of a school's line: the first of its own, else of the school's."""
        own = [item.code for item in self.schools if item.school == school and item.line == line]
        any_line = [item.code for item in self.schools if item.school == school and not item.line]
        return next(iter((*own, *any_line)), None)

    @property
    def school_codes(self) -> Mapping[str, str]:
        """Return our school by the portal's code."""
        return {item.code: item.school for item in self.schools}

"""The columns of the lists that other offices keep, and what each list is about. Source: docs/registers.md."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from geo_data.tables.child_facts import FACT_COLUMNS
from geo_data.tables.child_table import SEX_WORDS, SEXES
from geo_data.tables.columns import CellKind, Column, NumberForm
from geo_data.tables.guardians import GUARDIAN, GUARDIAN_COLUMNS, GUARDIAN_IDENTITY

HIGHEST_GRADE = 9
PUPIL_STATES = {
    "在籍": "on_roll",
    "休学": "suspended",
    "转出": "transferred",
    "死亡": "deceased",
    "其他": "other",
}
ATTENDANCE_STATES = {
    "在校": "present",
    "送教上门": "taught_at_home",
    "长期缺勤": "absent",
    "未到校": "never_came",
}
ATTENDING = frozenset({"present", "taught_at_home"})
TENANCIES = {"租赁": "rented", "公租房": "public_rental"}

NAME = Column("name", "姓名", required=True, aliases=("儿童姓名", "学生姓名"), most=100, personal=True)
IDENTITY = Column(
    "identity", "身份证号", aliases=("证件号码", "公民身份号码", "身份证件号"), most=30, personal=True
)
BIRTH_ON = Column(
    "birth_on", "出生日期", CellKind.DATE, required=True, aliases=("birth_date",), personal=True
)
SEX = Column("sex", "性别", CellKind.CHOICE, choices=SEXES, words=SEX_WORDS)
PHONE = Column("phone", "联系电话", aliases=("电话", "手机号", "监护人电话"), most=30, personal=True)
ADDRESS = Column("address", "住址", aliases=("家庭住址", "居住地址", "户籍地址", "坐落"), personal=True)
UNIT = Column("unit_id", "单元编号", aliases=("小区村组编号", "unit_code"), most=40)
SCHOOL = Column("school_id", "学校编号", required=True, aliases=("学校代码", "school_code"), most=40)
GRADE = Column("grade", "年级", CellKind.INTEGER, form=NumberForm.GRADE, least=1, most=HIGHEST_GRADE)
CLASS = Column("class_name", "班级", most=40)
HOUSEHOLD = Column("household_code", "户编号", aliases=("户号", "家庭编号"), most=60)
PROPERTY = Column(
    "property_key", "不动产单元号", aliases=("不动产单元号或房屋地址", "房屋编号", "房屋地址"), personal=True
)
FACTS: Mapping[str, Column] = {column.name: column for column in FACT_COLUMNS}
CHILD = (NAME, IDENTITY, BIRTH_ON, SEX)
FAMILY = (GUARDIAN, GUARDIAN_IDENTITY, PHONE, ADDRESS)
BOTH_PARENTS = (
    *GUARDIAN_COLUMNS,
    PHONE,
    ADDRESS,
)  # as a household register and a birth certificate name them


@dataclass(frozen=True, slots=True)
class RegisterSpec:
    """What a list is about.

    kind       -- as DatasetKind
    columns    -- what the file may hold
    facts      -- columns that become facts about a child under the same name
    details    -- columns kept in clear beside them
    is_of_children -- every row is a child with a birth date; else a person who holds a paper
    unit_fact  -- the fact that the row's unit states, or ""
    declared   -- facts that a family told at the door and nobody looked up
    """

    kind: str
    columns: tuple[Column, ...]
    facts: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    is_of_children: bool = True
    unit_fact: str = ""
    declared: frozenset[str] = frozenset()


def _needed(column: Column) -> Column:
    return replace(column, required=True)


def _facts(*names: str) -> tuple[Column, ...]:
    return tuple(FACTS[name] for name in names)


REGISTRATION_FACTS = (
    "registration_kind",
    "registration_township",
    "registration_since",
    "registered_with",
    "relation_shown",
)
PERMIT_FACTS = ("permit_valid_from", "permit_valid_until", "permit_endorsed_on")
TITLE_FACTS = ("title_since", "ownership_share_percent", "dwelling_is_residential")
SURVEY_FACTS = ("lives_there", "residence_since", "registration_district", "registration_unit")

SPECS = (
    RegisterSpec(
        "registrations",
        (
            HOUSEHOLD,
            NAME,
            _needed(IDENTITY),
            BIRTH_ON,
            _needed(SEX),
            *BOTH_PARENTS,
            UNIT,
            *_facts(*REGISTRATION_FACTS),
        ),
        facts=REGISTRATION_FACTS,
        details=("household_code",),
        unit_fact="registration_unit",
    ),
    RegisterSpec(
        "permits",
        (
            NAME,
            _needed(IDENTITY),
            PHONE,
            ADDRESS,
            UNIT,
            FACTS["permit_valid_from"],
            _needed(FACTS["permit_valid_until"]),
            FACTS["permit_endorsed_on"],
        ),
        facts=PERMIT_FACTS,
        is_of_children=False,
    ),
    RegisterSpec(
        "titles",
        (NAME, _needed(IDENTITY), _needed(PROPERTY), ADDRESS, UNIT, *_facts(*TITLE_FACTS)),
        facts=TITLE_FACTS,
        is_of_children=False,
        unit_fact="dwelling_unit",
    ),
    RegisterSpec(
        "rentals",
        (
            NAME,
            _needed(IDENTITY),
            PROPERTY,
            ADDRESS,
            UNIT,
            FACTS["rental_since"],
            Column("rental_until", "租赁截止日期", CellKind.DATE),
            Column("dwelling_right", "住房性质", CellKind.CHOICE, choices=TENANCIES),
        ),
        facts=("rental_since", "dwelling_right"),
        details=("rental_until",),
        is_of_children=False,
        unit_fact="dwelling_unit",
    ),
    RegisterSpec(
        "insurances",
        (
            NAME,
            _needed(IDENTITY),
            _needed(FACTS["insurance_months"]),
            FACTS["work_evidence"],
        ),
        facts=("insurance_months", "work_evidence"),
        is_of_children=False,
    ),
    RegisterSpec(
        "civil_affairs",
        (
            NAME,
            _needed(IDENTITY),
            BIRTH_ON,
            SEX,
            GUARDIAN,
            GUARDIAN_IDENTITY,
            _needed(FACTS["relation_shown"]),
        ),
        facts=("relation_shown",),
    ),
    RegisterSpec(
        "preferences",
        (NAME, _needed(IDENTITY), BIRTH_ON, SEX, _needed(FACTS["preferential_kind"])),
        facts=("preferential_kind",),
    ),
    RegisterSpec(
        "pupils",
        (
            *CHILD,
            Column("pupil_number", "学籍号", aliases=("全国学籍号",), most=30, personal=True),
            SCHOOL,
            _needed(GRADE),
            CLASS,
            Column("pupil_state", "学籍状态", CellKind.CHOICE, choices=PUPIL_STATES),
            *FAMILY,
        ),
        details=("class_name", "pupil_state"),
    ),
    RegisterSpec(
        "attendance",
        (
            *CHILD,
            SCHOOL,
            GRADE,
            CLASS,
            Column("attendance_state", "到校情况", CellKind.CHOICE, required=True, choices=ATTENDANCE_STATES),
            Column("days_expected", "应到天数", CellKind.INTEGER, most=400),
            Column("days_present", "实到天数", CellKind.INTEGER, most=400),
        ),
        details=("class_name", "attendance_state", "days_expected", "days_present"),
    ),
    RegisterSpec(
        "kindergartens",
        (
            *CHILD,
            replace(SCHOOL, name="kindergarten_id", zh="幼儿园编号", aliases=("幼儿园名称", "幼儿园")),
            CLASS,
            *FAMILY,
            UNIT,
        ),
        details=("class_name",),
    ),
    RegisterSpec("births", (*CHILD, *BOTH_PARENTS, UNIT)),
    RegisterSpec(
        "surveys",
        (
            HOUSEHOLD,
            *CHILD,
            *FAMILY,
            UNIT,
            *_facts(*SURVEY_FACTS),
            Column("school_id", "现就读学校", aliases=("学校编号", "school_now"), most=40),
            Column("surveyed_on", "调查日期", CellKind.DATE),
            Column("sheet", "调查表编号", most=40),
        ),
        facts=SURVEY_FACTS,
        details=("household_code", "surveyed_on", "sheet"),
        unit_fact="dwelling_unit",
        declared=frozenset({"registration_district", "registration_unit", "residence_since"}),
    ),
)
REGISTERS: Mapping[str, RegisterSpec] = {spec.kind: spec for spec in SPECS}
REGISTER_COLUMNS: Mapping[str, tuple[Column, ...]] = {spec.kind: spec.columns for spec in SPECS}

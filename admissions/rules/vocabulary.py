"""The closed vocabulary of facts: every name, its kind, its allowed values and its words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

FactValue = str | int | bool | date | tuple[str, ...] | tuple[date, ...]


class Kind(StrEnum):
    """What kind of value a fact or a computed term has."""

    TEXT = "text"
    CHOICE = "choice"
    INTEGER = "integer"
    FLAG = "flag"
    DATE = "date"
    TEXTS = "texts"
    DATES = "dates"


class FactName(StrEnum):
    """Everything that may be known about a child; nothing else can be stored or asked."""

    BIRTH_DATE = "birth_date"
    REGISTRATION_KIND = "registration_kind"
    REGISTRATION_DISTRICT = "registration_district"
    REGISTRATION_TOWNSHIP = "registration_township"
    REGISTRATION_UNIT = "registration_unit"
    REGISTRATION_SINCE = "registration_since"
    REGISTERED_WITH = "registered_with"
    RELATION_SHOWN = "relation_shown"
    GUARDIAN_REGISTRATION_KIND = "guardian_registration_kind"
    GUARDIAN_REGISTRATION_DISTRICT = "guardian_registration_district"
    SECOND_GUARDIAN_REGISTRATION_KIND = "second_guardian_registration_kind"
    SECOND_GUARDIAN_REGISTRATION_DISTRICT = "second_guardian_registration_district"
    DWELLING_RIGHT = "dwelling_right"
    DWELLING_DISTRICT = "dwelling_district"
    DWELLING_TOWNSHIP = "dwelling_township"
    DWELLING_UNIT = "dwelling_unit"
    DWELLING_KEY = "dwelling_key"
    DWELLING_IS_RESIDENTIAL = "dwelling_is_residential"
    TITLE_SINCE = "title_since"
    OWNERSHIP_SHARE_PERCENT = "ownership_share_percent"
    RENTAL_SINCE = "rental_since"
    LIVES_THERE = "lives_there"
    RESIDENCE_SINCE = "residence_since"
    PERMIT_HOLDER = "permit_holder"
    PERMIT_DISTRICT = "permit_district"
    PERMIT_VALID_FROM = "permit_valid_from"
    PERMIT_VALID_UNTIL = "permit_valid_until"
    PERMIT_ENDORSED_ON = "permit_endorsed_on"
    WORK_EVIDENCE = "work_evidence"
    INSURANCE_MONTHS = "insurance_months"
    CONTINUOUS_SCHOOLING = "continuous_schooling"
    SIBLING_SCHOOL = "sibling_school"
    TWIN_GROUP = "twin_group"
    PREFERENTIAL_KIND = "preferential_kind"
    SPECIAL_NEEDS = "special_needs"
    FEEDER_SCHOOL = "feeder_school"
    OWN_PUPIL_SCHOOL = "own_pupil_school"
    STAFF_SCHOOL = "staff_school"
    DEFERRED_UNTIL = "deferred_until"
    ENROLLED_SCHOOL = "enrolled_school"


@dataclass(frozen=True, slots=True)
class FactSpec:
    """The kind of a fact, the values of a choice, the bounds of an integer and its words on screen."""

    kind: Kind
    zh: str
    en: str
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 1_000_000

    def require(self, value: object) -> None:
        """Raise ValueError unless the value is of this kind."""
        if not self._fits(value):
            raise ValueError(f"{self.en}: not a value of kind {self.kind}")

    def as_data(self, value: FactValue) -> str | int | bool | list[str]:
        """Return plain JSON data of the value; days become ISO 8601 text."""
        if isinstance(value, tuple):
            return [item.isoformat() if isinstance(item, date) else item for item in value]
        return value.isoformat() if isinstance(value, date) else value

    def from_data(self, data: object) -> FactValue:
        """Return the value of plain JSON data. Raises ValueError for another kind."""
        value: object = data
        if self.kind is Kind.DATE:
            value = date.fromisoformat(str(data))
        elif self.kind is Kind.DATES and isinstance(data, list | tuple):
            value = tuple(date.fromisoformat(str(item)) for item in data)
        elif self.kind is Kind.TEXTS and isinstance(data, list | tuple):
            value = tuple(data)
        self.require(value)
        return value  # type: ignore[return-value]  # `require` has just checked it

    def _fits(self, value: object) -> bool:
        match self.kind:
            case Kind.TEXT:
                return isinstance(value, str) and value != ""
            case Kind.CHOICE:
                return isinstance(value, str) and value in self.choices
            case Kind.FLAG:
                return isinstance(value, bool)
            case Kind.INTEGER:
                return (
                    isinstance(value, int)
                    and not isinstance(value, bool)
                    and self.least <= value <= self.most
                )
            case Kind.DATE:
                return type(value) is date
            case Kind.TEXTS:
                return isinstance(value, tuple) and all(isinstance(item, str) and item for item in value)
            case Kind.DATES:
                return isinstance(value, tuple) and all(type(item) is date for item in value)


REGISTRATION_KINDS = ("family", "collective", "hong_kong_macau_taiwan", "overseas_chinese", "foreign")
DWELLING_RIGHTS = ("owned", "public_rental", "rented", "employer", "relatives", "none")
REGISTERED_WITH = ("parents", "grandparents", "others")
PERMIT_HOLDERS = ("child", "guardian")
WORK_EVIDENCE = ("contract", "business_licence", "flexible_work", "none")
PREFERENTIAL_KINDS = ("martyr", "service_member", "fire_and_rescue", "police", "talent", "none")

VOCABULARY: Mapping[FactName, FactSpec] = {
    FactName.BIRTH_DATE: FactSpec(Kind.DATE, "出生日期", "date of birth"),
    FactName.REGISTRATION_KIND: FactSpec(Kind.CHOICE, "户籍类型", "kind of registration", REGISTRATION_KINDS),
    FactName.REGISTRATION_DISTRICT: FactSpec(Kind.TEXT, "户籍所在县区", "county of registration"),
    FactName.REGISTRATION_TOWNSHIP: FactSpec(Kind.TEXT, "户籍所在乡镇街道", "township of registration"),
    FactName.REGISTRATION_UNIT: FactSpec(Kind.TEXT, "户籍所在小区村组", "unit of registration"),
    FactName.REGISTRATION_SINCE: FactSpec(Kind.DATE, "落户日期", "registered since"),
    FactName.REGISTERED_WITH: FactSpec(Kind.CHOICE, "与谁同户", "registered with", REGISTERED_WITH),
    FactName.RELATION_SHOWN: FactSpec(Kind.FLAG, "亲子关系已证明", "relation to the guardian is shown"),
    FactName.GUARDIAN_REGISTRATION_KIND: FactSpec(
        Kind.CHOICE, "监护人户籍类型", "kind of the guardian's registration", REGISTRATION_KINDS
    ),
    FactName.GUARDIAN_REGISTRATION_DISTRICT: FactSpec(
        Kind.TEXT, "监护人户籍所在县区", "county of the guardian's registration"
    ),
    FactName.SECOND_GUARDIAN_REGISTRATION_KIND: FactSpec(
        Kind.CHOICE, "另一监护人户籍类型", "kind of the other guardian's registration", REGISTRATION_KINDS
    ),
    FactName.SECOND_GUARDIAN_REGISTRATION_DISTRICT: FactSpec(
        Kind.TEXT, "另一监护人户籍所在县区", "county of the other guardian's registration"
    ),
    FactName.DWELLING_RIGHT: FactSpec(Kind.CHOICE, "住房性质", "right to the dwelling", DWELLING_RIGHTS),
    FactName.DWELLING_DISTRICT: FactSpec(Kind.TEXT, "居住所在县区", "county of residence"),
    FactName.DWELLING_TOWNSHIP: FactSpec(Kind.TEXT, "居住所在乡镇街道", "township of residence"),
    FactName.DWELLING_UNIT: FactSpec(Kind.TEXT, "居住所在小区村组", "unit of residence"),
    FactName.DWELLING_KEY: FactSpec(Kind.TEXT, "不动产单元号或房屋地址", "property unit or address"),
    FactName.DWELLING_IS_RESIDENTIAL: FactSpec(Kind.FLAG, "住宅用途", "dwelling is residential"),
    FactName.TITLE_SINCE: FactSpec(Kind.DATE, "产权登记日期", "title since"),
    FactName.OWNERSHIP_SHARE_PERCENT: FactSpec(
        Kind.INTEGER, "产权份额（%）", "share of ownership in percent", most=100
    ),
    FactName.RENTAL_SINCE: FactSpec(Kind.DATE, "租赁备案日期", "rental recorded since"),
    FactName.LIVES_THERE: FactSpec(Kind.FLAG, "实际居住", "really lives there"),
    FactName.RESIDENCE_SINCE: FactSpec(Kind.DATE, "在本地居住起始日", "lives in the county since"),
    FactName.PERMIT_HOLDER: FactSpec(
        Kind.CHOICE, "居住证持有人", "holder of the residence permit", PERMIT_HOLDERS
    ),
    FactName.PERMIT_DISTRICT: FactSpec(Kind.TEXT, "居住证签发县区", "county of the residence permit"),
    FactName.PERMIT_VALID_FROM: FactSpec(Kind.DATE, "居住证签发日期", "residence permit issued on"),
    FactName.PERMIT_VALID_UNTIL: FactSpec(
        Kind.DATE, "居住证失效日期（不含）", "residence permit valid until, that day excluded"
    ),
    FactName.PERMIT_ENDORSED_ON: FactSpec(Kind.DATES, "居住证签注日期", "residence permit endorsed on"),
    FactName.WORK_EVIDENCE: FactSpec(Kind.CHOICE, "就业证明", "evidence of work", WORK_EVIDENCE),
    FactName.INSURANCE_MONTHS: FactSpec(Kind.INTEGER, "社会保险月数", "months of social insurance", most=720),
    FactName.CONTINUOUS_SCHOOLING: FactSpec(Kind.FLAG, "连续就读", "continuous schooling"),
    FactName.SIBLING_SCHOOL: FactSpec(Kind.TEXTS, "兄姐在读学校", "schools of elder siblings"),
    FactName.TWIN_GROUP: FactSpec(Kind.TEXT, "多胞胎组号", "twin group"),
    FactName.PREFERENTIAL_KIND: FactSpec(
        Kind.CHOICE, "优抚优待类别", "preferential group", PREFERENTIAL_KINDS
    ),
    FactName.SPECIAL_NEEDS: FactSpec(Kind.FLAG, "特殊教育需要", "special needs"),
    FactName.FEEDER_SCHOOL: FactSpec(Kind.TEXT, "毕业小学", "primary school attended"),
    FactName.OWN_PUPIL_SCHOOL: FactSpec(Kind.TEXT, "民办学校本校学籍", "private school whose pupil it is"),
    FactName.STAFF_SCHOOL: FactSpec(Kind.TEXT, "监护人任职学校", "school where a guardian works"),
    FactName.DEFERRED_UNTIL: FactSpec(Kind.DATE, "缓学截止日期", "deferral approved until"),
    FactName.ENROLLED_SCHOOL: FactSpec(Kind.TEXT, "已注册学籍学校", "school already enrolled at"),
}

"""The closed catalogue of documents, each with its legal standing and the facts that it proves."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from admissions.rules.clauses import MATERIALS, Clause
from admissions.rules.vocabulary import FactName


class Document(StrEnum):
    """Every document that a form can know of; only those of standing `allowed` can ever be asked."""

    HOUSEHOLD_REGISTER = "household_register"
    BIRTH_CERTIFICATE = "birth_certificate"
    TITLE_DEED = "title_deed"
    RENTAL_RECORD = "rental_record"
    EMPLOYER_HOUSING = "employer_housing"
    HOME_VISIT = "home_visit"
    RESIDENCE_PERMIT = "residence_permit"
    WORK_EVIDENCE = "work_evidence"
    SOCIAL_INSURANCE = "social_insurance"
    PREFERENTIAL_PROOF = "preferential_proof"
    EXPERT_OPINION = "expert_opinion"
    KINDERGARTEN_ATTENDANCE = "kindergarten_attendance"
    FAMILY_PLANNING = "family_planning"
    OVER_AGE_PROOF = "over_age_proof"
    NO_GUARDIAN_PROOF = "no_guardian_proof"
    PARENTS_POST = "parents_post"
    PARENTS_INCOME = "parents_income"
    CERTIFICATE_OR_CONTEST = "certificate_or_contest"
    TEST_SCORE = "test_score"
    VACCINATION_RECORD = "vaccination_record"
    HEALTH_CHECK = "health_check"


class Standing(StrEnum):
    """What the notices say of a document."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    AFTER_ADMISSION = "after_admission"


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A document's standing, its words, the facts it proves and where that is written.

    `rights` are the rights to a dwelling under which such a paper exists; none named means under any.
    """

    standing: Standing
    zh: str
    en: str
    proves: tuple[FactName, ...] = ()
    clause: Clause = MATERIALS
    rights: tuple[str, ...] = ()


_REGISTER = (
    FactName.BIRTH_DATE,
    FactName.REGISTRATION_KIND,
    FactName.REGISTRATION_DISTRICT,
    FactName.REGISTRATION_TOWNSHIP,
    FactName.REGISTRATION_UNIT,
    FactName.REGISTRATION_SINCE,
    FactName.REGISTERED_WITH,
    FactName.RELATION_SHOWN,
    FactName.GUARDIAN_REGISTRATION_KIND,
    FactName.GUARDIAN_REGISTRATION_DISTRICT,
    FactName.SECOND_GUARDIAN_REGISTRATION_KIND,
    FactName.SECOND_GUARDIAN_REGISTRATION_DISTRICT,
)
_DWELLING = (
    FactName.DWELLING_RIGHT,
    FactName.DWELLING_DISTRICT,
    FactName.DWELLING_TOWNSHIP,
    FactName.DWELLING_UNIT,
    FactName.DWELLING_KEY,
    FactName.DWELLING_IS_RESIDENTIAL,
)
_PERMIT = (
    FactName.PERMIT_HOLDER,
    FactName.PERMIT_DISTRICT,
    FactName.PERMIT_VALID_FROM,
    FactName.PERMIT_VALID_UNTIL,
    FactName.PERMIT_ENDORSED_ON,
)

CATALOGUE: Mapping[Document, CatalogueEntry] = {
    Document.HOUSEHOLD_REGISTER: CatalogueEntry(Standing.ALLOWED, "户口簿", "household register", _REGISTER),
    Document.BIRTH_CERTIFICATE: CatalogueEntry(
        Standing.ALLOWED,
        "出生医学证明",
        "birth certificate",
        (FactName.BIRTH_DATE, FactName.RELATION_SHOWN, FactName.TWIN_GROUP),
    ),
    Document.TITLE_DEED: CatalogueEntry(
        Standing.ALLOWED,
        "不动产权证书",
        "title deed",
        (*_DWELLING, FactName.TITLE_SINCE, FactName.OWNERSHIP_SHARE_PERCENT),
        rights=("owned", "relatives"),
    ),
    Document.RENTAL_RECORD: CatalogueEntry(
        Standing.ALLOWED,
        "租赁合同备案",
        "rental record",
        (*_DWELLING, FactName.RENTAL_SINCE),
        rights=("rented", "public_rental"),
    ),
    Document.EMPLOYER_HOUSING: CatalogueEntry(
        Standing.ALLOWED, "单位住房证明", "employer's housing record", _DWELLING, rights=("employer",)
    ),
    Document.HOME_VISIT: CatalogueEntry(
        Standing.ALLOWED,
        "入户核查表",
        "home-visit sheet",
        (FactName.LIVES_THERE, FactName.RESIDENCE_SINCE, *_DWELLING),
    ),
    Document.RESIDENCE_PERMIT: CatalogueEntry(Standing.ALLOWED, "居住证", "residence permit", _PERMIT),
    Document.WORK_EVIDENCE: CatalogueEntry(
        Standing.ALLOWED, "务工证明", "evidence of work", (FactName.WORK_EVIDENCE,)
    ),
    Document.SOCIAL_INSURANCE: CatalogueEntry(
        Standing.ALLOWED, "社会保险缴费证明", "social-insurance record", (FactName.INSURANCE_MONTHS,)
    ),
    Document.PREFERENTIAL_PROOF: CatalogueEntry(
        Standing.ALLOWED, "优抚优待证明", "proof of a preferential group", (FactName.PREFERENTIAL_KIND,)
    ),
    Document.EXPERT_OPINION: CatalogueEntry(
        Standing.ALLOWED, "专家委员会评估意见", "expert committee's opinion", (FactName.SPECIAL_NEEDS,)
    ),
    Document.KINDERGARTEN_ATTENDANCE: CatalogueEntry(
        Standing.FORBIDDEN, "学前教育经历证明", "kindergarten attendance proof"
    ),
    Document.FAMILY_PLANNING: CatalogueEntry(Standing.FORBIDDEN, "计划生育证明", "family-planning proof"),
    Document.OVER_AGE_PROOF: CatalogueEntry(Standing.FORBIDDEN, "超龄入学证明", "over-age proof"),
    Document.NO_GUARDIAN_PROOF: CatalogueEntry(
        Standing.FORBIDDEN, "户籍地无人监护证明", "proof of no guardian at the place of registration"
    ),
    Document.PARENTS_POST: CatalogueEntry(Standing.FORBIDDEN, "父母职务证明", "parents' post"),
    Document.PARENTS_INCOME: CatalogueEntry(Standing.FORBIDDEN, "父母收入证明", "parents' income"),
    Document.CERTIFICATE_OR_CONTEST: CatalogueEntry(
        Standing.FORBIDDEN, "竞赛证书、培训证书", "certificate or contest result"
    ),
    Document.TEST_SCORE: CatalogueEntry(Standing.FORBIDDEN, "考试成绩", "test score"),
    Document.VACCINATION_RECORD: CatalogueEntry(
        Standing.AFTER_ADMISSION, "预防接种证", "vaccination record, within 30 days of term"
    ),
    Document.HEALTH_CHECK: CatalogueEntry(Standing.AFTER_ADMISSION, "入学体检", "health check"),
}

"""Where a rule comes from: its mark, its clause and the year of a notice."""

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """How binding a source is; a notice is never quoted as law."""

    STATUTE = "statute"
    REGULATION = "regulation"
    NOTICE = "notice"
    LOCAL = "local"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Clause:
    """A source that a reader can look up; `year` is that of a notice, None for the others."""

    mark: Mark
    zh: str
    en: str
    year: int | None = None


AGE_SIX = Clause(Mark.STATUTE, "《义务教育法》第十一条第一款", "Compulsory Education Law, art. 11(1)")
DEFERRAL = Clause(Mark.STATUTE, "《义务教育法》第十一条第二款", "Compulsory Education Law, art. 11(2)")
NO_TEST_NEARBY = Clause(Mark.STATUTE, "《义务教育法》第十二条第一款", "Compulsory Education Law, art. 12(1)")
EQUAL_TERMS = Clause(Mark.STATUTE, "《义务教育法》第十二条第二款", "Compulsory Education Law, art. 12(2)")
SERVICE_MEMBERS = Clause(Mark.STATUTE, "《义务教育法》第十二条第三款", "Compulsory Education Law, art. 12(3)")
NO_KEY_CLASSES = Clause(Mark.STATUTE, "《义务教育法》第二十二条", "Compulsory Education Law, art. 22")
NO_REFUSAL_SPECIAL = Clause(Mark.STATUTE, "《义务教育法》第十九条", "Compulsory Education Law, art. 19")
PERMIT_TERMS = Clause(
    Mark.REGULATION, "《居住证暂行条例》第二条、第九条", "Residence Permit Regulations 2015, arts. 2 and 9"
)
PERMIT_ENDORSEMENT = Clause(
    Mark.REGULATION, "《居住证暂行条例》第十条", "Residence Permit Regulations 2015, art. 10"
)
SYNCHRONIZED = Clause(
    Mark.NOTICE, "2019 年意见及历年招生通知（公民同招）", "2019 opinion and the yearly notices", 2019
)
PROHIBITIONS = Clause(
    Mark.NOTICE, "教育部招生入学通知（十项严禁）", "Ministry of Education, ten prohibitions", 2018
)
MATERIALS = Clause(
    Mark.NOTICE, "教育部招生入学通知（材料清单）", "Ministry of Education, admission materials", 2022
)
ZONES = Clause(
    Mark.NOTICE, "教育部招生入学通知（就近入学）", "Ministry of Education, zones and nearness", 2022
)
PERMIT_MAIN_EVIDENCE = Clause(
    Mark.NOTICE,
    "教育部招生入学通知（以居住证为主要依据）",
    "Ministry of Education, residence permit as main evidence",
    2022,
)
CLASS_SIZE = Clause(
    Mark.CHECK, "消除大班额要求（起始年级不得有 56 人以上班）", "No class of 56 or more in a starting grade"
)
LOCAL_RULE = Clause(Mark.LOCAL, "本地招生办法", "Local admission policy")

"""What each case asks, and what an officer does about it, in Chinese and English."""

from collections.abc import Mapping
from dataclasses import dataclass

from geo_data.reconciliation.words import CaseCode


@dataclass(frozen=True, slots=True)
class CaseText:
    """The words of a case."""

    zh: str
    en: str
    remedy_zh: str
    remedy_en: str


ASK_FAMILY_ZH, ASK_FAMILY_EN = (
    "请入户核实，必要时补登摸底",
    "Visit the family; add the child to the census if it lives here",
)
ASK_OFFICES_ZH, ASK_OFFICES_EN = "请与两部门核对，选定有效的一方", "Ask both offices and say which side holds"

CASE_TEXTS: Mapping[CaseCode, CaseText] = {
    CaseCode.ONLY_REGISTERED: CaseText(
        "户籍名单中有、摸底中没有",
        "in the register of residents, not in the census",
        ASK_FAMILY_ZH,
        ASK_FAMILY_EN,
    ),
    CaseCode.ONLY_PUPIL: CaseText(
        "学籍中有、摸底中没有", "in the pupil register, not in the census", ASK_FAMILY_ZH, ASK_FAMILY_EN
    ),
    CaseCode.ONLY_BORN: CaseText(
        "出生或接种名单中有、摸底中没有",
        "in the list of births or vaccinations, not in the census",
        ASK_FAMILY_ZH,
        ASK_FAMILY_EN,
    ),
    CaseCode.ONLY_IN_KINDERGARTEN: CaseText(
        "幼儿园大班名单中有、摸底中没有",
        "in a kindergarten's top class, not in the census",
        ASK_FAMILY_ZH,
        ASK_FAMILY_EN,
    ),
    CaseCode.ONLY_ATTENDING: CaseText(
        "在校名单中有、摸底和学籍中没有",
        "attends a school, unknown to census and pupil register",
        ASK_FAMILY_ZH,
        ASK_FAMILY_EN,
    ),
    CaseCode.ONLY_SURVEYED: CaseText(
        "入户调查中有、摸底中没有", "found from door to door, not in the census", ASK_FAMILY_ZH, ASK_FAMILY_EN
    ),
    CaseCode.ONLY_DECLARED: CaseText(
        "监护人自行登记、其他名单中没有",
        "registered by a guardian, unknown to the other lists",
        "请核验监护人提交的信息",
        "Check what the guardian declared",
    ),
    CaseCode.NOT_REGISTERED: CaseText(
        "摸底称本县户籍，户籍名单中没有",
        "said to be registered here, but the register does not know the child",
        "请与公安户籍部门核对",
        "Ask the office of registration",
    ),
    CaseCode.NO_PUPIL_RECORD: CaseText(
        "义务教育年龄内没有学籍",
        "of school age, without a pupil record",
        "请核实是否入学，纳入控辍保学台账",
        "Find out whether the child is at school; no child may be lost",
    ),
    CaseCode.NO_ATTENDANCE_RECORD: CaseText(
        "有学籍而未在校",
        "has a pupil record, but no school sees the child",
        "请联系学籍学校和家庭",
        "Ask the school and the family",
    ),
    CaseCode.PERHAPS_SAME_CHILD: CaseText(
        "可能是同一儿童", "perhaps the same child", "请比对两条记录", "Compare the two records"
    ),
    CaseCode.EQUAL_CANDIDATES: CaseText(
        "有多个同等相似的儿童，无法自动认定",
        "several children are equally like the record",
        "请逐一比对",
        "Compare the record with each",
    ),
    CaseCode.BIRTH_DATE_DIFFERS: CaseText(
        "同一证件号码，出生日期不同", "one identity, two birth dates", ASK_OFFICES_ZH, ASK_OFFICES_EN
    ),
    CaseCode.SEX_DIFFERS: CaseText(
        "同一儿童，性别不同", "one child, two sexes", ASK_OFFICES_ZH, ASK_OFFICES_EN
    ),
    CaseCode.NAME_DIFFERS: CaseText(
        "同一儿童，姓名不同", "one child, two names", ASK_OFFICES_ZH, ASK_OFFICES_EN
    ),
    CaseCode.REGISTRATION_UNIT_DIFFERS: CaseText(
        "户籍所在单元不一致", "the units of registration differ", ASK_OFFICES_ZH, ASK_OFFICES_EN
    ),
    CaseCode.REGISTRATION_DISTRICT_DIFFERS: CaseText(
        "户籍所在县区不一致", "the counties of registration differ", ASK_OFFICES_ZH, ASK_OFFICES_EN
    ),
    CaseCode.DWELLING_UNIT_DIFFERS: CaseText(
        "居住单元不一致", "the units lived in differ", "请入户核实", "Visit the family"
    ),
    CaseCode.SCHOOL_DIFFERS: CaseText(
        "学籍、在校或摸底所称学校不一致（人籍分离）",
        "register, attendance or census name different schools",
        "请核实实际就读学校，学籍随人走",
        "Find out where the child really is; the register follows the pupil",
    ),
    CaseCode.PERMIT_UNTIL_DIFFERS: CaseText(
        "居住证失效日期不一致", "the permits end on different days", ASK_OFFICES_ZH, ASK_OFFICES_EN
    ),
    CaseCode.TWO_HOUSEHOLDS: CaseText(
        "同一儿童在两户", "one child in two households", ASK_OFFICES_ZH, ASK_OFFICES_EN
    ),
    CaseCode.TWO_PUPIL_RECORDS: CaseText(
        "同一儿童有两条学籍（双学籍）", "one child with two pupil records", ASK_OFFICES_ZH, ASK_OFFICES_EN
    ),
    CaseCode.TWICE_IN_LIST: CaseText(
        "同一儿童在同一名单中出现两次", "one child twice in a list", ASK_OFFICES_ZH, ASK_OFFICES_EN
    ),
    CaseCode.GUARDIAN_NUMBER_DIFFERS: CaseText(
        "同名监护人，证件号码不同",
        "one guardian's name, two numbers",
        "请核对监护人证件，选定有效的一方；另一号码名下的居住证、不动产和租赁不再归于该儿童",
        "Check the document and say which side holds; papers under the other number are no longer the child's",
    ),
}

"""The findings of the legal check in Chinese and English."""

from collections.abc import Mapping

LEGAL_TEXTS: Mapping[str, tuple[str, str]] = {
    "over_age_refusal": ("不得以超龄为由拒绝入学", "A child may not be refused for being older"),
    "points_for_youth": (
        "年龄小的孩子得分，年龄大的孩子就排在后面：请确认不会因此落空",
        "Points for being younger place the older child behind: make sure that none is left without a place by it",
    ),
    "entry_age_above_six": (
        "入学年龄高于六周岁，仅限条件不具备的地区（可推迟到七周岁）",
        "An entry age above six is only for areas without the conditions (seven at most)",
    ),
    "forbidden_document": ("不得要求提供此类证明材料", "This document may not be asked"),
    "document_before_admission": (
        "此材料只能在录取后查验",
        "This document may be asked only after admission",
    ),
    "private_outside_window": (
        "民办学校须与公办学校同步招生",
        "A private line must keep to the public window",
    ),
    "window_outside_calendar": (
        "报名时间不在批次报名时间之内：窗口开放时没有人能填报",
        "The line's window leaves the round's window: nobody can apply outside it",
    ),
    "private_beyond_prefecture": (
        "民办学校不得跨市招生",
        "A private school may not recruit beyond the prefecture",
    ),
    "private_not_drawn": (
        "民办学校报名超过计划须全部电脑派位，除先招本县孩子外不得分类排序",
        "An oversubscribed private line is drawn as a whole; it may not sort applicants, but for its own county first",
    ),
    "reserve_may_stay_empty": (
        "预留学位没有用完时空着，而本学区的孩子可能要到别处入学：请考虑转给其他孩子",
        "Reserved seats that are not used stay empty while children of the zone may go elsewhere: think of spilling",
    ),
    "reserve_behind_others": (
        "民办未中签的孩子排在所有人之后，在为其预留的学位上也是如此：请确认这是本意",
        "A child that lost a private draw stands behind all others even at the seats set aside for it: is it meant?",
    ),
    "unpublished_before_opening": (
        "招生办法须在报名开始前公布",
        "The policy must be published before the window opens",
    ),
    "calendar_of_another_year": (
        "报名时间与政策年份相差一年以上，请核对",
        "The window lies more than a year from the policy's year: check it",
    ),
    "no_fallback": ("须有统筹安排，不得让适龄儿童落空", "There must be a fallback: no child is left out"),
    "either_twin_wins": (
        "多胞胎“一中全中”使中签机会加倍，不得采用",
        "“Either twin wins, both in” doubles the odds and may not be used",
    ),
    "no_zone_line": ("须有按学区招生的计划", "A policy needs seats for attendance zones"),
    "longer_residence": (
        "居住期限长于半年，超出国家规定的居住证条件",
        "A residence term longer than the half year of the permit",
    ),
    "longer_insurance": (
        "对随迁子女另设社会保险期限，请核对是否超出规定",
        "A term of social insurance on top of the permit: check that it is allowed",
    ),
    "large_class": (
        "招生计划超过班数乘以 55，会形成大班额",
        "Planned intake exceeds classes times 55: it makes a large class",
    ),
    "above_standard_class": (
        "招生计划超过标准班额（小学 45、初中 50）",
        "Planned intake exceeds the standard class (45 primary, 50 junior)",
    ),
    "needless_document": (
        "没有任何类别或排序用到此材料能证明的事实",
        "No category or key uses a fact that this document proves",
    ),
    "without_risk_assessment": ("审批步骤缺少风险评估", "Approval lacks the risk assessment"),
    "without_legality_review": ("审批步骤缺少合法性审查", "Approval lacks the legality review"),
    "without_minutes": ("审批步骤缺少集体研究会议纪要", "Approval lacks the minutes of the meeting"),
    "without_document_number": ("审批步骤缺少发文字号", "Approval lacks the government document number"),
    "without_filing": ("审批步骤缺少备案", "Approval lacks the filing"),
}

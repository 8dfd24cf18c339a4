"""Findings about applications of another portal, in Chinese and English."""

from collections.abc import Mapping

from geo_data.tables.finding_text import FindingText, note, severe, warning

PORTAL_TEXTS: Mapping[str, FindingText] = {
    "portal_no_object": severe(
        "该行不是 JSON 对象",
        "the row is no JSON object",
        "每行写一个以花括号括起的对象",
        "Write one object in braces a line",
    ),
    "portal_number_twice": severe(
        "报名号重复出现",
        "the application number stands in an earlier row",
        "每个报名号只能出现一次，请在平台核对",
        "Every number may stand once; check at the portal",
    ),
    "portal_number_is_identity": severe(
        "报名号是身份证号码",
        "the application number is an identity number",
        "请平台提供不含个人信息的报名号",
        "Ask the portal for a number without personal data",
    ),
    "portal_child_twice": severe(
        "同一学生在文件中有两份报名",
        "the child stands in an earlier row with another application",
        "请在平台撤销其中一份",
        "Withdraw one of them at the portal",
    ),
    "portal_identity_kind": severe(
        "证件类型与证件号码不符",
        "kind of document and number do not agree",
        "请核对证件类型和号码",
        "Check kind and number of the document",
    ),
    "portal_school_unknown": severe(
        "对照表中没有该学校代码",
        "the mapping has no school of this code",
        "请在对照文件 schools 中补上该代码，或在平台改正志愿",
        "Add the code to schools in the mapping, or correct the choice at the portal",
    ),
    "portal_school_fact_unknown": warning(
        "对照表中没有该学校代码，此项未采用",
        "the mapping has no school of this code; this was left out",
        "如为本县学校，请在对照文件 schools 中补上",
        "If it is a school of the county, add it to schools in the mapping",
    ),
    "portal_choice_twice": severe(
        "同一学校填报了两次", "the school is chosen twice", "请在平台删除重复志愿", "Remove one at the portal"
    ),
    "portal_choice_order": severe(
        "志愿序号缺失、重复或没有学校",
        "the place of a choice is missing, stands twice, or has no school",
        "每个志愿写一个序号和一所学校",
        "Give every choice one place and one school",
    ),
    "portal_rows_differ": severe(
        "同一报名号的各行学生信息不一致",
        "rows of one application number differ in more than the choice",
        "请平台重新导出",
        "Have the portal export it again",
    ),
    "portal_filed_elsewhere": severe(
        "该学生在本批次已有其他来源的申请",
        "the child has an application in this round from elsewhere",
        "请家长撤回其中一份：本系统的申请，或平台的报名",
        "Have the family withdraw one: the one filed here, or the one at the portal",
    ),
    "portal_refused": severe(
        "按规则不能受理该申请",
        "the rules refuse the application",
        "请按所列原因在平台改正",
        "Correct it at the portal as the reason says",
    ),
    "portal_not_known": note(
        "撤销的报名号从未交换过",
        "a withdrawn number that never came here",
        "无需处理",
        "Nothing to do",
    ),
    "portal_reviewed_anew": warning(
        "该报名已审核，内容变更后需重新审核",
        "the application was reviewed here; changed, it is reviewed anew",
        "请重新核实所变更的内容",
        "Review it again",
    ),
    "portal_decided_here": note(
        "该申请已在本系统退回、不予受理或撤回，平台内容未变，维持原状",
        "it was returned, refused or withdrawn here; unchanged at the portal, it stays so",
        "如需恢复请在审核页处理",
        "To reopen it use the review page",
    ),
    "portal_none_withdrawn": warning(
        "全量文件中有未采用的行，本次不撤回任何缺少的报名",
        "rows of a complete file were left out, so nothing that is missing is withdrawn",
        "改正后重新导入全量文件",
        "Correct them and bring in the complete file again",
    ),
}

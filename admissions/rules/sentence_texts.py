"""The sentences of the rules in Chinese and English; names in braces are values of the sentence."""

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str]] = {
    # The list of choices.
    "nothing_listed": (
        "没有可以填报的学校：请同意统筹安排，教育局会为孩子安排学位",
        "There is no school that can be listed: agree to coordinated placement, and the bureau finds a place",
    ),
    "adjustment_not_offered": (
        "本次招生没有民办学校调剂，请选择不服从调剂",
        "This round offers no adjustment to another private school: leave it out",
    ),
    "adjustment_without_private": (
        "没有填报民办学校，不能选择服从民办调剂",
        "Without a private school on the list there is no adjustment to another one",
    ),
    "school_not_in_round": ("这所学校不在本次招生范围内", "This school is not in this round"),
    # Categories: the trace.
    "category_holds": ("属于“{zh}”", "Belongs to “{en}”"),
    "category_fails": ("不属于“{zh}”", "Does not belong to “{en}”"),
    "category_open": ("“{zh}”尚不能判定", "“{en}” cannot be decided yet"),
    "term_holds": (
        "{term_zh}为{value_zh}，符合（{wanted_zh}）",
        "{term_en}: {value_en}, as wanted ({wanted_en})",
    ),
    "term_fails": (
        "{term_zh}为{value_zh}，不符合（{wanted_zh}）",
        "{term_en}: {value_en}, not as wanted ({wanted_en})",
    ),
    "term_open": ("{term_zh}尚未查明（要求{wanted_zh}）", "{term_en} is not known yet (wanted: {wanted_en})"),
    "county_first_own": (
        "户籍或居住在本县（市、区）：民办学校先招本县孩子，本县孩子之间按派位号排序",
        "Registered or living in the county: a private school takes children of its county first, by ticket among them",
    ),
    "county_first_other": (
        "户籍和居住都不在本县（市、区）：民办学校先招本县孩子，其后按派位号排序",
        "Neither registered nor living in the county: children of the county come first; then tickets decide",
    ),
    "line_without_categories": (
        "本计划不分类别，按派位号排序",
        "This line has no categories; tickets decide",
    ),
    # Age.
    "birth_date_unknown": ("出生日期尚未查明", "The date of birth is not known yet"),
    "too_young": (
        "{until}（含当日）前未满 {age} 周岁，今年不到入学年龄",
        "Not {age} years old by {until} (that day included); not yet of school age this year",
    ),
    "deferred": ("已批准缓学至 {until}", "Deferral approved until {until}"),
    # Residence permit.
    "same_city": (
        "户籍在本市，市内流动不能也无需申领居住证，凭居住材料办理",
        "Registered in the same city: no residence permit is possible or needed; residence is proved otherwise",
    ),
    "half_year": (
        "居住未满半年，{full_on} 起满半年",
        "Has not lived here half a year; complete on {full_on}",
    ),
    "half_year_waived": ("按本地规定免除半年居住要求", "Local rules waive the half year"),
    "none_of_three": (
        "没有合法稳定就业、合法稳定住所、连续就读中的任何一项",
        "None of stable lawful work, stable lawful dwelling and continuous schooling",
    ),
    "permit_not_yet": ("居住证 {from_on} 起有效", "The residence permit is valid from {from_on}"),
    "permit_lapsed": (
        "居住证自 {since} 起逾期未签注，补办签注当日恢复",
        "The residence permit has not worked since {since}; a late endorsement restores it the same day",
    ),
    "permit_of_another_county": (
        "居住证由其他县区签发（{district}）",
        "The residence permit is of another county ({district})",
    ),
    "guardian_permit_not_counted": (
        "本地规定不以监护人居住证为依据",
        "Local rules do not rely on a guardian's residence permit",
    ),
    "too_old_for_guardian_permit": (
        "年满 {age} 周岁，应当持本人居住证",
        "Aged {age} or over: needs a residence permit of their own",
    ),
    # Eligibility for a line.
    "already_enrolled": ("已在其他学校注册学籍", "Already enrolled at a school"),
    "outside_area": (
        "户籍和居住地都不在“{zh}”的招生范围内",
        "Neither registered nor living in the area of “{en}”",
    ),
    "no_category": ("不属于“{zh}”的任何招生类别", "Belongs to no category of “{en}”"),
    "category_not_decided": (
        "还缺少材料，尚不能判定在“{zh}”的类别",
        "Facts are missing; the category at “{en}” cannot be decided yet",
    ),
    "not_own_pupil": ("不是该校本校在读学生", "Not a pupil of this school"),
    "not_staff_child": ("监护人不是该校教职工", "No guardian works at this school"),
    "no_preferential_group": ("不属于优抚优待对象", "Not in a preferential group"),
    "no_special_needs": ("没有专家委员会的特殊教育评估意见", "No expert opinion on special needs"),
    "line_not_open": (
        "“{zh}”的填报时间是 {opens} 至 {closes}",
        "“{en}” can be listed from {opens} until {closes}",
    ),
    "too_many_choices": (
        "“{zh}”最多可填 {most} 所学校，已填 {listed} 所",
        "At most {most} schools may be listed for “{en}”; {listed} are listed",
    ),
    "listed_twice": ("同一学校填写了两次", "A school is listed twice"),
    "private_choices_exceeded": (
        "民办学校最多可填 {most} 所，已填 {listed} 所",
        "At most {most} private schools may be listed; {listed} are listed",
    ),
    "private_and_public": (
        "本地规定公办、民办只能选报一类",
        "Local rules allow either public or private schools, not both",
    ),
    # Documents.
    "needed_for": ("用于证明：{facts_zh}", "Proves: {facts_en}"),
    "needed_to_decide": (
        "未能查询到，用于判定类别：{facts_zh}",
        "No look-up answered; decides the category: {facts_en}",
    ),
    "needed_for_relation": (
        "户口簿不能显示与监护人的关系",
        "The household register does not show the relation to the guardian",
    ),
    # Approval of a policy.
    "approval_of_another_text": ("审批的不是这一版文本", "The approval is of another text"),
    "step_missing_risk_assessment": ("缺少风险评估记录", "The risk assessment is not on record"),
    "step_missing_legality_review": ("缺少合法性审查记录", "The legality review is not on record"),
    "step_missing_minutes": ("缺少集体研究会议纪要", "The minutes of the meeting are not on record"),
    "step_missing_document_number": ("缺少发文字号", "The government document number is not on record"),
    "step_missing_filing": ("缺少备案记录", "The filing is not on record"),
    "approvers_missing": (
        "须由起草人以外的 {needed} 人批准，现有 {found} 人",
        "{needed} people other than the writer must approve; {found} have",
    ),
    "legal_check_refuses": ("合法性检查不通过：{path}", "The legal check refuses: {path}"),
}

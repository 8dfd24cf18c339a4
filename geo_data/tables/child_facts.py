"""Columns of the census that become facts about a child, under the names that the admission rules use.

The rules' vocabulary stands above this app; a test holds the two lists together.
"""

from geo_data.tables.columns import CellKind, Column, NumberForm

REGISTRATION_KINDS = {
    "家庭户": "family",
    "集体户": "collective",
    "港澳台": "hong_kong_macau_taiwan",
    "华侨": "overseas_chinese",
    "外籍": "foreign",
}
REGISTERED_WITH = {"父母": "parents", "祖父母": "grandparents", "其他": "others"}
DWELLING_RIGHTS = {
    "自有": "owned",
    "公租房": "public_rental",
    "租赁": "rented",
    "单位住房": "employer",
    "亲属住房": "relatives",
    "无": "none",
}
PERMIT_HOLDERS = {"儿童": "child", "监护人": "guardian"}
WORK_EVIDENCE = {
    "劳动合同": "contract",
    "营业执照": "business_licence",
    "灵活就业": "flexible_work",
    "无": "none",
}
PREFERENTIAL_KINDS = {
    "烈士": "martyr",
    "现役军人": "service_member",
    "消防救援": "fire_and_rescue",
    "公安": "police",
    "人才": "talent",
    "无": "none",
}

FACT_COLUMNS = (
    Column("registration_kind", "户籍类型", CellKind.CHOICE, choices=REGISTRATION_KINDS),
    Column("registration_district", "户籍所在县区", most=20),
    Column("registration_township", "户籍所在乡镇街道", most=100),
    Column("registration_unit", "户籍所在小区村组", most=40),
    Column("registration_since", "落户日期", CellKind.DATE),
    Column("registered_with", "与谁同户", CellKind.CHOICE, choices=REGISTERED_WITH),
    Column("relation_shown", "亲子关系已证明", CellKind.FLAG),
    Column("guardian_registration_kind", "监护人户籍类型", CellKind.CHOICE, choices=REGISTRATION_KINDS),
    Column("guardian_registration_district", "监护人户籍所在县区", most=20),
    Column(
        "second_guardian_registration_kind", "另一监护人户籍类型", CellKind.CHOICE, choices=REGISTRATION_KINDS
    ),
    Column("second_guardian_registration_district", "另一监护人户籍所在县区", most=20),
    Column("dwelling_right", "住房性质", CellKind.CHOICE, choices=DWELLING_RIGHTS),
    Column("dwelling_district", "居住所在县区", most=20),
    Column("dwelling_township", "居住所在乡镇街道", most=100),
    Column("dwelling_unit", "居住所在小区村组", most=40),
    Column("dwelling_key", "不动产单元号或房屋地址", personal=True),
    Column("dwelling_is_residential", "住宅用途", CellKind.FLAG),
    Column("title_since", "产权登记日期", CellKind.DATE),
    Column(
        "ownership_share_percent",
        "产权份额",
        CellKind.INTEGER,
        form=NumberForm.PERCENT,
        most=100,
        aliases=("产权份额（%）",),
    ),
    Column("rental_since", "租赁备案日期", CellKind.DATE),
    Column("lives_there", "实际居住", CellKind.FLAG),
    Column("residence_since", "在本地居住起始日", CellKind.DATE),
    Column("permit_holder", "居住证持有人", CellKind.CHOICE, choices=PERMIT_HOLDERS),
    Column("permit_district", "居住证签发县区", most=20),
    Column("permit_valid_from", "居住证签发日期", CellKind.DATE),
    Column("permit_valid_until", "居住证失效日期", CellKind.DATE, aliases=("居住证失效日期（不含）",)),
    Column("permit_endorsed_on", "居住证签注日期", CellKind.DATES),
    Column("work_evidence", "就业证明", CellKind.CHOICE, choices=WORK_EVIDENCE),
    Column("insurance_months", "社会保险月数", CellKind.INTEGER, most=720),
    Column("continuous_schooling", "连续就读", CellKind.FLAG),
    Column("sibling_school", "兄姐在读学校", CellKind.CODES, most=40),
    Column("twin_group", "多胞胎组号", most=40),
    Column("preferential_kind", "优抚优待类别", CellKind.CHOICE, choices=PREFERENTIAL_KINDS),
    Column("special_needs", "特殊教育需要", CellKind.FLAG),
    Column("feeder_school", "毕业小学", most=40),
    Column("own_pupil_school", "民办学校本校学籍", most=40),
    Column("staff_school", "监护人任职学校", most=40),
    Column("deferred_until", "缓学截止日期", CellKind.DATE),
    Column("enrolled_school", "已注册学籍学校", most=40),
)
# Both headers of a column name its fact.
FACT_NAMES = {name: column.name for column in FACT_COLUMNS for name in (column.name, column.zh)}

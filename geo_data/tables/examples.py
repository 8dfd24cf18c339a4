"""The example row of every template: invented, and refused when somebody leaves it in."""

from collections.abc import Mapping, Sequence

from geo_data.tables.columns import Column

# kind of data -> name of the column -> cell
EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "units": {
        "name": "甲乙花园",
        "kind": "小区",
        "township": "样例街道",
        "children": "120",
        "lon": "112.9812",
        "lat": "34.7485",
    },
    "schools": {
        "name": "样例县第一小学",
        "stage": "小学",
        "ownership": "公办",
        "address": "样例街道甲乙路 1 号",
        "seats": "1080",
        "planned_intake": "180",
        "classes": "4",
        "lon": "112.9812",
        "lat": "34.7485",
    },
    "seats": {
        "year": "2026",
        "grade": "1",
        "seats": "180",
        "classes": "4",
        "enrolled": "176",
        "planned_intake": "180",
    },
    "zones": {"schools": "P01;P02"},
    "zone_texts": {"name": "样例县第一小学", "text": "甲乙花园、丙丁村1-3组、甲乙路1-99号（单号）"},
    "children": {
        "unit_id": "0101",
        "address": "甲乙花园 1 号楼 101 室",
        "phone": "10000000001",
        "name": "甲一一",
        "identity": "990102202008310023",
        "birth_on": "2020-08-31",
        "sex": "女",
        "guardian": "甲乙",
        "guardian_identity": "990151198001010018",
        "second_guardian": "丙丁",
        "second_guardian_identity": "990151198202020028",
        "registration_kind": "家庭户",
        "guardian_registration_kind": "家庭户",
        "guardian_registration_district": "990101",
        "dwelling_right": "自有",
    },
    "base_map": {"name": "甲乙路"},
    "streets": {"class": "支路", "name": "甲乙路", "bridge": "否", "tunnel": "否", "layer": "0"},
    "addresses": {
        "township": "样例街道",
        "estate": "甲乙花园",
        "building": "3号楼",
        "road": "甲乙路",
        "door_number": "12号",
        "unit_id": "0101",
        "aliases": "老粮站",
        "old_names": "粮食局家属院",
        "dwellings": "48",
        "lon": "112.9812",
        "lat": "34.7485",
    },
    "enrolments": {
        "year": "2025",
        "stage": "小学",
        "unit_id": "0101",
        "category": "人户一致",
        "school_id": "P001",
        "children": "24",
        "enrolled": "21",
        "elsewhere": "3",
    },
    "grades": {"year": "2025", "school_id": "P001", "grade": "1", "pupils": "176"},
    "housing": {
        "estate_id": "E001",
        "name": "甲乙花园二期",
        "unit_id": "0101",
        "dwellings": "820",
        "kind": "商品房",
        "delivered_in": "2028",
        "occupied_percent": "80",
    },
    "migration": {"year": "2025", "age": "4", "children": "2810", "net": "35"},
}
# What the lists of other offices say of the same child; each has some of these columns.
OF_A_LIST: Mapping[str, str] = {
    "name": "甲一一",
    "identity": "990102202008310023",
    "birth_on": "2020-08-31",
    "sex": "女",
    "guardian": "甲乙",
    "guardian_identity": "990151198001010018",
    "second_guardian": "丙丁",
    "second_guardian_identity": "990151198202020028",
    "phone": "10000000001",
    "address": "甲乙花园 1 号楼 101 室",
    "unit_id": "0101",
    "insurance_months": "14",
    "work_evidence": "劳动合同",
    "relation_shown": "是",
    "preferential_kind": "消防救援",
}


def example_of(kind: str, columns: Sequence[Column]) -> Mapping[str, str]:
    """Return the cells of the example row by the name of their column, in the order of the columns.

    A column without an example is left out. A kind without cells of its own is a list of another office.
    """
    cells = EXAMPLES.get(kind, OF_A_LIST)
    return {column.name: cells[column.name] for column in columns if column.name in cells}

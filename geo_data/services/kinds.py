"""What can be brought in: for every kind its columns, its importer and what an officer may choose.

A further kind is one entry here, its comparison in `geo_data/selectors/comparisons.py`, and its finding texts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

from common.errors import RulesSayNo
from geo_data.models import DatasetKind
from geo_data.services.census import import_children
from geo_data.services.datasets import ImportResult
from geo_data.services.import_addresses import import_addresses
from geo_data.services.import_base_map import import_base_map
from geo_data.services.import_past import import_enrolments, import_grades, import_housing, import_moves
from geo_data.services.import_register import import_register
from geo_data.services.import_schools import import_schools
from geo_data.services.import_seats import import_seats
from geo_data.services.import_streets import import_streets
from geo_data.services.import_units import import_units
from geo_data.tables.address_table import ADDRESS_COLUMNS
from geo_data.tables.base_map_table import BASE_MAP_COLUMNS
from geo_data.tables.child_table import CHILD_COLUMNS
from geo_data.tables.columns import Column
from geo_data.tables.past_tables import (
    ENROLMENT_COLUMNS,
    GRADE_COLUMNS,
    HOUSING_COLUMNS,
    MOVE_COLUMNS,
)
from geo_data.tables.register_columns import REGISTERS, RegisterSpec
from geo_data.tables.school_table import SCHOOL_COLUMNS
from geo_data.tables.seat_table import SEAT_COLUMNS
from geo_data.tables.street_table import OSM_SUFFIX, STREET_COLUMNS
from geo_data.tables.unit_table import UNIT_COLUMNS


class KindNotImported(RulesSayNo):
    """Files of this kind are not brought in here."""

    code = "kind_not_imported"


class Option(StrEnum):
    """What an officer may choose for a kind, beside what is asked of every file; the importer's argument."""

    CRS = "crs"
    STAGE = "stage"
    REPAIRS = "repairs"
    TOLERANCE = "tolerance_m"
    BORDERS = "borders_path"
    ACCEPT_OFFSET = "accept_offset"


# An import: `*, actor, now, district_code, path, origin, report, terms` and the options of its kind.
Importer = Callable[..., ImportResult]


@dataclass(frozen=True, slots=True)
class ImportKind:
    """One kind of file.

    zh              -- what it is called in Chinese
    columns         -- of its table, or the attributes of its layer
    is_layer        -- whether map layers are read beside tables
    takes_good_rows -- whether bad rows may be left out
    needs           -- kinds that must be current before
    further_suffixes -- of files that only this kind reads
    examples        -- column -> cell of the template's example row, invented
    """

    kind: DatasetKind
    zh: str
    columns: Sequence[Column]
    importer: Importer
    is_layer: bool = False
    options: frozenset[Option] = frozenset()
    takes_good_rows: bool = True
    needs: tuple[DatasetKind, ...] = ()
    further_suffixes: frozenset[str] = frozenset()
    examples: Mapping[str, str] = field(default_factory=dict)


LIST_NAMES = {
    DatasetKind.REGISTRATIONS: "户籍登记",
    DatasetKind.PERMITS: "居住证",
    DatasetKind.TITLES: "不动产登记",
    DatasetKind.RENTALS: "租赁备案",
    DatasetKind.INSURANCES: "社会保险",
    DatasetKind.CIVIL_AFFAIRS: "民政（收养、监护）",
    DatasetKind.PREFERENCES: "优抚优待名单",
    DatasetKind.PUPILS: "学籍",
    DatasetKind.ATTENDANCE: "到校情况",
    DatasetKind.KINDERGARTENS: "幼儿园大班名册",
    DatasetKind.BIRTHS: "出生与接种名单",
    DatasetKind.SURVEYS: "入户调查",
}
LIST_EXAMPLES = {
    "name": "甲一一",
    "identity": "990102202008310023",
    "birth_on": "2020-08-31",
    "sex": "女",
    "guardian": "甲乙",
    "guardian_identity": "990151198001010018",
    "phone": "10000000001",
    "address": "甲乙花园 1 号楼 101 室",
    "unit_id": "0101",
    "insurance_months": "14",
    "work_evidence": "劳动合同",
    "relation_shown": "是",
    "preferential_kind": "消防救援",
}


def _names(spec: RegisterSpec) -> frozenset[str]:
    return frozenset(column.name for column in spec.columns)


KINDS: dict[DatasetKind, ImportKind] = {
    entry.kind: entry
    for entry in (
        ImportKind(
            DatasetKind.UNITS,
            "单元（小区、村组）",
            UNIT_COLUMNS,
            import_units,
            is_layer=True,
            options=frozenset(
                {Option.CRS, Option.REPAIRS, Option.TOLERANCE, Option.BORDERS, Option.ACCEPT_OFFSET}
            ),
            takes_good_rows=False,  # a county with a hole where a unit was left out is no county
            examples={
                "name": "甲乙花园",
                "kind": "小区",
                "township": "样例街道",
                "children": "120",
                "lon": "112.9812",
                "lat": "34.7485",
            },
        ),
        ImportKind(
            DatasetKind.SCHOOLS,
            "学校",
            SCHOOL_COLUMNS,
            import_schools,
            is_layer=True,
            options=frozenset({Option.CRS, Option.STAGE, Option.ACCEPT_OFFSET}),
            needs=(DatasetKind.UNITS,),
            examples={
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
        ),
        ImportKind(
            DatasetKind.SEATS,
            "分年级学位",
            SEAT_COLUMNS,
            import_seats,
            needs=(DatasetKind.SCHOOLS,),
            examples={
                "year": "2026",
                "grade": "1",
                "seats": "180",
                "classes": "4",
                "enrolled": "176",
                "planned_intake": "180",
            },
        ),
        ImportKind(
            DatasetKind.CHILDREN,
            "适龄儿童摸底",
            CHILD_COLUMNS,
            import_children,
            needs=(DatasetKind.UNITS,),
            examples={
                "unit_id": "0101",
                "address": "甲乙花园 1 号楼 101 室",
                "phone": "10000000001",
                "name": "甲一一",
                "identity": "990102202008310023",
                "birth_on": "2020-08-31",
                "sex": "女",
                "registration_kind": "家庭户",
                "dwelling_right": "自有",
            },
        ),
        ImportKind(
            DatasetKind.BASE_MAP,
            "底图（街道、河流）",
            BASE_MAP_COLUMNS,
            import_base_map,
            is_layer=True,
            options=frozenset({Option.CRS}),
            examples={"name": "甲乙路"},
        ),
        ImportKind(
            DatasetKind.STREETS,
            "路网（道路）",
            STREET_COLUMNS,
            import_streets,
            is_layer=True,
            options=frozenset({Option.CRS}),
            takes_good_rows=False,  # a street left out may be the only way to school
            further_suffixes=frozenset({OSM_SUFFIX}),
            examples={"class": "支路", "name": "甲乙路", "bridge": "否", "tunnel": "否", "layer": "0"},
        ),
        ImportKind(
            DatasetKind.ADDRESSES,
            "地址库（小区、楼栋、道路、门牌）",
            ADDRESS_COLUMNS,
            import_addresses,
            is_layer=True,
            options=frozenset({Option.CRS}),
            needs=(DatasetKind.UNITS,),
            examples={
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
        ),
        *(
            ImportKind(
                DatasetKind(spec.kind),
                LIST_NAMES[DatasetKind(spec.kind)],
                spec.columns,
                partial(import_register, kind=DatasetKind(spec.kind)),
                needs=(DatasetKind.UNITS,),
                examples={name: text for name, text in LIST_EXAMPLES.items() if name in _names(spec)},
            )
            for spec in REGISTERS.values()
        ),
        ImportKind(
            DatasetKind.ENROLMENTS,
            "历年入学情况",
            ENROLMENT_COLUMNS,
            import_enrolments,
            options=frozenset({Option.STAGE}),
            needs=(DatasetKind.UNITS,),
            examples={
                "year": "2025",
                "stage": "小学",
                "unit_id": "0101",
                "category": "人户一致",
                "school_id": "P001",
                "children": "24",
                "enrolled": "21",
                "elsewhere": "3",
            },
        ),
        ImportKind(
            DatasetKind.GRADES,
            "历年各年级学生数",
            GRADE_COLUMNS,
            import_grades,
            examples={"year": "2025", "school_id": "P001", "grade": "1", "pupils": "176"},
        ),
        ImportKind(
            DatasetKind.HOUSING,
            "新建住房",
            HOUSING_COLUMNS,
            import_housing,
            needs=(DatasetKind.UNITS,),
            examples={
                "estate_id": "E001",
                "name": "甲乙花园二期",
                "unit_id": "0101",
                "dwellings": "820",
                "kind": "商品房",
                "delivered_in": "2028",
                "occupied_percent": "80",
            },
        ),
        ImportKind(
            DatasetKind.MIGRATION,
            "儿童迁移情况",
            MOVE_COLUMNS,
            import_moves,
            examples={"year": "2025", "age": "4", "children": "2810", "net": "35"},
        ),
    )
}


def kind_of(kind: DatasetKind | str) -> ImportKind:
    """Return what is known of the kind. Raises KindNotImported."""
    entry = KINDS.get(DatasetKind(kind)) if kind in DatasetKind.values else None
    if entry is None:
        raise KindNotImported("files of this kind are not brought in here", kind=str(kind))
    return entry

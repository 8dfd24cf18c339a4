"""What can be brought in: for every kind its columns, its importer and what an officer may choose.

A further kind is one entry here, its comparison in `geo_data/selectors/comparisons.py`, and its finding texts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from common.errors import RulesSayNo
from geo_data.models import DatasetKind
from geo_data.services.census import import_children
from geo_data.services.datasets import ImportResult
from geo_data.services.import_addresses import import_addresses
from geo_data.services.import_base_map import import_base_map
from geo_data.services.import_past import import_past
from geo_data.services.import_register import import_register
from geo_data.services.import_schools import import_schools
from geo_data.services.import_seats import import_seats
from geo_data.services.import_streets import import_streets
from geo_data.services.import_units import import_units
from geo_data.tables.address_table import ADDRESS_COLUMNS
from geo_data.tables.base_map_table import BASE_MAP_COLUMNS
from geo_data.tables.child_table import CHILD_COLUMNS
from geo_data.tables.columns import Column
from geo_data.tables.examples import example_of
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
    SWAP_AXES = "swap_axes"
    ACCEPT_OFFSET = "accept_offset"
    OFFSET_REASON = "offset_reason"

    @property
    def asked_as(self) -> str:
        """Return what forms and the API call it."""
        return {Option.BORDERS: "borders", Option.TOLERANCE: "tolerance_mm"}.get(self, self.value)


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

    @property
    def examples(self) -> Mapping[str, str]:
        """Return column -> cell of the template's example row, invented."""
        return example_of(self.kind.value, self.columns)


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


def _of_another_office(kind: str, spec: RegisterSpec) -> ImportKind:
    listed = DatasetKind(kind)
    importer = partial(import_register, kind=listed)
    return ImportKind(listed, LIST_NAMES[listed], spec.columns, importer, needs=(DatasetKind.UNITS,))


ENTRIES = (
    ImportKind(
        DatasetKind.UNITS,
        "单元（小区、村组）",
        UNIT_COLUMNS,
        import_units,
        is_layer=True,
        options=frozenset(Option) - {Option.STAGE},
        takes_good_rows=False,  # a county with a hole where a unit was left out is no county
    ),
    ImportKind(
        DatasetKind.SCHOOLS,
        "学校",
        SCHOOL_COLUMNS,
        import_schools,
        is_layer=True,
        options=frozenset(
            {Option.CRS, Option.SWAP_AXES, Option.STAGE, Option.ACCEPT_OFFSET, Option.OFFSET_REASON}
        ),
        needs=(DatasetKind.UNITS,),
    ),
    ImportKind(DatasetKind.SEATS, "分年级学位", SEAT_COLUMNS, import_seats, needs=(DatasetKind.SCHOOLS,)),
    ImportKind(
        DatasetKind.CHILDREN, "适龄儿童摸底", CHILD_COLUMNS, import_children, needs=(DatasetKind.UNITS,)
    ),
    ImportKind(
        DatasetKind.BASE_MAP,
        "底图（街道、河流）",
        BASE_MAP_COLUMNS,
        import_base_map,
        is_layer=True,
        options=frozenset({Option.CRS, Option.SWAP_AXES}),
    ),
    ImportKind(
        DatasetKind.STREETS,
        "路网（道路）",
        STREET_COLUMNS,
        import_streets,
        is_layer=True,
        options=frozenset({Option.CRS, Option.SWAP_AXES, Option.ACCEPT_OFFSET, Option.OFFSET_REASON}),
        takes_good_rows=False,  # a street left out may be the only way to school
        further_suffixes=frozenset({OSM_SUFFIX}),
    ),
    ImportKind(
        DatasetKind.ADDRESSES,
        "地址库（小区、楼栋、道路、门牌）",
        ADDRESS_COLUMNS,
        import_addresses,
        is_layer=True,
        options=frozenset({Option.CRS, Option.SWAP_AXES, Option.ACCEPT_OFFSET, Option.OFFSET_REASON}),
        needs=(DatasetKind.UNITS,),
    ),
    *(_of_another_office(kind, spec) for kind, spec in REGISTERS.items()),
    ImportKind(
        DatasetKind.ENROLMENTS,
        "历年入学情况",
        ENROLMENT_COLUMNS,
        partial(import_past, kind=DatasetKind.ENROLMENTS),
        options=frozenset({Option.STAGE}),
        needs=(DatasetKind.UNITS,),
    ),
    ImportKind(
        DatasetKind.GRADES,
        "历年各年级学生数",
        GRADE_COLUMNS,
        partial(import_past, kind=DatasetKind.GRADES),
    ),
    ImportKind(
        DatasetKind.HOUSING,
        "新建住房",
        HOUSING_COLUMNS,
        partial(import_past, kind=DatasetKind.HOUSING),
        needs=(DatasetKind.UNITS,),
    ),
    ImportKind(
        DatasetKind.MIGRATION,
        "儿童迁移情况",
        MOVE_COLUMNS,
        partial(import_past, kind=DatasetKind.MIGRATION),
    ),
)
KINDS: dict[DatasetKind, ImportKind] = {entry.kind: entry for entry in ENTRIES}


def kind_of(kind: DatasetKind | str) -> ImportKind:
    """Return what is known of the kind. Raises KindNotImported."""
    entry = KINDS.get(DatasetKind(kind)) if kind in DatasetKind.values else None
    if entry is None:
        raise KindNotImported("files of this kind are not brought in here", kind=str(kind))
    return entry

"""The table of small dirty and hostile files in `files/`: what each is read as, and everything that is found in it.

One file at least for every finding code that a reader finds. Text files stand in the folder; what is binary is written
by `WRITTEN`.
"""

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.cases.dirty_sheets import EXTRACTS, SHEETS
from tests.cases.dirty_workbooks import WORKBOOKS

FOLDER = Path(__file__).parent / "files"
Found = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class DirtyFile:
    """A file with its reader, and the findings that it has: code, row, column, the one it is named for first.

    reader  -- a key of READERS in tests/pure/test_dirty_files.py
    options -- of the reader: crs, repairs, accept_offset, swap_axes, known, points, register
    """

    name: str
    reader: str
    found: tuple[Found, ...]
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """Return the code that the file is for."""
        return self.found[0][0]


def one(name: str, reader: str, row: int, column: str = "", **options: str) -> DirtyFile:
    """A file with the one finding it is named for."""
    return DirtyFile(name, reader, ((name.split(".")[0], row, column),), options)


METRES = "EPSG:4543"
FILES = (
    # Files as such.
    one("file_unreadable.csv", "schools", 0),
    one("file_of_another_kind.csv", "schools", 0),
    one("archive_bomb.zip", "units", 0),
    one("archive_path.zip", "units", 0),
    one("xml_entities.kml", "units", 0),
    one("file_empty.csv", "schools", 0),
    one("example_row.csv", "schools", 2, "学校编号"),
    one("cell_is_formula.csv", "schools", 2, "学校名称"),
    one("header_elsewhere.csv", "schools", 0),
    DirtyFile("title_above_headers.csv", "children", (("header_elsewhere", 0, ""),)),
    DirtyFile("headers_in_another_sheet.xlsx", "seats", (("header_elsewhere", 0, ""),)),
    DirtyFile("headers_after_empty_row.xlsx", "seats", (("header_elsewhere", 0, ""),)),
    one("sheets_not_read.xlsx", "seats", 0),
    one("sheets_passed_over.xlsx", "seats", 0),
    DirtyFile("sheet_hidden.xlsx", "seats", (("sheets_passed_over", 0, ""),)),
    DirtyFile("sheet_hidden_with_rows.xlsx", "seats", (("sheets_not_read", 0, ""),)),
    one("layers_not_read.gpkg", "units", 0),
    one("shapefile_incomplete.zip", "units", 0),
    DirtyFile(
        "cell_without_header.csv",
        "schools",
        (("cell_without_header", 3, ""), ("cell_without_header", 4, "")),
    ),
    one("column_missing.csv", "schools", 1, "学校编号 / school_id"),
    one("column_twice.csv", "schools", 1, "名称"),
    one("column_unknown.csv", "schools", 1, "校长"),
    one("cell_empty.csv", "schools", 2, "学校编号"),
    one("cell_malformed.csv", "schools", 2, "起始年级班数"),
    one("percent_unclear.csv", "children", 2, "产权份额"),
    one("cell_too_long.csv", "schools", 2, "学校编号"),
    one("value_out_of_range.csv", "schools", 2, "起始年级班数"),
    one("value_twice.csv", "schools", 3, "学校编号"),
    one("name_missing.csv", "schools", 0),
    DirtyFile("codes_alike.csv", "schools", (("codes_alike", 3, "学校编号"), ("codes_alike", 4, "学校编号"))),
    one("letters_invisible.csv", "schools", 2, "所在单元"),
    # Coordinates.
    one("place_missing.csv", "schools", 3),
    DirtyFile("places_missing.csv", "schools", (("place_missing", 0, ""),)),
    one("coordinate_half.csv", "addresses", 3, "纵坐标"),
    DirtyFile("coordinate_without_column.csv", "addresses", (("coordinate_half", 1, "横坐标"),)),
    one("crs_missing.csv", "units", 0),
    one("crs_declared_otherwise.geojson", "schools", 0, crs="CGCS2000"),
    one("degrees_in_metric_layer.csv", "schools", 0),
    one("metres_in_degree_layer.csv", "schools", 0),
    one("axes_swapped.csv", "schools", 0),
    one("axes_exchanged.csv", "schools", 0, swap_axes="yes"),
    one("outside_district.csv", "schools", 4),
    one("coordinate_not_finite.csv", "schools", 2, crs=METRES),
    one("shifted_like.csv", "schools", 0, known="yes"),
    one("shift_accepted.csv", "schools", 0, known="yes", accept_offset="yes"),
    # Shapes.
    one("polygon_invalid.csv", "units", 2, crs=METRES),
    one("polygon_mended.csv", "units", 2, crs=METRES, repairs="make_valid"),
    one("not_a_polygon.csv", "units", 3, crs=METRES),
    one("overlap.csv", "units", 0, crs=METRES),
    one("coverage_fault.csv", "units", 0, crs=METRES),
    one("coverage_mended.csv", "units", 0, crs=METRES, repairs="snap"),
    one("gap.csv", "units", 0, crs=METRES),
    one("slivers.csv", "units", 0, crs=METRES),
    DirtyFile(
        "neighbours_apart.csv",
        "units",
        (("neighbours_apart", 0, ""), ("no_neighbour", 0, ""), ("no_neighbour", 0, "")),
        {"crs": METRES},
    ),
    one("multi_part.csv", "units", 2, crs=METRES),
    one("no_neighbour.csv", "units", 0, crs=METRES),
    one("islands.csv", "units", 0, crs=METRES),
    one("neighbours_derived.csv", "units", 0),
    DirtyFile("parts_joined.csv", "units", (("parts_joined", 0, ""), ("neighbours_derived", 0, ""))),
    # Rules of drawing.
    one("rule_lacks_a_part.csv", "rules", 2, "学校编号"),
    one("rule_takes_no_such_part.csv", "rules", 2, "米"),
    one("rule_joins_one_unit.csv", "rules", 2, "另一单元编号"),
    one("rule_twice.csv", "rules", 3, "约束"),
    one("rules_contradict.csv", "rules", 3, "约束"),
    # Schools.
    one("unit_unknown.csv", "schools", 2, "所在单元"),
    one("outside_every_unit.csv", "schools", 2),
    one("unit_nearest.csv", "schools", 2, points="yes"),
    one("outside_its_unit.csv", "schools", 2, "所在单元"),
    one("same_place.csv", "schools", 3),
    one("intake_above_capacity.csv", "schools", 2, "招生计划"),
    one("intake_computed.csv", "schools", 2),
    one("large_class.csv", "schools", 2, "招生计划"),
    one("feeder_unknown.csv", "schools", 2, "对口升入学校"),
    one("feeder_stage.csv", "schools", 2, "对口升入学校"),
    one("seats_below_enrolled.csv", "schools", 2, "在校生数"),
    one("purchased_in_public.csv", "schools", 2, "政府购买学位数"),
    one("purchased_above_intake.csv", "schools", 2, "政府购买学位数"),
    one("beds_without_boarding.csv", "schools", 2, "寄宿床位数"),
    one("boarding_without_beds.csv", "schools", 2, "寄宿床位数"),
    one("main_school_unknown.csv", "schools", 2, "本部学校编号"),
    one("main_school_not_main.csv", "schools", 2, "本部学校编号"),
    one("site_differs.csv", "schools", 3, "本部学校编号"),
    one("nine_year_inconsistent.csv", "schools", 2, "九年一贯编号"),
    one("group_of_one.csv", "schools", 2, "集团编号"),
    # Seats by grade and year.
    one("school_unknown.csv", "seats", 2, "学校编号"),
    one("grade_of_other_stage.csv", "seats", 2, "年级"),
    one("seats_twice.csv", "seats", 3, "年级"),
    one("intake_not_entry_grade.csv", "seats", 2, "招生计划"),
    one("intake_above_seats.csv", "seats", 2, "招生计划"),
    one("intake_differs.csv", "seats", 2, "招生计划"),
    # Zones of earlier years.
    one("school_in_two_zones.csv", "zone_texts", 3, "学校编号"),
    # Children.
    one("identity_form.csv", "children", 2, "身份证号"),
    one("identity_rounded.csv", "children", 2, "身份证号"),
    one("identity_check_digit.csv", "children", 2, "身份证号"),
    one("identity_birth_date.csv", "children", 2, "身份证号"),
    one("identity_sex.csv", "children", 2, "身份证号"),
    DirtyFile(
        "identity_old.csv",
        "children",
        (("identity_old", 2, "身份证号"), ("age_unlikely", 2, "出生日期")),
    ),
    one("identity_other_document.csv", "children", 2, "身份证号"),
    one("child_twice.csv", "children", 3, "身份证号"),
    one("child_in_two_households.csv", "children", 3, "身份证号"),
    one("twins_in_two_households.csv", "children", 3, "多胞胎组号"),
    one("twins_born_apart.csv", "children", 3, "多胞胎组号"),
    one("household_differs.csv", "children", 3, "户编号"),
    one("outside_units.csv", "children", 2, "单元编号"),
    one("address_not_found.csv", "children", 2, "住址", register="yes"),
    one("unit_by_address.csv", "children", 2, "单元编号", register="yes"),
    one("unit_differs_from_address.csv", "children", 2, "单元编号", register="yes"),
    one("address_in_several_units.csv", "children", 2, "单元编号", register="yes"),
    one("age_unlikely.csv", "children", 2, "出生日期"),
    one("deferral_without_approver.csv", "children", 2, "缓学截止日期"),
    one("deferral_without_end.csv", "children", 2, "缓学批准单位"),
    one("permit_lapsed.csv", "children", 2, "居住证失效日期"),
    one("guardian_is_child.csv", "children", 2, "监护人身份证号"),
    one("guardian_not_older.csv", "children", 2, "监护人身份证号"),
    one("guardian_under_age.csv", "children", 2, "监护人身份证号"),
    one("guardian_twice.csv", "children", 2, "另一监护人身份证号"),
    # Lists of other offices.
    one("identity_absent.csv", "pupils", 2, "身份证号"),
    one("guardian_form.csv", "registrations", 2, "监护人身份证号"),
    one("guardian_rounded.csv", "registrations", 2, "监护人身份证号"),
    one("guardian_check_digit.csv", "registrations", 2, "监护人身份证号"),
    one("guardian_birth_date.csv", "registrations", 2, "监护人身份证号"),
    one("entry_repeated.csv", "registrations", 3),
    one("entry_twice.csv", "registrations", 3),
    one("unit_not_here.csv", "registrations", 2, "单元编号"),
    one("school_not_here.csv", "pupils", 2, "学校编号"),
    one("permit_ends_before_it_begins.csv", "permits", 2, "居住证失效日期"),
    one("attended_above_due.csv", "attendance", 3, "实到天数"),
    one("rental_ended.csv", "rentals", 2, "租赁截止日期"),
    DirtyFile("insurance_too_long.csv", "insurances", (("value_out_of_range", 2, "社会保险月数"),)),
    DirtyFile("relation_not_said.csv", "civil_affairs", (("cell_empty", 2, "亲子关系已证明"),)),
    DirtyFile("preference_unknown.csv", "preferences", (("cell_malformed", 2, "优抚优待类别"),)),
    # What only looks different is the same, as it is for the indexes of the database.
    DirtyFile(
        "number_in_another_width.csv",
        "children",
        (("child_in_two_households", 3, "身份证号"), ("child_twice", 4, "身份证号")),
    ),
    DirtyFile("title_in_another_width.csv", "titles", (("entry_repeated", 3, ""),)),
    DirtyFile("rental_in_another_width.csv", "rentals", (("entry_twice", 3, ""),)),
    DirtyFile(
        "name_in_another_case.csv",
        "kindergartens",
        (
            *(("entry_repeated", 3, ""), ("entry_twice", 4, "")),
            *(("identity_absent", row, "") for row in (2, 3, 4)),
        ),
    ),
    # Past years.
    one("enrolled_above_children.csv", "enrolments", 2, "入读划片学校人数"),
    one("past_unit_unknown.csv", "enrolments", 2, "单元编号"),
    one("past_school_unknown.csv", "enrolments", 2, "学校编号"),
    one("past_stage_differs.csv", "grades", 3, "年级"),
    one("year_not_past.csv", "moves", 3, "年份"),
    one("row_twice.csv", "enrolments", 4, "单元编号"),
    one("one_year_only.csv", "enrolments", 0),
    one("more_left_than_lived.csv", "moves", 2, "净迁入"),
    # Addresses.
    one("address_without_name.csv", "addresses", 3),
    one("door_number_malformed.csv", "addresses", 2, "门牌号"),
    one("door_number_range.csv", "addresses", 2, "门牌号"),
    one("door_number_missing.csv", "addresses", 2, "道路"),
    one("address_without_place.csv", "addresses", 2),
    one("address_outside_units.csv", "addresses", 2),
    one("address_outside_its_unit.csv", "addresses", 2, "单元编号"),
    one("address_twice.csv", "addresses", 3),
    one("alias_is_its_name.csv", "addresses", 2, "别名"),
    # Streets.
    one("not_a_line.geojson", "streets", 3),
    one("street_without_length.csv", "streets", 3, crs=METRES),
    one("street_twice.csv", "streets", 3, crs=METRES),
    one("street_class_unknown.csv", "streets", 2, "道路等级", crs=METRES),
    one("street_outside.csv", "streets", 3, "名称", crs=METRES),
    one("street_island.csv", "streets", 0, crs=METRES),
    one("street_islands_small.csv", "streets", 0, crs=METRES),
    one("streets_outside.osm.pbf", "streets", 0),
    one("street_nodes_missing.osm.pbf", "streets", 0),
    # Sheets that come back from the door.
    one("survey_not_ours.xlsx", "surveys", 0),
    one("survey_date_missing.xlsx", "surveys", 4, "入户日期"),
    one("survey_row_missing.xlsx", "surveys", 0),
    one("survey_row_unknown.xlsx", "surveys", 9, "行号"),
    one("survey_row_twice.xlsx", "surveys", 10, "行号"),
    one("survey_outcome_missing.xlsx", "surveys", 8, "情况"),
    one("survey_identity_missing.xlsx", "surveys", 9, "证件号码"),
)


def _bomb(path: Path) -> None:
    """A shapefile's table of 256 MiB of zeros in a quarter of a mebibyte."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("units.shp", b"\0" * (256 << 20))


def _climbing(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../units.shp", b"\0")


WRITTEN: Mapping[str, Callable[[Path], None]] = {
    "archive_bomb.zip": _bomb,
    "archive_path.zip": _climbing,
    **EXTRACTS,
    **WORKBOOKS,
    **SHEETS,
}


def path_of(file: DirtyFile, folder: Path) -> Path:
    """Return where the file stands; a written one is written into `folder` first."""
    if file.name not in WRITTEN:
        return FOLDER / file.name
    path = folder / file.name
    WRITTEN[file.name](path)
    return path

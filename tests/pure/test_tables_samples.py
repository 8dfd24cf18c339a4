"""A few values of a column, covered where they look personal."""

from pathlib import Path

import pytest

from geo_data.tables.reading import UnreadableFile
from geo_data.tables.samples import covered, sample_values
from tests.services import geo_world as world

EPSG = 4547


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("99010120190101001X", "9" + "*" * 17),
        ("990101 2019 0101 0010", "9" + "*" * 20),
        ("990101190101001", "9" + "*" * 14),
        ("13900000001", "1**********"),
        ("+86 139-0000-0001", "+8***************"),
        ("电话0371-60000000", "电*0************"),
        ("E12345678", "E1*******"),
        ("甲子", "甲*"),
        ("甲子乙丑", "甲***"),
        ("甲子、乙丑", "甲*、乙*"),
        ("甲子（父）", "甲*（父）"),
        ("阿依古丽·买买提", "阿*******"),
        ("Jia Ziyi", "J*******"),
        ("jia@example.org", "j**************"),
        ("锦绣花园小区3栋2单元501室", "锦绣花园小区*栋*单元***室"),
        # what is no person is left to be read
        ("女", "女"),
        ("城关镇第一小学", "城关镇第一小学"),
        ("2019-01-01", "2019-01-01"),
        ("20190101", "20190101"),
        ("2019/1/1", "2019/1/1"),
        ("112.982341", "112.982341"),
        ("12345", "12345"),
        ("123456", "1*****"),
        ("20191301", "2*******"),
        ("U-0012", "U-0012"),
        ("长" * 41, "长" * 40 + "…"),
        ("长" * 40, "长" * 40),
    ],
)
def test_what_looks_personal_is_covered(text: str, shown: str) -> None:
    assert covered(text) == shown


def test_three_different_values_are_shown_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    rows = ("已知,性别码,空", "a,男,", "b,男,", "c,女,", "d,未说明的性别,", "e,其他说明文字,")
    path.write_text("\n".join(rows), encoding="utf-8")

    found = sample_values(path, ["性别码", "空", "没有"], working_epsg=EPSG)

    assert dict(found) == {"性别码": ("男", "女", "未说明的性别"), "空": ()}


def test_a_map_layer_shows_its_attributes(tmp_path: Path) -> None:
    path = world.write_features(tmp_path / "units.geojson", world.blocks())

    found = sample_values(path, ["unit_id"], working_epsg=EPSG)

    assert found["unit_id"] == ("A", "B", "C")


def test_only_the_first_rows_are_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("x\n" + "same\n" * 499 + "five-hundredth\nlater\n", encoding="utf-8")

    assert sample_values(path, ["x"], working_epsg=EPSG)["x"] == ("same", "five-hundredth")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.xlsx"
    path.write_bytes(b"PK no")

    with pytest.raises(UnreadableFile):
        sample_values(path, ["x"], working_epsg=EPSG)

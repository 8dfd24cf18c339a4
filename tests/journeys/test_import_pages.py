"""An officer brings files in: dirty borders mended, a wrong coordinate system righted, an unknown header explained."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from python_calamine import load_workbook

from geo_data.models import CatchmentUnit, Dataset, DatasetKind, DatasetStatus, HeaderMapping, School
from tests.journeys.import_world import OfficerAtDesk, county_without_data, work
from tests.journeys.pages_world import DESK, PHONE, Visit
from tests.services import dirty_files
from tests.services.upload_world import own_storage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]

RED, AMBER = (165, 32, 26), (185, 119, 0)  # of severe findings and of warnings

# How many pixels of the map are nearer to the colour than 40 in each channel.
PIXELS_LIKE = """(wanted) => {
  const canvas = document.querySelector("canvas.maplibregl-canvas");
  const gl = canvas.getContext("webgl2");
  const pixels = new Uint8Array(canvas.width * canvas.height * 4);
  gl.readPixels(0, 0, canvas.width, canvas.height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  let found = 0;
  for (let at = 0; at < pixels.length; at += 4)
    if (wanted.every((part, channel) => Math.abs(pixels[at + channel] - part) < 40)) found += 1;
  return found;
}"""


@pytest.fixture(autouse=True)
def _kept(tmp_path: Path, settings: Settings) -> Iterator[None]:
    settings.REQUIRE_SECOND_FACTOR = False
    with own_storage(tmp_path / "kept"):
        yield


def test_dirty_villages_are_found_mended_proposed_used_withdrawn_and_restored(
    browser: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    # given a file with a village whose ring crosses itself and a border half a millimetre off
    desk = OfficerAtDesk(browser, live_server, county_without_data())
    path = dirty_files.write_villages(tmp_path / "villages.gpkg", dirty_files.dirty_villages())

    # when it is handed in, then nothing of it is brought in, and each fault stands in the table and on the map
    refused = desk.hand_in(path, DatasetKind.UNITS)
    assert refused.status == DatasetStatus.REFUSED
    assert CatchmentUnit.objects.count() == 0
    assert_fault_stands_in_table_and_map(desk)

    # when the repairs are looked at, then every village that would change is shown before and after
    desk.press("查看可以怎样修复")
    desk.press("看看会有哪些变化")
    work()
    desk.visit.wait_for("table.findings")
    shown = desk.page.locator("table.findings tbody th").all_inner_texts()
    # three move to where V2 has the corner
    assert [name.split()[0] for name in shown] == ["V1", "V3", "V5", "V6"]
    assert "不再有妨碍导入的问题" in desk.visit.text()
    desk.visit.wait_for("[data-drawn]")
    assert desk.page.locator(".map-switches button").all_inner_texts() == ["修复后", "修复前"]
    desk.press("按这样修复后提交")
    proposed = desk.checked()

    # then the mended villages wait, and are not in use
    assert proposed.status == DatasetStatus.PROPOSED
    assert proposed.repairs == ["make_valid", "snap"]
    assert "6 行可以使用" in desk.visit.text()
    desk.visit.wait_for("[data-drawn]")
    assert desk.page.evaluate(PIXELS_LIKE, AMBER) > 100

    # when they are confirmed, withdrawn and restored, each after a question, then every village is there
    decide_one_after_the_other(desk, proposed)
    assert CatchmentUnit.objects.filter(dataset=proposed).count() == 6
    assert desk.visit.complaints == []


def assert_fault_stands_in_table_and_map(desk: OfficerAtDesk) -> None:
    """The crossing ring is told with its row, drawn in the colour of its weight, and found from its row by keyboard."""
    row = desk.page.locator("table.findings tr:has-text('polygon_invalid')")
    assert "V1: Self-intersection" in row.inner_text()
    assert row.locator("td").nth(1).inner_text() == "2"
    desk.visit.wait_for("[data-drawn]")
    key = row.locator("[data-show]").get_attribute("data-show")
    row.locator("[data-show]").focus()
    desk.page.keyboard.press("Enter")
    desk.visit.wait_for(f"[data-drawn={key}]")
    assert desk.page.evaluate(PIXELS_LIKE, RED) > 500
    assert row.get_attribute("data-chosen") is not None
    assert "V1: Self-intersection" in desk.page.inner_text("[data-said]")


def decide_one_after_the_other(desk: OfficerAtDesk, proposed: Dataset) -> None:
    """Use, withdraw and restore a version; each is asked first."""
    for words, status in (
        ("启用这个版本", DatasetStatus.CURRENT),
        ("撤回这个版本", DatasetStatus.WITHDRAWN),
        ("恢复这个版本", DatasetStatus.CURRENT),
    ):
        desk.press(words)
        proposed.refresh_from_db()
        assert proposed.status != status
        desk.decide()
        proposed.refresh_from_db()
        assert proposed.status == status


def test_a_wrong_coordinate_system_is_noticed_the_likely_one_shown_and_taken_with_one_press(
    browser: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    # given villages in use, and a file of the same villages in metres
    desk = OfficerAtDesk(browser, live_server, county_without_data())
    good = dirty_files.write_villages(tmp_path / "villages.gpkg", dirty_files.villages())
    desk.hand_in(good, DatasetKind.UNITS)
    desk.press("启用这个版本")
    desk.decide()
    path = dirty_files.write_geojson(tmp_path / "villages.geojson", dirty_files.villages())

    # when it is declared to be in degrees, then it is stopped, and the system that fits is named
    stopped = desk.hand_in(path, DatasetKind.UNITS, crs="EPSG:4326")
    assert stopped.status == DatasetStatus.REFUSED
    assert "坐标对不上" in desk.visit.text()

    # and the map shows where it falls in it, over the villages in use
    desk.press("在地图上看")
    desk.visit.wait_for("[data-drawn]")
    assert "可能的坐标系" in desk.visit.text()
    assert desk.page.evaluate(PIXELS_LIKE, (143, 171, 182)) > 500  # blue over the grey of the paper
    desk.press("用这个坐标系重新检查")
    mended = desk.checked()

    # then it fits
    assert mended.status == DatasetStatus.PROPOSED
    assert mended.declared_crs == f"EPSG:{dirty_files.EPSG}"
    assert desk.page.locator(".big-figures dd").all_inner_texts() == ["0", "6", "0", "0"]
    assert desk.visit.complaints == []


def test_an_unknown_header_is_explained_once_and_known_the_next_time(
    browser: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    # given schools whose seats stand under a header that nobody knows
    person = county_without_data()
    desk = OfficerAtDesk(browser, live_server, person, PHONE, scripts=False)
    villages = dirty_files.write_villages(tmp_path / "villages.gpkg", dirty_files.villages())
    desk.hand_in(villages, DatasetKind.UNITS)
    desk.press("启用这个版本")
    desk.decide()
    rows = dirty_files.school_rows(header="可容纳人数")
    refused = desk.hand_in(dirty_files.write_sheet(tmp_path / "schools.xlsx", rows), DatasetKind.SCHOOLS)
    assert refused.status == DatasetStatus.REFUSED

    # when the officer says on a phone, without scripts, what it means
    desk.press("说明这些列的含义")
    assert "学位数 / seats" in desk.page.inner_text(".notice-warn")
    desk.page.select_option("[name=header_0]", "seats")
    desk.press("记住并重新检查")
    proposed = desk.checked()

    # then the schools are read, and the next file with this header too
    assert proposed.status == DatasetStatus.PROPOSED
    assert list(School.objects.values_list("capacity", flat=True)) == [270, 270]
    more = dirty_files.school_rows(header="可容纳人数", seats=(360, 270))
    again = desk.hand_in(dirty_files.write_sheet(tmp_path / "more.xlsx", more), DatasetKind.SCHOOLS)
    assert again.status == DatasetStatus.PROPOSED

    # and it can be forgotten
    desk.visit.go("/office/data/headers/")
    assert "可容纳人数" in desk.visit.text()
    desk.press("删除")
    assert not HeaderMapping.objects.exists()


def test_the_error_workbook_holds_the_sheet_with_remarks_and_the_good_rows_come_in(
    browser: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    # given schools of which one has seats that are no number
    desk = OfficerAtDesk(browser, live_server, county_without_data())
    villages = dirty_files.write_villages(tmp_path / "villages.gpkg", dirty_files.villages())
    desk.hand_in(villages, DatasetKind.UNITS)
    desk.press("启用这个版本")
    desk.decide()
    rows = dirty_files.school_rows(seats=(270, "很多"))
    desk.hand_in(dirty_files.write_sheet(tmp_path / "schools.xlsx", rows), DatasetKind.SCHOOLS)

    # when the workbook is asked for, then it opens as the sheet that was handed in, with a remark in the bad row
    desk.press("生成标出错误的表格")
    work()
    desk.page.reload()
    with desk.page.expect_download() as download:
        desk.page.click("text=下载标出错误的表格")
    assert download.value.suggested_filename == "schools-标错.xlsx"
    download.value.save_as(tmp_path / "back.xlsx")
    sheet = load_workbook(tmp_path / "back.xlsx").get_sheet_by_index(0).to_python()
    assert sheet[2][:4] == ["S2", "第二小学", "小学", "很多"]
    assert "很多" in str(sheet[2][len(rows[0]) :]) or any(str(cell) for cell in sheet[2][len(rows[0]) :])
    assert not any(str(cell) for cell in sheet[1][len(rows[0]) :])

    # when the bad row is left out, then the good one is proposed
    desk.press("只导入正确的行")
    proposed = desk.checked()
    assert proposed.status == DatasetStatus.PROPOSED
    assert (proposed.row_count, proposed.rows_left_out) == (1, 1)
    assert "有错误的 1 行不导入" in desk.visit.text()


def test_pages_of_data_have_no_barrier_that_axe_finds(
    browser: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    # given a refused file with a preview of repairs, one stopped for its place, one in use, a remembered header
    person = county_without_data()
    desk = OfficerAtDesk(browser, live_server, person)
    dirty = dirty_files.write_villages(tmp_path / "dirty.gpkg", dirty_files.dirty_villages())
    refused = desk.hand_in(dirty, DatasetKind.UNITS)
    desk.press("查看可以怎样修复")
    desk.press("看看会有哪些变化")
    repairs = desk.page.url.removeprefix(live_server.url)
    work()
    desk.visit.wait_for("table.findings")  # or the page that reloads itself may cut off what is opened next
    good = desk.hand_in(
        dirty_files.write_villages(tmp_path / "good.gpkg", dirty_files.villages()), DatasetKind.UNITS
    )
    desk.press("启用这个版本")
    desk.decide()
    stray = dirty_files.write_geojson(tmp_path / "stray.geojson", dirty_files.villages())
    stopped = desk.hand_in(stray, DatasetKind.UNITS, crs="EPSG:4326")
    odd = dirty_files.write_sheet(tmp_path / "odd.xlsx", dirty_files.school_rows(header="人数"))
    unknown = desk.hand_in(odd, DatasetKind.SCHOOLS)
    HeaderMapping.objects.create(
        district_id=good.district_id, kind="schools", header="人数上限", plain="人数上限", column="seats",
        set_by=person, set_at=good.imported_at,
    )  # fmt: skip
    paths = [
        "/office/data/",
        "/office/data/history/",
        "/office/data/bring-in/",
        "/office/data/bring-in/?kind=units",
        "/office/data/bring-in/?kind=schools",
        "/office/data/templates/",
        "/office/data/templates/children/",
        "/office/data/headers/",
        f"/office/data/{refused.pk}/",
        f"/office/data/{good.pk}/",
        f"/office/data/{good.pk}/withdraw/",
        f"/office/data/{stopped.pk}/place/",
        f"/office/data/{stopped.pk}/discard/",
        f"/office/data/files/{unknown.upload_id}/headers/",
        f"/office/data/files/{unknown.upload_id}/terms/",
        repairs,
    ]

    # when each is opened on a phone and at a desk, then axe finds nothing and nothing sticks out
    barriers = []
    for size in (PHONE, DESK):
        visit = Visit(browser, live_server.url, size, person=person)
        for path in paths:
            visit.go(path)
            if visit.page.locator("[data-places-frame]").count():
                visit.wait_for("[data-drawn]")
                visit.fits()
            barriers += visit.barriers()
        assert visit.complaints == []
    assert barriers == []

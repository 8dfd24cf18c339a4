"""An officer closes a crack between two units: offered where it is found, looked at, taken, and undone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
from playwright.sync_api import Browser
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from geo_data.models import Dataset, DatasetKind, DatasetStatus, UnitBorder
from geo_data.services.bringing_in import unit_shapes
from tests.journeys.import_world import OfficerAtDesk, county_without_data, work
from tests.services.upload_world import own_storage

GROUND_OPEN = [9995, 9995]  # each block is notched by a quarter of a metre along twenty metres
GROUND_CLOSED = [10005, 9995]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]


@pytest.fixture(autouse=True)
def _kept(tmp_path: Path, settings: Settings) -> Iterator[None]:
    settings.REQUIRE_SECOND_FACTOR = False
    with own_storage(tmp_path / "kept"):
        yield


def cracked(folder: Path) -> Path:
    """Two blocks with a crack between them, at most half a metre wide, in the officer's district."""
    west = [(0, 0), (100, 0), (100, 40), (99.75, 41), (99.75, 59), (100, 60), (100, 100), (0, 100), (0, 0)]
    east = [(200 - x, y) for x, y in west]
    rows = []
    for code, ring in (("E", west), ("F", east)):
        points = ", ".join(f"{19_680_000 + x} {3_841_000 + y}" for x, y in ring)
        rows.append(f'{code},{code}村,"POLYGON (({points}))"')
    path = folder / "cracked.csv"
    path.write_text("\n".join(("单元编号,名称,图形", *rows)), encoding="utf-8")
    return path


def test_a_crack_is_closed_after_a_look_at_what_would_change(
    browser: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    # given a proposed file with a crack of half a metre, which no mistake refuses
    desk = OfficerAtDesk(browser, live_server, county_without_data())
    found = desk.hand_in(cracked(tmp_path), DatasetKind.UNITS, crs="EPSG:4497")
    assert (found.status, found.finding_counts) == (DatasetStatus.PROPOSED, {"slivers": 1})

    # when a corner may move by a millimetre only, then nothing would change, and the page says that it stays open
    desk.press("查看可以怎样修复")
    desk.press("看看会有哪些变化")
    work()
    desk.visit.wait_for(".notice-good")
    assert "仍会保留" in desk.visit.text()
    assert desk.page.locator("table.findings").count() == 0
    assert "没有单元会变化" in desk.visit.text()
    assert desk.page.locator("button:has-text('按这样修复后提交')").count() == 0

    # when it may by half a metre, then the unit that gains the ground is shown before and after
    desk.page.fill("[name=tolerance_mm]", "500")
    desk.press("看看会有哪些变化")
    work()
    desk.visit.wait_for("table.findings")
    assert desk.page.locator("table.findings tbody th").count() == 1
    desk.visit.wait_for("[data-drawn]")
    assert "仍会保留" not in desk.visit.text()
    desk.press("按这样修复后提交")
    closed = desk.checked()

    # then closing it is a proposal of its own, beside the file as it was
    assert (closed.status, closed.finding_counts) == (DatasetStatus.PROPOSED, {"coverage_mended": 1})
    assert (closed.repairs, closed.pk == found.pk) == (["make_valid", "snap"], False)
    use(desk, closed)
    assert areas() == GROUND_CLOSED
    assert UnitBorder.objects.get(dataset=closed).metres == 100

    # and undone by going back to the file as it was, every corner where it had been
    desk.visit.go(f"/office/data/{found.pk}/")
    desk.press("启用这个版本")
    desk.decide()
    assert "其间另一个版本已经启用" in desk.visit.text()  # it says what would change now, before it is used
    use(desk, found)
    assert areas() == GROUND_OPEN
    closed.refresh_from_db()
    assert closed.status == DatasetStatus.SUPERSEDED
    assert desk.visit.complaints == []


def use(desk: OfficerAtDesk, version: Dataset) -> None:
    """Take a proposed version into use."""
    desk.press("启用这个版本")
    desk.decide()
    version.refresh_from_db()
    assert version.status == DatasetStatus.CURRENT


def areas() -> list[int]:
    """Square metres of the units in use, by code."""
    units = Dataset.objects.get(kind=DatasetKind.UNITS, status=DatasetStatus.CURRENT)
    shapes = unit_shapes(units)
    return [round(float(shapely.area(shapes[code]))) for code in sorted(shapes)]

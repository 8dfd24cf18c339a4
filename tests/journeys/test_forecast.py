"""The pages of projections in a real browser: run, read, map, zone, files; with and without scripts."""

import io
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Browser, ViewportSize
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from python_calamine import CalamineWorkbook

from accounts.models import JobRun, User
from geo_data.models import CatchmentUnit, Projection, Stage
from geo_data.projection_tasks import project_district_task
from tests.journeys.pages_world import DESK, PHONE, Visit
from tests.services.accounts_world import auditor, officer
from tests.services.projection_world import FIRST, add_grades, add_housing, counted, projected
from tests.services.worlds import DISTRICT, NOON
from zoning.services.drawing import draw_zones_of_district
from zoning.services.publications import publish_plan

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]

COLOURS = """() => {
  const canvas = document.querySelector('.map canvas');
  const copy = document.createElement('canvas');
  copy.width = canvas.width; copy.height = canvas.height;
  const context = copy.getContext('2d');
  context.drawImage(canvas, 0, 0);
  const data = context.getImageData(0, 0, copy.width, copy.height).data;
  const seen = new Set();
  for (let i = 0; i < data.length; i += 4) seen.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
  return [...seen];
}"""


def _is_painted(visit: Visit, colour: str) -> bool:
    """Say whether the map shows the colour, once it has had the time to draw."""
    for _ in range(40):
        if colour in visit.page.evaluate(COLOURS):
            return True
        visit.page.wait_for_timeout(500)  # the page's policy lets nobody wait inside it
    return False


@pytest.fixture
def county(settings: Settings) -> tuple[User, Projection]:
    """An officer, and a projection seen through zones in force."""
    settings.REQUIRE_SECOND_FACTOR = False
    found = counted(seats=22)
    add_grades(found)
    add_housing(found)
    person = officer()
    plan = draw_zones_of_district(
        actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, effort=1, entry_year=FIRST
    )
    publish_plan(actor=person, now=NOON, plan_id=plan.pk, from_on=date(2026, 3, 1), until_on=None)
    found.schools.schools.filter(code="B").update(planned_intake=18)
    return person, projected()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_officer_reads_warnings_first_then_zones_and_trust(
    browser: Browser, live_server: LiveServer, county: tuple[User, Projection], size: ViewportSize
) -> None:
    # given
    person, projection = county
    visit = Visit(browser, live_server.url, size, person=person)

    # when
    visit.go(f"/office/forecast/{projection.pk}/")
    visit.wait_for("[data-chart][data-drawn]")

    # then the warning comes first, as word, symbol and colour; the back-test stands in plain words
    text = visit.text()
    assert "▲ 橙" in text
    assert text.index("学位预警") < text.index("学校和学区") < text.index("用往年检验")
    assert "19 / 18" in text
    assert "相差 0.0 %" in text
    assert visit.barriers() == []
    visit.fits()

    # and the chart is drawn in the colour of the medium line
    chart = visit.page.locator("[data-chart]")
    assert chart.locator("path[stroke='#0b5351']").count() >= 1
    assert visit.complaints == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_map_shows_the_heat_and_the_slider_moves_through_the_years(
    browser: Browser, live_server: LiveServer, county: tuple[User, Projection], size: ViewportSize
) -> None:
    # given 7, 8, 9 and 10 expected in the first year; a new estate in u0 from 2028 on
    person, projection = county
    visit = Visit(browser, live_server.url, size, person=person)

    # when
    visit.go(f"/office/forecast/{projection.pk}/map/")
    visit.wait_for(".map[data-drawn]")

    # then the canvas holds the colour of six to ten
    assert "252,193,115" in visit.page.evaluate(COLOURS)
    rows = visit.page.locator("[data-heat-list] tr").all_inner_texts()
    assert [row.split()[-1] for row in rows] == ["10", "9", "8", "7"]
    assert visit.barriers() == []

    # when the slider is moved to the last year by the keyboard
    visit.page.focus("input[type=range]")
    visit.page.keyboard.press("End")

    # then list, heading and address follow, and the new estate is the darkest
    last = str(FIRST + 5)
    assert visit.page.inner_text("[data-heat-year]") == last
    assert visit.page.url.endswith(f"?year={last}")
    assert visit.page.locator("[data-heat-list] tr").first.inner_text().split() == ["第0小区", "39"]
    assert _is_painted(visit, "221,107,47")
    assert visit.complaints == []


def test_everything_can_be_read_without_scripts(
    browser: Browser, live_server: LiveServer, county: tuple[User, Projection]
) -> None:
    # given
    person, projection = county
    visit = Visit(browser, live_server.url, PHONE, scripts=False, person=person)

    # when
    visit.go("/office/forecast/")
    visit.press(".card-link a >> nth=0")
    visit.fits()
    assert "19 / 18" in visit.text()
    visit.press("a[href$='/zones/B/'] >> nth=0")

    # then the zone's years, seats and all pupils stand there
    visit.fits()
    assert "预计入读儿童与学位" in visit.text()
    assert visit.page.locator("table").first.locator("tbody tr").count() == 6

    # and the years of the map are links
    visit.go(f"/office/forecast/{projection.pk}/map/")
    visit.press(f".year-choice a[data-year='{FIRST + 5}']")
    assert visit.page.locator("[data-heat-list] tr").first.inner_text().split() == ["第0小区", "39"]


def test_officer_runs_a_projection_and_sees_it(
    browser: Browser, live_server: LiveServer, county: tuple[User, Projection]
) -> None:
    # given
    person, _projection = county
    visit = Visit(browser, live_server.url, DESK, person=person)

    # when a projection is asked for, and the worker makes it
    visit.go("/office/forecast/")
    visit.press("main form .button")
    job = JobRun.objects.get(kind="project_district")
    assert "正在排队" in visit.text()
    arguments: dict[str, Any] = {"district_code": DISTRICT, "stage": "primary", "first_year": FIRST}
    project_district_task.call(job_id=str(job.pk), **arguments)

    # then the page loads itself again and lists it
    visit.wait_for("a:has-text('第 2 次预测')")
    assert Projection.objects.count() == 2
    assert visit.complaints == []


def test_files_hold_the_same_figures_and_no_formula(
    browser: Browser, live_server: LiveServer, county: tuple[User, Projection]
) -> None:
    # given a unit whose name would run in a spreadsheet
    person, projection = county
    CatchmentUnit.objects.filter(code="u0").update(name="=1+1")
    visit = Visit(browser, live_server.url, DESK, person=person)
    address = f"{live_server.url}/office/forecast/{projection.pk}/projection"

    # when
    book = visit.page.context.request.get(f"{address}.xlsx")
    paper = visit.page.context.request.get(f"{address}.pdf")

    # then
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(book.body()))
    zones = sheets.get_sheet_by_index(0).to_python()
    assert next(row[2:7] for row in zones if row[0] == "B小学") == [FIRST, 19, 19, 19, 18]
    head, *categories = sheets.get_sheet_by_index(1).to_python()
    assert head[:3] == ["学区", "年份", "户籍不详"]  # the census of this county states no registration
    assert (
        next(sum(float(str(cell)) for cell in row[2:]) for row in categories if row[:2] == ["B小学", FIRST])
        == 19
    )
    units = sheets.get_sheet_by_index(2).to_python()
    assert units[1][:2] == ["u0", "=1+1"]
    assert b"<f>" not in book.body()
    tested = sheets.get_sheet_by_index(3).to_python()
    assert {row[0] for row in tested[1:]} == {"A小学", "B小学"}  # by name, not by code
    assert paper.body().startswith(b"%PDF-")
    assert len(paper.body()) > 10_000


def test_auditor_reads_and_cannot_run(
    browser: Browser, live_server: LiveServer, county: tuple[User, Projection]
) -> None:
    _officer, projection = county
    visit = Visit(browser, live_server.url, DESK, person=auditor())

    visit.go("/office/forecast/")
    assert visit.page.locator("form[action='/office/forecast/run/']").count() == 0
    visit.go(f"/office/forecast/{projection.pk}/")

    assert "19 / 18" in visit.text()

"""A county of points: neighbours along its streets, schools at the nearest point, zones drawn and judged."""

from pathlib import Path

import pytest

from geo_data.models import DatasetFinding, District, Stage
from geo_data.selectors.units import load_borders
from geo_data.services.import_schools import import_schools
from geo_data.services.import_streets import import_streets
from geo_data.services.import_units import import_units
from geo_data.tables.projecting import project, unproject
from tests.services.street_world import streets_file
from tests.services.worlds import DISTRICT, NOON, WORKING_CRS
from zoning.selectors.plans import plan_content
from zoning.services.drawing import draw_zones_of_district

pytestmark = pytest.mark.django_db

CRS = f"EPSG:{WORKING_CRS}"
EAST, NORTH = (float(one[0]) for one in project([114.02], [34.01], epsg=WORKING_CRS))
# Houses on both banks of a river, 60 m apart; the bridge is at the east end.
HOUSES = [(100 * i, 60 * bank) for bank in (0, 1) for i in range(20)]


def river(folder: Path) -> None:
    """A district whose streets follow both banks, joined by a bridge at their east end."""
    District.objects.create(code=DISTRICT, name="小县", name_en="Small", working_crs=WORKING_CRS)
    banks = [(0, 0), (1950, 0), (1950, 60), (0, 60)]
    x, y = unproject([EAST + a for a, _ in banks], [NORTH + b for _, b in banks], epsg=WORKING_CRS)
    line = ("支路", "河街", list(zip(x.tolist(), y.tolist(), strict=True)))
    import_streets(actor=None, now=NOON, district_code=DISTRICT, path=streets_file(folder, [line]))


def houses(folder: Path) -> Path:
    path = folder / "units.csv"
    rows = [f"h{i:02},第{i}户,5,{EAST + x},{NORTH + y}" for i, (x, y) in enumerate(HOUSES)]
    path.write_text("\n".join(("单元编号,名称,适龄儿童数,横坐标,纵坐标", *rows)), encoding="utf-8")
    return path


def test_points_adjoin_along_the_streets_in_use_and_are_drawn(tmp_path: Path) -> None:
    river(tmp_path)

    units = import_units(actor=None, now=NOON, district_code=DISTRICT, path=houses(tmp_path), crs=CRS)

    told = dict(DatasetFinding.objects.filter(dataset=units.dataset).values_list("code", "value"))
    pairs = {(border.unit_a, border.unit_b) for border in load_borders(units.dataset)}
    assert told["neighbours_by_streets"] == str(len(pairs))
    assert ("h00", "h20") not in pairs
    assert ("h19", "h39") in pairs

    header = "学校编号,学校名称,学段,办学性质,学位数,招生计划,起始年级班数,横坐标,纵坐标"
    schools = [
        f"S,南岸小学,小学,公办,110,20,1,{EAST + 210},{NORTH - 20}",
        f"N,北岸小学,小学,公办,110,20,1,{EAST + 210},{NORTH + 80}",
    ]
    (tmp_path / "schools.csv").write_text("\n".join((header, *schools)), encoding="utf-8")
    import_schools(actor=None, now=NOON, district_code=DISTRICT, path=tmp_path / "schools.csv", crs=CRS)
    plan = draw_zones_of_district(actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, effort=1)

    zone_of = plan_content(plan).zone_of
    assert plan.lawful
    assert (zone_of["h02"], zone_of["h22"]) == ("S", "N")
    assert {zone_of[f"h{i:02}"] for i in range(18)} == {"S"}


def test_without_streets_points_adjoin_across_the_river(tmp_path: Path) -> None:
    District.objects.create(code=DISTRICT, name="小县", name_en="Small", working_crs=WORKING_CRS)

    units = import_units(actor=None, now=NOON, district_code=DISTRICT, path=houses(tmp_path), crs=CRS)

    codes = set(DatasetFinding.objects.filter(dataset=units.dataset).values_list("code", flat=True))
    pairs = {(border.unit_a, border.unit_b) for border in load_borders(units.dataset)}
    assert "neighbours_derived" in codes
    assert ("h00", "h20") in pairs

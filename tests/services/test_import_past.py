"""Figures of past years, held against the schools of today and the day of the import."""

from pathlib import Path

import pytest

from geo_data.models import DatasetKind
from geo_data.services.import_past import import_past
from tests.services import address_world as register
from tests.services import geo_world as world

pytestmark = pytest.mark.django_db
GRADES = "年份,学校编号,年级,学生数"


@pytest.fixture(autouse=True)
def _county(tmp_path: Path) -> None:
    world.district()
    world.with_units(tmp_path)


def _grades(folder: Path, *rows: str) -> dict[str, int]:
    path = folder / "grades.csv"
    path.write_text("\n".join((GRADES, *rows)), encoding="utf-8")
    done = import_past(
        actor=None, now=world.NOW, district_code=world.CODE, kind=DatasetKind.GRADES, path=path
    )
    return dict(done.dataset.finding_counts)


def test_schools_that_do_not_exist_and_years_that_have_not_come_are_told(tmp_path: Path) -> None:
    register.with_schools(tmp_path)
    year = world.NOW.year

    found = _grades(tmp_path, f"{year},P1,1,40", f"{year + 1},P1,1,40", f"{year},P1,7,10", f"{year},S9,1,5")

    assert found == {"past_school_unknown": 1, "past_stage_differs": 1, "year_not_past": 1}


def test_the_schools_held_against_are_named_and_none_are_needed(tmp_path: Path) -> None:
    assert _grades(tmp_path, "2025,S9,7,10") == {}
    schools = register.with_schools(tmp_path).dataset

    path = tmp_path / "grades.csv"
    again = import_past(
        actor=None, now=world.NOW, district_code=world.CODE, kind=DatasetKind.GRADES, path=path
    ).dataset

    assert again.finding_counts == {"past_school_unknown": 1}
    assert again.basis == {"schools": str(schools.pk)}

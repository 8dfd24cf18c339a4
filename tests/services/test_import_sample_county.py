"""The invented county goes through the same imports as any other, once."""

from io import StringIO

import pytest
from django.core.management import call_command

from geo_data.models import DatasetKind
from geo_data.selectors.children import children_by_unit
from geo_data.selectors.datasets import get_current_dataset, list_datasets
from geo_data.selectors.schools import load_school_sites
from geo_data.selectors.units import load_borders, load_unit_places

pytestmark = pytest.mark.django_db
SMALL = {"seed": 1, "year": 2026, "applicants": 100, "units": 24, "schools": 8}


def test_a_sample_county_is_imported_whole_and_a_second_run_changes_nothing() -> None:
    for _ in range(2):
        call_command("make_sample_county", stdout=StringIO(), **SMALL)

    units = get_current_dataset("990101", DatasetKind.UNITS)
    census = get_current_dataset("990101", DatasetKind.CHILDREN)
    schools = load_school_sites(get_current_dataset("990101", DatasetKind.SCHOOLS))
    codes = {place.code for place in load_unit_places(units)}
    kinds = sorted(list_datasets("990101").values_list("kind", flat=True))
    assert kinds == [
        *("addresses", "base_map", "children", "enrolments", "grades"),
        *("housing", "migration", "schools", "streets", "units"),
    ]
    assert (len(codes), len(schools), census.row_count) == (24, 8, 800)
    assert {school.unit_code for school in schools} <= codes
    assert set(children_by_unit(census)) == codes
    assert {code for border in load_borders(units) for code in (border.unit_a, border.unit_b)} == codes

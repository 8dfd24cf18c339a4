"""How a run reads and stores a county's rows: what makes it quick changes nothing of what it finds."""

import re
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from geo_data.models import Household, ReconciledChild
from geo_data.selectors import reconciliation_rows
from geo_data.selectors.reconciliation_rows import load_homes
from tests.services import geo_world as world
from tests.services.registers_world import reconciled, with_lists

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lists(tmp_path: Path) -> None:
    world.district()
    with_lists(tmp_path)


@pytest.mark.parametrize(("at_once", "queries"), [(1, 2), (2, 1), (3, 1)])
def test_households_are_read_once_each_however_many_at_once(
    monkeypatch: pytest.MonkeyPatch, at_once: int, queries: int
) -> None:
    stored = list(Household.objects.order_by("id")[:2])
    monkeypatch.setattr(reconciliation_rows, "HOMES_AT_ONCE", at_once)

    with CaptureQueriesContext(connection) as captured:
        homes = load_homes({str(home.pk) for home in stored})

    assert len(stored) == 2
    assert len(captured) == queries
    assert {key: home[:2] for key, home in homes.items()} == {
        str(home.pk): (home.code, home.unit_code) for home in stored
    }


def test_no_household_is_no_query() -> None:
    with CaptureQueriesContext(connection) as captured:
        assert load_homes(()) == {}

    assert len(captured) == 0


def test_reconciled_children_are_stored_in_the_order_of_the_census() -> None:
    run = reconciled()

    by_census = ReconciledChild.objects.filter(reconciliation=run, census_child__isnull=False)
    stored = list(by_census.order_by("id").values_list("census_child_id", "birth_on"))
    assert len(stored) > 1
    assert [child for child, _ in stored] == sorted(child for child, _ in stored)
    assert [born for _, born in stored] != sorted(born for _, born in stored)  # not that of births


@pytest.mark.parametrize("table", ["geo_data_reconciledchild", "geo_data_departure"])
@pytest.mark.parametrize("column", ["entry_id", "self_registration_id"])
def test_whoever_deletes_a_list_finds_its_children_by_an_index(table: str, column: str) -> None:
    # The foreign key asks so, without knowing the value when it plans.
    asked = f"PREPARE who (uuid) AS SELECT 1 FROM ONLY {table} WHERE {column} OPERATOR(pg_catalog.=) $1 FOR KEY SHARE"
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute(asked)
        cursor.execute("EXPLAIN (COSTS OFF) EXECUTE who ('00000000-0000-8000-8000-000000000000')")
        plan = " ".join(line for (line,) in cursor.fetchall())
        cursor.execute("DEALLOCATE who")

    assert re.search(rf"(?:reconciled|departure)_by_(?:entry|declared).*Cond: \({column} = \$1\)", plan), plan

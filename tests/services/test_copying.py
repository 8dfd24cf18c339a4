"""Rows on their way into a table: what goes wrong while they are made is what the caller is told."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.copying import ROWS_AT_ONCE, Value, copy_rows
from common.errors import WrongMoment
from geo_data.models import Dataset, GradeCount
from tests.services import geo_world as world

pytestmark = pytest.mark.django_db
COLUMNS = ("dataset_id", "year", "school_code", "grade", "pupils")


class Stopped(WrongMoment):
    """As when a job was given to another worker."""

    code = "stopped"


@pytest.mark.parametrize("fault", [Stopped("甲子涵"), ZeroDivisionError("甲子涵"), SystemExit(1)])
@pytest.mark.parametrize("good", [0, 1, 2 * ROWS_AT_ONCE])
def test_what_stops_the_rows_is_raised_as_it_is_and_nothing_is_stored(
    good: int, fault: BaseException, tmp_path: Path
) -> None:
    world.district()
    dataset = world.with_units(tmp_path).dataset

    def rows() -> Iterator[Sequence[Value]]:
        for number in range(good):
            yield str(dataset.pk), 2025, f"P{number}", 1, 45
        raise fault

    with pytest.raises(type(fault)) as told, transaction.atomic():
        copy_rows(GradeCount, COLUMNS, rows())

    assert told.value is fault
    assert told.value.__suppress_context__
    assert connection.is_usable()
    assert not GradeCount.objects.exists()


def test_what_the_database_refuses_is_raised_by_the_database(tmp_path: Path) -> None:
    world.district()
    dataset: Dataset = world.with_units(tmp_path).dataset

    with pytest.raises(Exception, match="invalid input syntax"), transaction.atomic():
        copy_rows(GradeCount, COLUMNS, [(str(dataset.pk), "no year", "P1", 1, 45)])

    assert not GradeCount.objects.exists()


def test_rows_of_a_version_that_is_not_there_are_refused_before_the_transaction_ends(tmp_path: Path) -> None:
    world.district()
    dataset = world.with_units(tmp_path).dataset
    rows = [(str(dataset.pk), 2025, "P1", 1, 45), (str(uuid4()), 2025, "P2", 1, 45)]

    with pytest.raises(IntegrityError, match="foreign key"), transaction.atomic():
        copy_rows(GradeCount, COLUMNS, rows)

    assert not GradeCount.objects.exists()

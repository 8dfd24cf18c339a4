"""Two people, or two jobs, at the same data at the same moment: in order, or a refusal that says why."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import connection

from accounts.models import AuditEvent, JobRun
from common.errors import DomainError
from geo_data.models import (
    CatchmentUnit,
    Dataset,
    DatasetKind,
    DatasetStatus,
    Projection,
    ProjectionRow,
    ReconciledChild,
    Reconciliation,
    Stage,
)
from geo_data.projection_tasks import request_projection
from geo_data.services.import_units import import_units
from geo_data.services.projecting import project_district
from geo_data.services.reconciling import reconcile_district
from geo_data.services.terms import Settle, Terms
from geo_data.services.versions import (
    ComparisonIsOld,
    DatasetNotProposed,
    compare_again,
    confirm_dataset,
    discard_dataset,
    withdraw_dataset,
)
from geo_data.tasks import request_reconciliation
from tests.services import geo_world as world
from tests.services.accounts_world import officer
from tests.services.killing import LOCKS_HERE, held
from tests.services.projection_world import FIRST, counted
from tests.services.registers_world import ON, with_lists
from tests.services.test_jobs_killed import PATIENCE, wait_until
from tests.services.worlds import DISTRICT, NOON

pytestmark = pytest.mark.django_db(transaction=True)
Call = Callable[[], object]

CURRENT, PROPOSED = DatasetStatus.CURRENT, DatasetStatus.PROPOSED
SUPERSEDED, WITHDRAWN = DatasetStatus.SUPERSEDED, DatasetStatus.WITHDRAWN


@dataclass
class Person:
    """Somebody with a connection of their own: what came of what they did."""

    call: Call
    outcome: list[Any] = field(default_factory=list)

    def act(self) -> None:
        try:
            self.outcome.append(self.call())
        except DomainError as refusal:
            self.outcome.append(type(refusal))
        finally:
            connection.close()


def waiting() -> int:
    """How many connections wait for another one."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(DISTINCT pid) FROM {LOCKS_HERE} WHERE NOT granted")
        return int(cursor.fetchone()[0])


@contextmanager
def before_the_end() -> Iterator[None]:
    """Let whoever acts come as far as its audit event, which is the end of all it writes, and no further."""
    with held("LOCK TABLE accounts_auditevent IN SHARE MODE"):
        yield


def one_into_the_other(first: Call, second: Call) -> tuple[Any, Any]:
    """Let the first write all but its audit event, let the second begin meanwhile; return what came of each."""
    people = Person(first), Person(second)
    threads = [Thread(target=person.act) for person in people]
    with before_the_end():
        for started, thread in enumerate(threads, start=1):
            thread.start()
            wait_until(lambda started=started: waiting() >= started or not threads[started - 1].is_alive())  # type: ignore[misc]
        assert threads[0].is_alive(), "the first did not get that far"
    for thread in threads:
        thread.join(PATIENCE)
    [[one], [other]] = [person.outcome for person in people]
    return one, other


def units_file(folder: Path, count: int = 4) -> Path:
    folder.mkdir(exist_ok=True)
    return world.write_features(folder / f"{count}.geojson", world.blocks()[:count])


def importing(path: Path, settle: Settle = Settle.CONFIRM) -> Call:
    return partial(
        import_units,
        actor=officer(world.CODE),
        now=world.NOW,
        district_code=world.CODE,
        path=path,
        terms=Terms(settle=settle),
    )


def times(action: str) -> int:
    return AuditEvent.objects.filter(action=action).count()


def statuses(*datasets: Dataset) -> list[str]:
    return [Dataset.objects.get(pk=dataset.pk).status for dataset in datasets]


# Two importers of one kind


def test_two_who_import_the_same_file_get_one_version(tmp_path: Path) -> None:
    world.district()
    path = units_file(tmp_path)

    first, second = one_into_the_other(importing(path), importing(path))

    assert (first.is_new, second.is_new) == (True, False)
    assert first.dataset == second.dataset == Dataset.objects.get()
    assert CatchmentUnit.objects.count() == 4
    assert times("dataset.imported") == 1


def test_two_who_import_different_files_follow_one_another(tmp_path: Path) -> None:
    world.district()

    first, second = one_into_the_other(importing(units_file(tmp_path, 4)), importing(units_file(tmp_path, 3)))

    assert statuses(first.dataset, second.dataset) == [SUPERSEDED, CURRENT]
    assert second.dataset.compared_with == first.dataset
    assert [dataset.units.count() for dataset in (first.dataset, second.dataset)] == [4, 3]


def test_of_two_proposals_made_at_once_the_second_must_be_compared_again(tmp_path: Path) -> None:
    world.district()
    paths = units_file(tmp_path, 4), units_file(tmp_path, 3)
    first, second = one_into_the_other(*(importing(path, Settle.PROPOSE) for path in paths))
    assert statuses(first.dataset, second.dataset) == [PROPOSED, PROPOSED]

    confirm_dataset(actor=None, now=world.NOW, dataset=first.dataset)
    with pytest.raises(ComparisonIsOld):
        confirm_dataset(actor=None, now=world.NOW, dataset=second.dataset)

    assert statuses(first.dataset, second.dataset) == [CURRENT, PROPOSED]
    compare_again(actor=None, now=world.NOW, dataset=second.dataset)
    confirm_dataset(actor=None, now=world.NOW, dataset=second.dataset)
    assert statuses(first.dataset, second.dataset) == [SUPERSEDED, CURRENT]


# Two decisions on versions


def current_and_proposed(folder: Path) -> tuple[Dataset, Dataset]:
    """Four units in use, and three that wait."""
    world.district()
    current: Any = importing(units_file(folder, 4))()
    proposed: Any = importing(units_file(folder, 3), Settle.PROPOSE)()
    return current.dataset, proposed.dataset


def deciding(decide: Callable[..., Dataset], dataset: Dataset) -> Call:
    """What an officer of their own does with a version that they have on their screen."""
    seen = Dataset.objects.get(pk=dataset.pk)
    return lambda: decide(actor=officer(world.CODE), now=world.NOW, dataset=seen).status


def test_of_two_officers_who_confirm_the_second_is_told_that_it_is_decided(tmp_path: Path) -> None:
    current, proposed = current_and_proposed(tmp_path)

    outcomes = one_into_the_other(deciding(confirm_dataset, proposed), deciding(confirm_dataset, proposed))

    assert outcomes == (CURRENT, DatasetNotProposed)
    assert statuses(current, proposed) == [SUPERSEDED, CURRENT]
    assert times("dataset.confirmed") == 1


def test_confirming_what_another_discards_is_refused(tmp_path: Path) -> None:
    current, proposed = current_and_proposed(tmp_path)

    outcomes = one_into_the_other(deciding(discard_dataset, proposed), deciding(confirm_dataset, proposed))

    assert outcomes == (DatasetStatus.DISCARDED, DatasetNotProposed)
    assert statuses(current, proposed) == [CURRENT, DatasetStatus.DISCARDED]
    assert CatchmentUnit.objects.filter(dataset=proposed).count() == 0


def test_discarding_what_another_confirms_is_refused_and_leaves_its_rows(tmp_path: Path) -> None:
    current, proposed = current_and_proposed(tmp_path)

    outcomes = one_into_the_other(deciding(confirm_dataset, proposed), deciding(discard_dataset, proposed))

    assert outcomes == (CURRENT, DatasetNotProposed)
    assert statuses(current, proposed) == [SUPERSEDED, CURRENT]
    assert CatchmentUnit.objects.filter(dataset=proposed).count() == 3


def test_confirming_while_another_withdraws_the_version_in_use_asks_for_a_new_comparison(
    tmp_path: Path,
) -> None:
    current, proposed = current_and_proposed(tmp_path)

    outcomes = one_into_the_other(deciding(withdraw_dataset, current), deciding(confirm_dataset, proposed))

    assert outcomes == (WITHDRAWN, ComparisonIsOld)
    assert statuses(current, proposed) == [WITHDRAWN, PROPOSED]


def test_withdrawing_the_version_that_another_replaces_leaves_the_new_one_in_use(tmp_path: Path) -> None:
    current, proposed = current_and_proposed(tmp_path)

    outcomes = one_into_the_other(deciding(confirm_dataset, proposed), deciding(withdraw_dataset, current))

    assert outcomes == (CURRENT, WITHDRAWN)
    assert statuses(current, proposed) == [WITHDRAWN, CURRENT]


# Two reconciliations, two projections


def test_two_reconciliations_of_the_same_lists_are_one_run(tmp_path: Path) -> None:
    world.district()
    with_lists(tmp_path)
    run = partial(reconcile_district, actor=None, now=world.NOW, district_code=world.CODE, as_of=ON)

    first, second = one_into_the_other(run, run)

    assert first.pk == second.pk == Reconciliation.objects.get().pk
    assert ReconciledChild.objects.count() == 4
    assert times("reconciliation.made") == 1


def test_a_version_confirmed_during_a_reconciliation_is_not_in_it_and_waits_its_turn(tmp_path: Path) -> None:
    world.district()
    with_lists(tmp_path)
    census = Dataset.objects.get(kind=DatasetKind.CHILDREN, status=CURRENT)
    run = partial(reconcile_district, actor=None, now=world.NOW, district_code=world.CODE, as_of=ON)

    made, withdrawn = one_into_the_other(run, deciding(withdraw_dataset, census))

    assert (made.census, withdrawn) == (census, WITHDRAWN)
    assert made.report["children"] == ReconciledChild.objects.count() == 4


def test_two_projections_follow_one_another_with_numbers_of_their_own() -> None:
    counted()
    run = partial(
        project_district,
        actor=None,
        now=NOON,
        district_code=DISTRICT,
        stage=Stage.PRIMARY,
        first_year=FIRST,
    )

    first, second = one_into_the_other(run, run)

    assert (first.number, second.number) == (1, 2)
    assert first.digest == second.digest
    assert Projection.objects.count() == 2
    assert ProjectionRow.objects.filter(projection=first).count() == 4 * 6
    assert ProjectionRow.objects.filter(projection=second).count() == 4 * 6


@pytest.mark.parametrize("what", ["reconciliation", "projection"])
def test_two_officers_who_ask_for_a_job_at_once_get_the_same_one(what: str, tmp_path: Path) -> None:
    if what == "reconciliation":
        world.district()
        with_lists(tmp_path)
        ask = partial(request_reconciliation, now=NOON, district_code=world.CODE, as_of=ON)
        people = officer(world.CODE), officer(world.CODE)
    else:
        counted()
        ask = partial(
            request_projection, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, first_year=FIRST
        )
        people = officer(DISTRICT), officer(DISTRICT)

    first, second = one_into_the_other(*(partial(ask, actor=person) for person in people))

    assert first.pk == second.pk == JobRun.objects.get().pk
    assert times("job.requested") == 1

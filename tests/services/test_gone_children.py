"""Who died, moved away or went abroad by the newest visit is neither counted nor asked about."""

from pathlib import Path

import pytest

from accounts.models import User
from geo_data.models import (
    DatasetKind,
    ReconciledChild,
    Reconciliation,
    ReconciliationCase,
    SurveyDecision,
    SurveySheet,
)
from geo_data.reconciliation.ages import AgeRule
from geo_data.selectors.reconciliation import load_children_by_unit
from geo_data.services.survey_deciding import decide_difference
from geo_data.services.survey_merging import merge_sheets
from tests.services import registers_world, survey_world
from tests.services.survey_world import BACK_AT, BACK_ON, CODE, filled

pytestmark = pytest.mark.django_db


def _found(person: User, sheet: SurveySheet, outcome: str, day: str) -> Reconciliation:
    """The girl, K2 on the sheet of A, was found so; the sheet is decided and merged, and the lists compared."""
    data = filled(person, sheet, {"K2": {"outcome": outcome}}, visited=day)
    taken = survey_world.take_return(actor=person, now=BACK_AT, district_code=CODE, data=data, today=BACK_ON)
    for row in taken.of_return.differences.filter(decision=""):
        decide_difference(
            actor=person,
            now=BACK_AT,
            difference_id=row.pk,
            decision=SurveyDecision.TAKE_SHEET,
            reason="电话核实",
        )
    merge_sheets(actor=person, now=BACK_AT, district_code=CODE, year=2026)
    return registers_world.reconciled()


def _counted(run: Reconciliation) -> dict[str, int]:
    rows = load_children_by_unit(run, rule=AgeRule(), entry_years=[2026])
    return {row.unit_code: row.children for row in rows}


def _registered(folder: Path) -> None:
    """The girl is in no pupil register, though registered: a case for a child who counts."""
    registers_world.with_list(
        folder,
        DatasetKind.REGISTRATIONS,
        registers_world.REGISTRATIONS,
        registers_world.GIRL_REGISTERED.replace(",A,", ",B,"),
    )


@pytest.mark.parametrize("outcome", ["死亡", "迁出本县", "出国（境）"])
def test_child_who_is_gone_is_not_counted_nor_asked_about(tmp_path: Path, outcome: str) -> None:
    person, sheets = survey_world.issued(tmp_path)
    _registered(tmp_path)
    before = registers_world.reconciled()
    assert _counted(before) == {"A": 1, "B": 1}

    run = _found(person, sheets["A"], outcome, "2026-03-10")

    assert _counted(run) == {"B": 1}
    assert run.report["gone"] == 1
    assert not ReconciledChild.objects.filter(reconciliation=run, birth_on="2020-01-01").exists()
    assert not ReconciliationCase.objects.filter(reconciliation=run, birth_on="2020-01-01").exists()


@pytest.mark.parametrize("outcome", ["在住", "县内搬迁"])
def test_child_who_is_still_of_the_county_counts(tmp_path: Path, outcome: str) -> None:
    person, sheets = survey_world.issued(tmp_path)

    run = _found(person, sheets["A"], outcome, "2026-03-10")

    assert _counted(run) == {"A": 1, "B": 1}
    assert run.report["gone"] == 0


@pytest.mark.parametrize("outcome", ["死亡", "迁出本县", "出国（境）"])
def test_later_visit_that_finds_the_child_brings_it_back(tmp_path: Path, outcome: str) -> None:
    person, sheets = survey_world.issued(tmp_path)
    gone = _found(person, sheets["A"], outcome, "2026-03-10")

    back = _found(person, sheets["A"], "在住", "2026-03-11")

    assert (_counted(gone), _counted(back)) == ({"B": 1}, {"A": 1, "B": 1})
    assert back.report["gone"] == 0

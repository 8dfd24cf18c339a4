"""Sheets come back: nothing of the register is overwritten silently, and the same sheet twice is one return."""

from pathlib import Path

import pytest

from accounts.models import AuditEvent
from geo_data.models import SheetStatus, SurveyDecision, SurveyDifference, SurveyReturn
from geo_data.selectors.surveys import list_differences
from geo_data.services.survey_returns import (
    TakenReturn,
    take_return,
)
from tests.services import survey_world
from tests.services.survey_world import BACK_AT, BACK_ON, CODE, NEW_CHILD, filled

pytestmark = pytest.mark.django_db


def test_smoke(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    data = filled(
        person,
        sheets["A"],
        {"K1": {"outcome": "在住", "phone": "10000000009"}, "K2": {"outcome": "死亡"}, "N1": NEW_CHILD},
    )
    taken = take_return(actor=person, now=BACK_AT, district_code=CODE, data=data, today=BACK_ON)
    print(
        taken,
        [
            (d.row.key, d.row.field, d.row.kind, d.register, d.sheet)
            for d in list_differences(taken.of_return, reader=person)
        ],
    )
    assert 0

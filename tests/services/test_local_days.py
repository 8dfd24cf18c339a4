"""The day on a fact, and the day for which a register is asked, are those of the county, not of Greenwich."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pytest_django import Settings

from admissions.models import AdmissionRound, Application
from admissions.rules.facts import Fact
from admissions.rules.look_ups import Asked
from admissions.services.amending import amend_application
from admissions.services.applications import file_application
from tests.services.accounts_world import guardian
from tests.services.look_ups_world import registers_are
from tests.services.portal_world import csv_file, mapping_saved, taken, written
from tests.services.round_world import county_with_zones, form, identity, round_open

pytestmark = pytest.mark.django_db

# Half past seven in the morning of the 17th, in China; in Greenwich it is still the 16th.
MORNING = datetime(2026, 6, 16, 23, 30, tzinfo=UTC)
NEXT_MIDNIGHT = datetime(2026, 6, 17, 16, tzinfo=UTC)
DAYS = [
    (MORNING, date(2026, 6, 17)),
    (datetime(2026, 6, 17, 15, 59, tzinfo=UTC), date(2026, 6, 17)),
    (NEXT_MIDNIGHT, date(2026, 6, 18)),
]


class Diary:
    """A register that knows nothing and notes for which day it was asked."""

    days: ClassVar[list[date]] = []

    def __init__(self, district_code: str, **options: Any) -> None:
        self.register, self.subjects = "diary", ()

    def facts_about(self, child: Asked, on: date) -> Sequence[Fact]:
        """Note the day."""
        Diary.days.append(on)
        return []


@pytest.fixture
def opened(settings: Settings) -> AdmissionRound:
    """An open round whose only register keeps a diary."""
    registers_are(
        settings, {"adapter": "tests.services.test_local_days.Diary", "seconds": None, "options": {}}
    )
    Diary.days = []
    return round_open(county_with_zones())


def declared_days(application: Application) -> set[str]:
    """The days on what the family said."""
    application.refresh_from_db()
    return {fact["as_of"] for fact in application.facts if fact["source"] == "declared"}


@pytest.mark.parametrize(("now", "day"), DAYS)
def test_what_a_family_files_and_what_registers_are_asked_bear_the_countys_day(
    opened: AdmissionRound, now: datetime, day: date
) -> None:
    filed = file_application(actor=guardian(), now=now, round_id=opened.pk, form=form(identity(1), "u0"))
    assert declared_days(filed) == {day.isoformat()}
    assert Diary.days == [day]


@pytest.mark.parametrize(("now", "day"), DAYS)
def test_a_change_bears_the_countys_day(opened: AdmissionRound, now: datetime, day: date) -> None:
    family, number = guardian(), identity(1)
    filed = file_application(actor=family, now=MORNING, round_id=opened.pk, form=form(number, "u0"))
    amend_application(
        actor=family, now=now, application_id=filed.pk, form=form(number, "u1"), version=filed.version
    )
    assert day.isoformat() in declared_days(filed)
    assert Diary.days == [date(2026, 6, 17), day]


@pytest.mark.parametrize(("now", "day"), DAYS)
def test_what_a_portal_sends_bears_the_countys_day(
    opened: AdmissionRound, tmp_path: Path, now: datetime, day: date
) -> None:
    path = csv_file(tmp_path / "portal.csv", [written("1", form(identity(1), "u0"))])
    taken(path, opened, mapping_saved(), now=now)
    assert declared_days(Application.objects.get()) == {day.isoformat()}

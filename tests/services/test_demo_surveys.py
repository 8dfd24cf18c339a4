"""The demonstration hands out the sheets of one township, once."""

from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.models import AuditEvent
from common.errors import NotPermitted
from frontend.management.demo_surveys import hand_out_sheets
from geo_data.models import CatchmentUnit, SurveyRow, SurveySheet
from tests.services.accounts_world import auditor, officer

pytestmark = pytest.mark.django_db
CODE = "990101"
SMALL = {"seed": 1, "year": 2026, "applicants": 100, "units": 40, "schools": 8, "district": CODE}
NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)


def test_one_township_has_its_sheets_and_a_second_run_hands_out_none() -> None:
    # given
    call_command("make_sample_county", stdout=StringIO(), **SMALL)
    person = officer(CODE)

    # when
    first = hand_out_sheets(officer=person, now=NOW, district_code=CODE, year=2027)
    again = hand_out_sheets(officer=person, now=NOW, district_code=CODE, year=2027)

    # then every unit of one township has a sheet with the children of the census, and no other unit has
    (township,) = set(SurveySheet.objects.values_list("township", flat=True))
    here = CatchmentUnit.objects.filter(township=township).values_list("code", flat=True)
    assert sorted(SurveySheet.objects.values_list("unit_code", flat=True)) == sorted(here)
    assert len(here) < CatchmentUnit.objects.count()
    assert (first, again) == (len(here), 0)
    assert set(SurveySheet.objects.values_list("year", "issued_on", "due_on")) == {
        (2027, date(2026, 11, 26), date(2026, 12, 26))
    }
    born = SurveyRow.objects.values_list("child__birth_on", flat=True)
    assert born
    assert all(date(2020, 9, 1) <= day < date(2022, 9, 1) for day in born)

    # and what is told of it names nobody
    event = AuditEvent.objects.get(action="survey.issued")
    assert "丁" not in str(event.details)
    sealed = SurveySheet.objects.values_list("responsible_sealed", flat=True)
    assert all(value and "丁".encode() not in bytes(value) for value in sealed)


def test_who_may_not_hand_out_hands_out_nothing() -> None:
    call_command("make_sample_county", stdout=StringIO(), **SMALL)

    with pytest.raises(NotPermitted):
        hand_out_sheets(officer=auditor(CODE), now=NOW, district_code=CODE, year=2027)

    assert not SurveySheet.objects.exists()

"""The demonstration's door-to-door sheets: one township's are out, so that the officers' page has something to show."""

from datetime import datetime, timedelta

from accounts.models import User
from geo_data.models import DatasetKind, SurveyorRole
from geo_data.selectors.datasets import get_current_dataset
from geo_data.selectors.surveys import default_births, list_survey_years
from geo_data.selectors.units import list_townships
from geo_data.services.surveys import Surveyor, Terms, issue_sheets

SURVEYOR = Surveyor("丁某某", SurveyorRole.GRID_WORKER)  # invented
DAYS_OUT = 30


def hand_out_sheets(*, officer: User, now: datetime, district_code: str, year: int) -> int:
    """Hand out the sheets of the first township by name, unless the year has sheets; return how many.

    They stand in the database only, with names sealed: files of them are made when an officer asks.
    """
    if year in list_survey_years(district_code):
        return 0
    born_from, born_until = default_births(year)
    today = now.date()
    terms = Terms(year, today, today + timedelta(days=DAYS_OUT), born_from, born_until)
    units = get_current_dataset(district_code, DatasetKind.UNITS)
    return issue_sheets(
        actor=officer,
        now=now,
        district_code=district_code,
        terms=terms,
        surveyor=SURVEYOR,
        township=list_townships(units)[0],
    )

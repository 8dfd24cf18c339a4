"""The demonstration's policies: the shipped county example, for the sample county, with a calendar around today."""

from datetime import datetime, timedelta
from typing import Any

import yaml

from admissions.rules.policy import example_policy

EXAMPLE = "registration_and_dwelling"
SUMMER = {  # month, day and hour of a past round, in the year of the round
    "opens_at": (6, 15, 8),
    "closes_at": (6, 22, 18),
    "review_until": (7, 6, 18),
    "draw_at": (7, 10, 9),
    "results_at": (7, 12, 9),
    "confirm_until": (7, 20, 18),
}
DAYS_FROM_NOW = {
    "opens_at": -1,
    "closes_at": 14,
    "review_until": 21,
    "draw_at": 25,
    "results_at": 27,
    "confirm_until": 34,
}


def past_year(now: datetime) -> int:
    """Return the newest year whose summer round is over."""
    return now.year if now.month >= 8 else now.year - 1


def past_policy(district_code: str, year: int, now: datetime) -> str:
    """Return the policy of the round of that summer, as YAML."""
    moments = {
        name: datetime(year, month, day, hour, tzinfo=now.tzinfo)
        for name, (month, day, hour) in SUMMER.items()
    }
    return _policy(district_code, year, moments)


def open_policy(district_code: str, year: int, now: datetime) -> str:
    """Return the policy of a round that is open now, as YAML."""
    start = now.replace(hour=8, minute=0, second=0, microsecond=0)
    moments = {name: start + timedelta(days=days) for name, days in DAYS_FROM_NOW.items()}
    return _policy(district_code, year, moments)


def published_at(policy: str) -> str:
    """Return noon of the day on which the policy says that it was published, with its own offset."""
    calendar = yaml.safe_load(policy)["calendar"]
    offset = datetime.fromisoformat(calendar["opens_at"]).tzinfo
    day = datetime.fromisoformat(calendar["published_on"])
    return day.replace(hour=12, tzinfo=offset).isoformat()


def _policy(district_code: str, year: int, moments: dict[str, datetime]) -> str:
    data: dict[str, Any] = yaml.safe_load(example_policy(EXAMPLE))
    published_on = moments["opens_at"].date() - timedelta(days=26)
    data.update(
        district=district_code,
        year=year,
        title={"zh": f"样例县{year}年小学招生", "en": f"Sample county, primary admission {year}"},
        calendar={
            "published_on": published_on.isoformat(),
            **{name: moment.isoformat(timespec="minutes") for name, moment in moments.items()},
        },
    )
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)

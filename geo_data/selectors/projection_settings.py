"""Questions about what a district states for its projections."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from geo_data.models import ProjectionSettings, Stage
from geo_data.projection.defaults import THRESHOLDS, YIELDS
from geo_data.projection.records import HousingYield
from geo_data.projection.seat_warnings import Thresholds


@dataclass(frozen=True, slots=True)
class StatedSettings:
    """What holds for new projections. `number` is 0 while the initial values hold, which nobody stated."""

    number: int
    thresholds: Thresholds
    yields: Mapping[str, HousingYield]

    @property
    def is_local(self) -> bool:
        """Say whether the district stated them itself."""
        return self.number > 0


def current_settings(district_code: str, stage: Stage) -> StatedSettings:
    """Return the newest version, or the initial values. One query."""
    row = list_settings(district_code, stage).first()
    return StatedSettings(0, THRESHOLDS, YIELDS[stage]) if row is None else settings_of(row)


def settings_of(row: ProjectionSettings) -> StatedSettings:
    """Return a version as a record."""
    thresholds = Thresholds(row.yellow, row.orange, row.red, row.warned_years)
    return StatedSettings(row.number, thresholds, yields_of(row.yields))


def yields_of(data: Mapping[str, Mapping[str, list[int]]]) -> dict[str, HousingYield]:
    """Return stored yields as records, by kind of dwelling."""
    return {
        kind: HousingYield(tuple(one["moved_in_percent"]), tuple(one["children_per_1000"]))
        for kind, one in sorted(data.items())
    }


def list_settings(district_code: str, stage: Stage) -> QuerySet[ProjectionSettings]:
    """Return all versions of a stage, newest first."""
    rows = ProjectionSettings.objects.filter(district_id=district_code, stage=stage)
    return rows.select_related("stated_by").order_by("-number")

"""A district states when its seats are short and how many children new dwellings bring, with a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.permissions import Action, require
from accounts.services.audit import record_event
from common.canonical import CanonicalValue
from common.errors import MalformedInput, RulesSayNo, WrongMoment
from geo_data.models import District, ProjectionSettings, Stage
from geo_data.models.projection_settings import REASON_LETTERS
from geo_data.projection.defaults import YIELDS
from geo_data.projection.records import HousingYield
from geo_data.projection.stated import reasons_against_settings
from geo_data.selectors.districts import get_district
from geo_data.selectors.projection_settings import StatedSettings, current_settings


class ProjectionSettingsUnfit(RulesSayNo):
    """The figures cannot be: out of order or out of range. details: reasons, as codes."""

    code = "projection_settings_unfit"

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("the figures cannot be", reasons=list(reasons))
        self.reasons = tuple(reasons)


class ProjectionSettingsReason(MalformedInput):
    """A change needs a reason, in up to 500 letters."""

    code = "projection_settings_reason"


class ProjectionSettingsChanged(WrongMoment):
    """Somebody else stated other figures since the page was shown."""

    code = "projection_settings_changed"


class ProjectionSettingsSame(RulesSayNo):
    """Nothing would change."""

    code = "projection_settings_same"


@transaction.atomic
def state_settings(
    *, actor: User, now: datetime, district_code: str, stage: Stage, stated: StatedSettings, reason: str
) -> ProjectionSettings:
    """Store the next version; projections made before keep what they were made with.

    stated -- the new figures, with the number of the version they were changed from (0: the initial values)
    Raises NotPermitted, NoSuchDistrict, ProjectionSettingsReason, ProjectionSettingsUnfit, ProjectionSettingsChanged
    and ProjectionSettingsSame.
    """
    require(actor, Action.DRAW_ZONES, district_code)
    words = reason.strip()
    if not words or len(words) > REASON_LETTERS:
        raise ProjectionSettingsReason("write a reason in up to 500 letters")
    reasons = reasons_against_settings(stated.thresholds, stated.yields, kinds=YIELDS[stage])
    if reasons:
        raise ProjectionSettingsUnfit(reasons)
    district = District.objects.select_for_update(no_key=True).get(pk=get_district(district_code).pk)
    before = current_settings(district_code, stage)
    if before.number != stated.number:
        raise ProjectionSettingsChanged("other figures were stated meanwhile", number=before.number)
    if (before.thresholds, _plain(before.yields)) == (stated.thresholds, _plain(stated.yields)):
        raise ProjectionSettingsSame("nothing would change", number=before.number)
    row = ProjectionSettings.objects.create(
        district=district,
        stage=stage,
        number=before.number + 1,
        **asdict(stated.thresholds),
        yields=_plain(stated.yields),
        reason=words,
        stated_by=actor,
        stated_at=now,
    )
    details: dict[str, CanonicalValue] = {"stage": stage.value, "number": row.number, "yields": row.yields}
    record_event(
        actor=actor,
        now=now,
        action="projection_settings.stated",
        subject=row,
        district_code=district_code,
        details={**details, **asdict(stated.thresholds)},
    )
    return row


def _plain(yields: Mapping[str, HousingYield]) -> dict[str, CanonicalValue]:
    return {
        kind: {
            "moved_in_percent": list(one.moved_in_percent),
            "children_per_1000": list(one.children_per_1000),
        }
        for kind, one in sorted(yields.items())
    }

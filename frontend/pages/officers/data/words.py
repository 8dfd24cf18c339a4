"""Closed sets of imports, in words."""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from geo_data.models import DatasetStatus
from geo_data.tables.coverage import Repair

REPAIR_CHOICES = (
    (Repair.MAKE_VALID, _("Mend borders that cross themselves")),
    (Repair.SNAP, _("Close hair-thin cracks and overlaps between neighbours")),
)

STATES: Mapping[str, Promise] = {
    DatasetStatus.PROPOSED: _("waits for a decision"),
    DatasetStatus.CURRENT: _("in use"),
    DatasetStatus.SUPERSEDED: _("replaced by a newer one"),
    DatasetStatus.WITHDRAWN: _("withdrawn"),
    DatasetStatus.REFUSED: _("did not pass the check"),
    DatasetStatus.DISCARDED: _("discarded"),
}
STATE_COLOURS = {DatasetStatus.PROPOSED: "warn", DatasetStatus.CURRENT: "good", DatasetStatus.REFUSED: "bad"}


def repairs_in_words(repairs: Iterable[str]) -> list[str]:
    """Say which repairs were made; one without words is called by its name."""
    known = {repair.value: str(words) for repair, words in REPAIR_CHOICES}
    return [known.get(repair, repair) for repair in repairs]

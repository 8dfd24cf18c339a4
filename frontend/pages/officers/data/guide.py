"""What every kind of data is for, who usually has it, and in which order the files should come."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from geo_data.models import DatasetKind


class Need(StrEnum):
    """How much depends on a kind."""

    NEEDED = "needed"
    ADVISED = "advised"
    EXTRA = "extra"


NEEDS: dict[Need, Promise] = {
    Need.NEEDED: _("needed"),
    Need.ADVISED: _("advised"),
    Need.EXTRA: _("when you have it"),
}


@dataclass(frozen=True, slots=True)
class Guide:
    """One kind: what it is for, who usually has it, and what must be here before."""

    kind: DatasetKind
    need: Need
    purpose: Promise
    holder: Promise
    after: tuple[DatasetKind, ...] = ()


GUIDES: Sequence[Guide] = (
    Guide(
        DatasetKind.UNITS,
        Need.NEEDED,
        _(
            "Estates and villages are what zones are made of. Everything else stands on them, so they come first."
        ),
        _("natural resources or civil affairs bureau"),
    ),
    Guide(
        DatasetKind.SCHOOLS,
        Need.NEEDED,
        _("Where the schools stand and how many seats they have. Without them no zones can be drawn."),
        _("education bureau"),
        (DatasetKind.UNITS,),
    ),
    Guide(
        DatasetKind.CHILDREN,
        Need.NEEDED,
        _("Which children need a place, and where they live."),
        _("townships, streets and schools"),
        (DatasetKind.UNITS,),
    ),
    Guide(
        DatasetKind.STREETS,
        Need.ADVISED,
        _("How far children really walk. Without it distances are straight lines."),
        _("natural resources or transport bureau"),
        (DatasetKind.UNITS,),
    ),
    Guide(
        DatasetKind.ADDRESSES,
        Need.ADVISED,
        _("Families type their address and find their zone."),
        _("police or civil affairs bureau"),
        (DatasetKind.UNITS,),
    ),
    Guide(
        DatasetKind.BASE_MAP,
        Need.EXTRA,
        _("Streets and rivers behind the zones, so that people know where they are on the map."),
        _("natural resources bureau"),
        (DatasetKind.UNITS,),
    ),
    Guide(
        DatasetKind.REGISTRATIONS,
        Need.ADVISED,
        _("The census is compared with the register of residents, so that no child is forgotten."),
        _("police"),
        (DatasetKind.CHILDREN,),
    ),
    Guide(
        DatasetKind.PERMITS,
        Need.ADVISED,
        _("Families from elsewhere need not bring a permit that is on this list."),
        _("police"),
        (DatasetKind.CHILDREN,),
    ),
    Guide(
        DatasetKind.TITLES,
        Need.ADVISED,
        _("Families need not bring a title that is on this list."),
        _("property registration centre"),
        (DatasetKind.CHILDREN,),
    ),
    Guide(
        DatasetKind.RENTALS,
        Need.EXTRA,
        _("Families need not bring a tenancy that is on this list."),
        _("housing bureau"),
        (DatasetKind.CHILDREN,),
    ),
    Guide(
        DatasetKind.INSURANCES,
        Need.EXTRA,
        _("Families from elsewhere need not bring proof of work or insurance that is on this list."),
        _("social insurance centre"),
        (DatasetKind.CHILDREN,),
    ),
    Guide(
        DatasetKind.CIVIL_AFFAIRS,
        Need.EXTRA,
        _("Adoption and guardianship: families need not prove a relation that is on this list."),
        _("civil affairs bureau"),
        (DatasetKind.CHILDREN,),
    ),
    Guide(
        DatasetKind.PREFERENCES,
        Need.EXTRA,
        _("Children of martyrs, service members, fire crews and police: families need not bring proof."),
        _("veterans' affairs bureau and other competent offices"),
        (DatasetKind.CHILDREN,),
    ),
    Guide(
        DatasetKind.PUPILS,
        Need.ADVISED,
        _("Who goes to school already, and where: elder siblings, feeder schools, children at no school."),
        _("education bureau"),
        (DatasetKind.SCHOOLS,),
    ),
    Guide(
        DatasetKind.ATTENDANCE,
        Need.EXTRA,
        _("Finds children who are on a register and do not come."),
        _("each school"),
        (DatasetKind.PUPILS,),
    ),
    Guide(
        DatasetKind.KINDERGARTENS,
        Need.EXTRA,
        _("The top classes name next year's entrants a second time."),
        _("kindergartens"),
        (DatasetKind.CHILDREN,),
    ),
    Guide(
        DatasetKind.BIRTHS,
        Need.EXTRA,
        _("Children whom no other list knows, and entrants of later years."),
        _("health commission"),
        (DatasetKind.CHILDREN,),
    ),
    Guide(
        DatasetKind.SURVEYS,
        Need.EXTRA,
        _("What was found from door to door."),
        _("villages and estates"),
        (DatasetKind.CHILDREN,),
    ),
    Guide(
        DatasetKind.ENROLMENTS,
        Need.ADVISED,
        _("How many children really came in past years: what projections are fitted on."),
        _("education bureau"),
        (DatasetKind.UNITS, DatasetKind.SCHOOLS),
    ),
    Guide(
        DatasetKind.HOUSING,
        Need.EXTRA,
        _("New estates with their year, for the children who will live there."),
        _("housing bureau"),
        (DatasetKind.UNITS,),
    ),
    Guide(
        DatasetKind.GRADES,
        Need.EXTRA,
        _("How many pupils each grade had in past years: how cohorts grow and shrink."),
        _("education bureau"),
        (DatasetKind.SCHOOLS,),
    ),
    Guide(
        DatasetKind.MIGRATION,
        Need.EXTRA,
        _("How many children moved in and out in past years."),
        _("police"),
        (DatasetKind.UNITS,),
    ),
    Guide(
        DatasetKind.SEATS,
        Need.EXTRA,
        _("Seats by grade and year, where they differ from the list of schools."),
        _("education bureau"),
        (DatasetKind.SCHOOLS,),
    ),
)


def missing_before(kind: DatasetKind, current: frozenset[DatasetKind]) -> tuple[DatasetKind, ...]:
    """Return the kinds that must be brought in before this one and are not."""
    guide = next((one for one in GUIDES if one.kind == kind), None)
    return tuple(before for before in guide.after if before not in current) if guide else ()

"""What a projection says in codes, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from geo_data.models import DatasetKind, HousingKind, Projection, SourceCategory
from geo_data.projection.records import HousingYield
from geo_data.projection.seat_warnings import SeatWarning, Thresholds
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.projection_settings import yields_of
from geo_data.selectors.schools import list_schools

ASSUMPTIONS: Mapping[str, Promise] = {
    "no_census": _("There is no census; the youngest past cohort stands for all coming years."),
    "capture_rate_one": _(
        "No past year is known, so every child counts as a claimant: demand is at most this much."
    ),
    "cohorts_carried": _(
        "Nobody has counted the children who enter from this year on; the youngest cohort counted is carried on:"
    ),
    "moves_not_known": _("Moving in and out before entry is not known, and left out."),
    "no_new_housing": _("No new housing was imported; none is expected."),
    "yields_not_local": _(
        "Children per new dwelling are general figures, not this county's own. They need checking."
    ),
    "no_band": _("Fewer than two past years could be held back, so no band can be given."),
}

WARNINGS: Mapping[SeatWarning, Promise] = {
    SeatWarning.NONE: _("enough seats"),
    SeatWarning.YELLOW: _("yellow: nearly full"),
    SeatWarning.ORANGE: _("orange: more than its seats"),
    SeatWarning.RED: _("red: far more than its seats"),
}
SYMBOLS: Mapping[SeatWarning, str] = {
    SeatWarning.NONE: "○",
    SeatWarning.YELLOW: "△",
    SeatWarning.ORANGE: "▲",
    SeatWarning.RED: "■",
}


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One lead of the back-test at school level; percentages with one decimal, None where not known."""

    lead: int
    years: int
    error: float
    bias: float
    naive: float | None
    covered: float | None


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A school in a held-back year; `name` is its code where the schools in use do not know it.

    naive -- who came the year before, None where that is not known
    """

    name: str
    year: int
    lead: int
    projected: int
    actual: int
    naive: int | None


@dataclass(frozen=True, slots=True)
class YieldLine:
    """Children of one kind of new dwelling, by full years since delivery, as they are written."""

    kind: str
    moved_in: str
    children: str


def yield_lines(yields: Mapping[str, HousingYield]) -> list[YieldLine]:
    """Return the figures of every kind, in the order of the kinds."""
    return [
        YieldLine(
            str(kind.label),
            ", ".join(str(share) for share in yields[kind].moved_in_percent),
            ", ".join(str(count) for count in yields[kind].children_per_1000),
        )
        for kind in HousingKind
        if kind in yields
    ]


def pinned_yields(projection: Projection) -> list[YieldLine]:
    """Return the yields that a projection was made with."""
    return yield_lines(yields_of(projection.parameters["method"]["yields"]))


def settings_in_words(projection: Projection) -> str:
    """Say whose thresholds and yields a projection was made with."""
    number = projection.parameters.get("settings", 0)
    if not number:
        return gettext("Thresholds and children of new housing: general figures, not the county's own.")
    return gettext(
        "Thresholds and children of new housing: as the county stated them, version %(number)s."
    ) % {"number": number}


def thresholds_in_words(thresholds: Thresholds) -> str:
    """Say when seats are short."""
    return gettext(
        "Seat warnings: yellow above %(yellow)s %%, orange above %(orange)s %%, red above %(red)s %% of the seats;"
        " %(years)s years ahead."
    ) % {
        "yellow": f"{thresholds.yellow / 10:g}",
        "orange": f"{thresholds.orange / 10:g}",
        "red": f"{thresholds.red / 10:g}",
        "years": thresholds.warned_years,
    }


def assumptions_in_words(projection: Projection) -> list[str]:
    """Return what was assumed, with the year where one matters."""
    return [
        f"{ASSUMPTIONS.get(one['code'], one['code'])}{' ' + str(one['year']) if one['year'] else ''}"
        for one in projection.assumptions
    ]


def score_lines(projection: Projection, level: str) -> list[ScoreLine]:
    """Return the back-test of a level, by lead."""
    return [
        ScoreLine(
            score["lead"],
            score["years"],
            score["error"] / 100,
            score["bias"] / 100,
            None if score["naive"] is None else score["naive"] / 100,
            100 * score["inside"] / score["judged"] if score["judged"] else None,
        )
        for score in projection.results["scores"]
        if score["level"] == level
    ]


def held_back_schools(projection: Projection) -> list[HeldBack]:
    """Return every school and held-back year of the back-test. Two queries."""
    schools = find_current_dataset(projection.district_id, DatasetKind.SCHOOLS)
    rows = list_schools(schools, projection.stage) if schools else ()
    names = {school.code: school.name for school in rows}
    return [
        HeldBack(
            names.get(one["school"]) or one["school"],
            one["year"],
            one["lead"],
            one["projected"],
            one["actual"],
            one["naive"],
        )
        for one in projection.results["schools"]
    ]


def back_test_in_words(lines: Sequence[ScoreLine]) -> list[str]:
    """Say the back-test in plain sentences; the empty list where nothing could be held back."""
    if not lines:
        return []
    first, last = lines[0], lines[-1]
    said = [
        gettext(
            "One year ahead, over %(years)s held-back years, the figures of the schools were off by %(error).1f %% of"
            " the children who came."
        )
        % {"years": first.years, "error": first.error}
    ]
    if last.lead > first.lead:
        said.append(
            gettext("%(lead)s years ahead they were off by %(error).1f %%.")
            % {"lead": last.lead, "error": last.error}
        )
    if first.naive is not None:
        said.append(
            gettext("Repeating the year before would have been off by %(naive).1f %%.")
            % {"naive": first.naive}
        )
    said.append(
        gettext("On the whole too few were projected, by %(bias).1f %%.") % {"bias": -first.bias}
        if first.bias < 0
        else gettext("On the whole too many were projected, by %(bias).1f %%.") % {"bias": first.bias}
    )
    if first.covered is not None:
        said.append(
            gettext(
                "The band is meant to hold eight of ten; of the held-back figures it held %(covered).0f %%."
            )
            % {"covered": first.covered}
        )
    return said


def band_in_words(projection: Projection) -> list[str]:
    """Say whether the county's band is the same on both sides because past errors all lay on one."""
    spreads = projection.results["spreads"].get("district", {})
    if not any(one["low"] == -one["high"] != 0 for one in spreads.values()):
        return []
    return [
        gettext(
            "For the county as a whole the held-back years were all off to the same side. The medium figure is not"
            " moved by that; the band reaches as far to the other side."
        )
    ]


def categories_in_words(projection: Projection) -> list[tuple[str, Promise | str, Mapping[str, int]]]:
    """Return code, name and fitted capture of every category."""
    labels = dict(SourceCategory.choices)
    return [
        (code, labels.get(code, code), projection.results["capture"][code])
        for code in projection.results["categories"]
    ]

"""Coordinate systems in plain words, so that an officer can say what an office's file is in."""

from collections.abc import Iterator, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pyproj import CRS

from geo_data.tables.guards import MERIDIANS, REACH_DEGREES

OTHER = "other"
PLAIN: Sequence[tuple[str, Promise]] = (
    ("", gettext_lazy("As the file itself says (the usual answer)")),
    ("EPSG:4326", gettext_lazy("WGS-84, degrees: GPS devices, international maps")),
    ("EPSG:4490", gettext_lazy("CGCS2000, degrees: China's national system")),
)
SHIFTED: Sequence[tuple[str, Promise]] = (
    ("gcj02", gettext_lazy("GCJ-02: Amap, Tencent and most Chinese phone maps")),
    ("bd09", gettext_lazy("BD-09: Baidu maps")),
)
SIX_NUMBERED, SIX_PLAIN = range(4491, 4502), range(4502, 4513)
THREE_NUMBERED, THREE_PLAIN = range(4513, 4534), range(4534, 4555)
Choices = list[tuple[str, object]]


def system_choices(working_epsg: int) -> Choices:
    """Return the choices in groups, the zones of Gauss-Krueger only as far as they may be used in the district."""
    zones = [(f"EPSG:{code}", _zone_in_words(code)) for code in _zones_near(working_epsg)]
    shifted = [(name, str(words)) for name, words in SHIFTED]
    return [
        *((name, str(words)) for name, words in PLAIN),
        (_("CGCS2000 in metres, by zone"), zones),
        (_("Coordinates of map companies"), shifted),
        (_("Other"), [(OTHER, _("Another system, by its EPSG code"))]),
    ]


def system_in_words(name: str) -> str:
    """Say a declared system; one without words of its own is called by its EPSG name."""
    known = {plain: str(words) for plain, words in (*PLAIN, *SHIFTED)}
    if name in known:
        return known[name]
    code = int(name.removeprefix("EPSG:"))
    if code in MERIDIANS and code < 32600:
        return _zone_in_words(code)
    return f"{CRS.from_epsg(code).name} ({name})"


def _zones_near(working_epsg: int) -> Iterator[int]:
    middle = _middle_of(working_epsg)
    codes = (code for group in (THREE_NUMBERED, THREE_PLAIN, SIX_NUMBERED, SIX_PLAIN) for code in group)
    for code in codes:
        if middle is None or abs(MERIDIANS[code] - middle) <= REACH_DEGREES:
            yield code


def _middle_of(working_epsg: int) -> float | None:
    if working_epsg in MERIDIANS:
        return float(MERIDIANS[working_epsg])
    area = CRS.from_epsg(working_epsg).area_of_use
    return None if area is None else (area.west + area.east) / 2


def _zone_in_words(code: int) -> str:
    meridian = MERIDIANS[code]
    degrees = 3 if code in THREE_NUMBERED or code in THREE_PLAIN else 6
    if code in THREE_NUMBERED or code in SIX_NUMBERED:
        zone = meridian // 3 if degrees == 3 else (meridian + 3) // 6
        words = _(
            "%(degrees)s-degree zone %(zone)s, central meridian %(meridian)s°, "
            "eastings of 8 digits that begin with %(zone)s"
        )
        return words % {"degrees": degrees, "zone": zone, "meridian": meridian}
    words = _("%(degrees)s-degree zone, central meridian %(meridian)s°, eastings of 6 digits")
    return words % {"degrees": degrees, "meridian": meridian}


def declared(choice: str, epsg: str) -> str:
    """Return what the import is told: the name of the chosen system, or that of the code that was written."""
    return f"EPSG:{epsg}" if choice == OTHER else choice

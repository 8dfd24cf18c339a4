"""Which system fits: a layer without known places of its own is held against known ground as each system has it.

Not the layer is moved but what is known, to where the error would have put it: the same comparison, and the layer's
index is built once. A layer that lies right fits worse in every other system, whatever else is amiss with it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely

from geo_data.tables.findings import Findings, Preview
from geo_data.tables.offsets import FloatArray
from geo_data.tables.places import small_place
from geo_data.tables.projecting import project, unproject
from geo_data.tables.shift import FORWARD, INVERSE, PLAIN
from geo_data.tables.systems import Shapes

BETTER = 2  # another system explains a layer when it leaves this part of the misfit at most
Misfit = Callable[[Shapes], int]


@dataclass(frozen=True, slots=True)
class Fit:
    """A system in which a layer fits far better than as declared.

    declared -- name of the declared system
    likely   -- gcj02, bd09 or wgs84 (plain: any system without a shift)
    misfit, likely_misfit -- how badly it fits as declared and as is likely, in the measure's own unit
    """

    declared: str
    likely: str
    misfit: int
    likely_misfit: int


def find_fit(known: Shapes, misfit: Misfit, *, declared: str, least: int, working_epsg: int) -> Fit | None:
    """Return the system that explains a layer better than the declared one, None when nothing needs explaining.

    known    -- what the layer is held against, in the working system
    misfit   -- how badly the layer fits known shapes, at least 0, 0 for a perfect fit
    declared -- name of the declared system; everything but gcj02 and bd09 is plain
    1. A layer whose misfit is below `least` fits.
    2. For every other system, what is known is moved to where it would lie if the layer were really in that system.
       It explains the layer when the misfit is then at most half; the smallest is returned, in a tie the first of
       gcj02, bd09, wgs84.
    Source: docs/import.md (coordinates).
    """
    now = misfit(known)
    if now < least:
        return None
    stated = declared if declared in INVERSE else PLAIN
    best: tuple[int, str] | None = None
    for name in INVERSE:
        if name != stated:
            then = misfit(mistaken(known, truly=name, read_as=stated, working_epsg=working_epsg))
            if then * BETTER <= now and (best is None or then < best[0]):
                best = (then, name)
    return None if best is None else Fit(declared, best[1], now, best[0])


def mistaken(shapes: Shapes, *, truly: str, read_as: str, working_epsg: int) -> Shapes:
    """Return where shapes lie when coordinates that are truly of one system are read as another's.

    Shapes in the working system; systems are gcj02, bd09 and wgs84.
    Source: docs/import.md (coordinates).
    """
    points = shapely.get_coordinates(shapes)
    degrees = unproject(points[:, 0], points[:, 1], epsg=working_epsg)
    moved = project(*INVERSE[read_as](*FORWARD[truly](*degrees)), epsg=working_epsg)
    return np.asarray(shapely.set_coordinates(shapes.copy(), np.stack(moved, axis=1)), dtype=np.object_)


def note_fit(
    fit: Fit,
    value: str,
    shape: shapely.Geometry,
    findings: Findings,
    *,
    working_epsg: int,
    is_accepted: bool,
) -> None:
    """Note a better fit, and show the layer in both: severe, unless an officer said that what is known is wrong.

    shape -- the layer in the working system, or its outline
    value -- how badly it fits, in words
    """
    code = "shift_accepted" if is_accepted else "shifted_like"
    findings.add(code, value=f"{fit.likely}: {value}", place=shape, epsg=working_epsg)
    declared = small_place(shape, epsg=working_epsg)
    if is_accepted or declared is None:
        return
    findings.show(Preview("declared", fit.declared, declared))
    findings.show(Preview("likely", fit.likely, _as_likely(declared, fit)))


def _as_likely(degrees: shapely.Geometry, fit: Fit) -> shapely.Geometry:
    stated = fit.declared if fit.declared in INVERSE else PLAIN

    def change(points: FloatArray) -> FloatArray:
        return np.stack(INVERSE[fit.likely](*FORWARD[stated](points[:, 0], points[:, 1])), axis=1)

    return shapely.transform(degrees, change)

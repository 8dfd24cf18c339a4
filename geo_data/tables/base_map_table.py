"""The base map: streets, main roads and rivers as lines."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from geo_data.tables.columns import CellKind, Column
from geo_data.tables.findings import Findings
from geo_data.tables.layers import PLACE_COLUMNS, columns_of, read_layer
from geo_data.tables.placing import Ground, place_shapes, to_degrees
from geo_data.tables.rows import Table
from geo_data.tables.systems import System

KINDS = {"街道": "street", "主干道": "main_road", "河流": "river"}
BASE_MAP_COLUMNS = (
    Column("kind", "类型", CellKind.CHOICE, required=True, choices=KINDS),
    Column("name", "名称", most=100),
    *(column for column in PLACE_COLUMNS if column.name == "wkt"),
)


@dataclass(frozen=True, slots=True)
class MapLine:
    """A line of the base map, EPSG:4326."""

    kind: str
    name: str
    line: shapely.MultiLineString


def read_base_map(
    path: Path, *, ground: Ground, declared: System | None, findings: Findings
) -> tuple[MapLine, ...]:
    """Return the lines of a file without severe findings; to be stored only when `findings` does not refuse them.

    Raises UnreadableFile.
    Source: docs/import.md (base map).
    """
    layer = read_layer(path, working_epsg=ground.working_epsg, findings=findings)
    places = columns_of(layer, BASE_MAP_COLUMNS, findings)
    table = Table(BASE_MAP_COLUMNS, layer.headers, places, findings)
    rows = [table.row(number, cells) for number, cells in layer.rows]
    read = [
        (row.text("kind"), row.text("name")) for row in rows
    ]  # told also of a layer that is stopped below
    if not read:
        findings.add("file_empty")
    shapes = place_shapes(layer, declared, ground, findings) if rows else None
    if shapes is None:
        return ()
    for i in np.flatnonzero(~shapely.is_missing(shapes) & (shapely.get_dimensions(shapes) != 1)):
        rows[i].note("cell_malformed", value=shapes[i].geom_type, place=shapes[i])
    good = np.array([not row.is_bad for row in rows], dtype=bool)
    lines = to_degrees(shapes[good], ground)
    kept = [texts for texts, is_good in zip(read, good, strict=True) if is_good]
    return tuple(MapLine(kind, name, _multi(line)) for (kind, name), line in zip(kept, lines, strict=True))


def _multi(line: shapely.Geometry) -> shapely.MultiLineString:
    return (
        line
        if isinstance(line, shapely.MultiLineString)
        else shapely.MultiLineString(shapely.get_parts(line).tolist())
    )

"""A file of the zones in force, read for a command that draws from files."""

from pathlib import Path

from zoning.engine.files import FileFault, Tables, read_plan_lines

SHOWN = 10


def in_force_of_file(path: Path, tables: Tables) -> tuple[dict[str, str], list[str]]:
    """Return unit -> school of today, and a line for each kind of row that does not count.

    Units and schools may have gone since: rows that name one which is not listed are left out, here and in `verify`.
    Raises FileFault where a unit stands twice.
    """
    units = {unit.unit_id for unit in tables.units}
    schools = {school.school_id for school in tables.schools}
    named: dict[str, str] = {}
    for where, unit_id, school_id in read_plan_lines(path):
        if unit_id in named:
            raise FileFault(f"{where}: unit {unit_id} stands there twice")
        named[unit_id] = school_id
    found = {unit: school for unit, school in named.items() if unit in units and school in schools}
    lines = [
        *_left_out(path, "units", named.keys() - units, "their rows do not count"),
        *_left_out(path, "schools", set(named.values()) - schools, "their units count as new"),
    ]
    return found, lines


def _left_out(path: Path, kind: str, ids: set[str], meaning: str) -> list[str]:
    if not ids:
        return []
    more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
    return [f"{path.name}: there are no {kind} {', '.join(sorted(ids)[:SHOWN])}{more}; {meaning}."]

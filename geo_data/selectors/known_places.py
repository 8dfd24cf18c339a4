"""Places of the current versions, against which a new layer is held."""

from geo_data.models import CatchmentUnit, DatasetKind, School
from geo_data.selectors.datasets import find_current_dataset
from geo_data.tables.shift import Place

HOLDERS: dict[DatasetKind, type[School | CatchmentUnit]] = {
    DatasetKind.SCHOOLS: School,
    DatasetKind.UNITS: CatchmentUnit,
}


def load_known_places(district_code: str, kind: DatasetKind) -> tuple[Place, ...]:
    """Return the places of the current schools or units by code, none before there are any. Two queries."""
    dataset = find_current_dataset(district_code, kind)
    if dataset is None:
        return ()
    rows = HOLDERS[kind].objects.filter(dataset=dataset).order_by("code").values_list("code", "name", "point")
    return tuple(Place(code, name, point.x, point.y) for code, name, point in rows)

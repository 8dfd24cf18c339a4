"""Questions about the street network and what officers changed in it."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from uuid import UUID

from django.db.models import QuerySet

from common.canonical import CanonicalValue
from common.errors import NotFound
from geo_data.models import Dataset, StreetEdit, StreetEditKind, StreetNetwork
from geo_data.streets.edits import Edits, Pair, edited
from geo_data.streets.graph import StreetGraph
from geo_data.streets.packing import unpack

KEPT_NETWORKS = 4


class NoSuchEdit(NotFound):
    """There is no such change of streets."""

    code = "no_such_edit"


def load_network(dataset: Dataset) -> StreetGraph:
    """Return the network as imported; datasets never change, so it is kept in memory."""
    return _network(dataset.pk)


@lru_cache(maxsize=KEPT_NETWORKS)
def _network(dataset_id: UUID) -> StreetGraph:
    return unpack(bytes(StreetNetwork.objects.values_list("content", flat=True).get(dataset_id=dataset_id)))


def load_edited_network(dataset: Dataset) -> StreetGraph:
    """Return the network with the edits that hold now."""
    return edited(load_network(dataset), edits_of(list_live_edits(dataset.district_id))).graph


def list_edits(district_code: str) -> QuerySet[StreetEdit]:
    """Return all changes, newest first, with who made and who undid them."""
    rows = StreetEdit.objects.filter(district_id=district_code).select_related("made_by", "undone_by")
    return rows.order_by("-made_at", "id")


def list_live_edits(district_code: str) -> QuerySet[StreetEdit]:
    """Return the changes that hold, oldest first."""
    return StreetEdit.objects.filter(district_id=district_code, undone_at=None).order_by("made_at", "id")


def get_edit(edit_id: UUID) -> StreetEdit:
    """Return the change. Raises NoSuchEdit."""
    found = StreetEdit.objects.select_related("district").filter(pk=edit_id).first()
    if found is None:
        raise NoSuchEdit("there is no such change of streets", edit=str(edit_id))
    return found


def edits_of(rows: Iterable[StreetEdit]) -> Edits:
    """Return the changes as the walking graph reads them."""
    closed: set[Pair] = set()
    links: set[Pair] = set()
    for row in rows:
        (closed if row.kind == StreetEditKind.CLOSE else links).update(pairs_of(row.edges))
    return Edits(sorted(closed), sorted(links))


def edits_as_data(edits: Edits) -> dict[str, CanonicalValue]:
    """Return the changes as a measure keeps them."""
    return {"closed": [list(pair) for pair in edits.closed], "links": [list(pair) for pair in edits.links]}


def edits_from_data(data: Mapping[str, Sequence[Sequence[int]]]) -> Edits:
    """Return the changes that a measure kept."""
    return Edits(pairs_of(data.get("closed", [])), pairs_of(data.get("links", [])))


def pairs_of(edges: Sequence[Sequence[int]]) -> list[Pair]:
    """Return pairs of node ids, the smaller first."""
    return [(min(int(a), int(b)), max(int(a), int(b))) for a, b in edges]

"""Proof for one family that its child is on the published entry list, without the rest of the list."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from admissions.models import Application, Entry, EntryList, RoundStatus
from admissions.selectors.rounds import round_code
from common import merkle
from common.canonical import canonical_json
from common.errors import NotFound

FORMAT = "jiujin-inclusion-1"
ON_A_LIST = (RoundStatus.CLOSED, RoundStatus.DRAWN, RoundStatus.PUBLISHED)


class NotOnTheList(NotFound):
    """The child is on no closed entry list."""

    code = "not_on_the_list"


@dataclass(frozen=True, slots=True)
class _Tree:
    """A list by its tree. places -- the position of every receipt; leaves -- the canonical bytes of every entry."""

    places: Mapping[str, int]
    leaves: tuple[bytes, ...]
    levels: tuple[tuple[bytes, ...], ...]


def find_list_of(application: Application) -> EntryList | None:
    """Return the newest entry list when the child is on it, without its documents; None for anybody else's child.

    A special-needs child is on no list.
    """
    if application.round.status not in ON_A_LIST:
        return None
    rows = EntryList.objects.filter(round=application.round_id).defer("document", "plan_document")
    newest = rows.order_by("-number").first()
    if newest is None:
        return None
    is_on_it = Entry.objects.filter(entry_list=newest, application=application, is_drawn=True).exists()
    return newest if is_on_it else None


def inclusion_document(application: Application) -> bytes:
    """Return proof.json: the child's entry, its place, and the hashes that lead from it to the published root.

    Raises NotOnTheList. Source: docs/lottery.md (proof for a family).
    """
    entry_list = find_list_of(application)
    if entry_list is None:
        raise NotOnTheList("the child is on no closed entry list")
    tree = _tree(entry_list.pk)
    index = tree.places[application.receipt.receipt]
    return canonical_json(
        {
            "format": FORMAT,
            "lottery_id": f"{round_code(application.round)}-{entry_list.number}",
            "entry_list_digest": entry_list.digest,
            "merkle_root": entry_list.merkle_root,
            "entry": json.loads(tree.leaves[index]),
            "index": index,
            "size": len(tree.leaves),
            "path": [item.hex() for item in merkle.proof_in(tree.levels, index)],
        }
    )


@lru_cache(
    maxsize=1
)  # families ask in the days after one closing; a county's tree takes some tens of megabytes
def _tree(entry_list_id: UUID) -> _Tree:
    document = EntryList.objects.values_list("document", flat=True).get(pk=entry_list_id)
    entries = json.loads(bytes(document))["entries"]
    leaves = tuple(canonical_json(entry) for entry in entries)
    places = {entry["receipt"]: place for place, entry in enumerate(entries)}
    return _Tree(places, leaves, merkle.levels(leaves))

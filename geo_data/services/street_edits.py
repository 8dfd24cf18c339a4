"""Streets closed and links added by officers: recorded with a reason, undone with a reason, never deleted."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import numpy as np
from django.db import transaction

from accounts.models import User
from accounts.permissions import Action, require
from accounts.services.audit import record_event
from common.canonical import CanonicalValue
from common.errors import MalformedInput, RulesSayNo, WrongMoment
from geo_data.models import DatasetKind, District, StreetEdit, StreetEditKind
from geo_data.selectors.datasets import get_current_dataset
from geo_data.selectors.streets import edits_of, get_edit, list_live_edits, load_network
from geo_data.services.datasets import lock_district
from geo_data.streets.edits import Pair, edge_between, edited
from geo_data.streets.graph import StreetGraph
from geo_data.streets.stretches import stretches_of
from geo_data.tables.projecting import project

NODE_REACH_M = 50  # a link begins at the nearest node; nearer than this to what the officer pointed at


class EditWithoutReason(MalformedInput):
    """Streets are changed with a reason."""

    code = "edit_without_reason"


class NoSuchStreet(RulesSayNo):
    """There is no street between these nodes; it may be closed already."""

    code = "no_such_street"


class NoNodeNear(RulesSayNo):
    """No street begins, ends or bends near the point."""

    code = "no_node_near"


class LinkGoesNowhere(RulesSayNo):
    """Both ends of the link are the same node, or a street already joins them."""

    code = "link_goes_nowhere"


class EditUndoneAlready(WrongMoment):
    """The change was undone already."""

    code = "edit_undone_already"


@transaction.atomic
def close_street(
    *, actor: User | None, now: datetime, district_code: str, edge: Pair, reason: str
) -> StreetEdit:
    """Close the stretch, from junction to junction, that the piece between two nodes belongs to.

    Raises NotPermitted, EditWithoutReason, NoSuchDataset, and NoSuchStreet.
    """
    district = _begin(actor, district_code, reason)
    graph = _network_now(district)
    number = edge_between(graph, edge)
    if number is None:
        raise NoSuchStreet("no street joins these nodes", edge=[str(node) for node in edge])
    stretches = stretches_of(graph)
    edges = stretches.edges(int(stretches.of_edge[number]))
    pairs: list[Pair] = [
        (int(graph.node_ids[graph.edge_a[i]]), int(graph.node_ids[graph.edge_b[i]])) for i in edges
    ]
    metres = int(graph.length_mm()[edges].sum()) // 1000
    return _store(
        actor=actor,
        now=now,
        district=district,
        kind=StreetEditKind.CLOSE,
        pairs=pairs,
        place=graph.names[graph.street[number]],
        reason=reason,
        details={"metres": metres},
    )


@transaction.atomic
def add_link(
    *,
    actor: User | None,
    now: datetime,
    district_code: str,
    ends: tuple[tuple[float, float], tuple[float, float]],
    place: str,
    reason: str,
) -> StreetEdit:
    """Join the nodes nearest to two points of EPSG:4326, such as the ends of a footbridge or a gate that is open.

    Raises NotPermitted, EditWithoutReason, NoSuchDataset, NoNodeNear and LinkGoesNowhere.
    """
    district = _begin(actor, district_code, reason)
    graph = _network_now(district)
    a, b = (_node_near(graph, point, district.working_crs) for point in ends)
    if a == b or edge_between(graph, (a, b)) is not None:
        raise LinkGoesNowhere("a street already joins these places", nodes=[str(a), str(b)])
    at = graph.positions_of(np.array([a, b]))
    metres = int(np.hypot(*(side[at[0]] - side[at[1]] for side in (graph.x_m, graph.y_m))))
    return _store(
        actor=actor,
        now=now,
        district=district,
        kind=StreetEditKind.LINK,
        pairs=[(min(a, b), max(a, b))],
        place=place.strip(),
        reason=reason,
        details={"metres": metres},
    )


@transaction.atomic
def undo_edit(*, actor: User | None, now: datetime, edit_id: UUID, reason: str) -> StreetEdit:
    """Take a change back: a closed street opens again, a link is gone. What was, stays on record.

    Raises NoSuchEdit, NotPermitted, EditWithoutReason and EditUndoneAlready.
    """
    edit = get_edit(edit_id)
    _begin(actor, edit.district_id, reason)
    edit.refresh_from_db(fields=["undone_at"])
    if edit.undone_at is not None:
        raise EditUndoneAlready("the change was undone already", edit=str(edit_id))
    edit.undone_by, edit.undone_at, edit.undone_reason = actor, now, reason.strip()
    edit.save(update_fields=["undone_by", "undone_at", "undone_reason"])
    record_event(
        actor=actor,
        now=now,
        action="street_edit.undone",
        subject=edit,
        district_code=edit.district_id,
        details={"kind": edit.kind, "place": edit.place, "reason": reason.strip()},
    )
    return edit


def _begin(actor: User | None, district_code: str, reason: str) -> District:
    if actor is not None:
        require(actor, Action.IMPORT_DATA, district_code)
    if not reason.strip():
        raise EditWithoutReason("say why the streets are changed")
    return lock_district(district_code)


def _network_now(district: District) -> StreetGraph:
    dataset = get_current_dataset(district.pk, DatasetKind.STREETS)
    return edited(load_network(dataset), edits_of(list_live_edits(district.pk))).graph


def _node_near(graph: StreetGraph, point: tuple[float, float], epsg: int) -> int:
    x_m, y_m = project([point[0]], [point[1]], epsg=epsg)
    away = np.hypot(graph.x_m - x_m[0], graph.y_m - y_m[0])
    if not len(away) or not away.min() <= NODE_REACH_M:
        message = "no street begins, ends or bends near the point"
        raise NoNodeNear(message, longitude=str(point[0]), latitude=str(point[1]), within_metres=NODE_REACH_M)
    return int(graph.node_ids[int(np.argmin(away))])  # of equally near ones the smallest id


def _store(
    *,
    actor: User | None,
    now: datetime,
    district: District,
    kind: StreetEditKind,
    pairs: list[Pair],
    place: str,
    reason: str,
    details: Mapping[str, CanonicalValue],
) -> StreetEdit:
    edit = StreetEdit(
        district=district,
        kind=kind,
        edges=[list(pair) for pair in pairs],
        place=place,
        reason=reason.strip(),
        made_by=actor,
        made_at=now,
    )
    edit.save(force_insert=True)
    record_event(
        actor=actor,
        now=now,
        action=f"street_edit.{kind.value}",
        subject=edit,
        district_code=district.pk,
        details={"place": place, "reason": reason.strip(), "pieces": len(pairs), **details},
    )
    return edit

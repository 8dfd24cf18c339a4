"""The street network of a file."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from django.db import transaction

from accounts.models import User
from accounts.services.jobs import Report, not_reported
from common.canonical import CanonicalValue
from geo_data.models import Dataset, DatasetKind, StreetNetwork
from geo_data.selectors.known_streets import load_street_marks
from geo_data.services.bringing_in import Import, begin_import, bring_in, declared_system, ground_of
from geo_data.services.datasets import ImportResult, Origin
from geo_data.services.terms import AT_ONCE, Terms
from geo_data.streets.graph import make_graph
from geo_data.streets.packing import pack
from geo_data.tables.findings import Findings
from geo_data.tables.street_network import StreetTable
from geo_data.tables.street_table import read_streets


@transaction.atomic
def import_streets(
    *,
    actor: User | None,
    now: datetime,
    district_code: str,
    path: Path,
    crs: str = "",
    swap_axes: bool = False,
    split_crossings: bool = True,
    accept_offset: bool = False,
    offset_reason: str = "",
    origin: Origin = Origin(),  # noqa: B008 - frozen
    report: Report = not_reported,
    terms: Terms = AT_ONCE,
) -> ImportResult:
    """Store the street network of an OpenStreetMap extract or a layer of lines. Raises ImportRefused.

    split_crossings -- lines meet where they cross at grade, not only where they share a vertex
    """
    district = begin_import(actor, district_code)
    ground = replace(ground_of(district), swap_axes=swap_axes, accept_offset=accept_offset)
    declared, marks = declared_system(crs), load_street_marks(district_code)
    options: dict[str, CanonicalValue] = {
        "split_crossings": split_crossings,
        "working_crs": district.working_crs,
    }
    if swap_axes:
        options["swap_axes"] = True
    if ground.extent:
        options["extent"] = [f"{side:.6f}" for side in ground.extent]  # what lies outside is left out
    if accept_offset:
        options |= {"accept_offset": True} | ({"offset_reason": offset_reason} if offset_reason else {})

    def read(findings: Findings) -> StreetTable:
        return read_streets(
            path,
            ground=ground,
            declared=declared,
            findings=findings,
            split_crossings=split_crossings,
            marks=marks,
        )

    job = Import(actor, now, district, DatasetKind.STREETS, path, crs, origin, report, options, terms=terms)
    return bring_in(job, read, _store_network)


def _store_network(dataset: Dataset, table: StreetTable) -> int:
    graph = make_graph(
        (table.node_ids, table.x_m, table.y_m),
        (table.edge_a, table.edge_b),
        main=table.main,
        street=table.street,
        names=table.names,
    )
    StreetNetwork.objects.create(
        dataset=dataset, content=pack(graph), nodes=graph.n_nodes, edges=graph.n_edges
    )
    return graph.n_edges

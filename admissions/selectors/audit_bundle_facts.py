"""The facts behind a round, by receipt: what every category, tier and key can be worked out from again."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from admissions.models import (
    AdmissionRound,
    Application,
    ApplicationChoice,
    ApplicationStatus,
    DwellingUse,
    Entry,
)
from admissions.rules.facts import FactName
from admissions.rules.twins import NO_TWIN
from admissions.selectors.csv_tables import csv_table
from admissions.selectors.dwellings import guardians_by_child, list_dwelling_uses
from admissions.selectors.rounds import list_lines, round_code
from geo_data.selectors.registers import dwelling_key
from zoning.selectors.claims import load_walks, load_zone_schools

WITHHELD = "withheld"
FACT_COLUMNS = ("receipt", "name", "value", "source", "as_of", "verifier", "expires_on")
APPLICATION_COLUMNS = (
    "receipt",
    "status",
    "category",
    "tier",
    "unit",
    "group",
    "split_allowed",
    "accepts_coordination",
    "accepts_adjustment",
    "guardians",
)
CHUNK = 2_000
Stored = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Names that mean something inside one round of one bundle only."""

    dwellings: Mapping[str, str]
    guardians: Mapping[str, str]
    groups: Mapping[str, str]


def hidden_receipts(rounds: Sequence[AdmissionRound]) -> frozenset[tuple[str, str]]:
    """Return (round code, receipt) of every special-needs child that was not drawn: nothing says that it exists.

    Source: docs/audit-bundle.md.
    """
    codes = {item.pk: round_code(item) for item in rounds}
    drawn = set(
        Entry.objects.filter(entry_list__round__in=codes, is_drawn=True).values_list(
            "entry_list__round_id", "receipt"
        )
    )
    placed_before = Entry.objects.filter(entry_list__round__in=codes, is_drawn=False)
    flagged = Application.objects.filter(
        Q(facts__contains=[{"name": FactName.SPECIAL_NEEDS.value, "value": True}]), round__in=codes
    )
    found = {
        *placed_before.values_list("entry_list__round_id", "receipt"),
        *flagged.values_list("round_id", "receipt__receipt"),
    }
    return frozenset((codes[pk], receipt) for pk, receipt in found - drawn)


def facts_files(
    item: AdmissionRound, hidden: frozenset[tuple[str, str]], *, with_preferences: bool
) -> Iterator[tuple[str, bytes]]:
    """Yield the tables of facts, and of the world they were judged in. Source: docs/audit-bundle.md."""
    rows = _applications(item, hidden)
    uses = list_dwelling_uses(item)
    guardians = guardians_by_child(item.district_id, [row.child_index for row in rows])
    names = _pseudonyms(rows, guardians.values(), [use for use, _ in uses])
    shown = [(row, guardians.get(row.child_index, frozenset())) for row in rows]
    yield "applications.csv", csv_table(APPLICATION_COLUMNS, (_application(*pair, names) for pair in shown))
    yield "facts.csv", csv_table(FACT_COLUMNS, _facts(rows, names, with_preferences=with_preferences))
    yield "choices.csv", csv_table(("receipt", "position", "line_id", "choice"), _choices(rows))
    yield (
        "lines.csv",
        csv_table(
            ("line_id", "school", "rule"),
            ((row.line_id, row.school.code, row.rule) for row in list_lines(item)),
        ),
    )
    yield from _world(item, rows)
    used = (
        (
            names.dwellings[use.dwelling_index],
            use.school_code,
            use.enrolled_on,
            " ".join(sorted(names.guardians[key] for key in use.guardians)),
            int(counts),
            use.recorded_at,
        )
        for use, counts in uses
    )
    yield (
        "dwelling_uses.csv",
        csv_table(("dwelling", "school", "enrolled_on", "guardians", "counts_now", "recorded_at"), used),
    )


def _applications(item: AdmissionRound, hidden: frozenset[tuple[str, str]]) -> list[Application]:
    """Return one application for each receipt, the accepted one if there is, by receipt; withdrawn ones stay out."""
    rows = Application.objects.filter(round=item).exclude(status=ApplicationStatus.WITHDRAWN)
    ordered = rows.select_related("receipt").defer(
        "name_sealed", "identity_sealed", "guardian_name_sealed", "phone_sealed", "address_sealed", "answers"
    )
    found: dict[str, Application] = {}
    for row in ordered.order_by("changed_at", "pk").iterator(chunk_size=CHUNK):
        receipt, code = row.receipt.receipt, round_code(item)
        before = found.get(receipt)
        if (code, receipt) not in hidden and (before is None or before.status != ApplicationStatus.ACCEPTED):
            found[receipt] = row
    return [found[receipt] for receipt in sorted(found)]


def _pseudonyms(
    rows: Sequence[Application], guardians: Iterable[frozenset[str]], uses: Sequence[DwellingUse]
) -> Pseudonyms:
    dwellings = {dwelling_key(str(value)) for value in _stated(rows, FactName.DWELLING_KEY)}
    people = {key for parents in guardians for key in parents}
    groups = {row.group_code for row in rows} | {str(value) for value in _stated(rows, FactName.TWIN_GROUP)}
    return Pseudonyms(
        _numbered("D", {*dwellings, *(use.dwelling_index for use in uses)}),
        _numbered("P", {*people, *(key for use in uses for key in use.guardians)}),
        _numbered("T", groups - {"", NO_TWIN}),
    )


def _numbered(letter: str, names: Iterable[str]) -> dict[str, str]:
    return {name: f"{letter}{place}" for place, name in enumerate(sorted(names), start=1)}


def _stated(rows: Sequence[Application], name: FactName) -> Iterator[object]:
    return (fact["value"] for row in rows for fact in row.facts if fact["name"] == name.value)


def _application(row: Application, guardians: frozenset[str], names: Pseudonyms) -> Sequence[object]:
    return (
        row.receipt.receipt,
        row.status,
        row.category,
        "" if row.tier is None else row.tier,
        row.unit_code,
        names.groups.get(row.group_code, ""),
        int(row.split_allowed),
        int(row.accepts_coordination),
        int(row.accepts_adjustment),
        " ".join(sorted(names.guardians[key] for key in guardians)),
    )


def _facts(
    rows: Sequence[Application], names: Pseudonyms, *, with_preferences: bool
) -> Iterator[Sequence[object]]:
    for row in rows:
        for fact in row.facts:
            value, source = fact["value"], fact["source"]
            if _is_withheld(fact, with_preferences=with_preferences):
                value, source = None, WITHHELD
            elif fact["name"] == FactName.DWELLING_KEY.value:
                value = names.dwellings[dwelling_key(str(value))]
            elif fact["name"] == FactName.TWIN_GROUP.value:
                value = names.groups.get(str(value), value)  # an officer's finding that there is none stays
            yield (
                row.receipt.receipt,
                fact["name"],
                json.dumps(value, ensure_ascii=False),
                source,
                fact["as_of"],
                fact.get("verifier") or "",
                fact.get("expires_on") or "",
            )


def _is_withheld(fact: Stored, *, with_preferences: bool) -> bool:
    """Say whether the value is kept back: special needs always, the preferential kind for who may not see it."""
    if fact["name"] == FactName.SPECIAL_NEEDS.value:
        return fact["value"] is True
    kind = fact["name"] == FactName.PREFERENTIAL_KIND.value and fact["value"] != "none"
    return kind and not with_preferences


def _choices(rows: Sequence[Application]) -> Iterator[Sequence[object]]:
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        receipts = {row.pk: row.receipt.receipt for row in part}
        choices = ApplicationChoice.objects.filter(application__in=receipts)
        ordered = choices.order_by("application__receipt__receipt", "position")
        for pk, position, line_id, choice in ordered.values_list(
            "application_id", "position", "line__line_id", "choice"
        ):
            yield receipts[pk], position, line_id, choice


def _world(item: AdmissionRound, rows: Sequence[Application]) -> Iterator[tuple[str, bytes]]:
    """Yield the zones, and the walks from every unit where a child lives to every school of the round."""
    plan = item.publication.plan
    zones = load_zone_schools(plan)
    yield (
        "zones.csv",
        csv_table(("unit", "schools"), ((unit, " ".join(zones[unit])) for unit in sorted(zones))),
    )
    walks = load_walks(plan)
    stated = {str(value) for value in _stated(rows, FactName.DWELLING_UNIT)}
    units = sorted({*stated, *(row.unit_code for row in rows)} - {""})
    schools = sorted({row.school.code for row in list_lines(item)})
    pairs = ((unit, school, walks.between(unit, school)) for unit in units for school in schools)
    yield (
        "walks.csv",
        csv_table(("unit", "school", "metres"), (pair for pair in pairs if pair[2] is not None)),
    )

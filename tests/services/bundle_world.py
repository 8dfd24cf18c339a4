"""Auditor's bundles of small rounds, and ways to damage them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from admissions.models import AdmissionRound
from admissions.selectors.bundles import unzip_files, zip_files
from admissions.selectors.csv_tables import csv_rows, csv_table
from admissions.services.answers import decline_offer, wait_for_higher_choice
from admissions.services.audit_bundles import (
    write_audit_bundle,
)
from admissions.services.giving_on import give_places_on
from admissions.services.results import publish_results
from common.canonical import canonical_json, digest_bytes
from tests.services.accounts_world import auditor
from tests.services.after_world import PublishedRound, published_round
from tests.services.round_world import (
    RESULTS_DAY,
    RoundWorld,
    add_children,
    county_with_zones,
    drawn,
    file_all,
    form,
    round_open,
)

SOON = RESULTS_DAY + timedelta(hours=1)


def round_with_moves() -> PublishedRound:
    found = published_round(lists_private=(0, 1))
    first = found.waiting_for("A.zone")[0]
    wait_for_higher_choice(actor=found.family(first), now=SOON, application_id=first.pk, waits=True)
    gone = found.placed_at("A")[0]
    decline_offer(actor=found.family(gone), now=SOON, application_id=gone.pk)
    give_places_on(actor=found.world.officer, now=SOON, round_id=found.round.pk)
    return found


@dataclass(frozen=True, slots=True)
class Published:
    """A round of children of school A's zone that another portal filed, its results out."""

    world: RoundWorld
    round: AdmissionRound


def published_of(
    *facts: dict[str, Any], before: Callable[[RoundWorld], None] = lambda world: None
) -> Published:
    world = county_with_zones()
    numbers = [number for given in facts for number in add_children(world, ["u0"], **given)]
    before(world)
    opened = round_open(world)
    file_all(world, opened, [form(number, "u0") for number in numbers])
    drawn(world, opened)
    publish_results(actor=world.officer, now=RESULTS_DAY, round_id=opened.pk)
    opened.refresh_from_db()
    return Published(world, opened)


def handed_out(found: PublishedRound | Published) -> dict[str, bytes]:
    return unzip_files(write_audit_bundle(actor=auditor(), now=SOON, round_id=found.round.pk))


def sealed(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files with a manifest that fits them, as a forger would write it."""
    listed = {name: digest_bytes(data) for name, data in files.items() if name != "MANIFEST.json"}
    return {**files, "MANIFEST.json": canonical_json(listed)}


ROUND = "rounds/410181-primary-2026"
LIST = f"{ROUND}/lists/1"
Damage = Callable[[dict[str, bytes]], dict[str, bytes]]


def replaced(name: str, old: bytes, new: bytes) -> Damage:
    def damage(files: dict[str, bytes]) -> dict[str, bytes]:
        assert old in files[name]
        return {**files, name: files[name].replace(old, new, 1)}

    return damage


def without(name: str) -> Damage:
    return lambda files: {other: data for other, data in files.items() if other != name}


def row_changed(
    name: str, change: Callable[[dict[str, str]], None], *, where: Callable[[dict[str, str]], bool]
) -> Damage:
    """Change the first row of a table that is as said."""

    def damage(files: dict[str, bytes]) -> dict[str, bytes]:
        rows = csv_rows(files[name])
        change(next(row for row in rows if where(row)))
        return {**files, name: csv_table(list(rows[0]), [list(row.values()) for row in rows])}

    return damage


def every_row_changed(name: str, change: Callable[[dict[str, str]], None]) -> Damage:
    """Change all rows of a table."""

    def damage(files: dict[str, bytes]) -> dict[str, bytes]:
        rows = csv_rows(files[name])
        for row in rows:
            change(row)
        return {**files, name: csv_table(list(rows[0]), [list(row.values()) for row in rows])}

    return damage


def row_less(name: str, *, where: Callable[[dict[str, str]], bool]) -> Damage:
    """Take the first row that is as said out of a table."""

    def damage(files: dict[str, bytes]) -> dict[str, bytes]:
        rows = csv_rows(files[name])
        rows.remove(next(row for row in rows if where(row)))
        return {
            **files,
            name: csv_table(list(csv_rows(files[name])[0]), [list(row.values()) for row in rows]),
        }

    return damage


def approval(change: Callable[[dict[str, Any]], None]) -> Damage:
    def damage(files: dict[str, bytes]) -> dict[str, bytes]:
        version = json.loads(files[f"{ROUND}/policy_approval.json"])
        change(version)
        return {**files, f"{ROUND}/policy_approval.json": canonical_json(version)}

    return damage


def any_row(row: dict[str, str]) -> bool:
    return True


def where_is(**wanted: str) -> Callable[[dict[str, str]], bool]:
    return lambda row: all(row[name] == value for name, value in wanted.items())


def changed_to(**values: str) -> Callable[[dict[str, str]], None]:
    return lambda row: row.update(values)


def an_event_changed(files: dict[str, bytes]) -> dict[str, bytes]:
    lines = files["audit/events.jsonl"].decode().splitlines()
    event = json.loads(lines[0])
    event["action"] = "round.invented"
    return {**files, "audit/events.jsonl": "\n".join([json.dumps(event), *lines[1:]]).encode()}


def an_event_left_out(action: str) -> Damage:
    def damage(files: dict[str, bytes]) -> dict[str, bytes]:
        lines = files["audit/events.jsonl"].decode().splitlines()
        kept = [line for line in lines if json.loads(line)["action"] != action]
        assert len(kept) < len(lines)
        return {**files, "audit/events.jsonl": "\n".join(kept).encode()}

    return damage


def an_event_shown_as_a_leaf(files: dict[str, bytes]) -> dict[str, bytes]:
    lines = [json.loads(line) for line in files["audit/events.jsonl"].decode().splitlines()]
    hidden = [
        {**{name: event[name] for name in ("position", "leaf")}, "withheld": True}
        if event["action"] == "entries.closed"
        else event
        for event in lines
    ]
    return {**files, "audit/events.jsonl": "\n".join(map(json.dumps, hidden)).encode()}


def a_leaf_taken_out(files: dict[str, bytes]) -> dict[str, bytes]:
    leaves = files["audit/leaves.txt"].decode().splitlines()
    return {**files, "audit/leaves.txt": "\n".join(leaves[1:]).encode()}


def a_draw_changed(files: dict[str, bytes]) -> dict[str, bytes]:
    inner = unzip_files(files[f"{LIST}/draw.zip"])
    inner["placements.csv"] = inner["placements.csv"].replace(b"A.zone", b"B.zone", 1)
    return {**files, f"{LIST}/draw.zip": zip_files(inner)}


def a_list_added(files: dict[str, bytes]) -> dict[str, bytes]:
    return {**files, **{name.replace("lists/1/", "lists/2/"): data for name, data in files.items()}}


def facts_and_standing_changed_alike(files: dict[str, bytes]) -> dict[str, bytes]:
    """A careful forger: the fact, the key that follows from it, and nothing that was announced."""
    row = next(row for row in csv_rows(files[f"{LIST}/standings.csv"]) if row["line_id"] == "A.zone")
    key = date(2020, 5, 1).toordinal()
    fact = row_changed(
        f"{ROUND}/facts.csv",
        changed_to(value='"2014-05-01"'),
        where=where_is(name="registration_since", receipt=row["receipt"]),
    )
    keys = row["keys"].replace(str(key), str(date(2014, 5, 1).toordinal()))
    assert keys != row["keys"]
    standing = row_changed(
        f"{LIST}/standings.csv",
        changed_to(keys=keys),
        where=where_is(receipt=row["receipt"], line_id="A.zone"),
    )
    return standing(fact(files))

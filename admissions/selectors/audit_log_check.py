"""Checks the log in an auditor's bundle, and that what the bundle says was done is in it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from accounts.tree import Frontier
from admissions.selectors.audit_earlier_lists import is_of_earlier_version
from admissions.selectors.bundles import unzip_files
from admissions.selectors.csv_tables import csv_rows
from common.canonical import canonical_json, digest, digest_bytes

Files = Mapping[str, bytes]
EVENT_FIELDS = (
    "at",
    "actor",
    "actor_role",
    "action",
    "district_code",
    "subject_type",
    "subject_id",
    "details",
)
# What one step of an offer is in the log; moves and enrolments stand there once for many children.
STEP_EVENTS = {
    "confirm": "offer.confirmed",
    "decline": "offer.declined",
    "restore": "offer.held",
    "lapse": "offer.lapsed",
    "take_back": "enrolment.taken_back",
}
FOR_MANY = {"move": "places.given_on", "enrol": "children.enrolled"}


@dataclass(frozen=True)
class Event:
    """One event that the bundle shows in full."""

    at: str
    actor: str
    action: str
    subject_id: str
    details: Mapping[str, Any]

    @cached_property
    def moment(self) -> datetime:
        """Return when it was."""
        return datetime.fromisoformat(self.at)


@dataclass(frozen=True, slots=True)
class Log:
    """The events shown in full, and how many are shown as a leaf only."""

    events: Sequence[Event]
    withheld: int


def read_log(files: Files) -> Log:
    """Return the events of the bundle in the order in which they were recorded."""
    rows = [json.loads(line) for line in files["audit/events.jsonl"].decode().splitlines()]
    shown = [row for row in rows if not row.get("withheld")]
    return Log(
        [
            Event(row["at"], row["actor"] or "", row["action"], row["subject_id"], row["details"])
            for row in shown
        ],
        len(rows) - len(shown),
    )


def log_faults(files: Files) -> Iterator[str]:
    """Yield every root that does not follow from the leaves, and every event that is not at its leaf."""
    leaves = files["audit/leaves.txt"].decode().split()
    frontier = Frontier()
    for head in csv_rows(files["audit/heads.csv"]):
        more = leaves[frontier.size : int(head["size"])]
        frontier = frontier.grown_by([bytes.fromhex(leaf) for leaf in more])
        if frontier.root().hex() != head["root"]:
            yield f"审计树根不符 / the root over {head['size']} events does not follow from the leaves"
    if frontier.size != len(leaves):
        yield "有叶子不在任何已公布的树根之下 / leaves lie under no published root"
    places = set()
    for line in files["audit/events.jsonl"].decode().splitlines():
        event = json.loads(line)
        said = "—" if event.get("withheld") else f"{event['action']} {event['at']}"
        if (
            not event.get("withheld")
            and digest({name: event[name] for name in EVENT_FIELDS}) != event["leaf"]
        ):
            yield f"审计记录被改动 / an event was changed: {said}"
        if leaves[event["position"]] != event["leaf"] or event["position"] in places:
            yield f"审计记录不在其位置 / an event is not at its place: {said}"
        places.add(event["position"])


def round_log_faults(files: Files, folder: str, log: Log) -> Iterator[str]:
    """Yield every list, value, draw, run and step of the round that the log does not hold, and the other way round."""
    lists = sorted({name.split("/")[3] for name in files if name.startswith(f"{folder}/lists/")}, key=int)
    code = folder.split("/")[1]
    for number in lists:
        yield from _list_faults(files, f"{folder}/lists/{number}", log)
    closed = [event for event in log.events if event.action == "entries.closed"]
    digest_of_policy = json.loads(files[f"{folder}/round.json"])["policy_digest"]
    announced = sum(event.details.get("policy_digest") == digest_of_policy for event in closed)
    if announced != len(lists):
        yield f"{folder}: 截止的名单数与审计记录不符 / the log tells of {announced} lists, the bundle of {len(lists)}"
    yield from _run_faults(files, folder, code, log)
    yield from _step_faults(files, folder, code, log)


def _list_faults(files: Files, folder: str, log: Log) -> Iterator[str]:
    about = json.loads(files[f"{folder}/list.json"])
    told = ("number", "digest", "merkle_root", "reason")
    closings = [
        event
        for event in log.events
        if event.action == "entries.closed"
        and event.moment == datetime.fromisoformat(about["closed_at"])
        and all(event.details.get(name) == about[name] for name in told)
    ]
    if not closings:
        yield f"{folder}: 名单的截止不在审计记录中 / the log does not hold the closing of the list"
    recorded = {event.details.get("facts_digest") for event in closings}
    unknown = recorded == {None} and is_of_earlier_version(files, folder)
    if closings and not unknown and about.get("facts_digest") not in recorded:
        yield f"{folder}: 名单截止之后事实被改动 / facts were changed after the list was closed"
    for row in csv_rows(files[f"{folder}/values.csv"]):
        if not any(
            (event.action, event.actor) == ("public_value.entered", row["entered_by"])
            and event.moment == datetime.fromisoformat(row["entered_at"])
            and (event.details.get("name"), event.details.get("value")) == (row["name"], row["value"])
            for event in log.events
        ):
            yield f"{folder}: 公开数值的录入不在审计记录中 / the log does not hold a reading of {row['name']}"
    if f"{folder}/draw.zip" in files:
        bundle = digest_bytes(files[f"{folder}/draw.zip"])
        drawn = [event for event in log.events if event.action == "round.drawn"]
        if not any(event.details.get("bundle_digest") == bundle for event in drawn):
            yield f"{folder}: 派位结果不是审计记录中的那一份 / the draw is not the one that the log tells of"
        yield from _left_off_faults(files, folder, log)


def _left_off_faults(files: Files, folder: str, log: Log) -> Iterator[str]:
    added = [event for event in log.events if event.action == "child.added_after_draw"]
    for row in json.loads(files[f"{folder}/left_off.json"]):
        if not any(
            (event.details.get("receipt"), event.details.get("reason"), event.actor)
            == (row["receipt"], row["reason"], row["added_by"])
            and event.moment == datetime.fromisoformat(row["added_at"])
            for event in added
        ):
            yield f"{folder}: 补登不在审计记录中 / the log does not hold the adding of {row['receipt']}"


def _run_faults(files: Files, folder: str, code: str, log: Log) -> Iterator[str]:
    told = {
        event.details["run"]: event.details["digest"]
        for event in log.events
        if event.action == "places.given_on" and event.details.get("round") == code
    }
    moved = files.get(f"{folder}/after_results.zip")
    runs = json.loads(unzip_files(moved)["moves.json"])["runs"] if moved is not None else []
    made = {run["number"]: digest_bytes(canonical_json(run)) for run in runs}
    missing = {number: value for number, value in made.items() if told.get(number) != value}
    if missing or (not log.withheld and told.keys() != made.keys()):
        yield f"{folder}: 递补与审计记录不符 / the runs of the waiting lists are not those that the log tells of"


def _step_faults(files: Files, folder: str, code: str, log: Log) -> Iterator[str]:
    ours = [event for event in log.events if event.details.get("round") == code]
    alone = [event for event in ours if event.action in STEP_EVENTS.values()]
    for row in csv_rows(files[f"{folder}/offer_steps.csv"]):
        moment = datetime.fromisoformat(row["taken_at"])
        if (many := FOR_MANY.get(row["action"])) is not None:
            held = any(
                event.action == many
                and event.moment == moment
                and (many != "children.enrolled" or row["receipt"] in event.details["receipts"])
                for event in ours
            )
            if not held and not log.withheld:
                yield f"{folder}: {row['receipt']} 的一步不在审计记录中 / the log does not hold a step: {row['action']}"
            continue
        match = next((event for event in alone if _is_step(event, row, moment)), None)
        if match is None:
            yield f"{folder}: {row['receipt']} 的一步不在审计记录中 / the log does not hold a step: {row['action']}"
        else:
            alone.remove(match)
    for event in alone:
        yield f"{folder}: {event.details.get('receipt')} 的一步只在审计记录中 / the log has a step more: {event.action}"


def _is_step(event: Event, row: Mapping[str, str], moment: datetime) -> bool:
    said = (event.action, event.actor, event.details.get("receipt"), event.details.get("line"))
    return (
        said == (STEP_EVENTS[row["action"]], row["taken_by"], row["receipt"], row["line_id"])
        and event.moment == moment
        and event.details.get("reason", "") == row["reason"]
    )

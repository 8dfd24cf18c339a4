"""Checks who approved the policy of a round, and when: two people other than the writer, every step, before opening."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from admissions.rules.approval import Approval, RecordedStep, reasons_against_publication
from admissions.rules.policy import parse_policy
from admissions.rules.policy_records import ApprovalStep
from admissions.rules.sentences import say
from admissions.selectors.audit_log_check import Event, Log
from common.canonical import digest

Files = Mapping[str, bytes]


def policy_faults(files: Files, folder: str, log: Log) -> Iterator[str]:
    """Yield everything wrong with the approval of the round's policy, and every record that the log does not hold."""
    name = f"{folder}/policy_approval.json"
    if name not in files:
        yield f"{folder}: 没有政策审批记录 / nothing tells who approved the policy"
        return
    version, about = json.loads(files[name]), json.loads(files[f"{folder}/round.json"])
    for fault in (
        *_text_faults(json.loads(files[f"{folder}/policy.json"]), version, is_refill=bool(about["refills"])),
        *_moment_faults(version, about),
        *_record_faults(version, log),
    ):
        yield f"{folder}: {fault}"


def _text_faults(policy: Any, version: Any, *, is_refill: bool) -> Iterator[str]:
    if digest(version["data"]) != version["digest"]:
        yield "审批的文本与摘要不符 / the approved text is not the one of its digest"
    changed = {name for name in {*policy, *version["data"]} if policy.get(name) != version["data"].get(name)}
    if changed - ({"calendar"} if is_refill else set()):
        yield f"批次的政策不是审批的文本 / the round's policy is not the approved text: {', '.join(sorted(changed))}"


def _moment_faults(version: Any, about: Any) -> Iterator[str]:
    if not version["published_at"]:
        yield "政策没有公布 / the policy was never published"
        return
    policy, published = parse_policy(version["data"]), datetime.fromisoformat(version["published_at"])
    day = published.astimezone(policy.calendar.opens_at.tzinfo).date()
    approval = Approval(
        policy_digest=version["digest"],
        writer=version["writer"],
        steps=tuple(_step(row) for row in version["steps"] if _moment(row["recorded_at"]) <= published),
        approvers=tuple(
            row["approver"] for row in version["approvals"] if _moment(row["approved_at"]) <= published
        ),
    )
    for reason in reasons_against_publication(policy, approval, digest=version["digest"], on=day):
        yield f"政策不应公布：{say(reason.sentence, 'zh')} / published against: {say(reason.sentence, 'en')}"
    if published >= policy.calendar.opens_at:
        yield "政策公布不早于报名开始 / the policy was not published before the window opened"
    if about["opened_at"] and published > _moment(about["opened_at"]):
        yield "批次开启早于政策公布 / the round was opened before the policy was published"


def _record_faults(version: Any, log: Log) -> Iterator[str]:
    """Compare every record with the log, in both directions."""
    about = [event for event in log.events if event.details.get("digest") == version["digest"]]
    records = [
        ("policy.saved", version["writer"], version["saved_at"], {}),
        *(
            ("policy.approved_by_person", row["approver"], row["approved_at"], {})
            for row in version["approvals"]
        ),
        *(
            (
                "policy.step",
                row["recorded_by"],
                row["recorded_at"],
                {name: row[name] for name in ("step", "done_on", "reference")},
            )
            for row in version["steps"]
        ),
    ]
    left = [event for event in about if event.action in {action for action, *_ in records} | {"policy.step"}]
    for action, actor, at, details in records:
        match = next((event for event in left if _is(event, action, actor, at, details)), None)
        if match is None:
            yield f"审批记录不在审计记录中 / a record of the approval is not in the log: {action} {at}"
        else:
            left.remove(match)
    for event in left:
        yield f"审批记录缺少审计记录中的一项 / the log has an approval that the record lacks: {event.action} {event.at}"
    published = [event for event in about if event.action == "policy.published"]
    if version["published_at"] and not any(
        event.moment == _moment(version["published_at"]) for event in published
    ):
        yield "审计记录中没有这次公布 / the log does not hold the publication"


def _is(event: Event, action: str, actor: str, at: str, details: Mapping[str, object]) -> bool:
    return (
        (event.action, event.actor) == (action, actor)
        and event.moment == _moment(at)
        and all(event.details.get(name) == value for name, value in details.items())
    )


def _step(row: Mapping[str, str]) -> RecordedStep:
    return RecordedStep(
        ApprovalStep(row["step"]), date.fromisoformat(row["done_on"]), row["recorded_by"], row["reference"]
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)

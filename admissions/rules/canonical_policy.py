"""A policy as plain data, the same data whatever the file looked like."""

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum

from admissions.rules.clauses import LOCAL_RULE
from admissions.rules.conditions import AllOf, AnyOf, Comparison, NotThat, condition_as_data
from admissions.rules.policy_records import Policy
from common.canonical import CanonicalValue


def policy_as_data(policy: Policy) -> dict[str, CanonicalValue]:
    """Return plain JSON data that `parse_policy` reads back to an equal policy.

    Parts that are absent are left out; days and moments are ISO 8601 texts.
    Source: docs/rules/policy.md (canonical form).
    """
    data = _record_as_data(policy)
    data["feeders"] = {school: list(juniors) for school, juniors in policy.feeders}
    return data


def _record_as_data(record: object) -> dict[str, CanonicalValue]:
    assert is_dataclass(record)
    assert not isinstance(record, type)
    pairs = ((item.name, getattr(record, item.name)) for item in fields(record))
    return {name: _as_data(value) for name, value in pairs if value is not None and value != LOCAL_RULE}


def _as_data(value: object) -> CanonicalValue:
    match value:
        case Comparison() | AllOf() | AnyOf() | NotThat():
            return condition_as_data(value)
        case StrEnum():
            return str(value)
        case str() | int():
            return value
        case datetime():
            return value.isoformat()
        case date():
            return value.isoformat()
        case tuple():
            return [_as_data(item) for item in value]
    return _record_as_data(value)

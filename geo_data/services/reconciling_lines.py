"""What a run stores, as lines for COPY: children, cases, and children who are gone."""

from collections.abc import Mapping, Sequence

from accounts.copying import line_of
from accounts.sealing import Keyring, seal
from common.quick_json import encoded
from geo_data.reconciliation.records import Record
from geo_data.reconciliation.results import Case, Child, Departed, Naming, Side
from geo_data.reconciliation.words import Source, Verdict
from geo_data.selectors.reconciliation import CHILD_TABLE, NAME_FIELD
from geo_data.tables.fact_groups import grouped

CHILD_COLUMNS = (
    "id",
    "reconciliation_id",
    "census_child_id",
    "entry_id",
    "self_registration_id",
    "record_index",
    "identity_index",
    "birth_on",
    "sex",
    "category",
    "unit_code",
    "registered_unit_code",
    "is_registered",
    "register_school",
    "attends_school",
    "school_now",
    "grade",
    "sources",
    "records",
    "facts",
    "dwelling_key",
    "name_sealed",
    "decided",
    "guardian_place",
)
CASE_COLUMNS = (
    "id",
    "reconciliation_id",
    "child_id",
    "other_child_id",
    "key",
    "kind",
    "code",
    "state",
    "verdict",
    "score",
    "unit_code",
    "birth_on",
    "first",
    "second",
)
DEPARTURE_COLUMNS = (
    "id",
    "reconciliation_id",
    "census_child_id",
    "entry_id",
    "self_registration_id",
    "child_key",
    "birth_on",
    "sex",
    "unit_code",
    "how",
    "found_on",
    "state",
)


def child_line(run: str, ids: Sequence[str], child: Child, naming: Naming | None, keyring: Keyring) -> str:
    """Return the line of a child; `naming` is the decision about its name that holds."""
    row_id = ids[child.place]
    decided = dict(child.decided) | ({"name": naming.decided.number} if naming else {})
    trail = [{"source": t.source, "record": t.record, "how": t.how, "score": t.points} for t in child.trail]
    return line_of(
        (
            row_id,
            run,
            *_lead(child.lead),
            child.lead.key,
            child.identity,
            child.birth_on.isoformat(),
            child.sex,
            child.category.value,
            child.unit,
            child.registered_unit,
            child.is_registered,
            child.register_school,
            child.attends_school,
            child.school_now,
            child.grade,
            "{" + ",".join(child.sources) + "}",
            encoded(trail),
            encoded(grouped(map(dict, child.facts))) if child.facts else "[]",
            child.dwelling_key,
            _sealed_name(naming, row_id, keyring),
            encoded(decided) if decided else "{}",
            child.guardian_place,
        )
    )


def _lead(lead: Record) -> tuple[str | None, str | None, str | None]:
    """Return the leading record as child of the census, entry of another list, or self-registration."""
    if lead.source is Source.CENSUS:
        return lead.record, None, None
    return (None, None, lead.record) if lead.source is Source.DECLARED else (None, lead.record, None)


def _sealed_name(naming: Naming | None, row_id: str, keyring: Keyring) -> bytes | None:
    if naming is None or naming.holds is None:
        return None
    return seal(naming.holds.name, table=CHILD_TABLE, row_id=row_id, field=NAME_FIELD, keyring=keyring)


def departure_line(run: str, row_id: str, departed: Departed) -> str:
    """Return the line of a child who is gone."""
    return line_of(
        (
            row_id,
            run,
            *_lead(departed.lead),
            departed.key,
            departed.birth_on.isoformat(),
            departed.sex,
            departed.unit,
            departed.how.value,
            departed.found_on.isoformat(),
            "answered" if departed.is_answered else "awaited",
        )
    )


def case_line(
    run: str,
    row_id: str,
    verdicts: Mapping[str, Verdict],
    ids: Sequence[str],
    children: Sequence[Child],
    case: Case,
) -> str:
    """Return the line of a case; `verdicts` are the decisions in force by case key."""
    child, key = children[case.child], case.key
    verdict = verdicts.get(key)
    return line_of(
        (
            row_id,
            run,
            ids[case.child],
            None if case.other is None else ids[case.other],
            key,
            case.kind.value,
            case.code.value,
            "open" if verdict is None else "decided",
            "" if verdict is None else verdict.value,
            case.points,
            child.unit,
            child.birth_on.isoformat(),
            encoded(_side(case.first)),
            encoded(_side(case.second) if case.second else {}),
        )
    )


def _side(side: Side) -> dict[str, str]:
    return {"source": side.source, "record": side.record, "record_index": side.key, "value": side.value}

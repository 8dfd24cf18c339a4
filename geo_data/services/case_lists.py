"""Many cases of reconciliation at once: decided with one reason, or handed out as a spreadsheet."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Action, may, require
from accounts.services.audit import record_event
from common.canonical import CanonicalValue
from common.errors import RulesSayNo
from geo_data.models import CaseState, Reconciliation, ReconciliationCase, ReconciliationDecision
from geo_data.reconciliation.texts import CASE_TEXTS
from geo_data.reconciliation.words import OPAQUE, CaseCode, Verdict
from geo_data.selectors.case_lists import CaseFilter, filtered_cases, unit_names
from geo_data.selectors.decisions import list_decisions_in_force
from geo_data.selectors.reconciled_guardians import StatedGuardians, load_guardians
from geo_data.selectors.reconciliation import open_reconciled
from geo_data.services.case_decisions import decide_case
from geo_data.tables.guardians import Guardians
from geo_data.tables.table_workbook import Cell, write_table

MOST_AT_ONCE = 2000
CHUNK = 1000
KINDS = {"unmatched": "单方记录", "doubtful": "疑似同一儿童", "contradictory": "相互矛盾"}
STATES = {"open": "待处理", "decided": "已处理"}
VERDICTS = {
    "same_child": "同一儿童",
    "different_children": "不同儿童",
    "first_holds": "以前者为准",
    "second_holds": "以后者为准",
    "not_our_child": "非本县儿童",
    "acknowledged": "已知悉",
    "": "",
}
HEADERS = (
    "类型",
    "问题",
    "状态",
    "处理结果",
    "小区村组编号",
    "小区村组",
    "出生日期",
    "得分",
    "前者来源",
    "前者内容",
    "后者来源",
    "后者内容",
    "处理时间",
    "处理人",
    "处理原因",
)
PERSONAL_HEADERS = (
    "儿童姓名",
    "证件号码",
    "联系电话",
    "住址",
    "监护人",
    "监护人证件号码",
    "另一监护人",
    "另一监护人证件号码",
    "监护人信息来源",
    "监护人信息日期",
    "监护人信息提供单位",
)


class TooManyAtOnce(RulesSayNo):
    """More cases than one decision may cover."""

    code = "too_many_at_once"


@transaction.atomic
def decide_cases(
    *, actor: User, now: datetime, run: Reconciliation, chosen: CaseFilter, verdict: Verdict, reason: str
) -> int:
    """Decide all open cases of a filter alike, all or none; return how many. Raises TooManyAtOnce."""
    require(actor, Action.IMPORT_DATA, run.district_id)
    cases = filtered_cases(run, chosen).filter(state=CaseState.OPEN)
    ids = list(cases.order_by("id").values_list("id", flat=True)[: MOST_AT_ONCE + 1])
    if len(ids) > MOST_AT_ONCE:
        raise TooManyAtOnce("choose fewer cases", most=MOST_AT_ONCE)
    for case_id in ids:
        decide_case(actor=actor, now=now, case_id=case_id, verdict=verdict, reason=reason)
    return len(ids)


@transaction.atomic
def export_cases(*, actor: User, now: datetime, run: Reconciliation, chosen: CaseFilter) -> bytes:
    """Return the work list as a spreadsheet; who the children are only for officers. The download is recorded."""
    require(actor, Action.READ_DISTRICT, run.district_id)
    is_personal = may(actor, Action.IMPORT_DATA, run.district_id)
    rows = list(_rows(actor, run, chosen, is_personal=is_personal))
    details: Mapping[str, CanonicalValue] = {"cases": len(rows), "personal": is_personal}
    record_event(
        actor=actor,
        now=now,
        action="reconciliation.exported",
        subject=run,
        district_code=run.district_id,
        details=details,
    )
    headers = (*HEADERS, *PERSONAL_HEADERS) if is_personal else HEADERS
    return write_table(f"摸底比对 {run.number}", headers, rows)


def _rows(
    actor: User, run: Reconciliation, chosen: CaseFilter, *, is_personal: bool
) -> Iterator[Sequence[Cell]]:
    names = unit_names(run.district_id)
    cases = filtered_cases(run, chosen)
    decided = {row.case_key: row for row in list_decisions_in_force(run.district_id)}
    for start in range(0, cases.count(), CHUNK):
        chunk = list(cases[start : start + CHUNK])
        people: list[tuple[Cell, ...]] = [()] * len(chunk)
        if is_personal:
            children = [case.child for case in chunk]
            opened = open_reconciled(children, reader=actor, district_code=run.district_id)
            guardians = load_guardians(children, reader=actor, district_code=run.district_id)
            people = [
                (who.name, who.identity, who.phone, who.address, *_guardians(stated))
                for who, stated in zip(opened, guardians, strict=True)
            ]
        for case, person in zip(chunk, people, strict=True):
            yield (*_row(case, names), *_decision(case, decided), *person)


def _guardians(stated: StatedGuardians | None) -> tuple[Cell, ...]:
    if stated is None:
        return ("",) * (len(Guardians._fields) + 3)
    return (*stated.who, stated.source.value, stated.as_of, stated.verifier)


def _decision(case: ReconciliationCase, decided: Mapping[str, ReconciliationDecision]) -> tuple[Cell, ...]:
    """Return when, by whom and why the case was decided."""
    row = decided.get(case.key) if case.state == CaseState.DECIDED else None
    if row is None:
        return "", "", ""
    return timezone.localtime(row.decided_at).date(), str(row.decided_by or ""), row.reason


def _row(case: ReconciliationCase, names: Mapping[str, str]) -> tuple[Cell, ...]:
    first, second = case.first, case.second
    return (
        KINDS[case.kind],
        CASE_TEXTS[CaseCode(case.code)].zh,
        STATES[case.state],
        VERDICTS[case.verdict],
        case.unit_code,
        names.get(case.unit_code, ""),
        case.birth_on,
        case.score,
        str(first.get("source", "")),
        "" if case.code in OPAQUE else str(first.get("value", "")),
        str(second.get("source", "")),
        "" if case.code in OPAQUE else str(second.get("value", "")),
    )

"""Reconciliation of a district: every current list against the others, one child once, and a work list."""

import gc
import multiprocessing
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from functools import partial
from uuid import uuid4

from django.db import connection, connections, transaction
from django.utils import timezone

from accounts.copying import copy_lines
from accounts.models import User
from accounts.permissions import Action, require
from accounts.services.audit import record_event
from accounts.services.jobs import Report, RunningJob, not_reported
from common.canonical import CanonicalValue, digest
from common.errors import WrongMoment
from geo_data.apart.limits import die_with
from geo_data.models import (
    Dataset,
    Departure,
    ReconciledChild,
    Reconciliation,
    ReconciliationCase,
    ReconciliationDecision,
)
from geo_data.reconciliation.ages import AgeRule
from geo_data.reconciliation.blocks import Task
from geo_data.reconciliation.records import Decided, Decisions, pair
from geo_data.reconciliation.score import ScoreRule
from geo_data.reconciliation.words import Source, Verdict
from geo_data.selectors.decisions import list_decisions_in_force
from geo_data.selectors.departures import load_answers
from geo_data.selectors.districts import get_district
from geo_data.selectors.reconciliation import list_reconciliations
from geo_data.selectors.reconciliation_rows import (
    BirthRange,
    Inputs,
    count_births,
    current_lists,
    find_numbers_of_several_births,
    list_standing,
)
from geo_data.services.datasets import lock_district
from geo_data.services.reconciling_lines import CASE_COLUMNS, CHILD_COLUMNS, DEPARTURE_COLUMNS
from geo_data.services.reconciling_meanwhile import show_decided_meanwhile
from geo_data.services.reconciling_ranges import RangeResult, RangeWork, reconcile_range

RECORDS_A_RANGE = 12_000
RUN_LOCK = 0x4A52  # any number will do, as long as nothing else locks it
DEFAULT_AGES, DEFAULT_SCORE = AgeRule(), ScoreRule()


class NothingToReconcile(WrongMoment):
    """There is no current census to hold the lists against."""

    code = "nothing_to_reconcile"


def reconcile_district(
    *,
    actor: User | None,
    now: datetime,
    district_code: str,
    as_of: date,
    ages: AgeRule = DEFAULT_AGES,
    score: ScoreRule = DEFAULT_SCORE,
    workers: int = 1,
    job: RunningJob | None = None,
    report: Report = not_reported,
) -> Reconciliation:
    """Compare the current lists of a district and store the outcome, or return the newest run if it had the same input.

    1. Pin the current versions, the self-registrations of this moment and the decisions in force. Runs of a district
       follow one another; nothing else waits: files are confirmed and cases decided meanwhile.
    2. Divide the birth dates into ranges; a number under several dates goes with its strongest list.
    3. Compare range by range, in `workers` further processes when more than one; they see what is committed.
    4. Store children and cases, the report and the audit event, and with a job its success, in one transaction; what
       was decided meanwhile is shown on the new cases.

    workers -- more than one needs lists that are committed: not those of the caller's own transaction
    Raises NothingToReconcile.
    """
    if actor is not None:
        require(actor, Action.IMPORT_DATA, district_code)
    with transaction.atomic():
        _wait_for_other_runs(district_code)
        lists = current_lists(district_code)
        if Source.CENSUS not in lists:
            raise NothingToReconcile("there is no current census", district_code=district_code)
        run, decisions, verdicts = _begin(actor, now, district_code, lists, as_of, ages, score)
        newest = list_reconciliations(district_code).first()
        if newest is not None and newest.input_digest == run.input_digest:
            run = newest
        else:
            run.job = job.job if job else None
            task = Task(
                here=district_code,
                on=as_of,
                given=frozenset(lists),
                rule=score,
                ages=ages,
                decisions=decisions,
            )
            _store(run, lists, task, verdicts, workers=workers, report=report)
            lock_district(district_code)
            show_decided_meanwhile(run, decisions)
            _record(run, actor, now)
        if job:
            job.succeed(now=now, result={"reconciliation": str(run.pk), "number": run.number})
    return run


def _wait_for_other_runs(district_code: str) -> None:
    get_district(district_code)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [RUN_LOCK, district_code])


def _begin(
    actor: User | None,
    now: datetime,
    district_code: str,
    lists: Mapping[Source, Dataset],
    as_of: date,
    ages: AgeRule,
    score: ScoreRule,
) -> tuple[Reconciliation, Decisions, Mapping[str, Verdict]]:
    rows = list_decisions_in_force(district_code)
    declared = [str(pk) for pk in list_standing(district_code, now).values_list("pk", flat=True)]
    sources: dict[str, CanonicalValue] = {
        source.value: {
            "dataset": str(dataset.pk),
            "file_digest": dataset.file_digest,
            "rows": dataset.row_count,
        }
        for source, dataset in lists.items()
    }
    sources[Source.DECLARED.value] = {"rows": len(declared), "digest": digest(declared)}
    rule: dict[str, CanonicalValue] = {"score": asdict(score), "ages": asdict(ages)}
    decided: list[CanonicalValue] = [row.pk for row in rows]
    answers = load_answers(district_code)
    answered: list[CanonicalValue] = [answers[key].number for key in sorted(answers)]
    newest = list_reconciliations(district_code).first()
    run = Reconciliation(
        id=uuid4(),
        district_id=district_code,
        number=newest.number + 1 if newest else 1,
        as_of=as_of,
        census=lists[Source.CENSUS],
        sources=sources,
        rule=rule,
        input_digest=digest(
            {
                "sources": sources,
                "rule": rule,
                "as_of": as_of.isoformat(),
                "decisions": decided,
                "answers": answered,
            }
        ),
        created_by=actor,
        created_at=now,
    )
    verdicts = {row.case_key: Verdict(row.verdict) for row in rows}
    return run, replace(_as_decisions(rows), answers=answers), verdicts


def _as_decisions(rows: Sequence[ReconciliationDecision]) -> Decisions:
    def pairs(verdict: Verdict) -> frozenset[tuple[str, str]]:
        return frozenset(pair(r.first_record, r.second_record) for r in rows if r.verdict == verdict)

    return Decisions(
        same=pairs(Verdict.SAME_CHILD),
        different=pairs(Verdict.DIFFERENT_CHILDREN),
        not_ours=frozenset(r.first_record for r in rows if r.verdict == Verdict.NOT_OUR_CHILD),
        by_case={
            r.case_key: Decided(
                Verdict(r.verdict),
                timezone.localtime(r.decided_at).date(),
                str(r.decided_by_id or ""),
                number=r.pk,
                names_index=r.names_index,
            )
            for r in rows
        },
    )


def _store(
    run: Reconciliation,
    lists: Mapping[Source, Dataset],
    task: Task,
    verdicts: Mapping[str, Verdict],
    *,
    workers: int,
    report: Report,
) -> None:
    report("reading", 0, 0)
    inputs = Inputs(
        run.district_id, {source: dataset.pk for source, dataset in lists.items()}, run.created_at
    )
    run.save(force_insert=True)
    run.datasets.set(lists.values())
    births = count_births(inputs)
    ranges = _ranges(births, find_numbers_of_several_births(inputs))
    _hold(lists[Source.CENSUS])
    work = [RangeWork(str(run.pk), inputs, task, births, verdicts) for births in ranges]
    counts: Counter[tuple[str, str]] = Counter()
    for done, result in enumerate(_results(work, workers), start=1):
        copy_lines(ReconciledChild, CHILD_COLUMNS, result.children)
        copy_lines(ReconciliationCase, CASE_COLUMNS, result.cases)
        copy_lines(Departure, DEPARTURE_COLUMNS, result.departures)
        counts += result.counts
        report("comparing", done, len(work))
    run.report = _report(counts)
    run.save(update_fields=["report"])


def _hold(census: Dataset) -> None:
    """Lock every child of the census as the foreign keys of reconciled children will, in the order of the disk.

    They find it locked. One by one, in the order of births, they would write to each page of the table many times, and
    after every checkpoint the whole page to the write-ahead log.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT FROM geo_data_child WHERE dataset_id = %s FOR KEY SHARE) AS held",
            [str(census.pk)],
        )


def _ranges(births: Mapping[date, int], moved: Mapping[str, date]) -> list[BirthRange]:
    """Divide the birth dates into ranges of about as many records, in order."""
    ranges: list[BirthRange] = []
    begin: date | None = None
    waiting = 0
    for born, count in births.items():
        begin = begin or born
        waiting += count
        if waiting >= RECORDS_A_RANGE:
            ranges.append(_range(begin, born, moved))
            begin, waiting = None, 0
    if begin is not None:
        ranges.append(_range(begin, max(births), moved))
    return ranges


def _range(first: date, last: date, moved: Mapping[str, date]) -> BirthRange:
    here = frozenset(number for number, born in moved.items() if first <= born <= last)
    return BirthRange(first, last + timedelta(days=1), frozenset(moved), here)


def _results(work: Sequence[RangeWork], workers: int) -> Iterator[RangeResult]:
    """Yield the results in the order of the ranges."""
    if workers <= 1:
        yield from map(reconcile_range, work)
        return
    context = multiprocessing.get_context("fork")
    ours = partial(_begin_worker, os.getpid())
    with ProcessPoolExecutor(workers, mp_context=context, initializer=ours) as pool:
        yield from pool.map(reconcile_range, work)


def _begin_worker(parent: int) -> None:
    """End with the parent, and leave its connection alone: this process opens one of its own when it first asks.

    A range makes a million small records and no cycles: looking for garbage among them would only cost time.
    """
    die_with(parent)
    connections["default"] = connections["default"].copy()
    gc.freeze()
    gc.set_threshold(200_000, 50, 50)


def _report(counts: Mapping[tuple[str, str], int]) -> dict[str, CanonicalValue]:
    told: dict[str, dict[str, CanonicalValue]] = {
        name: {} for name in ("categories", "links", "cases", "records", "departures")
    }
    for (what, kind), count in sorted(counts.items()):
        if what in told:
            told[what][kind] = count
    children = sum(count for (what, _), count in counts.items() if what == "categories")
    others: dict[str, CanonicalValue] = {name: counts.get((name, ""), 0) for name in ("left_out", "gone")}
    return {**told, "children": children, **others}


def _record(run: Reconciliation, actor: User | None, now: datetime) -> None:
    record_event(
        actor=actor,
        now=now,
        action="reconciliation.made",
        subject=run,
        district_code=run.district_id,
        details={
            "number": run.number,
            "input_digest": run.input_digest,
            "children": run.report["children"],
            "cases": run.report["cases"],
            "departures": run.report["departures"],
        },
    )

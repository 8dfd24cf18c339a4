"""No child lost: the children of the census who enter in a round's year, and what accounts for each of them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from admissions.models import LIVE_OFFERS, AdmissionRound, Offer
from admissions.rules.no_child_lost import (
    Account,
    ChildTrace,
    Finding,
    Gone,
    GoneTrace,
    accounts_of_deferred,
    accounts_of_gone,
    compare,
    open_cases,
)
from admissions.rules.policy_records import LineKind
from admissions.selectors.rounds import policy_of
from geo_data.models import ReconciledChild, Reconciliation
from geo_data.reconciliation.ages import AgeRule
from geo_data.reconciliation.words import Source
from geo_data.selectors.deferrals import load_deferrals
from geo_data.selectors.departures import load_departures
from geo_data.selectors.reconciliation import find_newest_reconciliation, load_traces

REGISTER, ATTENDANCE = Source.PUPILS.value, Source.ATTENDANCE.value
NEEDED: Mapping[Finding, frozenset[str]] = {
    Finding.NEVER_ENROLLED: frozenset({REGISTER}),
    Finding.DROPPED_OUT: frozenset({REGISTER, ATTENDANCE}),
    Finding.REGISTER_ELSEWHERE: frozenset({REGISTER, ATTENDANCE}),
}


@dataclass(frozen=True, slots=True)
class OpenChild:
    """A child that nothing accounts for yet. `gone` -- how it left, when an answer is awaited; else None."""

    child: str
    gone: Gone | None
    birth_on: date | None
    unit_code: str


@dataclass(frozen=True, slots=True)
class NoChildLost:
    """What a round and the newest reconciliation say together.

    census   -- children who enter in the year: those here and those who left
    accounts -- how many children each account settles
    open     -- children without an account: those who left first, then by unit and birth
    gone     -- (how, answered, awaited) of those who left
    findings -- children of school age whom the lists disagree about; without an entry where a list was not given
    """

    run: Reconciliation
    census: int
    accounts: Mapping[Account, int]
    open: tuple[OpenChild, ...]
    gone: tuple[tuple[Gone, int, int], ...]
    findings: Mapping[Finding, int]


def find_no_child_lost(admission_round: AdmissionRound, *, on: date) -> NoChildLost | None:
    """Return the account of every child of the round's year; None before the first reconciliation. Six queries.

    on -- the day on which school age is judged, and whether a deferral is still in force
    """
    run = find_newest_reconciliation(admission_round.district_id)
    if run is None:
        return None
    rule = _age_rule(admission_round)
    births = rule.births_entering(admission_round.year)
    here = _children(run, births)
    gone = tuple(
        GoneTrace(row.child, Gone(row.how.value), row.is_answered)
        for row in load_departures(run, births=births)
    )
    accounts = (
        accounts_of_deferred(load_deferrals(run, births=births), on=on)
        | _accounts_of_placed(admission_round, here)
        | accounts_of_gone(gone)
    )
    left = {trace.child: trace for trace in gone}
    return NoChildLost(
        run=run,
        census=len(here) + len(gone),
        accounts=Counter(accounts.values()),
        open=_open([*here, *left], accounts, here, left),
        gone=tuple(_gone_counts(gone)),
        findings=_findings(run, rule, on),
    )


def _age_rule(admission_round: AdmissionRound) -> AgeRule:
    stated = policy_of(admission_round).age
    return AgeRule(stated.entry_age, stated.cut_off_month, stated.cut_off_day)


def _children(run: Reconciliation, births: tuple[date, date]) -> dict[str, ReconciledChild]:
    rows = ReconciledChild.objects.filter(
        reconciliation=run, birth_on__gte=births[0], birth_on__lt=births[1]
    ).only("identity_index", "birth_on", "unit_code")
    return {str(row.pk): row for row in rows}


def _accounts_of_placed(
    admission_round: AdmissionRound, here: Mapping[str, ReconciledChild]
) -> dict[str, Account]:
    """Return the account of the children with a live place in the round, found by their numbers."""
    kinds = {line.code: line.kind for line in policy_of(admission_round).lines}
    offers = Offer.objects.filter(round=admission_round, status__in=LIVE_OFFERS)
    placed = {
        index: _account_of_place(kinds[rule], track)
        for index, rule, track in offers.values_list("child_index", "line__rule", "line__track")
    }
    return {child: placed[row.identity_index] for child, row in here.items() if row.identity_index in placed}


def _account_of_place(kind: LineKind, track: str) -> Account:
    if kind is LineKind.SPECIAL_NEEDS:
        return Account.SPECIAL
    return Account.PRIVATE if track == "private" else Account.PLACED


def _open(
    census: list[str],
    accounts: Mapping[str, Account],
    here: Mapping[str, ReconciledChild],
    left: Mapping[str, GoneTrace],
) -> tuple[OpenChild, ...]:
    found = []
    for child in open_cases(census, accounts):
        row, trace = here.get(child), left.get(child)
        found.append(
            OpenChild(
                child=child,
                gone=trace.how if trace else None,
                birth_on=row.birth_on if row else None,
                unit_code=row.unit_code if row else "",
            )
        )
    return tuple(sorted(found, key=lambda c: (c.gone is None, c.unit_code, c.birth_on or date.min, c.child)))


def _gone_counts(gone: tuple[GoneTrace, ...]) -> list[tuple[Gone, int, int]]:
    counts = Counter((trace.how, trace.is_answered) for trace in gone)
    return [(how, counts[how, True], counts[how, False]) for how in Gone]


def _findings(run: Reconciliation, rule: AgeRule, on: date) -> dict[Finding, int]:
    """Return the counts of what the lists of the run can tell at all."""
    counts = Counter(case.finding for case in compare(_traces(run, rule, on)))
    return {finding: counts[finding] for finding, lists in NEEDED.items() if lists <= set(run.sources)}


def _traces(run: Reconciliation, rule: AgeRule, on: date) -> list[ChildTrace]:
    return [
        ChildTrace(row.child, row.is_resident, row.register_school, row.attends_school)
        for row in load_traces(run, rule=rule, on=on)
    ]

"""How a plan that breaks rules becomes lawful with the fewest changes beside what was moved by hand. Stores nothing.

Moved by hand is what differs from the last lawful version that the plan goes back to, and without one, from the
version it began with. The answer depends on the plan alone, because a plan and all that it pins never change: what
was shown can be worked out again when it is stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from common.canonical import digest
from common.errors import RulesSayNo
from zoning.engine.mend import Mended, mend
from zoning.engine.objective import zone_loads
from zoning.engine.report import Json
from zoning.models import ZonePlan
from zoning.selectors.plans import plan_content
from zoning.selectors.what_if import Question, load_question

SEED = 1


class PlanIsLawful(RulesSayNo):
    """The plan keeps all rules already: there is nothing to mend."""

    code = "plan_is_lawful"


class CannotBeMended(RulesSayNo):
    """With what was moved by hand no lawful plan was found; the details say why, and whether that is certain."""

    code = "cannot_be_mended"


@dataclass(frozen=True, slots=True)
class Moving:
    """A unit that changes its zone; codes and names of zones, metres to the nearest school of each."""

    code: str
    name: str
    children: int
    from_zone: str
    from_name: str
    to_zone: str
    to_name: str
    metres_from: int
    metres_to: int


@dataclass(frozen=True, slots=True)
class Filling:
    """A zone whose children change by the mending."""

    code: str
    name: str
    seats: int
    children_before: int
    children_after: int


@dataclass(frozen=True, slots=True)
class Mending:
    """What makes the plan lawful.

    base   -- the version with which it was compared to see what was moved by hand
    held   -- what was moved by hand, from there to here; it stays
    moving -- what moves beside it, by zone and code; fillings -- the zones these leave or join
    is_fewest -- no smaller number of moves makes the plan lawful; else none was found
    digest -- of the plan that results
    """

    plan: ZonePlan
    base: ZonePlan
    question: Question
    held: tuple[Moving, ...]
    moving: tuple[Moving, ...]
    fillings: tuple[Filling, ...]
    is_fewest: bool
    zone_of: Mapping[str, str]
    digest: str

    @property
    def children(self) -> int:
        return sum(one.children for one in self.moving)


def find_mending(plan: ZonePlan) -> Mending:
    """Return what makes the plan lawful again.

    Raises PlanIsLawful, CannotBeMended and DistrictCannotBeZoned.
    """
    if plan.lawful:
        raise PlanIsLawful("the plan keeps all rules already", plan=str(plan.pk))
    question = load_question(plan)
    base = base_of(plan)
    before = plan_content(base).zone_of
    held = [
        i
        for i, unit in enumerate(question.problem.unit_ids)
        if before.get(unit, question.content.zone_of[unit]) != question.content.zone_of[unit]
    ]
    mended = mend(question.problem, question.zone, held, seed=SEED)
    if not mended.lawful:
        raise CannotBeMended("no lawful plan was found with what was moved by hand", **_why(mended))
    return _told(plan, base, question, before, held, mended)


def base_of(plan: ZonePlan) -> ZonePlan:
    """Return the last lawful version that the plan goes back to; without one, the version it began with."""
    versions = ZonePlan.objects.filter(district=plan.district_id, stage=plan.stage)
    known = {pk: (base, lawful) for pk, base, lawful in versions.values_list("pk", "based_on", "lawful")}
    at, (earlier, is_lawful) = plan.pk, known[plan.pk]
    while earlier is not None and not is_lawful:
        at, (earlier, is_lawful) = earlier, known[earlier]
    return versions.get(pk=at)


def _told(
    plan: ZonePlan,
    base: ZonePlan,
    question: Question,
    before: Mapping[str, str],
    held: Sequence[int],
    mended: Mended,
) -> Mending:
    problem = question.problem
    zone_at = {code: j for j, code in enumerate(problem.zone_ids)}
    then = zone_loads(problem, mended.zone)
    now = zone_loads(problem, question.zone)
    came_from = [zone_at[before[problem.unit_ids[u]]] for u in held]
    moved = mended.moved.tolist()
    zone_of = dict(zip(problem.unit_ids, (problem.zone_ids[j] for j in mended.zone.tolist()), strict=True))
    moving = _movings(question, moved, question.zone[moved].tolist(), mended.zone[moved].tolist())
    touched = sorted({code for one in moving for code in (one.from_zone, one.to_zone)})
    return Mending(
        plan=plan,
        base=base,
        question=question,
        held=_movings(question, held, came_from, question.zone[list(held)].tolist()),
        moving=moving,
        fillings=tuple(
            Filling(code, question.names[code], int(problem.seats[j]), int(now[j]), int(then[j]))
            for code in touched
            for j in (zone_at[code],)
        ),
        is_fewest=mended.is_fewest,
        zone_of=zone_of,
        digest=digest(zone_of),
    )


def _movings(
    question: Question, units: Sequence[int], before: Sequence[int], after: Sequence[int]
) -> tuple[Moving, ...]:
    problem, names = question.problem, question.names
    rows = np.array([units, units, before, after], dtype=np.int64)
    metres = problem.distance_between(rows[:2], rows[2:])
    found = [
        Moving(
            code=problem.unit_ids[u],
            name=names[problem.unit_ids[u]],
            children=int(problem.children[u]),
            from_zone=problem.zone_ids[s],
            from_name=names[problem.zone_ids[s]],
            to_zone=problem.zone_ids[t],
            to_name=names[problem.zone_ids[t]],
            metres_from=int(metres[0, i]),
            metres_to=int(metres[1, i]),
        )
        for i, (u, s, t) in enumerate(zip(units, before, after, strict=True))
    ]
    return tuple(sorted(found, key=lambda one: (one.from_zone, one.to_zone, one.code)))


def _why(mended: Mended) -> dict[str, Json]:
    """Return the reasons as a refusal tells them; `proven` says whether no lawful plan can exist."""
    why: list[Json] = [
        {
            "code": one.code,
            "zone": one.school_id,
            "units": list(one.unit_ids),
            "children": one.children,
            "schools": list(one.school_ids),
            "seats": one.seats,
            **({"year": one.year} if one.year else {}),
        }
        for one in mended.violations
    ]
    return {"why": why, "proven": mended.is_hopeless}

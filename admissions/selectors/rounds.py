"""Rounds as stored, and what of them is computed: policy, phase, lines."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from admissions.models import AdmissionRound, PlanLine, RoundStatus
from admissions.rules.calendar import Phase, phase
from admissions.rules.policy import Policy, parse_policy
from common.errors import NotFound
from zoning.models import ZonePlan


class NoSuchRound(NotFound):
    """There is no such round."""

    code = "no_such_round"


def get_round(round_id: UUID | str) -> AdmissionRound:
    """Return the round with its district and publication. Raises NoSuchRound."""
    found = AdmissionRound.objects.select_related("district", "publication__plan").filter(pk=round_id).first()
    if found is None:
        raise NoSuchRound("there is no such round", round=str(round_id))
    return found


def find_round(district_code: str, stage: str, year: int, *, refill: int = 0) -> AdmissionRound | None:
    """Return the live round of district, stage and year, or its refill round of that number; or None."""
    rounds = AdmissionRound.objects.select_related("district", "publication__plan")
    live = rounds.exclude(status=RoundStatus.CANCELLED)
    return live.filter(district_id=district_code, stage=stage, year=year, refill_number=refill).first()


def list_rounds(district_code: str = "", *, statuses: Sequence[str] = ()) -> list[AdmissionRound]:
    """Return rounds, the newest first, of one district or of all."""
    rounds = AdmissionRound.objects.select_related("district").order_by(
        "-year", "district_id", "stage", "-created_at"
    )
    if district_code:
        rounds = rounds.filter(district_id=district_code)
    if statuses:
        rounds = rounds.filter(status__in=statuses)
    return list(rounds)


def list_rounds_on_plans(plans: Iterable[ZonePlan]) -> list[AdmissionRound]:
    """Return the rounds whose zones are one of these plans, the newest first."""
    rounds = AdmissionRound.objects.filter(publication__plan__in=list(plans))
    return list(rounds.order_by("-year", "stage", "-created_at"))


def find_open_rounds(now: datetime, district_code: str = "") -> list[AdmissionRound]:
    """Return the rounds in which a family may file at the moment."""
    opened = list_rounds(district_code, statuses=[RoundStatus.OPEN])
    return [found for found in opened if phase_of(found, now) is Phase.OPEN]


def policy_of(admission_round: AdmissionRound) -> Policy:
    """Return the policy pinned to the round. The same digest is parsed once."""
    return _policy(_PolicyData(admission_round.policy_digest, admission_round.policy))


def phase_of(admission_round: AdmissionRound, now: datetime) -> Phase:
    """Return where the round's calendar stands."""
    return phase(policy_of(admission_round).calendar, now)


def list_lines(admission_round: AdmissionRound) -> list[PlanLine]:
    """Return the lines with their schools, by line id."""
    return list(admission_round.lines.select_related("school", "reserve_of").order_by("line_id"))


def round_code(admission_round: AdmissionRound) -> str:
    """Return the public name of the round in lists and draws."""
    code = f"{admission_round.district_id}-{admission_round.stage}-{admission_round.year}"
    return f"{code}-r{admission_round.refill_number}" if admission_round.refill_number else code


class _PolicyData:
    """Policy data, equal when their digests are."""

    def __init__(self, policy_digest: str, data: dict[str, object]) -> None:
        self.digest, self.data = policy_digest, data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _PolicyData) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)


@lru_cache(maxsize=16)
def _policy(stored: _PolicyData) -> Policy:
    return parse_policy(stored.data)

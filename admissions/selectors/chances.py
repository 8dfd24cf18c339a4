"""Chances as anybody may read them: of one round, and of the round before the one a family applies in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from admissions.models import AdmissionRound, ChanceTable, EntryList, PlanLine, RoundStatus
from admissions.selectors.results import listed_seats
from admissions.selectors.rounds import list_lines
from common.errors import NotFound

TOO_FEW = 5  # of fewer who came on average a share says nothing


class NoChances(NotFound):
    """No chances were made of this round, or its results are not published."""

    code = "no_chances"


@dataclass(frozen=True, slots=True)
class GroupChance:
    """What became of a group at a line: choice 0 is any, category "" is any; share, low and high in whole percent."""

    choice: int
    category: str
    children: int
    came: int
    share: int
    low: int
    high: int

    @property
    def tells(self) -> bool:
        """Say whether enough came to speak of a chance; the others had places higher on their lists."""
        return self.came >= TOO_FEW


@dataclass(frozen=True, slots=True)
class LineChances:
    """A line of the round with the groups that may be told, by choice and category in the order of the tiers."""

    line_id: str
    school_code: str
    school: str
    rule: str
    track: str
    seats: int
    groups: tuple[GroupChance, ...]

    def group(self, choice: int, category: str = "") -> GroupChance | None:
        """Return one group, or None where it may not be told."""
        same = (group for group in self.groups if (group.choice, group.category) == (choice, category))
        return next(same, None)

    def by_category(self, choice: int) -> tuple[GroupChance, ...]:
        """Return the categories of a choice."""
        return tuple(group for group in self.groups if group.choice == choice and group.category)


@dataclass(frozen=True, slots=True)
class RoundChances:
    """The newest table of a round. Lines of which nothing may be told are there without groups."""

    round: AdmissionRound
    table: ChanceTable
    lines: tuple[LineChances, ...]


def find_chances_of(admission_round: AdmissionRound) -> RoundChances | None:
    """Return the newest table of the round's newest list, or None."""
    newest = EntryList.objects.filter(round=admission_round).defer("document").order_by("-number").first()
    tables = ChanceTable.objects.filter(entry_list=newest) if newest else ChanceTable.objects.none()
    table = tables.order_by("-number").first()
    if newest is None or table is None:
        return None
    groups = {
        line_id: tuple(map(_group, rows))
        for line_id, rows in groupby(table.table, key=lambda row: row["line_id"])
    }
    seats = listed_seats(newest)
    lines = [line for line in list_lines(admission_round) if line.reserve_of_id is None]
    return RoundChances(
        admission_round,
        table,
        tuple(
            _line(line, seats.get(line.line_id, line.seats), groups.get(line.line_id, ())) for line in lines
        ),
    )


def get_public_chances(admission_round: AdmissionRound) -> RoundChances:
    """Return the chances of a round whose results are published. Raises NoChances."""
    found = find_chances_of(admission_round) if admission_round.status == RoundStatus.PUBLISHED else None
    if found is None:
        raise NoChances("no chances were published of this round")
    return found


def has_chances(admission_round: AdmissionRound) -> bool:
    """Say whether chances were made of any list of the round."""
    return ChanceTable.objects.filter(entry_list__round=admission_round).exists()


def find_past_chances(admission_round: AdmissionRound) -> RoundChances | None:
    """Return the chances of the newest published round of an earlier year, same district and stage; or None."""
    earlier = AdmissionRound.objects.filter(
        district_id=admission_round.district_id,
        stage=admission_round.stage,
        year__lt=admission_round.year,
        refill_number=0,
        status=RoundStatus.PUBLISHED,
    )
    past = earlier.select_related("district").order_by("-year").first()
    return find_chances_of(past) if past else None


def find_next_round(admission_round: AdmissionRound) -> AdmissionRound | None:
    """Return the round of the nearest later year that families have seen opened, or None."""
    later = AdmissionRound.objects.filter(
        district_id=admission_round.district_id,
        stage=admission_round.stage,
        year__gt=admission_round.year,
        refill_number=0,
        opened_at__isnull=False,
    )
    return later.exclude(status=RoundStatus.CANCELLED).order_by("year").first()


def list_chance_tables(admission_round: AdmissionRound) -> Sequence[ChanceTable]:
    """Return every version ever made for the round, the newest first, without the tables."""
    rows = ChanceTable.objects.filter(entry_list__round=admission_round).select_related(
        "made_by", "entry_list"
    )
    return list(
        rows.defer("table", "entry_list__document", "entry_list__plan_document").order_by(
            "-entry_list__number", "-number"
        )
    )


def _line(line: PlanLine, seats: int, groups: tuple[GroupChance, ...]) -> LineChances:
    return LineChances(line.line_id, line.school.code, line.school.name, line.rule, line.track, seats, groups)


def _group(row: Mapping[str, Any]) -> GroupChance:
    return GroupChance(
        row["choice"],
        row["category"],
        row["children"],
        row["came"],
        row["share"],
        row["low"],
        row["high"],
    )

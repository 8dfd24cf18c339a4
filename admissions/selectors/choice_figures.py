"""The figures behind a reason: the line's, and the child's own; never another child's."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q

from admissions.lottery.tickets import Draw, TicketAlgorithm, TicketScope, urn
from admissions.models import Application, DrawRecord, Entry, LineCutoff, PlanLine
from admissions.rules.facts import facts_from_data
from admissions.rules.key_words import key_words
from admissions.rules.policy_records import Policy, SortKey
from admissions.rules.reserves import seats_aside, tier_codes, tier_titles
from admissions.rules.sentences import Language
from admissions.rules.stages import losers_behind
from admissions.rules.twins import drawn_together, group_member
from admissions.selectors.rounds import policy_of, round_code
from admissions.selectors.world import world_of

# Enough to compare two tickets by eye.
DIGITS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class ChoiceFigures:
    """What a family may compare.

    by_category   -- (title, children who listed the line) in the order of the categories
    own_keys      -- (what is compared, the child's own value), in the order in which they are compared
    own_ticket    -- the first digits; "" for a choice that took no part
    last_category, last_ticket -- of the published cut-off; "" while seats were left
    locked_until  -- until when the dwelling has used its place at the school, YYYY-MM-DD; "" where it has not
    losers        -- at public seats, where children who lost a private draw stand: `same_class_last` or `after_all`;
                     "" where losing costs nothing
    """

    seats: int = 0
    applicants: int = 0
    by_category: tuple[tuple[str, int], ...] = ()
    own_category: str = ""
    own_keys: tuple[tuple[str, str], ...] = ()
    own_ticket: str = ""
    last_category: str = ""
    last_ticket: str = ""
    locked_until: str = ""
    losers: str = ""


def choice_figures(
    application: Application, draw: DrawRecord, language: Language
) -> dict[int, ChoiceFigures]:
    """Return the figures of every line that the application listed, by the line's key."""
    entry = Entry.objects.filter(
        entry_list=draw.entry_list_id, application=application, is_drawn=True
    ).first()
    if entry is None:
        return {}
    # A reserve whose seats may spill is on the list although nobody names it.
    here = Q(choices__application=application) | Q(
        line_id__in=list(entry.standings), round=application.round_id
    )
    lines = PlanLine.objects.filter(here).select_related("reserve_of").distinct()
    cutoffs = {row.line_id: row for row in LineCutoff.objects.filter(draw=draw, line__in=lines)}
    teller = _Teller(application, draw, entry, language)
    return {line.pk: teller.figures(line, cutoffs.get(line.pk)) for line in lines}


class _Teller:
    """One child of one draw, told in one language."""

    def __init__(self, application: Application, draw: DrawRecord, entry: Entry, language: Language) -> None:
        self.policy: Policy = policy_of(application.round)
        self.entry, self.place = entry, 0 if language == "zh" else 1
        algorithm = TicketAlgorithm(draw.entry_list.ticket_algorithm)
        lottery = f"{round_code(application.round)}-{draw.entry_list.number}"
        self.draw = Draw(lottery, draw.seed, algorithm)
        self.ball = _ball(application, entry)

    def figures(self, line: PlanLine, cutoff: LineCutoff | None) -> ChoiceFigures:
        """Return the figures at one line."""
        standing, locked = self.entry.standings.get(line.line_id), self.entry.locked.get(line.line_id, "")
        if cutoff is None:
            return ChoiceFigures(locked_until=locked)
        titles = self._titles(line, cutoff)
        return ChoiceFigures(
            seats=cutoff.seats,
            applicants=cutoff.applicants,
            by_category=tuple((titles[tier - 1], children) for tier, children in cutoff.by_tier if titles),
            own_category=titles[standing[0] - 1] if standing and titles else "",
            own_keys=tuple(self._keys(line, standing)) if standing else (),
            own_ticket=self._ticket(line) if standing else "",
            last_category=titles[cutoff.tier - 1] if cutoff.tier and titles else "",
            last_ticket=f"{cutoff.ticket[:DIGITS_SHOWN]}…" if cutoff.ticket else "",
            locked_until=locked,
            losers=losers_behind(self.policy, line.rule),
        )

    def _titles(self, line: PlanLine, cutoff: LineCutoff) -> list[str]:
        """Return the title of every tier; a line without categories has none while nobody came by the rules alone."""
        if not self.policy.line(line.rule).categories and all(tier == 1 for tier, _ in cutoff.by_tier):
            return []
        open_rule = line.reserve_of.rule if line.reserve_of else None
        return [(title.zh, title.en)[self.place] for title in tier_titles(self.policy, line.rule, open_rule)]

    def _keys(self, line: PlanLine, standing: list[int]) -> Iterator[tuple[str, str]]:
        open_rule = line.reserve_of.rule if line.reserve_of else None
        code = tier_codes(self.policy, line.rule, open_rule)[standing[0] - 1]
        category = next((item for item in self.policy.categories if item.code == code), None)
        if category is None or not self.policy.line(line.rule).categories:
            return
        keys = [key for key in category.keys if key is not SortKey.TICKET]
        for key, value in zip(keys, standing[1:], strict=True):
            name, told = key_words(key, value)
            yield name[self.place], told[self.place]

    def _ticket(self, line: PlanLine) -> str:
        scope = TicketScope(self.policy.tickets.value)
        name = urn(scope, track=line.track, line_id=line.line_id)
        return f"{self.draw.ticket(name, self.ball):064x}"[:DIGITS_SHOWN] + "…"


def _ball(application: Application, entry: Entry) -> str:
    """Return what was drawn for the child: its twins' ball when they listed the same, else its receipt."""
    if not application.group_code:
        return entry.receipt
    twins = Entry.objects.filter(
        entry_list=entry.entry_list_id, is_drawn=True, application__group_code=application.group_code
    )
    world = world_of(application.round)
    aside = seats_aside(world.policy, world.lines)
    members = [
        group_member(
            twin.receipt,
            facts_from_data(twin.application.facts),
            (
                aside.in_order(
                    twin.application.choices.order_by("position").values_list("line__line_id", "choice"),
                    twin.standings,
                ),
                tuple(sorted(twin.standings)),
            ),
        )
        for twin in twins.select_related("application").order_by("receipt")
    ]
    return drawn_together(members).get(entry.receipt, entry.receipt)

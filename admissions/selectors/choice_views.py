"""What became of every choice of one application, and of the child, as its family and officers read it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from admissions.models import (
    Application,
    ApplicationChoice,
    ChoiceOutcome,
    DrawRecord,
    Entry,
    LineCutoff,
    Offer,
    Placement,
    RoundStatus,
)
from admissions.rules.facts import facts_from_data
from admissions.rules.reason import Reason
from admissions.rules.sentences import say
from admissions.selectors.by_rule import is_told, told_reason
from admissions.selectors.choice_figures import ChoiceFigures, choice_figures
from admissions.selectors.language import reader_language
from admissions.selectors.reason_words import no_place_sentence, placement_sentence, reason_sentence
from admissions.selectors.results import find_draw, find_last_move
from admissions.selectors.rounds import policy_of
from admissions.selectors.world import world_of


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """One choice of the list, and once results are out what became of it and why.

    seats_aside -- the name of the seats where they are set aside from the open seats of the school, else ""
    against     -- of a choice to which the child has no claim: (what speaks against it, the clause), else empty
    trace       -- and why no category of these seats is the child's, where that speaks against it
    """

    line_id: str
    school: str
    choice: int
    seats_aside: str = ""
    reason: str = ""
    sentence: str = ""
    figures: ChoiceFigures | None = None
    against: tuple[tuple[str, str], ...] = ()
    trace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResultView:
    """What a family is told on the day of results."""

    reason: str
    sentence: str
    school: str = ""
    address: str = ""
    offer_status: str = ""


def find_published_draw(application: Application) -> DrawRecord | None:
    """Return the draw whose results the family may read, or None."""
    return find_draw(application.round) if application.round.status == RoundStatus.PUBLISHED else None


def choice_views(
    application: Application, choices: Sequence[ApplicationChoice], draw: DrawRecord | None
) -> Iterator[ChoiceView]:
    """Yield the list as written, and once drawn what rules added: reserves that could spill, a place by adjustment."""
    language = reader_language()
    outcomes = _outcomes(application, draw)
    figures = choice_figures(application, draw, language) if draw else {}
    written = [(choice.line, choice.choice) for choice in choices]
    named = {line.pk for line, _ in written}
    more = (
        ChoiceOutcome.objects.filter(draw=draw, application=application)
        .exclude(line__in=named)
        .select_related("line__school")
        .order_by("choice", "line__line_id")
        if draw
        else ()
    )
    policy, standings = policy_of(application.round), _standings(application, draw)
    added = [(row.line, row.choice) for row in more if is_told(policy, row.line, standings, row.reason)]
    for line, number in sorted([*written, *added], key=lambda pair: pair[1]):
        title = policy.line(line.rule).title
        reason, sentence = outcomes.get(line.pk, ("", ""))
        against, trace = _claim(application, line.line_id) if reason == "not_eligible" else ((), ())
        yield ChoiceView(
            line.line_id,
            line.school.name,
            number,
            (title.zh if language == "zh" else title.en) if line.reserve_of_id else "",
            reason,
            sentence,
            figures=figures.get(line.pk),
            against=against,
            trace=trace,
        )


def result_view(application: Application, draw: DrawRecord | None) -> ResultView | None:
    """Return what the child has, by the draw or by what was given on since; None without results."""
    if draw is None:
        return None
    placement = (
        Placement.objects.filter(draw=draw, application=application).select_related("line__school").first()
    )
    if placement is None:
        return None
    offer = Offer.objects.filter(application=application).order_by("-offered_at").first()
    policy, line = policy_of(application.round), placement.line
    reason = told_reason(policy, line, _standings(application, draw), placement.reason)
    if move := find_last_move(draw, application.pk):
        reason, line = "given_on", move.to_line
    return ResultView(
        reason=reason,
        sentence=placement_sentence(reason, policy)
        if line
        else no_place_sentence(reason, policy, accepts_coordination=application.accepts_coordination),
        school=line.school.name if line else "",
        address=line.school.address if line else "",
        offer_status=offer.status if offer else "",
    )


def _claim(application: Application, line_id: str) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return what speaks against the child at the line, and the trace where no category of the line is its own."""
    world, facts, language = (
        world_of(application.round),
        facts_from_data(application.facts),
        reader_language(),
    )
    against = world.reasons_against(facts, line_id)
    asks_category = any(reason.code in ("no_category", "category_not_decided") for reason in against)
    trace = world.classify(facts, line_id).trace if asks_category else ()
    return tuple(_said(reason) for reason in against), tuple(say(item, language) for item in trace)


def _said(reason: Reason) -> tuple[str, str]:
    language = reader_language()
    return say(reason.sentence, language), reason.clause.zh if language == "zh" else reason.clause.en


def _standings(application: Application, draw: DrawRecord | None) -> dict[str, list[int]]:
    """Return (tier, keys...) by line id on the list that was drawn; empty for a child that was not on it."""
    if draw is None:
        return {}
    entries = Entry.objects.filter(entry_list=draw.entry_list_id, application=application)
    found: dict[str, list[int]] = entries.values_list("standings", flat=True).first() or {}
    return found


def _outcomes(application: Application, draw: DrawRecord | None) -> dict[int, tuple[str, str]]:
    if draw is None:
        return {}
    policy = policy_of(application.round)
    cutoffs = {cutoff.line_id: cutoff for cutoff in LineCutoff.objects.filter(draw=draw)}
    rows = ChoiceOutcome.objects.filter(draw=draw, application=application)
    return {
        row.line_id: (
            row.reason,
            reason_sentence(row.reason, policy, cutoffs.get(row.line_id), waitlist_place=row.waitlist_place),
        )
        for row in rows
    }

"""Chances in a past round, for anybody: school by school, and by kind of family and place on the list."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from admissions.models import AdmissionRound
from admissions.selectors.chances import (
    GroupChance,
    LineChances,
    RoundChances,
    find_next_round,
    get_public_chances,
)
from admissions.selectors.rounds import get_round, list_lines
from frontend.pages.chance_words import count_in_words, few_in_words, range_of
from frontend.pages.officers.titles import titles_of


@dataclass(frozen=True, slots=True)
class LineWords:
    """A line with what is said of it; `is_gone` where the next round has no such seats any more."""

    line: LineChances
    title: str
    words: str
    children: int | None
    groups: tuple[tuple[GroupChance, str, str], ...]
    is_gone: bool


@require_safe
def chances(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Show one number for each line, or every group of one school."""
    admission_round = get_round(round_id)
    found = get_public_chances(admission_round)
    code = request.GET.get("school", "")
    following = find_next_round(admission_round)
    there = _following_lines(following)
    lines = [_words(found, line, there) for line in found.lines]
    schools = sorted({(line.school, line.school_code) for line in found.lines})
    chosen = [words for words in lines if words.line.school_code == code]
    context = {
        "round": admission_round,
        "table": found.table,
        "following": following,
        "schools": schools,
        "code": code if chosen else "",
        "chosen": chosen,
        "lines": lines,
    }
    return render(request, "public/chances.html", context)


def _following_lines(following: AdmissionRound | None) -> frozenset[tuple[str, str]] | None:
    """Return (school, kind of seats) of the next round, or None where there is none yet."""
    if following is None:
        return None
    return frozenset((line.school.code, line.rule) for line in list_lines(following))


def _words(found: RoundChances, line: LineChances, following: frozenset[tuple[str, str]] | None) -> LineWords:
    titles = titles_of(found.round)
    whole = line.group(0)
    groups = [group for group in line.groups if group.choice]
    return LineWords(
        line=line,
        title=titles[line.rule],
        words=_said(whole) if whole else _("too few children to say anything"),
        children=whole.children if whole else None,
        groups=tuple(
            (group, titles[group.category] if group.category else _("all together"), _said(group))
            for group in groups
            if group.category or not _is_alone(line, group)
        ),
        is_gone=following is not None and (line.school_code, line.rule) not in following,
    )


def _said(group: GroupChance) -> str:
    return count_in_words(range_of(group)) if group.tells else few_in_words()


def _is_alone(line: LineChances, whole: GroupChance) -> bool:
    """Say whether a choice has one category only, which says the same."""
    kinds = line.by_category(whole.choice)
    return len(kinds) == 1 and kinds[0].children == whole.children

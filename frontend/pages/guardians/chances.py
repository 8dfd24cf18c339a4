"""What became of such families in the last round, said beside each school before the family chooses."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from admissions.models import AdmissionRound
from admissions.rules.policy_records import PRIVATE_KINDS
from admissions.rules.stages import RESERVED_KINDS
from admissions.rules.synchronized import COUNTY_TITLES
from admissions.selectors.chances import GroupChance, LineChances, RoundChances, find_past_chances
from admissions.selectors.world import RoundWorld, world_of
from frontend.pages.chance_words import few_in_words, place_in_words, range_of, spread_in_words
from frontend.pages.guardians.previews import Preview, SchoolOffer
from frontend.pages.language import language


@dataclass(frozen=True, slots=True)
class SchoolWords:
    """What is said of one school: (place on the list, sentence), a remark instead, and the seats then and now."""

    school: SchoolOffer
    is_private: bool
    said: tuple[tuple[str, str], ...]
    remark: str
    seats: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class ChanceWords:
    """Everything said before choosing; `past` is None where no round can tell anything."""

    past: RoundChances | None
    schools: tuple[SchoolWords, ...]


def chances_in_words(admission_round: AdmissionRound, preview: Preview) -> ChanceWords:
    """Return the words for every school that the family may list."""
    past = find_past_chances(admission_round)
    if past is None:
        return ChanceWords(None, ())
    telling = _Telling(past, world_of(admission_round), preview)
    return ChanceWords(past, tuple(telling.schools()))


@dataclass(frozen=True, slots=True)
class _Telling:
    past: RoundChances
    world: RoundWorld
    preview: Preview

    def schools(self) -> Iterator[SchoolWords]:
        shown = self.preview
        for school in shown.private_schools if shown.private_choices else ():
            yield self._school(school, range(1, shown.private_choices + 1), is_private=True)
        before = 0 if shown.is_exclusive else shown.private_choices
        public = shown.public_choices if len(shown.zone_schools) > 1 else 1
        for school in shown.zone_schools:
            yield self._school(school, range(1, before + public + 1), is_private=False)

    def _school(self, school: SchoolOffer, choices: Sequence[int], *, is_private: bool) -> SchoolWords:
        own = {
            line.rule: line_id
            for line_id, line in self.world.lines.items()
            if line.school_id == school.code
            and self.world.kind(line_id) not in RESERVED_KINDS
            and (self.world.kind(line_id) in PRIVATE_KINDS) == is_private
        }
        there = [line for line in self.past.lines if line.school_code == school.code]
        lines = [line for line in there if line.rule in own]
        year = {"year": self.past.round.year}
        if not lines:
            remark = (
                _("In %(year)s this school gave its seats out in another way, so nothing can be said.")
                if there
                else _("This school was not in the round of %(year)s, so nothing can be said.")
            )
            return SchoolWords(school, is_private, (), remark % year, None)
        categories = {
            line.line_id: category
            for line in lines
            if (category := self.preview.categories.get(own[line.rule]))
        }
        said = tuple(self._said(lines, categories, choices, is_private=is_private))
        seats = sum(line.seats for line in lines), sum(self.world.seats[own[line.rule]] for line in lines)
        remark = "" if said else _("Too few families listed it in %(year)s, so nothing is said.") % year
        return SchoolWords(school, is_private, said, remark, seats)

    def _said(
        self,
        lines: Sequence[LineChances],
        categories: Mapping[str, str],
        choices: Sequence[int],
        *,
        is_private: bool,
    ) -> Iterator[tuple[str, str]]:
        """Yield what is said of each place on the list; of all places together where nothing is said of one."""
        told = False
        for choice in choices:
            if words := self._at_choice(lines, categories, choice):
                told = True
                yield self._choice(choice, is_private=is_private), words
        whole = [group for line in lines if (group := line.group(0)) and group.tells]
        if not told and whole:
            families = _("families with no place higher on their list")
            yield _("Wherever it stands on the list"), place_in_words(families, range_of(*whole))

    def _at_choice(self, lines: Sequence[LineChances], categories: Mapping[str, str], choice: int) -> str:
        own = next((line for line in lines if line.line_id in categories), None)
        if own is not None:
            return self._own(own, categories[own.line_id], choice)
        groups = [group for line in lines for group in _kinds(line, choice)]
        found = [group for group in groups if group.tells]
        if not found:
            return few_in_words() if groups else ""
        together = range_of(*found)
        if len(found) > 1 and not (together.every or together.nobody):
            return spread_in_words(together)
        return place_in_words(_families("", choice), together)

    def _own(self, line: LineChances, category: str, choice: int) -> str:
        group = line.group(choice, category)
        title = self._title(category)
        if group is None:  # too few of the kind to be told: all kinds together
            group, title = line.group(choice), ""
        if group is None:
            return ""
        return place_in_words(_families(title, choice), range_of(group)) if group.tells else few_in_words()

    def _title(self, category: str) -> str:
        """Return the name of the category; a line with one tier for all has none."""
        named = (item.title for item in self.world.policy.categories if item.code == category)
        title = next(named, COUNTY_TITLES.get(category))
        return "" if title is None else (title.zh if language() == "zh" else title.en)

    def _choice(self, choice: int, *, is_private: bool) -> str:
        if is_private and self.preview.private_choices == 1:
            return ""
        if is_private or len(self.preview.zone_schools) > 1:
            return _("As number %(number)s on the list") % {"number": choice}
        if choice == 1:
            return _("If you list no private school") if self.preview.private_choices else ""
        before = choice - 1
        said = ngettext(
            "If you list %(count)s private school first and get no place there",
            "If you list %(count)s private schools first and get no place there",
            before,
        )
        return said % {"count": before}


def _kinds(line: LineChances, choice: int) -> tuple[GroupChance, ...]:
    """Return the kinds of families at a choice; of one kind alone, all together where that may be told."""
    kinds, whole = line.by_category(choice), line.group(choice)
    return kinds if len(kinds) > 1 or whole is None else (whole,)


def _families(title: str, choice: int) -> str:
    if title and choice > 1:
        return _("families of your kind (%(kind)s) with no place higher on their list") % {"kind": title}
    if title:
        return _("families of your kind (%(kind)s)") % {"kind": title}
    return _("families with no place higher on their list") if choice > 1 else _("families")

"""Applications as families and officers read them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils.translation import get_language

from accounts.models import Role, User
from accounts.permissions import Action, require
from accounts.sealing import open_sealed
from admissions.models import (
    LIVE_STATUSES,
    AdmissionRound,
    Application,
    ApplicationChoice,
    ApplicationStatus,
    ChoiceOutcome,
    DrawRecord,
    Entry,
    LineCutoff,
    Offer,
    Placement,
    RoundStatus,
)
from admissions.rules.documents import Needed
from admissions.rules.facts import FactName, facts_from_data
from admissions.rules.policy_records import Category
from admissions.rules.sentences import Language, say
from admissions.selectors.by_rule import is_told, told_reason
from admissions.selectors.choice_figures import ChoiceFigures, choice_figures
from admissions.selectors.reason_words import placement_sentence, reason_sentence
from admissions.selectors.rounds import policy_of
from admissions.selectors.world import world_of
from common.errors import NotFound

TABLE = "admissions_application"


class NoSuchApplication(NotFound):
    """There is no such application, or it belongs to somebody else."""

    code = "no_such_application"


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """One choice of the list, and once results are out what became of it and why.

    seats_aside -- the name of the seats where they are set aside from the open seats of the school, else ""
    """

    line_id: str
    school: str
    choice: int
    seats_aside: str = ""
    reason: str = ""
    sentence: str = ""
    figures: ChoiceFigures | None = None


@dataclass(frozen=True, slots=True)
class ResultView:
    """What a family is told on the day of results."""

    reason: str
    sentence: str
    school: str = ""
    address: str = ""
    offer_status: str = ""


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """An application as its guardian, or an officer who reviews it, may read it."""

    application: Application
    child_name: str
    category: str
    choices: tuple[ChoiceView, ...]
    documents: tuple[Needed, ...]
    trace: tuple[str, ...]
    result: ResultView | None

    @property
    def is_live(self) -> bool:
        """Say whether it still counts."""
        return self.application.status in LIVE_STATUSES


def get_application(application_id: UUID | str, *, reader: User) -> Application:
    """Return the application to its guardian or to those who read the district. Raises NoSuchApplication."""
    rows = Application.objects.select_related("round__district", "round__publication__plan", "receipt")
    found = rows.filter(pk=application_id).first()
    if found is None or (reader.role == Role.GUARDIAN and found.guardian_id != reader.pk):
        raise NoSuchApplication("there is no such application")
    if reader.role != Role.GUARDIAN:
        require(reader, Action.READ_DISTRICT, found.round.district_id)
    return found


def get_application_round(application_id: UUID) -> UUID:
    """Return the round of an application. Raises NoSuchApplication."""
    found = Application.objects.filter(pk=application_id).values_list("round_id", flat=True).first()
    if found is None:
        raise NoSuchApplication("there is no such application")
    return found


def list_applications_of(guardian: User) -> list[Application]:
    """Return the guardian's applications, the newest first."""
    rows = Application.objects.filter(guardian=guardian).select_related("round__district", "receipt")
    return list(rows.order_by("-filed_at", "id"))


def list_applications(
    admission_round: AdmissionRound, *, status: str = "", category: str = "", contradictory: bool = False
) -> QuerySet[Application]:
    """Return the applications of a round by receipt; when asked, of one status or category, or the contradictory."""
    rows = (
        Application.objects.filter(round=admission_round)
        .select_related("receipt")
        .order_by("receipt__receipt", "filed_at")
    )
    if status:
        rows = rows.filter(status=status)
    if contradictory:
        rows = rows.exclude(contradictory=[])
    return rows.filter(category=category) if category else rows


def count_by_status(admission_round: AdmissionRound) -> dict[str, int]:
    """Return how many applications have each status, every status named."""
    counts = Counter(dict.fromkeys(ApplicationStatus.values, 0))
    rows = Application.objects.filter(round=admission_round).values_list("status").annotate(count=Count("id"))
    counts.update({str(status): int(count) for status, count in rows})
    return dict(counts)


def count_by_category(admission_round: AdmissionRound) -> list[tuple[str, int]]:
    """Return how many live applications each category of the policy has, in the policy's order."""
    rows = Application.objects.filter(round=admission_round, status__in=LIVE_STATUSES)
    counts = {
        str(code): int(count) for code, count in rows.values_list("category").annotate(count=Count("id"))
    }
    known = [
        (_title(category), counts.get(category.code, 0)) for category in policy_of(admission_round).categories
    ]
    return [*known, ("", counts[""])] if counts.get("") else known


def application_view(application: Application) -> ApplicationView:
    """Return what the page of one application shows. Personal fields are opened: the caller has asked who reads."""
    world = world_of(application.round)
    facts = facts_from_data(application.facts)
    draw = _published_draw(application.round)
    choices = list(application.choices.select_related("line__school").order_by("position"))
    line_ids = [choice.line.line_id for choice in choices]
    return ApplicationView(
        application=application,
        child_name=open_sealed(
            application.name_sealed, table=TABLE, row_id=application.pk, field="name_sealed"
        ),
        category=_category_title(application),
        choices=tuple(_choice_views(application, choices, draw)),
        documents=documents_wanted(application, line_ids),
        trace=tuple(say(item, _language()) for item in world.classify(facts, line_ids[-1]).trace)
        if line_ids
        else (),
        result=_result(application, draw),
    )


def documents_wanted(application: Application, line_ids: list[str]) -> tuple[Needed, ...]:
    """Return what the family is asked for, nothing once it is decided or withdrawn.

    What registers disagree about is known, if not settled: an officer does.
    """
    if application.status not in (ApplicationStatus.FILED, ApplicationStatus.RETURNED):
        return ()
    world, facts = world_of(application.round), facts_from_data(application.facts)
    disputed = {FactName(item["name"]) for item in application.contradictory}
    asked = {
        item.document: item for line_id in line_ids for item in world.documents(facts, line_id, disputed)
    }
    return tuple(asked.values())


def _published_draw(admission_round: AdmissionRound) -> DrawRecord | None:
    if admission_round.status != RoundStatus.PUBLISHED:
        return None
    draws = DrawRecord.objects.filter(entry_list__round=admission_round).select_related("entry_list")
    draws = draws.defer("bundle", "entry_list__document", "entry_list__plan_document")
    return draws.order_by("-entry_list__number").first()


def _choice_views(
    application: Application, choices: Sequence[ApplicationChoice], draw: DrawRecord | None
) -> Iterator[ChoiceView]:
    """Yield the list as written, and once drawn what rules added: reserves that could spill, a place by adjustment."""
    outcomes = _outcomes(application, draw)
    figures = choice_figures(application, draw, _language()) if draw else {}
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
        yield ChoiceView(
            line.line_id,
            line.school.name,
            number,
            (title.zh if _language() == "zh" else title.en) if line.reserve_of_id else "",
            *outcomes.get(line.pk, ("", "")),
            figures=figures.get(line.pk),
        )


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
    cutoffs = {cutoff.line_id: cutoff for cutoff in LineCutoff.objects.filter(draw=draw)}
    rows = ChoiceOutcome.objects.filter(draw=draw, application=application)
    return {
        row.line_id: (
            row.reason,
            reason_sentence(row.reason, cutoffs.get(row.line_id), waitlist_place=row.waitlist_place),
        )
        for row in rows
    }


def _result(application: Application, draw: DrawRecord | None) -> ResultView | None:
    if draw is None:
        return None
    placement = (
        Placement.objects.filter(draw=draw, application=application).select_related("line__school").first()
    )
    if placement is None:
        return None
    offer = Offer.objects.filter(application=application).order_by("-offered_at").first()
    school = placement.line.school if placement.line else None
    policy = policy_of(application.round)
    reason = told_reason(policy, placement.line, _standings(application, draw), placement.reason)
    return ResultView(
        reason=reason,
        sentence=placement_sentence(reason, policy),
        school=school.name if school else "",
        address=school.address if school else "",
        offer_status=offer.status if offer else "",
    )


def _category_title(application: Application) -> str:
    titles = {category.code: _title(category) for category in policy_of(application.round).categories}
    return titles.get(application.category, application.category)


def _language() -> Language:
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


def _title(category: Category) -> str:
    return category.title.zh if _language() == "zh" else category.title.en

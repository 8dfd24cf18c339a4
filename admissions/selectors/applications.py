"""Applications as families and officers read them."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from accounts.models import Role, User
from accounts.permissions import Action, require
from accounts.sealing import open_sealed
from admissions.models import (
    LIVE_STATUSES,
    AdmissionRound,
    Application,
    ApplicationStatus,
)
from admissions.rules.calendar import accepts_amendment, is_review_over
from admissions.rules.documents import Needed
from admissions.rules.facts import FactName, facts_from_data
from admissions.rules.policy_records import Category
from admissions.rules.sentences import say
from admissions.rules.status import Action as Step
from admissions.rules.status import Who, actions_for, may
from admissions.selectors.choice_views import (
    ChoiceView,
    ResultView,
    choice_views,
    find_published_draw,
    result_view,
)
from admissions.selectors.language import reader_language
from admissions.selectors.rounds import phase_of, policy_of
from admissions.selectors.world import world_of
from common.errors import NotFound

TABLE = "admissions_application"


class NoSuchApplication(NotFound):
    """There is no such application, or it belongs to somebody else."""

    code = "no_such_application"


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
    admission_round: AdmissionRound,
    *,
    status: str = "",
    category: str = "",
    contradictory: bool = False,
    objecting: bool = False,
) -> QuerySet[Application]:
    """Return the applications of a round by receipt; when asked, of one status or category, the contradictory or
    those whose refusal the family objected to."""
    rows = (
        list_objections(admission_round) if objecting else Application.objects.filter(round=admission_round)
    )
    rows = rows.select_related("receipt").order_by("receipt__receipt", "filed_at")
    if status:
        rows = rows.filter(status=status)
    if contradictory:
        rows = rows.exclude(contradictory=[])
    return rows.filter(category=category) if category else rows


def list_undecided(admission_round: AdmissionRound) -> QuerySet[Application]:
    """Return the applications that are neither accepted nor refused nor withdrawn, in no order."""
    waiting = [ApplicationStatus.FILED, ApplicationStatus.RETURNED]
    return Application.objects.filter(round=admission_round, status__in=waiting)


def list_objections(admission_round: AdmissionRound) -> QuerySet[Application]:
    """Return the applications that were refused and are looked at again, in no order: the family objected, or an
    officer reopened them. Nobody has decided them anew."""
    filed = Application.objects.filter(round=admission_round, status=ApplicationStatus.FILED)
    return filed.exclude(review_reason="")


def is_refused_before(application: Application) -> bool:
    """Say whether it is one of `list_objections`: filed, and still with the reason for which it was refused."""
    return application.status == ApplicationStatus.FILED and application.review_reason != ""


def may_amend(application: Application, now: datetime) -> bool:
    """Say whether the family may change the application at the moment; asks nothing of the database but the round."""
    in_time = accepts_amendment(
        phase_of(application.round, now), is_returned=application.status == ApplicationStatus.RETURNED
    )
    return in_time and may(application.status, Step.AMEND, Who.GUARDIAN)


def review_steps(application: Application, now: datetime) -> tuple[Step, ...]:
    """Return what an officer may do at the moment, in the order of the status table.

    Once the review is over nobody is returned or refused who could not answer; an objection can be decided either way.
    """
    unheard = {Step.RETURN} if is_refused_before(application) else {Step.RETURN, Step.REFUSE}
    barred = unheard if is_review_over(phase_of(application.round, now)) else set()
    return tuple(step for step in actions_for(application.status, Who.OFFICER) if step not in barred)


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
    draw = find_published_draw(application)
    choices = list(application.choices.select_related("line__school").order_by("position"))
    line_ids = [choice.line.line_id for choice in choices]
    return ApplicationView(
        application=application,
        child_name=open_sealed(
            application.name_sealed, table=TABLE, row_id=application.pk, field="name_sealed"
        ),
        category=_category_title(application),
        choices=tuple(choice_views(application, choices, draw)),
        documents=documents_wanted(application, line_ids),
        trace=tuple(say(item, reader_language()) for item in world.classify(facts, line_ids[-1]).trace)
        if line_ids
        else (),
        result=result_view(application, draw),
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


def _category_title(application: Application) -> str:
    titles = {category.code: _title(category) for category in policy_of(application.round).categories}
    return titles.get(application.category, application.category)


def _title(category: Category) -> str:
    return category.title.zh if reader_language() == "zh" else category.title.en

"""The last page before an application is sent: every answer once more, and what stands against it."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from admissions.models import AdmissionRound
from admissions.rules.adjustment import reasons_against_adjustment
from admissions.selectors.rounds import policy_of
from common.errors import DomainError
from frontend.pages.guardians.drafts import CHECK, STEPS, Draft
from frontend.pages.guardians.previews import Preview, preview
from frontend.pages.refusals import reasons_in_words, refusal_in_words

TITLES = {
    "child": _("The child"),
    "home": _("Your home"),
    "found": _("What we found"),
    "choices": _("Schools"),
    "coordination": _("If there is no place"),
    CHECK: _("Check and send"),
}


def step_context(admission_round: AdmissionRound, name: str, draft: Draft) -> dict[str, Any]:
    """Return where the family is on its way through the questions."""
    order = [*STEPS, CHECK]
    place = order.index(name)
    steps = [
        {"name": step, "title": TITLES[step], "done": at < place, "current": at == place}
        for at, step in enumerate(order)
    ]
    return {
        "round": admission_round,
        "draft": draft,
        "steps": steps,
        "title": TITLES[name],
        "back": order[place - 1] if place else "",
    }


def check_context(
    admission_round: AdmissionRound, draft: Draft, guardian: User, refusal: DomainError | None
) -> dict[str, Any]:
    """Return every answer in words, and a refusal with all its reasons."""
    shown = preview(admission_round, draft, guardian)
    names = {school.code: school.name for school in (*shown.private_schools, *shown.zone_schools)}
    private, public = listed_schools(draft, shown)
    schools = [*(("private", code) for code in private), *(("public", code) for code in public)]
    return step_context(admission_round, CHECK, draft) | {
        "asks_adjustment": asks_adjustment(admission_round, draft),
        "has_twin": shown.has_twin,
        "schools": [(kind, names.get(code, code)) for kind, code in schools],
        "refusal": refusal and refusal_in_words(refusal),
        "reasons": reasons_in_words(refusal),
    }


def asks_adjustment(admission_round: AdmissionRound, draft: Draft) -> bool:
    """Say whether the family is asked about another private school: the policy offers it, and it lists one."""
    private = draft.texts("choices", "private")
    return not reasons_against_adjustment(policy_of(admission_round), private_schools=private)


def listed_schools(draft: Draft, shown: Preview) -> tuple[Sequence[str], Sequence[str]]:
    """Return the private and the public schools of the list; where no public one is named, those of the zone."""
    private, public = draft.texts("choices", "private"), draft.texts("choices", "public")
    if public or (shown.is_exclusive and private):
        return private, public
    return private, tuple(school.code for school in shown.zone_schools)

"""The answers of a family on their way through the form: kept in the session, which is sealed, until it is filed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.http import HttpRequest

from admissions.services.applications import ApplicationForm

KEY = "application_draft"
STEPS = ("child", "home", "found", "choices", "coordination")
CHECK = "check"


@dataclass(frozen=True, slots=True)
class Draft:
    """Answers by step, for one round.

    amends, version -- the application that is changed and the version of it that was read; empty for a new one
    """

    round_id: UUID
    answers: Mapping[str, Mapping[str, object]]
    amends: str = ""
    version: int = 0

    def answer(self, step: str, name: str) -> object:
        """Return one answer, or None when the question was not answered yet."""
        return self.answers.get(step, {}).get(name)

    def text(self, step: str, name: str) -> str:
        """Return one answer as text, empty when there is none."""
        return str(self.answer(step, name) or "")

    def texts(self, step: str, name: str) -> tuple[str, ...]:
        """Return a list of answers."""
        found = self.answer(step, name)
        return tuple(str(item) for item in found) if isinstance(found, list) else ()

    @property
    def lists_private(self) -> bool:
        """Say whether a private school is on the list."""
        return bool(self.texts("choices", "private"))

    @property
    def accepts_adjustment(self) -> bool:
        """Say whether the child takes another private school; without one on the list nobody was asked."""
        return self.lists_private and self.text("coordination", "adjusts") == "yes"

    @property
    def may_be_split(self) -> bool:
        """Say whether twins may be split by the last seat; where no register knows a twin nobody was asked."""
        return self.text("coordination", "twins") == "split"

    @property
    def birth_on(self) -> date:
        """Return the child's birth date, which its identity number holds."""
        return date.fromisoformat(self.text("child", "birth_on"))

    def first_open_step(self) -> str:
        """Return the first step without an answer; `check` when all are answered."""
        return next((step for step in STEPS if step not in self.answers), CHECK)

    def form(self, phone: str) -> ApplicationForm:
        """Return the form as the service takes it. Every step must be answered."""
        return ApplicationForm(
            identity_number=self.text("child", "identity_number"),
            child_name=self.text("child", "child_name"),
            birth_on=self.birth_on,
            sex=self.text("child", "sex"),
            unit_code=self.text("home", "unit_code"),
            address=self.text("home", "address"),
            guardian_name=self.text("home", "guardian_name"),
            phone=phone,
            private_schools=self.texts("choices", "private"),
            public_schools=self.texts("choices", "public"),
            accepts_coordination=self.text("coordination", "accepts") == "yes",
            accepts_adjustment=self.accepts_adjustment,
            split_allowed=self.may_be_split,
        )


def read_draft(request: HttpRequest, round_id: UUID) -> Draft:
    """Return the answers given so far in this round."""
    kept = request.session.get(KEY, {})
    if kept.get("round") != str(round_id):
        return Draft(round_id, {})
    return Draft(round_id, kept.get("answers", {}), kept.get("amends", ""), kept.get("version", 0))


def keep_answer(request: HttpRequest, draft: Draft, step: str, answer: Mapping[str, object]) -> Draft:
    """Keep the answers of a step.

    Another home means other schools, so the choices are asked again. A first private school on the list means one
    question more of what to do without a place, and so may another child: it may have a twin.
    """
    answers = {**draft.answers, step: dict(answer)}
    if step == "choices" and Draft(draft.round_id, answers).lists_private and not draft.lists_private:
        answers.pop("coordination", None)
    if step == "child" and draft.text("child", "identity_number") != answer.get("identity_number"):
        answers.pop("coordination", None)
    if step in ("child", "home") and draft.answers.get(step) != answer:
        for later in ("found", "choices"):
            answers.pop(later, None)
    kept = replace(draft, answers=answers)
    keep_draft(request, kept)
    return kept


def keep_draft(request: HttpRequest, draft: Draft) -> None:
    """Keep a draft as a whole."""
    request.session[KEY] = {
        "round": str(draft.round_id),
        "answers": dict(draft.answers),
        "amends": draft.amends,
        "version": draft.version,
    }


def forget_draft(request: HttpRequest) -> None:
    """Drop the answers, once they are filed."""
    request.session.pop(KEY, None)

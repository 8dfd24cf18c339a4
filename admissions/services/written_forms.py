"""Forms as families wrote them: read back from the rows, kept as versions, and held against one another."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from accounts.models import User
from accounts.sealing import current_keyring, open_sealed, seal
from admissions.models import Application, ApplicationVersion
from admissions.rules.facts import Fact, FactSource, fact_from_data, facts_as_data
from admissions.rules.facts_kept import STATED_BY_FORM
from admissions.rules.policy_records import PRIVATE_KINDS
from admissions.selectors.applications import TABLE
from admissions.selectors.world import RoundWorld, world_of
from admissions.services.drafting import ApplicationForm

VERSION_TABLE, VERSION_FIELD = "admissions_applicationversion", "written_sealed"
# A change is of one child's form: the number tells which child.
NOT_COMPARED = ("identity_number",)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of ApplicationForm, and what it held before and after; lists are tuples, facts are (name, value)."""

    field: str
    before: object
    after: object


def written_form(application: Application) -> ApplicationForm:
    """Return the form that stands, with all schools listed by name; personal fields are opened."""
    keyring = current_keyring()

    def opened(name: str) -> str:
        sealed = getattr(application, f"{name}_sealed")
        if sealed is None:
            return ""
        return open_sealed(
            sealed, table=TABLE, row_id=application.pk, field=f"{name}_sealed", keyring=keyring
        )

    private, public = schools_of(world_of(application.round), list_line_ids(application))
    return ApplicationForm(
        identity_number=opened("identity"),
        child_name=opened("name"),
        birth_on=application.birth_on,
        sex=application.sex,
        unit_code=application.unit_code,
        address=opened("address"),
        guardian_name=opened("guardian_name"),
        phone=opened("phone"),
        private_schools=private,
        public_schools=public,
        accepts_coordination=application.accepts_coordination,
        group_code=application.group_code,
        split_allowed=application.split_allowed,
        facts=declared_beyond_form(fact_from_data(item) for item in application.facts),
    )


def declared_beyond_form(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Return what the family declared beyond the fields of the form, in the order given."""
    return tuple(
        fact for fact in facts if fact.source is FactSource.DECLARED and fact.name not in STATED_BY_FORM
    )


def list_line_ids(application: Application) -> list[str]:
    """Return the lines that the application lists, in its order."""
    return list(application.choices.order_by("position").values_list("line__line_id", flat=True))


def schools_of(world: RoundWorld, line_ids: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the private and the public schools of a list, each school once, in the order of the list."""
    private, public = dict[str, None](), dict[str, None]()
    for line_id in line_ids:
        schools = private if world.kind(line_id) in PRIVATE_KINDS else public
        schools.setdefault(world.lines[line_id].school_id)
    return tuple(private), tuple(public)


def changes_between(before: ApplicationForm, after: ApplicationForm) -> tuple[FieldChange, ...]:
    """Return what differs, in the order of the form; the identity number, which tells the child, is not compared."""
    found = []
    for field in fields(ApplicationForm):
        was, became = (_compared(field.name, getattr(form, field.name)) for form in (before, after))
        if field.name not in NOT_COMPARED and was != became:
            found.append(FieldChange(field.name, was, became))
    return tuple(found)


def version_of(
    application: Application, form: ApplicationForm, *, actor: User | None, now: datetime
) -> ApplicationVersion:
    """Return the row that keeps the application as it stands, not stored yet; `form` is the one it stands by."""
    row = ApplicationVersion(
        application=application,
        number=application.version,
        line_ids=list_line_ids(application),
        facts=application.facts,
        status=application.status,
        review_reason=application.review_reason,
        category=application.category,
        tier=application.tier,
        replaced_by=actor,
        replaced_at=now,
    )
    text = json.dumps(_as_data(form), ensure_ascii=False)
    row.written_sealed = seal(text, table=VERSION_TABLE, row_id=row.pk, field=VERSION_FIELD)
    return row


def form_of_version(version: ApplicationVersion) -> ApplicationForm:
    """Return the form as it was written then. What later forms ask for besides is as if it was left out."""
    text = open_sealed(version.written_sealed, table=VERSION_TABLE, row_id=version.pk, field=VERSION_FIELD)
    data: dict[str, Any] = json.loads(text)
    lists = {name: tuple(value) for name, value in data.items() if isinstance(value, list)}
    facts = tuple(fact_from_data(item) for item in data["facts"])
    return ApplicationForm(
        **{**data, **lists, "birth_on": date.fromisoformat(data["birth_on"]), "facts": facts}
    )


def list_versions(application: Application) -> list[ApplicationVersion]:
    """Return the earlier versions, the first one first, with who changed them."""
    return list(application.versions.select_related("replaced_by").order_by("number"))


def _as_data(form: ApplicationForm) -> dict[str, object]:
    data: dict[str, object] = {field.name: getattr(form, field.name) for field in fields(form)}
    return {**data, "birth_on": form.birth_on.isoformat(), "facts": facts_as_data(form.facts)}


def _compared(name: str, value: object) -> object:
    if name == "facts" and isinstance(value, tuple):
        return tuple(sorted(((fact.name, fact.value) for fact in value), key=lambda item: item[0]))
    return value

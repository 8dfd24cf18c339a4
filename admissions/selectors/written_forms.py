"""Forms as families wrote them, read back from the rows that stand and from the versions that are kept."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from accounts.models import Role, User
from accounts.permissions import Action, require
from accounts.sealing import current_keyring, open_sealed
from admissions.models import Application, ApplicationVersion
from admissions.rules.application_form import ApplicationForm
from admissions.rules.facts import Fact, FactName, FactSource, fact_from_data, facts_from_data
from admissions.rules.facts_kept import STATED_BY_FORM
from admissions.rules.policy_records import PRIVATE_KINDS
from admissions.selectors.applications import TABLE, get_application
from admissions.selectors.world import RoundWorld, world_of

VERSION_TABLE, VERSION_FIELD = "admissions_applicationversion", "written_sealed"


def read_form(application_id: UUID, *, reader: User) -> tuple[ApplicationForm, int]:
    """Return the form that stands and its version, to its family or to who reviews in its district."""
    application = get_application(application_id, reader=reader)
    if reader.role != Role.GUARDIAN:
        require(reader, Action.REVIEW_APPLICATIONS, application.round.district_id)
    return written_form(application), application.version


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
    facts = facts_from_data(application.facts)
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
        accepts_adjustment=application.accepts_adjustment,
        group_code=facts.text(FactName.TWIN_GROUP) or "",
        split_allowed=application.split_allowed,
        facts=declared_beyond_form(facts.values()),
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

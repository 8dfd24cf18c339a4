"""Who may do what, and where."""

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts import permissions
from accounts.models import JobRun, Role, User
from accounts.permissions import Action, may, may_read_school, may_see_job, may_speak_for, require
from common.errors import NotPermitted
from tests.services.accounts_world import DISTRICT, OTHER_DISTRICT

MAY = {
    Role.GUARDIAN: {"apply"},
    Role.SCHOOL_OFFICER: {"read_school", "enrol_children"},
    Role.DISTRICT_OFFICER: {
        "import_data",
        "draw_zones",
        "edit_zones",
        "publish_zones",
        "manage_round",
        "run_round",
        "review_applications",
        "exchange_applications",
        "enrol_children",
        "read_school",
        "read_district",
        "read_preferences",
    },
    Role.AUDITOR: {"read_school", "read_district", "read_audit", "read_preferences"},
    Role.ADMINISTRATOR: {"administer"},
    Role.PORTAL: {"exchange_applications"},
}


def person(role: Role, district_code: str = DISTRICT, **values: object) -> User:
    return User(role=role, district_code="" if role == Role.GUARDIAN else district_code, **values)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", Action)
def test_role_does_what_the_table_says_and_no_more(role: Role, action: Action) -> None:
    assert may(person(role), action, DISTRICT) is (action.value in MAY[role])


@pytest.mark.parametrize("role", [role for role in Role if role != Role.GUARDIAN])
@pytest.mark.parametrize("action", Action)
def test_nobody_acts_in_another_district(role: Role, action: Action) -> None:
    assert not may(person(role), action, OTHER_DISTRICT)
    assert not may(person(role), action, "")


def test_guardian_applies_anywhere() -> None:
    assert permissions.may_apply(person(Role.GUARDIAN))
    assert may(person(Role.GUARDIAN), Action.APPLY, OTHER_DISTRICT)


def test_school_officer_reads_only_the_own_school() -> None:
    reader = person(Role.SCHOOL_OFFICER, school_code="s1")

    assert may_read_school(reader, DISTRICT, "s1")
    assert not may_read_school(reader, DISTRICT, "s2")
    assert not may_read_school(reader, OTHER_DISTRICT, "s1")
    assert may_read_school(person(Role.DISTRICT_OFFICER), DISTRICT, "s2")


def test_a_portal_speaks_for_itself_and_officers_for_any() -> None:
    portal = person(Role.PORTAL, portal_code="province")

    assert may_speak_for(portal, "province")
    assert not may_speak_for(portal, "city")
    assert may_speak_for(person(Role.DISTRICT_OFFICER), "city")


def test_administrator_without_a_district_administers_all() -> None:
    assert may(person(Role.ADMINISTRATOR, ""), Action.ADMINISTER, DISTRICT)
    assert not may(person(Role.ADMINISTRATOR, ""), Action.READ_DISTRICT, DISTRICT)


@pytest.mark.parametrize("who", [None, AnonymousUser(), person(Role.DISTRICT_OFFICER, is_active=False)])
def test_nobody_in_particular_may_do_nothing(who: User | AnonymousUser | None) -> None:
    assert not any(may(who, action, DISTRICT) for action in Action)
    with pytest.raises(NotPermitted):
        require(who, Action.RUN_ROUND, DISTRICT)


def test_required_person_is_returned() -> None:
    officer = person(Role.DISTRICT_OFFICER)

    assert require(officer, Action.RUN_ROUND, DISTRICT) is officer


@pytest.mark.parametrize("name", sorted(action.value for action in Action))
def test_every_action_has_its_question(name: str) -> None:
    question = getattr(permissions, f"may_{name}")
    places = {"apply": (), "read_school": (DISTRICT, ""), "enrol_children": (DISTRICT, "")}.get(
        name, (DISTRICT,)
    )

    assert {role for role in Role if question(person(role), *places)} == {r for r in Role if name in MAY[r]}


def test_job_is_seen_by_who_asked_and_who_reads_the_district() -> None:
    asker = person(Role.SCHOOL_OFFICER)
    job = JobRun(district_code=DISTRICT, requested_by=asker)

    assert may_see_job(asker, job)
    assert may_see_job(person(Role.DISTRICT_OFFICER), job)
    assert may_see_job(person(Role.AUDITOR), job)
    assert not may_see_job(person(Role.DISTRICT_OFFICER, OTHER_DISTRICT), job)
    assert not may_see_job(person(Role.GUARDIAN), job)
    assert not may_see_job(person(Role.ADMINISTRATOR), job)
    assert not may_see_job(AnonymousUser(), job)

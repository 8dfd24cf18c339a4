"""Who may do what: one table of roles and actions, and the questions asked of it."""

from collections.abc import Mapping
from enum import Enum

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import JobRun, Role, User
from common.errors import NotPermitted

Person = AbstractBaseUser | AnonymousUser


class Action(Enum):
    """What can be done, in the words of the office."""

    APPLY = "apply"
    IMPORT_DATA = "import_data"
    DRAW_ZONES = "draw_zones"
    EDIT_ZONES = "edit_zones"
    PUBLISH_ZONES = "publish_zones"
    MANAGE_ROUND = "manage_round"
    RUN_ROUND = "run_round"
    REVIEW_APPLICATIONS = "review_applications"
    EXCHANGE_APPLICATIONS = "exchange_applications"
    ENROL_CHILDREN = "enrol_children"
    READ_SCHOOL = "read_school"
    READ_DISTRICT = "read_district"
    READ_AUDIT = "read_audit"
    READ_PREFERENCES = "read_preferences"
    ADMINISTER = "administer"


ALLOWED: Mapping[Role, frozenset[Action]] = {
    Role.GUARDIAN: frozenset({Action.APPLY}),
    Role.SCHOOL_OFFICER: frozenset({Action.READ_SCHOOL, Action.ENROL_CHILDREN}),
    Role.DISTRICT_OFFICER: frozenset(
        {
            Action.IMPORT_DATA,
            Action.DRAW_ZONES,
            Action.EDIT_ZONES,
            Action.PUBLISH_ZONES,
            Action.MANAGE_ROUND,
            Action.RUN_ROUND,
            Action.REVIEW_APPLICATIONS,
            Action.EXCHANGE_APPLICATIONS,
            Action.ENROL_CHILDREN,
            Action.READ_SCHOOL,
            Action.READ_DISTRICT,
            Action.READ_PREFERENCES,
        }
    ),
    Role.AUDITOR: frozenset(
        {Action.READ_SCHOOL, Action.READ_DISTRICT, Action.READ_AUDIT, Action.READ_PREFERENCES}
    ),
    Role.ADMINISTRATOR: frozenset({Action.ADMINISTER}),
    Role.PORTAL: frozenset({Action.EXCHANGE_APPLICATIONS}),
}
EVERYWHERE = frozenset({Role.GUARDIAN})  # families move; nobody else acts outside the own district


def may(person: Person | None, action: Action, district_code: str, school_code: str = "") -> bool:
    """Say whether the person may do this in the district, and, for a school officer, at the school.

    An administrator without a district administers all of them.
    """
    if not isinstance(person, User) or not person.is_active:
        return False
    if action not in ALLOWED[Role(person.role)]:
        return False
    if person.role in EVERYWHERE or (person.role == Role.ADMINISTRATOR and not person.district_code):
        return True
    if person.role == Role.SCHOOL_OFFICER and person.school_code != school_code:
        return False
    return person.district_code == district_code


def require(person: Person | None, action: Action, district_code: str, school_code: str = "") -> User:
    """Return the person when they may do this there. Raises NotPermitted otherwise."""
    if isinstance(person, User) and may(person, action, district_code, school_code):
        return person
    raise NotPermitted("you may not do this here", action=action.value, district_code=district_code)


def may_apply(person: Person | None) -> bool:
    """Guardians apply, in any district."""
    return may(person, Action.APPLY, "")


def may_import_data(person: Person | None, district_code: str) -> bool:
    """District officers bring in census and school files."""
    return may(person, Action.IMPORT_DATA, district_code)


def may_draw_zones(person: Person | None, district_code: str) -> bool:
    """District officers let the solver draw."""
    return may(person, Action.DRAW_ZONES, district_code)


def may_edit_zones(person: Person | None, district_code: str) -> bool:
    """District officers change drafts by hand."""
    return may(person, Action.EDIT_ZONES, district_code)


def may_publish_zones(person: Person | None, district_code: str) -> bool:
    """District officers put a plan in force."""
    return may(person, Action.PUBLISH_ZONES, district_code)


def may_manage_round(person: Person | None, district_code: str) -> bool:
    """District officers open rounds and set their calendar and plan lines."""
    return may(person, Action.MANAGE_ROUND, district_code)


def may_run_round(person: Person | None, district_code: str) -> bool:
    """District officers close entries, draw and place."""
    return may(person, Action.RUN_ROUND, district_code)


def may_review_applications(person: Person | None, district_code: str) -> bool:
    """District officers verify facts and documents."""
    return may(person, Action.REVIEW_APPLICATIONS, district_code)


def may_exchange_applications(person: Person | None, district_code: str) -> bool:
    """Portals hand in applications and fetch results, each its own; district officers do it for any portal."""
    return may(person, Action.EXCHANGE_APPLICATIONS, district_code)


def may_speak_for(person: User, portal: str) -> bool:
    """A portal speaks for itself only."""
    return person.role != Role.PORTAL or person.portal_code == portal


def may_enrol_children(person: Person | None, district_code: str, school_code: str) -> bool:
    """School officers enrol who arrived at their own school; district officers at any of the district."""
    return may(person, Action.ENROL_CHILDREN, district_code, school_code)


def may_read_school(person: Person | None, district_code: str, school_code: str) -> bool:
    """School officers read the lines of their own school; officers and auditors those of the district."""
    return may(person, Action.READ_SCHOOL, district_code, school_code)


def may_read_district(person: Person | None, district_code: str) -> bool:
    """District officers and auditors read everything of the district."""
    return may(person, Action.READ_DISTRICT, district_code)


def may_read_audit(person: Person | None, district_code: str) -> bool:
    """Auditors read the log of the district."""
    return may(person, Action.READ_AUDIT, district_code)


def may_read_preferences(person: Person | None, district_code: str) -> bool:
    """District officers and auditors see to which preferential group a child belongs; schools never do."""
    return may(person, Action.READ_PREFERENCES, district_code)


def may_administer(person: Person | None, district_code: str) -> bool:
    """Administrators manage accounts and see no personal data."""
    return may(person, Action.ADMINISTER, district_code)


def may_see_job(person: Person | None, job: JobRun) -> bool:
    """Whoever asked for a job sees it, and those who read the district."""
    asked = isinstance(person, User) and person.is_active and job.requested_by_id == person.pk
    return asked or may_read_district(person, job.district_code)


class IsGuardian(BasePermission):
    """Lets guardians through."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Ask the table."""
        return may_apply(request.user)


class IsStaff(BasePermission):
    """Lets everybody who works here through; what they may do is asked where the district is known."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Say whether the person signed in by user name."""
        return isinstance(request.user, User) and request.user.role not in (Role.GUARDIAN, Role.PORTAL)

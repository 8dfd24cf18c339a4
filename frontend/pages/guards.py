"""Who may see a page: the others are led to the sign-in."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.models import Role, User
from common.errors import NotPermitted

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
PageOfPerson = Callable[Concatenate[HttpRequest, User, P], HttpResponseBase]

STAFF = frozenset(Role) - {Role.GUARDIAN, Role.PORTAL}


def for_guardians(page: PageOfPerson[P]) -> Page[P]:
    """Show the page to signed-in guardians, and hand it the guardian."""
    return _for(frozenset({Role.GUARDIAN}), "account_request_login_code", page)


def for_staff(page: PageOfPerson[P]) -> Page[P]:
    """Show the page to whoever works here, and hand it the person; what they may do is asked of permissions."""
    return _for(STAFF, "account_login", page)


def _for(roles: frozenset[Role], sign_in: str, page: PageOfPerson[P]) -> Page[P]:
    @wraps(page)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        person = request.user
        if not isinstance(person, User):
            return redirect_to_login(request.get_full_path(), sign_in)
        if person.role not in roles:
            raise NotPermitted("this page is for other people", role=person.role)
        return page(request, person, *args, **kwargs)

    return cast(Page[P], guarded)  # `wraps` forgets the parameters

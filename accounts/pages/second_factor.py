"""Staff set up an authenticator before they do anything else, where the bureau asks for it."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

from accounts.models import Role, User

OPEN_TO_ALL = ("account_", "mfa_", "set_language")
REFUSAL = {
    "code": "second_factor_required",
    "message": "Set up an authenticator first.",
    "details": {},
}


class SecondFactorFirst:
    """Sends staff without an authenticator to the page where they add one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponse | None:
        """Return the way to the authenticator page, or None to go on."""
        if not settings.REQUIRE_SECOND_FACTOR or not _is_staff_without(request):
            return None
        match = request.resolver_match
        if match and (match.url_name or "").startswith(OPEN_TO_ALL):
            return None
        if request.path.startswith("/api/"):
            return JsonResponse(REFUSAL, status=403)
        return HttpResponseRedirect(reverse("mfa_activate_totp"))


def _is_staff_without(request: HttpRequest) -> bool:
    person = request.user
    if not isinstance(person, User) or person.role == Role.GUARDIAN:
        return False
    return not is_mfa_enabled(person)

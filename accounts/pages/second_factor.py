"""Staff set up an authenticator before they do anything else, where the bureau asks for it; guardians need none."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

from accounts.models import Role, User

OPEN_TO_ALL = ("account_", "mfa_", "set_language")
FOR_STAFF = ("mfa_", "account_change_password", "account_reauthenticate")  # guardians have no password
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
        """Return the way to the authenticator page, or None to go on. Raises Http404 for guardians' wrong turns."""
        person, match = request.user, request.resolver_match
        name = (match.url_name or "") if match else ""
        if not isinstance(person, User):
            return None
        if person.role == Role.GUARDIAN:
            if name.startswith(FOR_STAFF):
                raise Http404
            return None
        if not settings.REQUIRE_SECOND_FACTOR or name.startswith(OPEN_TO_ALL) or is_mfa_enabled(person):
            return None
        if request.path.startswith("/api/"):
            return JsonResponse(REFUSAL, status=403)
        return HttpResponseRedirect(reverse("mfa_activate_totp"))

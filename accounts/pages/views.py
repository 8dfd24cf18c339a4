"""The sign-in pages that differ from allauth's."""

from typing import Any

from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from allauth.core.exceptions import RateLimited
from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from accounts.pages.codes import PhoneCode
from accounts.pages.forms import PhoneForm
from accounts.phones import masked


class RequestCode(RequestLoginCodeView):
    """Takes a phone number and sends a code to it."""

    def form_valid(self, form: PhoneForm) -> HttpResponse:
        """Send the code, or say that enough have been sent."""
        try:
            PhoneCode.begin(self.request, phone=form.cleaned_data["phone"], guardian=form.guardian())
        except RateLimited:
            form.add_error("phone", _("Too many codes were sent to this number. Try again in a few minutes."))
            return self.form_invalid(form)
        return HttpResponseRedirect(self.get_success_url())  # type: ignore[no-untyped-call]

    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        """Say whether this is a demonstration."""
        return {**super().get_context_data(**kwargs), "is_demo": settings.DEMO}


class ConfirmCode(ConfirmLoginCodeView):
    """Takes the code and signs in."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Go on as allauth does, with accounts made for new phones."""
        self._process = PhoneCode(self.stage)
        response: HttpResponse = super().form_valid(form)
        return response

    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        """Show the phone's last digits, and in a demonstration the code."""
        shown: dict[str, Any] = super().get_context_data(**kwargs)
        shown["phone"] = masked(self._process.state["phone"])
        shown["demo_code"] = self._process.code if settings.DEMO else None
        return shown

"""My address is not in the register: tell the bureau, and look for the answer."""

from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.limits import limit_requests
from accounts.phones import BadPhone, normalize_phone
from common.errors import DomainError
from frontend.pages.districts import find_chosen_district
from frontend.pages.refusals import refusal_in_words
from geo_data.selectors.address_requests import get_address_request, open_reply
from geo_data.services.address_requests import LONGEST, ask_for_address


class MissingForm(forms.Form):
    """What is missing, and a phone if the bureau may call."""

    typed = forms.CharField(
        label=_("Your address"),
        help_text=_("Estate and building, or road and number. No room number is needed."),
        max_length=LONGEST,
    )
    phone = forms.CharField(
        label=_("Mobile number"),
        help_text=_("If the bureau may call you. Only its officers can read it."),
        required=False,
        max_length=30,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "tel"}),
    )

    def clean_phone(self) -> str:
        """Return the number as typed when it is one."""
        phone = str(self.cleaned_data["phone"]).strip()
        if phone:
            try:
                normalize_phone(phone, country=settings.PHONE_COUNTRY)
            except BadPhone as refusal:
                raise forms.ValidationError(_("This is not a mobile number.")) from refusal
        return phone


@require_http_methods(["GET", "HEAD", "POST"])
def missing(request: HttpRequest) -> HttpResponse:
    """Take the form, then lead to the page where the answer will stand."""
    district = find_chosen_district(request)
    form = MissingForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and district:
        try:
            limit_requests(request, "address_request")
            row = ask_for_address(
                actor=None,
                now=timezone.now(),
                district_code=district.code,
                typed=form.cleaned_data["typed"],
                phone=form.cleaned_data["phone"],
            )
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
        else:
            return redirect("address-asked", row.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "public/missing.html", {"district": district, "form": form}, status=status)


@require_safe
def asked(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Show what became of it; what was typed is not shown again."""
    row = get_address_request(request_id)
    return render(request, "public/asked.html", {"row": row, "reply": open_reply(row)})

"""The forms of signing in that differ from allauth's."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.phones import BadPhone, normalize_phone
from accounts.selectors.people import find_guardian_by_phone


class PhoneForm(forms.Form):
    """Asks for the phone that gets the code. Says nothing about whether the number is known."""

    phone = forms.CharField(
        label=_("Mobile phone number"),
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
        error_messages={"required": _("Enter your mobile phone number.")},
    )

    def clean_phone(self) -> str:
        """Return the number in E.164."""
        try:
            return normalize_phone(self.cleaned_data["phone"], country=settings.PHONE_COUNTRY)
        except BadPhone:
            raise forms.ValidationError(_("Enter a mobile phone number that can get a message.")) from None

    def guardian(self) -> User | None:
        """Return whose number it is, if anybody's."""
        return find_guardian_by_phone(self.cleaned_data["phone"])

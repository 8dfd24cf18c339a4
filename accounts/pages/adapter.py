"""What allauth asks of us: who may sign up, what is recorded, how secrets are sealed."""

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.sealing import open_sealed, seal
from accounts.services.audit import record_event
from accounts.services.resealing import SECRET_FIELD, SECRET_ROW, SECRET_TABLE

GREETINGS = ("account/messages/logged_in.txt", "account/messages/logged_out.txt")


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by a proven phone number or by an administrator, never by a form."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up."""
        return False

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Sign in, and record it."""
        person = _person(user)
        with transaction.atomic():
            super().login(request, user)
            record_event(
                actor=person,
                now=timezone.now(),
                action="person.signed_in",
                subject=person,
                district_code=person.district_code,
            )

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Leave out the greetings: they would name a guardian, who has no name here."""
        if message_template not in GREETINGS:
            super().add_message(request, level, message_template, *args, **kwargs)

    def set_phone_verified(self, user: AbstractBaseUser, phone: str) -> None:
        """Do nothing: an account is made only once its phone is proven."""


class SecondFactorAdapter(DefaultMFAAdapter):
    """Authenticator secrets and recovery codes are sealed like personal fields."""

    def encrypt(self, text: str) -> str:
        """Seal a secret."""
        sealed = seal(text, table=SECRET_TABLE, row_id=SECRET_ROW, field=SECRET_FIELD)
        return base64.b64encode(sealed).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret."""
        sealed = base64.b64decode(encrypted_text)
        return open_sealed(sealed, table=SECRET_TABLE, row_id=SECRET_ROW, field=SECRET_FIELD)


def _person(user: AbstractBaseUser) -> User:
    if not isinstance(user, User):
        raise TypeError("accounts are of accounts.User")
    return user

"""Signing in by a code sent to a phone, known or not: allauth's process, and an account at the end of it.

allauth sends nothing to an unknown phone. Here everybody gets a code, the page looks the same to all, and the right
code makes the account, so that no account exists whose phone was not proven.
"""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.messages import send_code
from accounts.models import User
from accounts.selectors.people import phone_index
from accounts.services.people import register_guardian


class PhoneCode(LoginCodeVerificationProcess):
    """A code on its way to a phone."""

    @classmethod
    def begin(cls, request: HttpRequest, *, phone: str, guardian: User | None) -> None:
        """Send a code, and keep it in the session. Raises RateLimited."""
        login = Login(user=guardian)
        login.state["stages"] = {"current": LoginByCodeStage.key}
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        stage.state.update(cls.initial_state(user=guardian, phone=phone), initiated_by_user=True)
        process = cls(stage)
        process.send()
        process.persist()

    def generate_code(self) -> str:
        """Make a code, whoever it is for."""
        code: str = get_adapter().generate_login_code()
        self.state["code"] = code
        return code

    def send_by_phone(self, phone: str, skip_enumeration_mails: bool = False) -> None:
        """Send a new code, within the limits of this phone and this address."""
        ratelimit.consume(
            self.request, action="request_login_code", key=phone_index(phone), raise_exception=True
        )
        send_code(now=timezone.now(), phone=phone, code=self.generate_code())

    def resend(self) -> None:
        """Send another code."""
        self.send()
        self.record_resend()
        self.persist()

    def finish(self, redirect_url: str | None) -> HttpResponse:
        """Sign in the owner of the phone, who may be new here."""
        if self.user is None:
            guardian = register_guardian(actor=None, now=timezone.now(), phone=self.state["phone"])
            self._user = self.stage.login.user = guardian
        response: HttpResponse = super().finish(redirect_url)
        return response

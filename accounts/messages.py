"""Sends text messages through the bureau's gateway, or keeps them in the outbox."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Protocol
from urllib.parse import urlsplit
from urllib.request import Request, urlopen
from uuid import UUID, uuid4

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import OutboxMessage
from accounts.sealing import seal
from accounts.selectors.people import phone_index
from common.errors import WrongMoment

SECONDS_TO_ANSWER = 8.0
KEPT = timedelta(days=1)
NOTHING = dict.fromkeys(("text", "kind", "code", "receipt", "until", "id"), "")


class MessageNotSent(WrongMoment):
    """The gateway did not take the message."""

    code = "message_not_sent"


class Gateway(Protocol):
    """Something that brings a short text to a phone."""

    def send(self, *, now: datetime, phone: str, values: Mapping[str, str]) -> None:
        """Send `values["text"]`, or the gateway's own wording of the other values, to the phone (E.164).

        values["kind"] says what the message is about. The same values["id"] is the same message: a gateway that has
        taken it takes it no second time. Raises MessageNotSent.
        """


@dataclass(frozen=True, slots=True)
class OutboxGateway:
    """Keeps messages, sealed, for an installation without a gateway."""

    def send(self, *, now: datetime, phone: str, values: Mapping[str, str]) -> None:
        """Store the message, and drop those that nobody can need any more."""
        OutboxMessage.objects.filter(created_at__lt=now - KEPT).delete()
        row_id, table = UUID(values["id"]) if "id" in values else uuid4(), "accounts_outboxmessage"
        if OutboxMessage.objects.filter(pk=row_id).exists():
            return
        OutboxMessage.objects.create(
            id=row_id,
            recipient_index=phone_index(phone),
            recipient_sealed=seal(phone, table=table, row_id=row_id, field="recipient_sealed"),
            text_sealed=seal(values["text"], table=table, row_id=row_id, field="text_sealed"),
            created_at=now,
        )


@dataclass(frozen=True, slots=True)
class JsonGateway:
    """Posts a JSON object to an HTTP address; any answer in the 200s is taken for success.

    `body` is the object as text; in its strings {phone}, {text}, {kind}, {code}, {receipt}, {until} and {id} are filled
    in, those that a message has not with nothing. {id} is also sent as Idempotency-Key.
    """

    url: str
    token: str
    body: str

    def send(self, *, now: datetime, phone: str, values: Mapping[str, str]) -> None:
        """Post the message."""
        filled = _filled(json.loads(self.body), {**NOTHING, "phone": phone, **values})
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if "id" in values:
            headers["Idempotency-Key"] = values["id"]
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = Request(self.url, data=json.dumps(filled).encode(), headers=headers, method="POST")
        try:
            with urlopen(request, timeout=SECONDS_TO_ANSWER) as answer:
                answer.read()
        except (OSError, HTTPException) as error:  # refused, timed out, or a status of 300 and above
            reason = type(error).__name__
            raise MessageNotSent("the message could not be sent; try again later", reason=reason) from error


def current_gateway() -> Gateway:
    """Return the gateway of this installation: the class named, else the one at JIUJIN_SMS_URL, else the outbox."""
    if settings.SMS_GATEWAY:
        made: Gateway = import_string(settings.SMS_GATEWAY)()
        return made
    if not settings.SMS_URL:
        return OutboxGateway()
    if urlsplit(settings.SMS_URL).scheme not in {"http", "https"}:
        raise ValueError("JIUJIN_SMS_URL must start with http:// or https://")
    return JsonGateway(settings.SMS_URL, settings.SMS_TOKEN, settings.SMS_BODY)


def send_code(*, now: datetime, phone: str, code: str, gateway: Gateway | None = None) -> None:
    """Send a sign-in code to the phone (E.164)."""
    text = f"【就近】验证码 {code}，十分钟内有效，请勿告诉他人。Your code is {code}."
    values = {"id": str(uuid4()), "kind": "code", "code": code, "text": text}
    (gateway or current_gateway()).send(now=now, phone=phone, values=values)


def _filled(template: object, values: Mapping[str, str]) -> object:
    if isinstance(template, str):
        for name, value in values.items():
            template = template.replace("{" + name + "}", value)
        return template
    if isinstance(template, list):
        return [_filled(item, values) for item in template]
    if isinstance(template, dict):
        return {key: _filled(item, values) for key, item in template.items()}
    return template

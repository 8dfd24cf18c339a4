"""Messages: sealed in the outbox, or posted to the bureau's gateway."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from pytest_django import Settings

from accounts.messages import JsonGateway, MessageNotSent, OutboxGateway, current_gateway, send_code
from accounts.models import OutboxMessage
from accounts.sealing import open_sealed
from tests.services.accounts_world import NOON

PHONE = "+8613800000001"
BODY = '{"to": ["{phone}"], "template": 7, "values": {"code": "{code}", "note": "{text}"}}'


@contextmanager
def gateway_answering(status: int) -> Iterator[tuple[str, list[tuple[str, str | None, object]]]]:
    """A gateway on this machine that notes what it is sent."""
    received: list[tuple[str, str | None, object]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            received.append((self.path, self.headers.get("Authorization"), body))
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output clean."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/sms", received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_gateway_is_sent_the_filled_in_object() -> None:
    with gateway_answering(200) as (url, received):
        gateway = JsonGateway(url, "secret", BODY)
        gateway.send(now=NOON, phone=PHONE, values={"code": "123456", "text": 'a "quoted" text'})

    body = {"to": [PHONE], "template": 7, "values": {"code": "123456", "note": 'a "quoted" text'}}
    assert received == [("/sms", "Bearer secret", body)]


@pytest.mark.parametrize("status", [400, 401, 429, 500, 503])
def test_refusal_by_the_gateway_is_told(status: int) -> None:
    with gateway_answering(status) as (url, received), pytest.raises(MessageNotSent) as refusal:
        send_code(now=NOON, phone=PHONE, code="123456", gateway=JsonGateway(url, "", BODY))

    assert received[0][1] is None
    assert PHONE not in f"{refusal.value.message}{refusal.value.details}"


def test_gateway_that_is_not_there_is_told() -> None:
    with gateway_answering(200) as (url, _):
        pass

    with pytest.raises(MessageNotSent):
        send_code(now=NOON, phone=PHONE, code="123456", gateway=JsonGateway(url, "", BODY))


@pytest.mark.django_db
def test_without_a_gateway_the_message_is_kept_sealed() -> None:
    send_code(now=NOON, phone=PHONE, code="123456", gateway=OutboxGateway())

    message = OutboxMessage.objects.get()
    opened = {
        field: open_sealed(
            getattr(message, field), table="accounts_outboxmessage", row_id=message.pk, field=field
        )
        for field in ("recipient_sealed", "text_sealed")
    }
    assert opened["recipient_sealed"] == PHONE
    assert "123456" in opened["text_sealed"]
    assert b"123456" not in bytes(message.text_sealed)


@pytest.mark.django_db
@pytest.mark.parametrize(("hours", "kept"), [(24, 2), (25, 1)])
def test_outbox_forgets_after_a_day(hours: int, kept: int) -> None:
    for now in (NOON, NOON + timedelta(hours=hours)):
        OutboxGateway().send(now=now, phone=PHONE, values={"text": "hello"})

    assert OutboxMessage.objects.count() == kept


class OwnGateway(OutboxGateway):
    """What a bureau could write itself."""


def test_the_same_message_is_kept_once_and_its_id_is_told_to_a_gateway() -> None:
    with gateway_answering(200) as (url, received):
        values = {"text": "hello", "id": "1f0c0a3e-9d0e-4a0e-8f3a-000000000001", "kind": "place_given"}
        JsonGateway(url, "", '{"id": "{id}", "kind": "{kind}", "code": "{code}"}').send(
            now=NOON, phone=PHONE, values=values
        )
    assert received[0][2] == {"id": values["id"], "kind": "place_given", "code": ""}


def test_settings_choose_the_gateway(settings: Settings) -> None:
    assert current_gateway() == OutboxGateway()

    settings.SMS_URL, settings.SMS_TOKEN, settings.SMS_BODY = "https://sms.example/send", "t", BODY
    assert current_gateway() == JsonGateway("https://sms.example/send", "t", BODY)

    settings.SMS_GATEWAY = "tests.services.test_accounts_messages.OwnGateway"
    assert isinstance(current_gateway(), OwnGateway)

    settings.SMS_GATEWAY, settings.SMS_URL = "", "file:///etc/passwd"
    with pytest.raises(ValueError, match="http"):
        current_gateway()

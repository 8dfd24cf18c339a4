"""An address is missing from the register: somebody says so, an officer answers."""

import uuid
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.models import User
from accounts.permissions import Action, require
from accounts.phones import normalize_phone
from accounts.sealing import seal
from accounts.services.audit import record_event
from common.errors import MalformedInput, WrongMoment
from geo_data.addresses.typed import without_room
from geo_data.models import AddressRequest, AddressRequestState, DatasetKind
from geo_data.selectors.address_requests import TABLE, NoSuchAddressRequest
from geo_data.selectors.datasets import get_current_dataset
from geo_data.selectors.districts import get_district
from geo_data.selectors.units import get_unit

LONGEST = 200


class AddressRequestEmpty(MalformedInput):
    """Nothing was written, or more than 200 letters."""

    code = "address_request_empty"


class AddressRequestAnswered(WrongMoment):
    """The request was answered already."""

    code = "address_request_answered"


@transaction.atomic
def ask_for_address(
    *, actor: User | None, now: datetime, district_code: str, typed: str, phone: str = "", country: str = "86"
) -> AddressRequest:
    """Record that an address is not in the register; what was typed and the phone are sealed.

    The key of the row is all that leads back to it, and only the sender has it. Anybody may ask; the
    public asks without a name, and `actor` is None then. Raises AddressRequestEmpty, NoSuchDistrict, and BadPhone.
    """
    words = typed.strip()
    if not words or len(words) > LONGEST:
        raise AddressRequestEmpty("write the address in up to 200 letters")
    district = get_district(district_code)
    number = normalize_phone(phone, country=settings.PHONE_COUNTRY) if phone.strip() else ""
    key = uuid.uuid4()
    row = AddressRequest.objects.create(
        id=key,
        district=district,
        typed_sealed=seal(words, table=TABLE, row_id=key, field="typed_sealed"),
        phone_sealed=seal(number, table=TABLE, row_id=key, field="phone_sealed") if number else None,
        asked_at=now,
    )
    record_event(
        actor=actor, now=now, action="address_request.asked", subject=row, district_code=district.code
    )
    return row


@transaction.atomic
def answer_address_request(
    *,
    actor: User,
    now: datetime,
    request_id: UUID,
    reply: str,
    noted_text: str = "",
    unit_code: str = "",
) -> AddressRequest:
    """Answer a request; with an address and its unit it is noted for the next version of the register.

    The note holds no room, whatever was written. Raises NoSuchAddressRequest, NotPermitted, AddressRequestAnswered,
    AddressRequestEmpty and NoSuchUnit.
    """
    row = AddressRequest.objects.select_for_update().filter(pk=request_id).first()
    if row is None:
        raise NoSuchAddressRequest("there is no such request")
    require(actor, Action.IMPORT_DATA, row.district_id)
    if row.state != AddressRequestState.OPEN:
        raise AddressRequestAnswered("the request was answered already", state=row.state)
    note = without_room(noted_text)
    if not reply.strip() or len(reply) > 1000 or bool(note) != bool(unit_code):
        raise AddressRequestEmpty("write a reply; a note needs both the address and its unit")
    if unit_code:
        get_unit(get_current_dataset(row.district_id, DatasetKind.UNITS), unit_code)
    row.state = AddressRequestState.ADDED if note else AddressRequestState.ANSWERED
    row.reply_sealed = seal(reply.strip(), table=TABLE, row_id=row.pk, field="reply_sealed")
    row.noted_text, row.noted_unit_code = note, unit_code
    row.answered_by, row.answered_at = actor, now
    row.save()
    record_event(
        actor=actor,
        now=now,
        action="address_request.answered",
        subject=row,
        district_code=row.district_id,
        details={"state": row.state, "unit": unit_code},
    )
    return row

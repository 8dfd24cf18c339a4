"""What people said is missing from the register."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, Count, IntegerField, QuerySet, Value, When

from accounts.models import User
from accounts.permissions import Action, require
from accounts.sealing import open_sealed
from common.errors import NotFound
from geo_data.models import AddressRequest, AddressRequestState

TABLE = AddressRequest._meta.db_table


class NoSuchAddressRequest(NotFound):
    """There is no such request."""

    code = "no_such_address_request"


@dataclass(frozen=True, slots=True)
class OpenedRequest:
    """A request with its sealed values opened, for an officer of the district."""

    row: AddressRequest
    typed: str
    phone: str
    reply: str


def get_address_request(request_id: UUID) -> AddressRequest:
    """Return a request by the key only its sender knows. Raises NoSuchAddressRequest."""
    found = AddressRequest.objects.select_related("district").filter(pk=request_id).first()
    if found is None:
        raise NoSuchAddressRequest("there is no such request")
    return found


def list_address_requests(district_code: str) -> QuerySet[AddressRequest]:
    """Return open requests, oldest first, then the answered ones, newest first. One query."""
    is_open = Case(
        When(state=AddressRequestState.OPEN, then=Value(0)), default=1, output_field=IntegerField()
    )
    rows = AddressRequest.objects.filter(district_id=district_code).select_related("answered_by")
    return rows.annotate(weight=is_open).order_by("weight", "-answered_at", "asked_at", "id")


def count_address_requests(district_code: str) -> Mapping[str, int]:
    """Return how many requests are in which state. One query."""
    rows = AddressRequest.objects.filter(district_id=district_code).values_list("state")
    return dict(rows.annotate(count=Count("id")).order_by("state"))


def list_noted_addresses(district_code: str) -> QuerySet[AddressRequest]:
    """Return what officers noted for the next version of the register, oldest first. One query."""
    rows = AddressRequest.objects.filter(district_id=district_code, state=AddressRequestState.ADDED)
    return rows.order_by("answered_at", "id")


def open_address_request(row: AddressRequest, *, reader: User) -> OpenedRequest:
    """Return the request opened. Raises NotPermitted for anybody but an officer of the district."""
    require(reader, Action.IMPORT_DATA, row.district_id)
    return OpenedRequest(row, _opened(row, "typed_sealed"), _opened(row, "phone_sealed"), open_reply(row))


def open_reply(row: AddressRequest) -> str:
    """Return the officer's reply, "" while there is none: its reader knows the key of the request."""
    return _opened(row, "reply_sealed")


def _opened(row: AddressRequest, field: str) -> str:
    sealed = getattr(row, field)
    return "" if sealed is None else open_sealed(sealed, table=TABLE, row_id=row.pk, field=field)

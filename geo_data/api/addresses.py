"""The API of the address register: search, and telling the bureau what is missing."""

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.limits import limit_lookups, limit_requests
from geo_data.addresses.asking import Match
from geo_data.addresses.ranking import DoorMatch
from geo_data.api.serializers import DistrictQuerySerializer
from geo_data.models import AddressRequest, AddressRequestState
from geo_data.selectors.address_requests import get_address_request, open_reply
from geo_data.selectors.addresses import MOST_SHOWN, AddressHit, search_addresses
from geo_data.services.address_requests import LONGEST, ask_for_address


class AddressQuerySerializer(DistrictQuerySerializer):
    """What is looked for."""

    q = serializers.CharField(
        max_length=100, help_text="Estate, building, road and number, alias, old name, pinyin or initials."
    )
    limit = serializers.IntegerField(required=False, min_value=1, max_value=MOST_SHOWN, default=MOST_SHOWN)


class AddressHitSerializer(serializers.Serializer[AddressHit]):
    """An address of the register."""

    code = serializers.CharField(help_text="Asks /api/zones/at/?address=; the same in every version.")
    kind = serializers.CharField(help_text="estate (or village), road, or entry.")
    address = serializers.CharField()
    township = serializers.CharField()
    called = serializers.CharField(help_text="The alias or old name by which it was found, or empty.")
    unit_code = serializers.CharField(help_text="Empty where the place lies in several units, or in none.")
    match = serializers.ChoiceField(choices=[match.name.lower() for match in Match])
    door = serializers.ChoiceField(
        choices=[door.name.lower() for door in DoorMatch],
        help_text="Near: the number typed is not in the register, this is the next one on its side, at most 20 away; "
        "missing: nor is it between two such, or the building is not there, and this is the whole road or estate.",
    )


class NewAddressRequestSerializer(DistrictQuerySerializer):
    """An address that the register does not have."""

    typed = serializers.CharField(max_length=LONGEST, help_text="The address in the sender's words; sealed.")
    phone = serializers.CharField(required=False, allow_blank=True, default="", help_text="Sealed.")


class AddressRequestSerializer(serializers.ModelSerializer[AddressRequest]):
    """What became of it; what was typed is not told."""

    state = serializers.ChoiceField(choices=AddressRequestState.choices)
    reply = serializers.SerializerMethodField()

    class Meta:
        model = AddressRequest
        fields = ("id", "state", "asked_at", "answered_at", "reply")
        read_only_fields = fields

    def get_reply(self, row: AddressRequest) -> str:
        """Return the officer's words."""
        return open_reply(row)


class Addresses(APIView):
    """Addresses by what people type."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="search_addresses",
        parameters=[AddressQuerySerializer],
        responses=AddressHitSerializer(many=True),
        auth=[],
    )
    def get(self, request: Request) -> Response:
        """Return up to 10 addresses, best first. Rooms are dropped before anything is looked for."""
        limit_lookups(request._request, timezone.now())
        query = AddressQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        hits = search_addresses(asked["district"], asked["q"], asked["limit"])
        return Response([_printed(hit) for hit in hits])


class AddressRequests(APIView):
    """The register lacks an address: tell the bureau."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="request_address",
        request=NewAddressRequestSerializer,
        responses={201: AddressRequestSerializer},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Record it; the id that comes back is all that leads to the answer."""
        limit_requests(request._request, "address_request")
        asked = NewAddressRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        row = ask_for_address(
            actor=None,
            now=timezone.now(),
            district_code=given["district"],
            typed=given["typed"],
            phone=given["phone"],
        )
        return Response(AddressRequestSerializer(row).data, status=201)


class AddressRequestDetail(APIView):
    """One request, for whoever has its id."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="get_address_request", responses=AddressRequestSerializer, auth=[])
    def get(self, request: Request, request_id: UUID) -> Response:
        """Return its state and the reply."""
        return Response(AddressRequestSerializer(get_address_request(request_id)).data)


def _printed(hit: AddressHit) -> dict[str, str]:
    """Print an answer as AddressHitSerializer describes it; its fields are not asked one by one, for every letter."""
    return {
        "code": hit.code,
        "kind": hit.kind.name.lower(),
        "address": hit.shown,
        "township": hit.township,
        "called": hit.called,
        "unit_code": hit.unit_code,
        "match": hit.match.name.lower(),
        "door": hit.door.name.lower(),
    }

"""Guardians register children of school age themselves, and take a registration back."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.district_field import DistrictField
from accounts.models import User
from accounts.permissions import IsGuardian
from geo_data.models import SelfRegistration, Sex
from geo_data.selectors.districts import find_only_district_code
from geo_data.selectors.registers import list_self_registrations, open_own
from geo_data.services.self_registration import ChildDeclaration, register_child, withdraw_registration


class DeclarationSerializer(serializers.Serializer[ChildDeclaration]):
    """A child as its guardian declares it."""

    district = DistrictField(find_only_district_code)
    name = serializers.CharField(max_length=100)
    identity = serializers.CharField(max_length=30, help_text="Identity number, or that of another document.")
    birth_on = serializers.DateField()
    sex = serializers.ChoiceField(choices=Sex.choices)
    guardian = serializers.CharField(max_length=100)
    guardian_identity = serializers.CharField(max_length=30, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=30, required=False, allow_blank=True)
    address = serializers.CharField(max_length=200, required=False, allow_blank=True)
    unit_code = serializers.CharField(max_length=40, required=False, allow_blank=True)
    school_code = serializers.CharField(max_length=40, required=False, allow_blank=True)
    facts = serializers.DictField(
        child=serializers.CharField(max_length=200),
        required=False,
        help_text="What the family says of registration and dwelling, by fact name, as in a census file.",
    )


class SelfRegistrationSerializer(serializers.ModelSerializer[SelfRegistration]):
    """A registration of the guardian who asks, with the child's name."""

    name = serializers.SerializerMethodField()
    sex = serializers.ChoiceField(choices=Sex.choices)

    class Meta:
        model = SelfRegistration
        fields = ("id", "district", "name", "birth_on", "sex", "unit_code", "school_code", "registered_at")
        read_only_fields = fields

    def get_name(self, registration: SelfRegistration) -> str:
        """Return what the guardian wrote."""
        return open_own([registration], registration.guardian)[0].name


class SelfRegistrations(APIView):
    """The children whom a guardian registered."""

    permission_classes = (IsGuardian,)

    @extend_schema(operation_id="list_self_registrations", responses=SelfRegistrationSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Return them, newest first."""
        mine = list_self_registrations(_guardian(request)).select_related("guardian")
        return Response(SelfRegistrationSerializer(mine, many=True).data)

    @extend_schema(
        operation_id="register_child",
        request=DeclarationSerializer,
        responses={201: SelfRegistrationSerializer},
    )
    def post(self, request: Request) -> Response:
        """Store a child as declared; the answer tells nothing of what any list knows."""
        asked = DeclarationSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data: dict[str, Any] = dict(asked.validated_data)
        registration = register_child(
            actor=_guardian(request),
            now=timezone.now(),
            district_code=data.pop("district"),
            declaration=ChildDeclaration(**data),
        )
        return Response(SelfRegistrationSerializer(registration).data, status=201)


class SelfRegistrationWithdrawal(APIView):
    """Taking a registration back."""

    permission_classes = (IsGuardian,)

    @extend_schema(
        operation_id="withdraw_self_registration", request=None, responses=SelfRegistrationSerializer
    )
    def post(self, request: Request, registration_id: UUID) -> Response:
        """Withdraw one of the guardian's own."""
        registration = withdraw_registration(
            actor=_guardian(request), now=timezone.now(), registration_id=registration_id
        )
        return Response(SelfRegistrationSerializer(registration).data)


def _guardian(request: Request) -> User:
    if not isinstance(request.user, User):
        raise TypeError("the permission class lets guardians through only")
    return request.user

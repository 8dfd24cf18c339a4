"""Answers to an offered place over the API: read, confirm, give up, take back, wait for a higher choice."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from admissions.api.rounds import person
from admissions.models import OfferStatus
from admissions.selectors.applications import get_application
from admissions.selectors.offers import find_offer_view
from admissions.services.answers import (
    NoOffer,
    confirm_offer,
    decline_offer,
    restore_offer,
    wait_for_higher_choice,
)


class HigherSerializer(serializers.Serializer[Any]):
    """A school higher on the list of the family."""

    school = serializers.CharField()
    waitlist_place = serializers.IntegerField(help_text="Place on its waiting list when drawn, from 1.")


class OfferSerializer(serializers.Serializer[Any]):
    """The place of a child, and what may be done about it at the moment."""

    application = serializers.UUIDField(source="offer.application_id")
    line_id = serializers.CharField(source="offer.line.line_id")
    school = serializers.CharField()
    address = serializers.CharField(help_text="Where the school is; empty once the place is lost.")
    status = serializers.ChoiceField(choices=OfferStatus.choices, source="offer.status")
    offered_at = serializers.DateTimeField(source="offer.offered_at")
    decided_at = serializers.DateTimeField(source="offer.decided_at", allow_null=True)
    answer_until = serializers.DateTimeField(
        source="until", help_text="Answers are taken before this moment."
    )
    may_confirm = serializers.BooleanField()
    may_decline = serializers.BooleanField()
    may_restore = serializers.BooleanField()
    may_wait = serializers.BooleanField()
    waits = serializers.BooleanField(help_text="Whether the child moves when a higher choice becomes free.")
    lapses = serializers.BooleanField(help_text="Whether the place is lost when nobody answers in time.")
    higher = serializers.SerializerMethodField()

    @extend_schema_field(HigherSerializer(many=True))
    def get_higher(self, view: Any) -> list[dict[str, str | int]]:
        """Return the schools higher on the list, with the child's place on each waiting list."""
        return [{"school": school, "waitlist_place": place} for school, place in view.higher]


class AnswerSerializer(serializers.Serializer[Any]):
    """What an answer needs: nothing from a guardian, a reason from an officer who answers on its behalf."""

    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=500)


class ApplicationOffer(APIView):
    """The place offered to the child of an application."""

    @extend_schema(operation_id="get_offer", responses=OfferSerializer)
    def get(self, request: Request, application_id: UUID) -> Response:
        """Return the newest offer, once results are out."""
        return _printed(person(request), application_id)


class Answer(APIView):
    """One answer to an offer: a POST with a reason, needed from officers only, printed as the offer it leads to."""

    said: Callable[..., object]

    def post(self, request: Request, application_id: UUID) -> Response:
        """Say it, and return the offer as it is then."""
        actor, given = person(request), AnswerSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        type(self).said(
            actor=actor,
            now=timezone.now(),
            application_id=application_id,
            reason=given.validated_data["reason"],
        )
        return _printed(actor, application_id)


def _answer(operation: str, description: str) -> Callable[[type[Answer]], type[Answer]]:
    """Describe an answer in the API's schema."""
    post = extend_schema(
        operation_id=operation, description=description, request=AnswerSerializer, responses=OfferSerializer
    )
    return extend_schema_view(post=post)


@_answer("confirm_offer", "Confirm the place.")
class ConfirmOffer(Answer):
    """Taking the place."""

    said = confirm_offer


@_answer("decline_offer", "Give the place up; it can be taken back until it has been given to another child.")
class DeclineOffer(Answer):
    """Giving the place up."""

    said = decline_offer


@_answer("restore_offer", "Take the place back, as long as nobody else has it.")
class RestoreOffer(Answer):
    """Taking a given-up place back."""

    said = restore_offer


@_answer("wait_for_higher_choice", "Keep the place, and move when a higher choice becomes free.")
class WaitForHigherChoice(Answer):
    """Waiting for a higher choice."""

    said = partial(wait_for_higher_choice, waits=True)


@_answer("stay_with_offer", "Stay with the place; the child does not wait for another any more.")
class StayWithOffer(Answer):
    """Waiting no more."""

    said = partial(wait_for_higher_choice, waits=False)


def _printed(reader: User, application_id: UUID) -> Response:
    view = find_offer_view(get_application(application_id, reader=reader), timezone.now())
    if view is None:
        raise NoOffer("no place was offered to this child")
    return Response(OfferSerializer(view).data)

"""Turns refusals into answers: the only place that knows status codes."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework.response import Response
from rest_framework.views import exception_handler

from common.errors import (
    DomainError,
    MalformedInput,
    NotFound,
    NotPermitted,
    RulesSayNo,
    TooMany,
    WrongMoment,
)

STATUS: dict[type[DomainError], int] = {
    MalformedInput: 400,
    NotPermitted: 403,
    NotFound: 404,
    WrongMoment: 409,
    RulesSayNo: 422,
    TooMany: 429,
}


def status_of(error: DomainError) -> int:
    """Return the HTTP status of a refusal: that of the nearest class in STATUS."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def api_exception_handler(error: Exception, context: dict[str, object]) -> Response | None:
    """Print a refusal as {code, message, details}; leave the rest to Django REST framework."""
    if isinstance(error, DomainError):
        body = {"code": error.code, "message": error.message, "details": dict(error.details)}
        return Response(body, status=status_of(error))
    return exception_handler(error, context)


class RefusalsOnPages:
    """Shows a refusal that a page did not handle itself as a plain page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the page of a refusal, or None to let a fault fail loudly."""
        if not isinstance(error, DomainError):
            return None
        return render(request, "refusal.html", {"refusal": error}, status=status_of(error))

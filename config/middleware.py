"""What no request may bring, and what every answer carries."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest

# Workers of the map come from our own static files; images as data: URLs are MapLibre's sprites and icons.
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; "
    "worker-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


class NoNullBytes:
    """Refuses addresses with a null byte in them: no search has one, and the database cannot be asked with one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = (text for values in request.GET.lists() for text in (values[0], *values[1]))
        if "\0" in request.path_info or any("\0" in text for text in asked):
            return HttpResponseBadRequest("a null byte in the address", content_type="text/plain")
        return self.get_response(request)


class ContentSecurityPolicy:
    """Adds the policy to answers that do not bring their own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

"""Says whether this server can do its work, for whoever watches over it."""

from django.db import connection
from django.http import HttpRequest, HttpResponse

ADDRESS = "health/"
ANSWER = "jiujin is well"


def health(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers; a fault of the database is left to fail loudly."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return HttpResponse(ANSWER, content_type="text/plain")

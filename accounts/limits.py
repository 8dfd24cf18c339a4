"""How much one network address may ask. Whole villages and offices share one: limits stop floods, not families.

Look-ups are counted in the memory of the web process, because a limit that asks the database costs more than the
look-up; what is written to the database is counted there, for all processes together.
"""

from collections import OrderedDict
from datetime import datetime
from threading import Lock

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.conf import settings
from django.http import HttpRequest

from accounts.models import User
from common.errors import TooMany

KEPT_CLIENTS = 20_000


class TooManyRequests(TooMany):
    """This network address asked too much in a short time."""

    code = "too_many_requests"


class MinuteCounter:
    """Counts by client within a minute; the client seen longest ago is forgotten first."""

    def __init__(self, kept: int = KEPT_CLIENTS) -> None:
        self._counts: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._kept = kept
        self._lock = Lock()

    def count(self, client: str, minute: int) -> int:
        """Return how often the client came in this minute, this time included."""
        with self._lock:
            before = self._counts.pop(client, (minute, 0))
            number = before[1] + 1 if before[0] == minute else 1
            self._counts[client] = (minute, number)
            if len(self._counts) > self._kept:
                self._counts.popitem(last=False)
            return number


LOOKUPS = MinuteCounter()
FETCHED = MinuteCounter()


def limit_lookups(request: HttpRequest, now: datetime) -> None:
    """Count one public look-up. Raises TooManyRequests above settings.LOOKUPS_PER_MINUTE."""
    most = settings.LOOKUPS_PER_MINUTE
    if not most:
        return
    client = get_adapter(request).get_client_ip(request)
    if LOOKUPS.count(client, int(now.timestamp()) // 60) > most:
        raise TooManyRequests("too many look-ups from this network address; wait a minute")


def limit_portal(request: HttpRequest, account: User, now: datetime) -> None:
    """Count one request of a portal's account: what it hands in for all processes, what it fetches in this one.

    Raises TooManyRequests above settings.PORTAL_REQUESTS_PER_MINUTE.
    """
    if request.method == "GET":
        count = FETCHED.count(str(account.pk), int(now.timestamp()) // 60)
        is_within = count <= settings.PORTAL_REQUESTS_PER_MINUTE
    else:
        is_within = ratelimit.consume(request, action="portal", user=account)
    if not is_within:
        raise TooManyRequests("too many requests of this portal; wait a minute")


def limit_requests(request: HttpRequest, action: str) -> None:
    """Count what a stranger posts. Raises TooManyRequests above settings.ACCOUNT_RATE_LIMITS[action]."""
    if not ratelimit.consume(request, action=action):
        raise TooManyRequests("too many requests from this network address; try again later")

"""The first page: what do you want to do?"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from admissions.models import RoundStatus
from admissions.selectors.rounds import find_open_rounds, list_rounds, policy_of


def home(request: HttpRequest) -> HttpResponse:
    """Show the ways on, and the rounds in which families may apply now."""
    opened = find_open_rounds(timezone.now())
    context = {
        "open_rounds": [(found, policy_of(found).calendar) for found in opened],
        "published": list_rounds(statuses=[RoundStatus.PUBLISHED])[:3],
    }
    return render(request, "public/home.html", context)

"""The people of the installation, for its administrator: accounts, and nothing about any family."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import Action, require
from accounts.selectors.people import get_staff, list_all_staff, list_staff
from accounts.services.people import close_account, reopen_account
from frontend.pages.guards import for_staff


def people_office(request: HttpRequest, person: User) -> HttpResponse:
    """List whoever works here: in the administrator's district, or everywhere."""
    require(person, Action.ADMINISTER, person.district_code)
    people = list_staff(person.district_code) if person.district_code else list_all_staff()
    return render(request, "officers/people.html", {"people": people})


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def account_step(request: HttpRequest, person: User, person_id: UUID) -> HttpResponse:
    """Ask, then close an account that is open or open one that is closed."""
    other = get_staff(person_id)
    require(person, Action.ADMINISTER, other.district_code)
    if request.method == "POST" and other != person:
        change = close_account if request.POST.get("step") == "close" else reopen_account
        change(actor=person, now=timezone.now(), person_id=other.pk)
        messages.success(request, _("Done. This is in the audit log."))
    if request.method == "POST" or other == person:  # nobody locks the own door from outside
        return redirect("office")
    return render(request, "officers/account_step.html", {"other": other})

"""No child lost: what accounts for every child who enters in a round's year, and who is still to be found."""

from collections.abc import Mapping
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import Action
from admissions.rules.no_child_lost import Account, Finding
from admissions.selectors.no_child_lost import NoChildLost, OpenChild, find_no_child_lost
from frontend.pages.guards import for_staff
from frontend.pages.officers.departures import AWAITED_IN_WORDS
from frontend.pages.officers.steps import round_for
from geo_data.models.departures import LEFT_LABELS
from geo_data.reconciliation.words import LeftHow
from geo_data.selectors.case_lists import unit_names

ROWS = 50
ACCOUNTS: Mapping[Account, Promise] = {
    Account.PLACED: _("has a public place"),
    Account.PRIVATE: _("has a private place"),
    Account.SPECIAL: _("has a place for special needs"),
    Account.DEFERRED: _("entry deferred, with approval and an end date"),
    Account.MOVED_OUT: _("moved away, received by another county"),
    Account.ABROAD: _("abroad, with proof"),
    Account.DECEASED: _("died, confirmed by a record"),
}
FINDINGS: Mapping[Finding, Promise] = {
    Finding.NEVER_ENROLLED: _("registered here, in no pupil register"),
    Finding.DROPPED_OUT: _("in the pupil register, not at school"),
    Finding.REGISTER_ELSEWHERE: _("at another school than the register"),
}


@require_safe
@for_staff
def no_child_lost(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Show the account of the year's children; names nobody."""
    found = round_for(person, Action.READ_DISTRICT, round_id)
    view = find_no_child_lost(found, on=timezone.localdate())
    context = {"round": found, "view": view, **(_words(request, found.district_id, view) if view else {})}
    return render(request, "officers/no_child_lost.html", context)


def _words(request: HttpRequest, district_code: str, view: NoChildLost) -> dict[str, object]:
    names = unit_names(district_code)
    page = Paginator(view.open, ROWS).get_page(request.GET.get("page"))
    return {
        "accounts": [(words, view.accounts.get(account, 0)) for account, words in ACCOUNTS.items()],
        "findings": [(words, view.findings.get(finding)) for finding, words in FINDINGS.items()],
        "gone": [
            (LEFT_LABELS[LeftHow(how.value)], how.value, answered, awaited)
            for how, answered, awaited in view.gone
        ],
        "page": page,
        "rows": [(child, _why(child), names.get(child.unit_code, child.unit_code)) for child in page],
    }


def _why(child: OpenChild) -> Promise:
    return AWAITED_IN_WORDS[LeftHow(child.gone.value)] if child.gone else _("no place in this round")

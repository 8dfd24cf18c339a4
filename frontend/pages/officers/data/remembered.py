"""What the district remembers of unknown headers."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.permissions import Action, require
from frontend.pages.guards import for_staff
from frontend.pages.officers.data.contents import meaning_in_words
from frontend.pages.officers.districts import district_of
from geo_data.models import DatasetKind, HeaderMapping
from geo_data.selectors.headers import list_header_mappings
from geo_data.services.headers import forget_header
from geo_data.services.kinds import KINDS

HEADERS_PER_PAGE = 50


@require_safe
@for_staff
def remembered(request: HttpRequest, person: User) -> HttpResponse:
    """List the headers."""
    district = district_of(request, person)
    require(person, Action.IMPORT_DATA, district.code)
    headers = list_header_mappings(district.code).select_related("set_by")
    page = Paginator(headers, HEADERS_PER_PAGE).get_page(request.GET.get("page"))
    lines = [(mapping, _meaning(mapping)) for mapping in page]
    return render(request, "officers/data/remembered.html", {"page": page, "lines": lines})


@require_POST
@for_staff
def forget(request: HttpRequest, person: User, mapping_id: int) -> HttpResponse:
    """Forget one."""
    district = district_of(request, person)
    forget_header(actor=person, now=timezone.now(), mapping_id=mapping_id, district_code=district.code)
    messages.success(request, _("The header is forgotten. Versions that were read with it stay as they are."))
    return redirect("remembered-headers")


def _meaning(mapping: HeaderMapping) -> str:
    entry = KINDS.get(DatasetKind(mapping.kind))
    return meaning_in_words(entry.columns if entry else (), mapping.column)

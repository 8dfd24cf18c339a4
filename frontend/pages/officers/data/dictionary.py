"""Templates of every kind, and what their columns are called and hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import Action, may
from frontend.pages.guards import for_staff
from frontend.pages.officers.data.contents import content_in_words
from frontend.pages.officers.data.guide import GUIDES, Guide
from frontend.pages.officers.data.kinds import Addresses, addresses_of
from frontend.pages.officers.districts import district_of
from geo_data.models import DatasetKind
from geo_data.services.kinds import KINDS, ImportKind, kind_of
from geo_data.services.templates import template_of
from geo_data.services.uploads import formats_of
from geo_data.tables.columns import Column

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class KindOfFile:
    """A kind whose files are brought in: what it is called, what is read, and where its pages are."""

    guide: Guide
    entry: ImportKind
    addresses: Addresses

    @property
    def label(self) -> str:
        """Return what the kind is called."""
        return str(self.guide.kind.label)

    @property
    def formats(self) -> Sequence[str]:
        """Return the formats that are read, as their names end."""
        return [suffix.removeprefix(".").upper() for suffix in formats_of(self.entry)]


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """A column, and what may stand in it in words."""

    column: Column
    content: str


@require_safe
@for_staff
def templates(request: HttpRequest, person: User) -> HttpResponse:
    """List the kinds with their templates."""
    district_of(request, person)
    return render(request, "officers/data/templates.html", {"kinds": kinds_of_files()})


@require_safe
@for_staff
def columns(request: HttpRequest, person: User, kind: str) -> HttpResponse:
    """Show the columns of a kind."""
    district = district_of(request, person)
    found = kind_of_file(kind)
    context = {
        "kind": found,
        "columns": [ColumnLine(column, content_in_words(column)) for column in found.entry.columns],
        "may_import": may(person, Action.IMPORT_DATA, district.code),
    }
    return render(request, "officers/data/dictionary.html", context)


@require_safe
@for_staff
def template(request: HttpRequest, person: User, kind: str) -> FileResponse:
    """Hand out the template of a kind."""
    found = kind_of_file(kind)
    book = template_of(found.entry.kind)
    name = _("template of %(kind)s.xlsx") % {"kind": found.label}
    return FileResponse(BytesIO(book), as_attachment=True, filename=name, content_type=XLSX)


def kinds_of_files() -> list[KindOfFile]:
    """Return the kinds whose files are brought in, in the order in which they should come."""
    found = [guide for guide in GUIDES if guide.kind in KINDS]
    return [KindOfFile(guide, KINDS[guide.kind], addresses_of(guide.kind)) for guide in found]


def kind_of_file(kind: str) -> KindOfFile:
    """Return one kind. Raises KindNotImported, or Http404 for a word that is no kind at all."""
    if kind not in DatasetKind.values:
        raise Http404(_("There is no such kind of data."))
    entry = kind_of(kind)
    guide = next(guide for guide in GUIDES if guide.kind == entry.kind)
    return KindOfFile(guide, entry, addresses_of(entry.kind))

"""Where a kind of data is brought in, and where its template and its columns are found."""

from dataclasses import dataclass

from django.urls import reverse

from geo_data.models import DatasetKind
from geo_data.services.kinds import KINDS


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses of a kind, empty for kinds whose files are not brought in on pages."""

    bring_in: str = ""
    template: str = ""
    columns: str = ""


def addresses_of(kind: DatasetKind) -> Addresses:
    """Return where to go for a kind."""
    if kind not in KINDS:
        return Addresses()
    return Addresses(
        f"{reverse('bring-in')}?kind={kind.value}",
        reverse("data-template", args=[kind.value]),
        reverse("data-columns", args=[kind.value]),
    )

"""The template of a kind of file."""

from geo_data.models import DatasetKind
from geo_data.services.kinds import kind_of
from geo_data.tables.template import template


def template_of(kind: DatasetKind) -> bytes:
    """Return the XLSX to fill in. Raises KindNotImported."""
    entry = kind_of(kind)
    return template(entry.columns, entry.examples, title=f"{entry.zh} {kind.value}")

"""Templates of zones of earlier years, which are no kind of data: a list of units, and zones in words."""

from geo_data.tables.examples import example_of
from geo_data.tables.template import template
from geo_data.tables.zone_list_table import ZONE_LIST_COLUMNS
from geo_data.tables.zone_text_table import ZONE_TEXT_COLUMNS


def zone_list_template() -> bytes:
    """Return the XLSX of a list of units with the schools of their zones.

    Source: docs/zone-texts.md (lists of units).
    """
    examples = example_of("zones", ZONE_LIST_COLUMNS)
    return template(ZONE_LIST_COLUMNS, examples, title="学区（单元清单） zones as a list of units")


def zone_text_template() -> bytes:
    """Return the XLSX of zones in words.

    Source: docs/zone-texts.md (the file).
    """
    examples = example_of("zone_texts", ZONE_TEXT_COLUMNS)
    return template(ZONE_TEXT_COLUMNS, examples, title="学区（招生范围文字） zones in words")

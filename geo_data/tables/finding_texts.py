"""The words of every finding: what is wrong and what to do, in Chinese and English."""

from collections.abc import Mapping

from geo_data.tables.finding_text import FindingText
from geo_data.tables.texts.addresses import ADDRESS_TEXTS
from geo_data.tables.texts.children import CHILD_TEXTS
from geo_data.tables.texts.coordinates import COORDINATE_TEXTS
from geo_data.tables.texts.files import FILE_TEXTS
from geo_data.tables.texts.past import PAST_TEXTS
from geo_data.tables.texts.portals import PORTAL_TEXTS
from geo_data.tables.texts.registers import REGISTER_TEXTS
from geo_data.tables.texts.rules import RULE_TEXTS
from geo_data.tables.texts.schools import SCHOOL_TEXTS
from geo_data.tables.texts.shapes import SHAPE_TEXTS
from geo_data.tables.texts.streets import STREET_TEXTS
from geo_data.tables.texts.surveys import SURVEY_TEXTS

TEXTS: Mapping[str, FindingText] = {
    **FILE_TEXTS,
    **COORDINATE_TEXTS,
    **SHAPE_TEXTS,
    **SCHOOL_TEXTS,
    **CHILD_TEXTS,
    **SURVEY_TEXTS,
    **STREET_TEXTS,
    **REGISTER_TEXTS,
    **PAST_TEXTS,
    **ADDRESS_TEXTS,
    **PORTAL_TEXTS,
    **RULE_TEXTS,
}

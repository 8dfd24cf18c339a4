"""Plans drawn for the small county."""

from typing import Any

from geo_data.models import Stage
from tests.services.worlds import DISTRICT, NOON, small_county
from zoning.models import ZonePlan
from zoning.services.drawing import draw_zones_of_district


def drawn(**asked: Any) -> ZonePlan:
    """Draw the district's primary schools at noon, one round, unless something else is asked for."""
    usual = {"now": NOON, "district_code": DISTRICT, "stage": Stage.PRIMARY, "effort": 1}
    return draw_zones_of_district(actor=None, **{**usual, **asked})


def seven_estates() -> ZonePlan:
    """Seven estates of five children in a row: A in the first and D in the last have room for five more, B has none."""
    small_county((5, 5, 5, 5, 5, 5, 5), {"A": (0, 15), "B": (3, 15), "D": (6, 15)})
    return drawn()

"""Numbers that hold until a bureau states its own. None is confirmed against an official text: docs say "check".

Thresholds and yields are stated on a page (models/projection_settings.py).
"""

from collections.abc import Mapping

from geo_data.projection.records import AgeRule, HousingYield, Method
from geo_data.projection.seat_warnings import Thresholds

PRIMARY, JUNIOR = "primary", "junior"
RULES: Mapping[str, AgeRule] = {PRIMARY: AgeRule(entry_age=6), JUNIOR: AgeRule(entry_age=12)}
MOVING_IN = (20, 50, 75, 90, 100)  # per cent, by full years since delivery
YIELDS: Mapping[str, Mapping[str, HousingYield]] = {
    PRIMARY: {
        "commercial": HousingYield(MOVING_IN, (30, 34, 38, 42, 45)),
        "resettlement": HousingYield((60, 85, 100), (35,)),
        "public_rental": HousingYield((50, 80, 100), (40,)),
        "other": HousingYield(MOVING_IN, (30,)),
    },
    JUNIOR: {
        "commercial": HousingYield(MOVING_IN, (15, 17, 20, 23, 26)),
        "resettlement": HousingYield((60, 85, 100), (30,)),
        "public_rental": HousingYield((50, 80, 100), (25,)),
        "other": HousingYield(MOVING_IN, (20,)),
    },
}
METHODS: Mapping[str, Method] = {stage: Method(yields=yields) for stage, yields in YIELDS.items()}
THRESHOLDS = Thresholds()
GRADES: Mapping[str, range] = {PRIMARY: range(1, 7), JUNIOR: range(7, 10)}

"""What a district may state for its projections: thresholds of seat warnings and children of new dwellings."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from geo_data.projection.records import YEARS_AHEAD, HousingYield
from geo_data.projection.seat_warnings import Thresholds

LARGEST_THRESHOLD = 3000  # thousandths: three children for every seat
MOST_YEARS = 20  # figures by full years since delivery
MOST_CHILDREN = 1000  # of one entry cohort in 1,000 dwellings: one in every home


def reasons_against_settings(
    thresholds: Thresholds, yields: Mapping[str, HousingYield], *, kinds: Iterable[str]
) -> tuple[str, ...]:
    """Return why a district cannot state these figures, as codes in this order; none is good news.

    kinds -- the kinds of dwellings that need figures, and the only ones that may have them
    thresholds_out_of_order   -- not 0 < yellow <= orange <= red <= LARGEST_THRESHOLD
    warned_years_out_of_range -- not 1 to YEARS_AHEAD years
    yield_kinds_differ        -- a kind is missing, or is none of `kinds`
    moved_in_out_of_range     -- not 1 to MOST_YEARS per cent from 0 to 100, or fewer live there a year later
    children_out_of_range     -- not 1 to MOST_YEARS figures from 0 to MOST_CHILDREN
    Source: docs/projection.md (what a county states).
    """
    return tuple(_reasons(thresholds, yields, frozenset(kinds)))


def _reasons(
    thresholds: Thresholds, yields: Mapping[str, HousingYield], kinds: frozenset[str]
) -> Iterator[str]:
    if not 0 < thresholds.yellow <= thresholds.orange <= thresholds.red <= LARGEST_THRESHOLD:
        yield "thresholds_out_of_order"
    if not 1 <= thresholds.warned_years <= YEARS_AHEAD:
        yield "warned_years_out_of_range"
    if yields.keys() != kinds:
        yield "yield_kinds_differ"
    moved_in = [one.moved_in_percent for one in yields.values()]
    if not all(_in_range(figures, 100) and list(figures) == sorted(figures) for figures in moved_in):
        yield "moved_in_out_of_range"
    if not all(_in_range(one.children_per_1000, MOST_CHILDREN) for one in yields.values()):
        yield "children_out_of_range"


def _in_range(figures: Sequence[int], most: int) -> bool:
    return 1 <= len(figures) <= MOST_YEARS and all(0 <= figure <= most for figure in figures)

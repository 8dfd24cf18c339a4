"""How many migrant children of a round have a public place or one that the government buys."""

from collections import Counter
from dataclasses import dataclass

from django.db import connection

from admissions.models import LIVE_OFFERS, AdmissionRound, ApplicationStatus
from admissions.rules.migrants import PUBLIC_PLACE_TARGET_PERMILLE, counts_as_migrant, public_place_permille
from admissions.selectors.rounds import policy_of

# One row for every place of registration, of living, and school; children are few kinds, however many they are.
CHILDREN = """
SELECT jsonb_path_query_first(application.facts, '$[*] ? (@.name == "registration_district").value') #>> '{}',
       jsonb_path_query_first(application.facts, '$[*] ? (@.name == "dwelling_district").value') #>> '{}',
       line.track, school.code, school.purchased_places, count(*)
FROM admissions_application AS application
LEFT JOIN admissions_offer AS offer ON offer.application_id = application.id AND offer.status = ANY(%s)
LEFT JOIN admissions_planline AS line ON line.id = offer.line_id
LEFT JOIN geo_data_school AS school ON school.id = line.school_id
WHERE application.round_id = %s AND application.status = %s
GROUP BY 1, 2, 3, 4, 5
"""


@dataclass(frozen=True, slots=True)
class MigrantPlaces:
    """Children who count as migrant among the accepted applications of a round, by the place that they have now.

    purchased -- at private schools, as many at each as the government buys places there
    private   -- at private schools beyond that
    unknown   -- children of whom registration or dwelling is not known; they are in no other count
    """

    public: int
    purchased: int
    private: int
    without: int
    unknown: int

    @property
    def children(self) -> int:
        """Return how many children count as migrant."""
        return self.public + self.purchased + self.private + self.without

    @property
    def permille(self) -> int | None:
        """Return how many of a thousand have a public or purchased place, rounded down; None without children."""
        return public_place_permille(self.public, self.purchased, self.children)

    @property
    def percent(self) -> str:
        """Return the share as a percentage with one decimal, rounded down; "" without children."""
        return "" if self.permille is None else f"{self.permille // 10}.{self.permille % 10}%"

    @property
    def is_on_target(self) -> bool:
        """Say whether the target is reached; without migrant children there is nothing to miss."""
        return self.permille is None or self.permille >= PUBLIC_PLACE_TARGET_PERMILLE


def load_migrant_places(admission_round: AdmissionRound) -> MigrantPlaces:
    """Return the counts of a round whose results are published. One query."""
    home = policy_of(admission_round).district
    counts: Counter[str] = Counter()
    at_school: Counter[str] = Counter()
    bought: dict[str, int] = {}
    for registered, lives, track, school, purchased, children in _rows(admission_round):
        is_migrant = counts_as_migrant(registered, lives, home)
        if is_migrant is None:
            counts["unknown"] += children
        elif is_migrant and track == "private":
            at_school[school] += children
            bought[school] = purchased
        elif is_migrant:
            counts["public" if track else "without"] += children
    purchased = sum(min(children, bought[school]) for school, children in at_school.items())
    return MigrantPlaces(
        public=counts["public"],
        purchased=purchased,
        private=at_school.total() - purchased,
        without=counts["without"],
        unknown=counts["unknown"],
    )


def _rows(admission_round: AdmissionRound) -> list[tuple[str | None, str | None, str, str, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(CHILDREN, [list(LIVE_OFFERS), admission_round.pk, ApplicationStatus.ACCEPTED])
        return list(cursor.fetchall())

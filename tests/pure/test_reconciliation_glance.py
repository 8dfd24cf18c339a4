"""What a glance leaves out is nothing: the quick ways of the ordinary child say what the whole rule says."""

from datetime import date
from itertools import combinations_with_replacement, product
from typing import Any

from geo_data.reconciliation.contradictions import contradictions, contradictions_in_full, nothing_differs
from geo_data.reconciliation.facts import DECLARED, Facts
from geo_data.reconciliation.merging import _stands_over, facts_beside
from geo_data.reconciliation.records import Paper, Record
from geo_data.reconciliation.words import RANK, Source
from tests.pure.reconciliation_world import HERE, facts, paper, record

NOTHING_ELSE = {"registration_district": HERE, "registration_unit": "A"}
SAYINGS: tuple[dict[str, Any], ...] = (
    {},
    {"name": "甲子"},
    {"name": "甲 子涵"},  # the same name, written otherwise
    {"birth_on": date(2018, 5, 6)},
    {"sex": ""},
    {"sex": "male"},
    {"unit": "A", "school": "P1"},
    {"unit": "B", "school": "P2"},
    {"school": "P2", "state": "transferred"},
    {"guardian": "甲一", "guardian_identity": "2"},
    {"guardian": "甲一", "guardian_identity": "3"},
    {
        "guardian": "甲一",
        "guardian_identity": "2",
        "second_guardian": "甲一",
        "second_guardian_identity": "3",
    },
    {"second_guardian": "甲二", "second_guardian_identity": "3"},
    {"facts": facts(NOTHING_ELSE)},
    {"facts": facts({**NOTHING_ELSE, "registration_unit": "B"})},
    {"facts": facts({**NOTHING_ELSE, "registration_district": "990103"})},
    {"facts": facts({"permit_valid_until": "2027-01-01"})},
)
SOURCES = (Source.CENSUS, Source.REGISTRATIONS, Source.PUPILS, Source.KINDERGARTENS, Source.SURVEYS)
PERMITS = ((), (paper(Source.PERMITS, "2", {"permit_valid_until": "2028-01-01"}),))


def _families() -> list[tuple[tuple[Record, ...], tuple[Paper, ...]]]:
    """Two or three records of every pair of lists and sayings, strongest list first, with and without a permit."""
    said = [(source, saying) for source in SOURCES for saying in SAYINGS]
    pairs = list(combinations_with_replacement(said, 2))
    triples = [(*pair, said[place % len(said)]) for place, pair in enumerate(pairs)]
    return [
        (tuple(sorted((record(s, **f) for s, f in family), key=lambda r: RANK[r.source])), papers)
        for family, papers in product([*pairs, *triples], PERMITS)
    ]


def test_where_a_glance_shows_no_contradiction_the_whole_rule_finds_none() -> None:
    families = _families()

    glanced = [family for family in families if nothing_differs(*family)]

    assert len(families) > len(glanced) > 100
    assert [family for family in glanced if contradictions_in_full(*family, here=HERE)] == []
    for records, papers in families:
        quick = contradictions(records, papers, here=HERE)
        assert quick == contradictions_in_full(records, papers, here=HERE)


def test_facts_that_say_nothing_else_are_passed_over_and_no_others() -> None:
    values: tuple[dict[str, object], ...] = (
        {},
        {"lives_there": True},
        {"lives_there": False},
        {"lives_there": True, "feeder_school": "P1"},
    )
    voices = [
        record(source, key=f"{source} {day} {place}", facts=facts(value, source=said, as_of=day))
        for source in (Source.CENSUS, Source.PUPILS)
        for said in (DECLARED, "look_up")
        for day in ("2026-03-01", "2026-03-02")
        for place, value in enumerate(values)
    ]

    for lead, first, second in product(voices, repeat=3):
        beside, holding = facts_beside(lead, [first, second])
        assert beside == _beside_one_by_one(lead, first, second)
        assert holding == {**lead.facts.values, **{name: fact["value"] for name, fact in beside.items()}}


def _beside_one_by_one(lead: Record, *others: Record) -> dict[str, object]:
    said_by: dict[str, Record] = dict.fromkeys(lead.facts.values, lead)
    for voice in others:
        for name in voice.facts.values:
            if name not in said_by or _stands_over(name, voice, said_by[name]):
                said_by[name] = voice
    return {name: voice.facts[name] for name, voice in said_by.items() if voice is not lead}


def test_of_a_fact_in_two_groups_the_last_counts_and_both_are_said() -> None:
    first = {"source": "look_up", "as_of": "2026-03-01", "values": {"lives_there": True, "sex": "female"}}
    last = {"source": DECLARED, "as_of": "2026-03-02", "verifier": "office", "values": {"lives_there": False}}

    both = Facts([first, last])

    assert both.values == {"lives_there": False, "sex": "female"}
    assert both["lives_there"] == {
        "name": "lives_there",
        "value": False,
        "source": DECLARED,
        "as_of": "2026-03-02",
        "verifier": "office",
    }
    assert both.said("lives_there") == ["True", "False"]
    assert (both.declares, Facts([first]).declares, Facts([last]).declares) == (True, False, True)
    assert [(fact["name"], fact["value"]) for fact in both] == [
        ("lives_there", True),
        ("sex", "female"),
        ("lives_there", False),
    ]
    assert both.find("dwelling_unit") is None

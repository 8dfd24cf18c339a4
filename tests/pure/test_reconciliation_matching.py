"""Which records are one child: numbers, decisions, score, ties; twins stay two; order and brute force agree."""

from collections.abc import Iterator, Sequence
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from geo_data.reconciliation.clusters import Cluster, cluster_block
from geo_data.reconciliation.records import Decisions, Record
from geo_data.reconciliation.score import ScoreRule
from geo_data.reconciliation.words import CHILD_SOURCES, CaseCode, Source
from tests.pure.reconciliation_world import codes, record, run, sources

FAMILY = {"guardian": "甲父", "unit": "A"}


def test_one_number_is_one_child_whatever_else_differs() -> None:
    outcome = run(
        record(Source.CENSUS), record(Source.PUPILS, name="乙梓轩", school="P1"), record(Source.REGISTRATIONS)
    )

    assert sources(outcome) == [("children", "registrations", "pupils")]
    assert codes(outcome) == ["name_differs"]
    assert [trail.how for trail in outcome.children[0].trail] == ["identity"] * 3


def test_a_row_without_number_is_found_by_name_birth_and_guardian() -> None:
    outcome = run(record(Source.CENSUS, **FAMILY), record(Source.KINDERGARTENS, identity="", **FAMILY))

    [child] = outcome.children
    assert child.sources == ("children", "kindergartens")
    assert [(trail.how, trail.points) for trail in child.trail] == [("identity", 100), ("score", 100)]


def test_twins_are_two_children() -> None:
    girl, boy = record(Source.CENSUS, **FAMILY), record(Source.CENSUS, "甲子轩", "2", sex="male", **FAMILY)

    outcome = run(
        girl,
        boy,
        record(Source.KINDERGARTENS, identity="", **FAMILY),
        record(Source.KINDERGARTENS, "甲子轩", "", sex="male", **FAMILY),
    )

    assert sources(outcome) == [("children", "kindergartens")] * 2
    assert codes(outcome) == []


def test_a_twin_whom_one_list_lacks_is_a_doubt_and_not_merged() -> None:
    outcome = run(record(Source.CENSUS, **FAMILY), record(Source.KINDERGARTENS, "甲子轩", "", **FAMILY))

    assert sources(outcome) == [("children",), ("kindergartens",)]
    [case] = outcome.cases
    assert (case.code, case.points, case.child, case.other) == (CaseCode.PERHAPS_SAME_CHILD, 83, 0, 1)


def test_another_number_with_all_else_the_same_is_a_doubt() -> None:
    outcome = run(record(Source.CENSUS, **FAMILY), record(Source.REGISTRATIONS, identity="2", **FAMILY))

    assert [(case.code, case.points) for case in outcome.cases] == [(CaseCode.PERHAPS_SAME_CHILD, 70)]


def test_two_equal_candidates_are_a_tie_and_nobody_is_joined() -> None:
    outcome = run(
        record(Source.CENSUS, identity="1", unit="A"),
        record(Source.CENSUS, identity="2", unit="A"),
        record(Source.PUPILS, identity="", unit="A", school="P1"),
    )

    assert len(outcome.children) == 3
    assert [(case.code, case.child, case.other, case.points) for case in outcome.cases] == [
        (CaseCode.EQUAL_CANDIDATES, 0, 2, 87),
        (CaseCode.EQUAL_CANDIDATES, 1, 2, 87),
    ]


def test_what_one_round_joins_sets_another_free() -> None:
    # Row 2 is most like child 1 (87), who is more like row 1 (100); only then is child 2 (85) its best.
    outcome = run(
        record(Source.CENSUS, identity="1", unit="A", phone="100"),
        record(Source.PUPILS, identity="", unit="A", phone="100", school="P1", key="row 1"),
        record(Source.CENSUS, identity="2", unit="B", phone="200"),
        record(Source.PUPILS, identity="", unit="A", phone="200", school="P1", key="row 2"),
    )

    assert [child.trail[1].points for child in outcome.children] == [100, 85]
    assert sources(outcome) == [("children", "pupils")] * 2
    assert codes(outcome) == []


def test_lists_without_census_find_each_other() -> None:
    outcome = run(
        record(Source.BIRTHS, identity="", **FAMILY), record(Source.KINDERGARTENS, identity="", **FAMILY)
    )

    assert sources(outcome) == [("births", "kindergartens")]
    assert codes(outcome) == ["only_born"]


def test_the_same_name_and_guardian_twice_in_the_census_is_a_doubt() -> None:
    twice = (
        record(Source.CENSUS, identity="1", phone="100", unit="A"),
        record(Source.CENSUS, identity="2", phone="100", unit="B"),
    )

    outcome = run(*twice)

    assert [(case.code, case.child, case.other) for case in outcome.cases] == [
        (CaseCode.PERHAPS_SAME_CHILD, 0, 1)
    ]
    assert codes(run(twice[0], twice[1]._replace(name="甲子轩"))) == []
    assert codes(run(twice[0], twice[1]._replace(phone="200"))) == []


def test_a_decision_joins_two_records_and_another_keeps_two_apart() -> None:
    doubtful = (record(Source.CENSUS, **FAMILY), record(Source.REGISTRATIONS, identity="2", **FAMILY))

    same = run(*doubtful, decisions=Decisions(same=frozenset({("1", "2")})))
    different = run(*doubtful, decisions=Decisions(different=frozenset({("1", "2")})))

    assert sources(same) == [("children", "registrations")]
    assert [trail.how for trail in same.children[0].trail] == ["identity", "decision"]
    assert sources(different) == [("children",), ("registrations",)]
    assert codes(different) == ["only_registered"]


def test_a_record_decided_to_be_nobody_of_ours_is_left_out_and_counted() -> None:
    outcome = run(
        record(Source.CENSUS),
        record(Source.PUPILS, "乙一一", "9", school="P1"),
        decisions=Decisions(not_ours=frozenset({"9"})),
    )

    assert sources(outcome) == [("children",)]
    assert outcome.left_out == 1


letters = st.sampled_from(["甲子涵", "甲子晗", "甲子轩", "甲一", "乙子涵", "乙一一", "丙"])
records = st.builds(
    record,
    st.sampled_from(CHILD_SOURCES),
    letters,
    st.sampled_from(["", "", "1", "2", "3"]),
    guardian=st.sampled_from(["", "甲父", "丙母"]),
    phone=st.sampled_from(["", "100"]),
    unit=st.sampled_from(["", "A", "B"]),
    sex=st.sampled_from(["female", "male"]),
    record=st.uuids().map(str),
)
blocks = st.lists(records, max_size=9, unique_by=lambda one: one.record)


@st.composite
def shuffled(draw: st.DrawFn) -> tuple[list[Record], list[Record]]:
    block = draw(blocks)
    return block, draw(st.permutations(block))


@given(shuffled())
def test_the_order_of_input_changes_nothing(both: tuple[list[Record], list[Record]]) -> None:
    assert run(*both[0], given=frozenset(Source)) == run(*both[1], given=frozenset(Source))


@given(blocks)
def test_every_record_stands_in_one_child_and_every_number_too(block: list[Record]) -> None:
    outcome = run(*block)

    placed = [trail.record for child in outcome.children for trail in child.trail]
    assert sorted(placed) == sorted(one.record for one in block)
    numbers = [child.identity for child in outcome.children if child.identity]
    assert len(numbers) == len(set(numbers))
    assert len({case.key for case in outcome.cases}) == len(outcome.cases)


def every_pair(base: Sequence[Cluster], level: Sequence[Cluster]) -> Iterator[tuple[Cluster, Cluster]]:
    """All pairs, without an index of syllables."""
    yield from product(base, level)


@settings(max_examples=200)
@given(blocks)
def test_candidates_by_syllable_find_what_all_pairs_find(block: list[Record]) -> None:
    def joined(candidates: object) -> tuple[list[list[str]], list[tuple[str, str, int, int]]]:
        clusters, doubts = cluster_block(
            block,
            decisions=Decisions(),
            rule=ScoreRule(),
            candidates=candidates,  # type: ignore[arg-type]  # None or the function above
        )
        return (
            [[link.record.record for link in cluster.links] for cluster in clusters],
            [(d.first.lead.record, d.second.lead.record, d.points, d.equals) for d in doubts],
        )

    assert joined(None) == joined(every_pair)


@given(blocks)
def test_two_children_joined_by_score_never_have_two_numbers(block: list[Record]) -> None:
    numbers = {one.record: one.identity for one in block}

    for child in run(*block).children:
        assert len({numbers[trail.record] for trail in child.trail} - {""}) <= 1

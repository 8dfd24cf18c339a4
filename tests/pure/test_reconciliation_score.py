"""The stated score: likeness of names, guardian, sex and unit, and both sides of each threshold."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_data.reconciliation.ages import AgeRule
from geo_data.reconciliation.likeness import likeness, plain_name
from geo_data.reconciliation.score import Profile, ScoreRule, points_of, profile, score
from geo_data.reconciliation.words import Source
from tests.pure.reconciliation_world import facts, record

RULE = ScoreRule()


@pytest.mark.parametrize(
    ("a", "b", "percent"),
    [
        ("甲子涵", "甲子涵", 100),
        ("甲子涵", "甲子晗", 84),  # hán and hán
        ("甲子涵", "甲紫寒", 84),
        ("甲子涵", "甲子轩", 66),
        ("甲子涵", "甲涵子", 66),  # one swap
        ("甲子涵", "甲子", 66),
        ("甲子", "甲轩", 50),
        ("甲一子涵", "甲一子轩", 75),
        ("甲子涵", "乙梓轩", 0),
        ("甲子涵", "", 0),
        ("", "", 0),
    ],
)
def test_likeness_of_names(a: str, b: str, percent: int) -> None:
    assert likeness(a, b) == percent
    assert likeness(b, a) == percent


def test_names_are_compared_without_points_spaces_and_width() -> None:
    assert plain_name(" 阿依努尔·买买提 ") == plain_name("阿依努尔买买提")
    assert plain_name("Ｌｉ Ming") == "liming"


FULL = {"guardian": "甲父", "unit": "A"}
TABLE = [
    # what the second record says, points, sure
    ("everything agrees", {"name": "甲子涵", **FULL}, 100, True),
    ("another letter of the same sound", {"name": "甲子晗", **FULL}, 92, True),
    ("one letter of three differs: a twin", {"name": "甲子轩", **FULL}, 83, False),
    ("one letter of four differs: points alone do not make it sure", {"name": "甲子涵一", **FULL}, 87, False),
    ("nobody names the guardian", {"name": "甲子涵", "unit": "A"}, 87, True),
    ("same name, neither guardian nor unit", {"name": "甲子涵"}, 80, False),
    ("same sound, same unit, guardian unknown: one below sure", {"name": "甲子晗", "unit": "A"}, 79, False),
    ("another guardian", {"name": "甲子涵", "guardian": "丙母", "unit": "A"}, 75, False),
    ("half a name and all the rest", {"name": "甲轩", **FULL}, 66, False),
    ("another sex", {"name": "甲子轩", **FULL, "sex": "male"}, 73, False),
    ("nothing of the name", {"name": "乙梓轩", **FULL}, 50, False),
]


@pytest.mark.parametrize(("why", "said", "points", "sure"), TABLE, ids=[row[0] for row in TABLE])
def test_points_of_a_record_without_number(why: str, said: dict[str, str], points: int, sure: bool) -> None:
    known = profile([record(Source.CENSUS, guardian="甲父", unit="A")])

    found = score(known, profile([record(Source.KINDERGARTENS, identity="", **said)]), RULE)

    assert (found.points, found.is_sure) == (points, sure)


def test_other_numbers_take_thirty_points_and_are_never_sure() -> None:
    known = profile([record(Source.CENSUS, identity="1", **FULL)])

    other = score(known, profile([record(Source.PUPILS, identity="2", **FULL)]), RULE)
    twin = score(known, profile([record(Source.PUPILS, name="甲子轩", identity="2", **FULL)]), RULE)

    assert (other.points, other.without_numbers, other.is_sure) == (70, 100, False)
    assert twin.points == 53 < RULE.doubtful_from


def test_a_number_or_a_phone_in_common_is_the_same_guardian() -> None:
    known = profile([record(Source.CENSUS, guardian="甲父", phone="100", guardian_identity="9")])

    by_phone = score(known, profile([record(Source.BIRTHS, identity="", guardian="丙母", phone="100")]), RULE)
    by_number = score(known, profile([record(Source.BIRTHS, identity="", guardian_identity="9")]), RULE)
    other_number = score(known, profile([record(Source.BIRTHS, identity="", guardian_identity="8")]), RULE)
    other_phone = score(known, profile([record(Source.BIRTHS, identity="", phone="200")]), RULE)

    assert by_phone.guardian_agrees
    assert by_number.guardian_agrees
    assert [by_phone.points, by_number.points] == [93, 93]
    assert (other_number.points, other_phone.points) == (68, 80)


BOTH = {
    "guardian": "甲父",
    "guardian_identity": "f",
    "second_guardian": "乙母",
    "second_guardian_identity": "m",
}
GUARDIANS = [
    # what the second record says of the guardian, points of 25, agrees
    ("the first one's number", {"guardian_identity": "f"}, 25, True),
    ("the second one's number", {"guardian_identity": "m"}, 25, True),
    ("the second one's number under another name", {"guardian": "丙母", "guardian_identity": "m"}, 25, True),
    ("the second one's name", {"guardian": "乙母"}, 25, True),
    ("half of a name", {"guardian": "乙女"}, 12, False),
    ("another name", {"guardian": "丙祖"}, 0, False),
    (
        "the name with another number: perhaps another person",
        {"guardian": "甲父", "guardian_identity": "x"},
        12,
        False,
    ),
    ("half of a name with another number", {"guardian": "甲女", "guardian_identity": "x"}, 12, False),
    ("another name and number", {"guardian": "丙祖", "guardian_identity": "x"}, 0, False),
    ("another number alone", {"guardian_identity": "x"}, 0, False),
    ("the phone, whatever else", {"guardian": "丙祖", "guardian_identity": "x", "phone": "100"}, 25, True),
    ("another phone alone", {"phone": "200"}, 12, False),
    ("nothing", {}, 12, False),
]


@pytest.mark.parametrize(("why", "said", "points", "agrees"), GUARDIANS, ids=[row[0] for row in GUARDIANS])
def test_points_of_the_guardian_where_the_census_names_two(
    why: str, said: dict[str, str], points: int, agrees: bool
) -> None:
    known = profile([record(Source.CENSUS, phone="100", **BOTH)])

    found = points_of(known, profile([record(Source.KINDERGARTENS, identity="", **said)]), RULE)

    assert (found.guardian, found.guardian_agrees) == (points, agrees)


def test_a_name_alike_with_another_number_never_counts_more_than_an_unknown_guardian() -> None:
    known = profile([record(Source.CENSUS, guardian="甲一父", guardian_identity="f")])

    def points(guardian: str) -> int:
        other = profile([record(Source.BIRTHS, identity="", guardian=guardian, guardian_identity="x")])
        return points_of(known, other, RULE).guardian

    # of three letters three, two and one are kept
    assert [points("甲一父"), points("甲一母"), points("甲二母")] == [12, 12, 8]


def test_a_child_without_number_is_sure_by_its_guardian_and_one_letter_less_is_not() -> None:
    known = profile([record(Source.CENSUS, **BOTH)])

    def found(guardian: str) -> tuple[int, bool]:
        other = profile([record(Source.KINDERGARTENS, identity="", guardian=guardian)])
        scored = score(known, other, RULE)
        return scored.points, scored.is_sure

    # neither side names a unit: 50 + 10 + 8 and the guardian's points
    assert [found("甲父"), found("甲女"), found("丙祖")] == [(93, True), (80, False), (68, False)]


def test_units_of_facts_count_as_units_of_the_record() -> None:
    known = profile([record(Source.CENSUS, unit="A", facts=facts({"registration_unit": "B"}))])

    registered = score(known, profile([record(Source.REGISTRATIONS, identity="", unit="B")]), RULE)
    elsewhere = score(known, profile([record(Source.REGISTRATIONS, identity="", unit="C")]), RULE)

    assert registered.points - elsewhere.points == RULE.unit


@pytest.mark.parametrize(("sure_from", "is_sure"), [(87, True), (88, False)])
def test_the_sure_threshold_is_reached_at_its_own_value(sure_from: int, is_sure: bool) -> None:
    known = profile([record(Source.CENSUS, unit="A")])

    found = score(
        known, profile([record(Source.PUPILS, identity="", unit="A")]), ScoreRule(sure_from=sure_from)
    )

    assert (found.points, found.is_sure) == (87, is_sure)


@pytest.mark.parametrize(
    "bad", [{"name": 51}, {"doubtful_from": 50}, {"doubtful_from": 90}, {"sure_from": 101}]
)
def test_a_rule_that_cannot_hold_is_refused(bad: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must"):
        ScoreRule(**bad)


names = st.text("甲乙子紫涵晗轩一", min_size=0, max_size=4)
few = st.frozensets(st.sampled_from("abc"), max_size=2)
profiles = st.builds(
    Profile,
    names=st.frozensets(names.filter(bool), min_size=1, max_size=2),
    numbers=few,
    guardians=st.frozensets(names.filter(bool), max_size=2),
    guardian_numbers=few,
    phones=few,
    sexes=st.frozensets(st.sampled_from(("female", "male")), max_size=1),
    units=few,
)


@given(a=profiles, b=profiles)
def test_a_score_is_the_same_both_ways_and_within_bounds(a: Profile, b: Profile) -> None:
    found = score(a, b, RULE)

    assert found == score(b, a, RULE)
    assert 0 <= found.points <= found.without_numbers <= 100
    assert not found.is_sure or found.points >= RULE.sure_from
    assert not (found.is_sure and a.numbers and b.numbers and not a.numbers & b.numbers)


@given(a=names, b=names)
def test_names_without_a_letter_or_sound_in_common_are_never_doubtful(a: str, b: str) -> None:
    mine, other = ({s for n in (x,) for s in n} for x in (a, b))

    if not mine & other and not {"涵", "晗"} & mine & other and likeness(a, b) == 0:
        full = {"guardian": "甲父", "unit": "A"}
        found = score(
            profile([record(Source.CENSUS, name=a or "丙", **full)]),
            profile([record(Source.PUPILS, name=b or "丁", identity="", **full)]),
            RULE,
        )
        assert found.points < RULE.doubtful_from


@pytest.mark.parametrize(
    ("born", "year"),
    [
        (date(2019, 9, 1), 2026),
        (date(2020, 8, 31), 2026),
        (date(2020, 9, 1), 2027),
        (date(2020, 2, 29), 2026),
    ],
)
def test_the_cut_off_day_counts(born: date, year: int) -> None:
    rule = AgeRule()
    first, until = rule.births_entering(year)

    assert rule.entry_year(born) == year
    assert first <= born < until


def test_a_cut_off_on_29_february_is_the_28th_in_other_years() -> None:
    rule = AgeRule(6, 2, 29)

    assert [rule.cut_off(2023), rule.cut_off(2024)] == [date(2023, 2, 28), date(2024, 2, 29)]


@pytest.mark.parametrize(
    ("on", "first", "until"),
    [
        (date(2026, 3, 1), date(2010, 9, 1), date(2019, 9, 1)),
        (date(2026, 8, 31), date(2010, 9, 1), date(2019, 9, 1)),
        (date(2026, 9, 1), date(2011, 9, 1), date(2020, 9, 1)),
    ],
)
def test_school_age_is_nine_years_of_births_and_changes_on_1_september(
    on: date, first: date, until: date
) -> None:
    assert AgeRule().births_of_school_age(on) == (first, until)

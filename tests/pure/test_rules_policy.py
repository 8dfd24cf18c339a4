"""Policies: read with every fault at its path, written back, pinned by digest."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from admissions.rules.policy import (
    Fault,
    Policy,
    PolicyFault,
    example_names,
    example_policy,
    load_policy,
    parse_policy,
    policy_as_data,
    policy_digest,
)
from tests.pure.rules_world import town_policy

Data = dict[str, Any]


def town_data() -> Data:
    data = policy_as_data(town_policy())
    return copy.deepcopy(dict(data))


def faults_after(change: Callable[[Data], object]) -> list[tuple[str, str]]:
    data = town_data()
    change(data)
    with pytest.raises(PolicyFault) as caught:
        parse_policy(data)
    return [(fault.path, fault.message) for fault in caught.value.faults]


@pytest.mark.parametrize("name", example_names())
def test_every_example_comes_back_from_its_canonical_form(name: str) -> None:
    policy = load_policy(example_policy(name))
    assert policy.code == name
    assert parse_policy(policy_as_data(policy)) == policy
    assert policy_digest(parse_policy(policy_as_data(policy))) == policy_digest(policy)


def test_at_least_five_examples_are_shipped_with_different_patterns() -> None:
    policies = [load_policy(example_policy(name)) for name in example_names()]
    assert len(policies) >= 5
    assert {policy.private.loser for policy in policies} == {"same_class_last", "after_all", "class_kept"}
    mechanisms = {line.mechanism for policy in policies for line in policy.lines}
    assert mechanisms == {"direct", "ranked_draw", "points_first", "deferred_acceptance"}
    kinds = {line.kind for policy in policies for line in policy.lines}
    assert len(kinds) == 8
    key_lists = [frozenset(category.keys for category in policy.categories) for policy in policies]
    assert len(set(key_lists)) == len(policies)


def test_a_shuffled_file_has_the_same_digest() -> None:
    data = yaml.load(example_policy("registration_and_dwelling"), Loader=yaml.BaseLoader)
    backwards = dict(reversed(list(town_data().items())))
    assert list(data) != list(backwards)
    assert policy_digest(parse_policy(backwards)) == policy_digest(town_policy())


def test_a_changed_word_changes_the_digest() -> None:
    data = town_data()
    data["private"]["loser"] = "after_all"
    assert policy_digest(parse_policy(data)) != policy_digest(town_policy())


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda d: d.pop("fallback"), ("fallback", "is missing")),
        (lambda d: d.update(fallbacks={}), ("fallbacks", "is not a known key")),
        (lambda d: d.update(district="41018"), ("district", "expected a six-digit GB/T 2260 code")),
        (lambda d: d.update(stage="senior"), ("stage", "expected one of primary, junior")),
        (lambda d: d.update(year="2026"), ("year", "expected a whole number from 2000 to 2100")),
        (lambda d: d.update(year=True), ("year", "expected a whole number from 2000 to 2100")),
        (
            lambda d: d["calendar"].update(opens_at="2026-06-15T08:00"),
            ("calendar.opens_at", "expected a moment with offset, YYYY-MM-DDTHH:MM+08:00"),
        ),
        (
            lambda d: d["calendar"].update(draw_at="2026-07-06T18:00+08:00"),
            ("calendar.draw_at", "must be later than the moment before it"),
        ),
        (
            lambda d: d["age"].update(cut_off_month=2, cut_off_day=29),
            ("age.cut_off_day", "expected a whole number from 1 to 28"),
        ),
        (
            lambda d: d["age"].update(cut_off_month=4, cut_off_day=31),
            ("age.cut_off_day", "expected a whole number from 1 to 30"),
        ),
        (lambda d: d["private"].update(choices=3), ("private.choices", "expected a whole number from 0 to 2")),
        (lambda d: d["lines"][3].update(choices=2), ("lines[3].choices", "a direct line has one choice")),
        (
            lambda d: d["lines"][2].update(choices=2),
            ("lines[2].choices", "more than private.choices allows"),
        ),
        (
            lambda d: d["lines"][3]["categories"].append("cousins"),
            ("lines[3].categories[7]", "cousins is not a category of this policy"),
        ),
        (
            lambda d: d["lines"][3]["categories"].append("migrant"),
            ("lines[3].categories[7]", "migrant is named twice"),
        ),
        (
            lambda d: d["lines"][3].update(categories=[]),
            ("lines[3].categories", "only an open private line has no categories"),
        ),
        (
            lambda d: d["lines"][4].update(mechanism="ranked_draw"),
            ("lines[4].mechanism", "needs one order for all schools, but a key differs by school"),
        ),
        (
            lambda d: d["lines"][2].update(code="special_needs"),
            ("lines[2].code", "special_needs is used twice"),
        ),
        (lambda d: d.update(lines=[]), ("lines", "a policy has at least one plan line")),
        (
            lambda d: d["categories"][0].update(keys=["ticket", "walk_metres"]),
            ("categories[0].keys", "must end in ticket, once, so that every tie has a written rule"),
        ),
        (
            lambda d: d["categories"][0].update(keys=["walk_metres", "walk_metres", "ticket"]),
            ("categories[0].keys", "names a key twice"),
        ),
        (
            lambda d: d["categories"][0].update(keys=["points", "ticket"]),
            ("categories[0]", "uses points, but the policy lists none"),
        ),
        (
            lambda d: d["categories"][0].update(when={"shoe_size": 30}),
            ("categories[0].when.shoe_size", "is not in the fact vocabulary"),
        ),
        (
            lambda d: d["categories"][0].update(when={"dwelling_right": "borrowed"}),
            (
                "categories[0].when.dwelling_right",
                "expected one of owned, public_rental, rented, employer, relatives, none",
            ),
        ),
        (
            lambda d: d["categories"][0].update(when={"lives_there": {"at_least": 1}}),
            ("categories[0].when.lives_there.at_least", "expected one of is, known"),
        ),
        (
            lambda d: d["categories"][0].update(when={"title_since": {"on_or_before": "31.8.2026"}}),
            ("categories[0].when.title_since.on_or_before", "expected a day, YYYY-MM-DD"),
        ),
        (
            lambda d: d["categories"][0].update(when={}),
            ("categories[0].when", "expected a condition: an object with terms, all, any or not"),
        ),
        (
            lambda d: d["categories"][0].update(clause={"mark": "notice", "zh": "通知", "en": "Notice"}),
            ("categories[0].clause.year", "a notice is quoted with its year"),
        ),
        (
            lambda d: d["permit"].update(exempt={"permit_valid": True}),
            ("permit.exempt", "may speak of facts only, not of what is computed from them"),
        ),
        (
            lambda d: d.update(points=[{"code": "p", "title": {"zh": "分", "en": "p"}, "points": 5}]),
            ("points[0]", "needs a condition (when) or a counted term (per)"),
        ),
        (
            lambda d: d.update(
                points=[{"code": "p", "title": {"zh": "分", "en": "p"}, "points": 5, "per": "dwelling_right"}]
            ),
            ("points[0].per", "expected a term that is a whole number"),
        ),
        (
            lambda d: d.update(
                points=[{"code": "p", "title": {"zh": "分", "en": "p"}, "points": 5, "per": "points"}]
            ),
            ("points[0]", "points cannot rest on points"),
        ),
        (
            lambda d: d["categories"][0].update(when={"dwelling_right": None}),
            ("categories[0].when.dwelling_right", "is empty"),
        ),
        (
            lambda d: d["categories"][0].update(when={"title_since": {"on_or_before": None}}),
            ("categories[0].when.title_since.on_or_before", "is empty"),
        ),
        (lambda d: d.update(feeders=["east"]), ("feeders", None)),
        (lambda d: d.update(lines=[None]), ("lines[0]", "is empty")),
        (lambda d: d.update(documents=["birthday_card"]), ("documents[0]", None)),
    ],
)  # fmt: skip
def test_a_fault_is_named_at_its_path(
    change: Callable[[Data], object], expected: tuple[str, str | None]
) -> None:
    [(path, message)] = faults_after(change)
    assert path == expected[0]
    assert expected[1] is None or message == expected[1]


def test_all_faults_are_told_at_once() -> None:
    def spoil(data: Data) -> None:
        data.pop("twins")
        data["age"]["entry_age"] = 9
        data["lines"][0]["title"] = "Places"
        data["categories"][2]["when"]["all"].append({"shoe_size": 30})

    assert [path for path, _ in faults_after(spoil)] == [
        "twins",
        "age.entry_age",
        "lines[0].title",
        "categories[2].when.all[7].shoe_size",
    ]


@pytest.mark.parametrize(
    "name", ["test_score", "certificate", "contest_result", "parents_income", "donation"]
)
def test_what_may_not_decide_is_refused_with_its_clause(name: str) -> None:
    data = town_data()
    data["categories"][0]["when"] = {name: {"at_least": 90}}
    with pytest.raises(PolicyFault) as caught:
        parse_policy(data)
    [fault] = caught.value.faults
    assert fault.path == f"categories[0].when.{name}"
    assert fault.message == "may not be a basis of admission"
    assert fault.clause.startswith("Ministry of Education")


MINISTRY = "Ministry of Education, "
PATHS_OF_WHAT_IS_FORBIDDEN: list[tuple[Callable[[Data], object], str, str]] = [
    (
        lambda d: d["categories"][0].update(keys=["test_score", "ticket"]),
        "categories[0].keys[0]",
        "ten prohibitions, 2",
    ),
    (
        lambda d: d["categories"][0].update(keys=["contest_results", "ticket"]),
        "categories[0].keys[0]",
        "ten prohibitions, 7",
    ),
    (lambda d: d.update(donation={"least": 1000}), "donation", "ten prohibitions, 6"),
    (lambda d: d.update(donations=1000), "donations", "ten prohibitions, 6"),
    (lambda d: d["lines"][3].update(entrance_test=True), "lines[3].entrance_test", "ten prohibitions, 2"),
    (lambda d: d["private"].update(interview="yes"), "private.interview", "ten prohibitions, 2"),
    (lambda d: d["documents"].append("grade_certificate"), "documents[9]", "ten prohibitions, 7"),
    (lambda d: d["documents"].append("parents_education"), "documents[9]", "admission materials"),
    (lambda d: d["lines"][3].update(mechanism="exam_score"), "lines[3].mechanism", "ten prohibitions, 2"),
    (
        lambda d: d.update(
            points=[{"code": "p", "title": {"zh": "分", "en": "p"}, "points": 5, "per": "test_score"}]
        ),
        "points[0].per",
        "ten prohibitions, 2",
    ),
]


@pytest.mark.parametrize(("change", "path", "clause"), PATHS_OF_WHAT_IS_FORBIDDEN)
def test_a_forbidden_name_is_refused_with_its_clause_wherever_it_stands(
    change: Callable[[Data], object], path: str, clause: str
) -> None:
    data = town_data()
    change(data)
    with pytest.raises(PolicyFault) as caught:
        parse_policy(data)
    expected = Fault(path, "may not be a basis of admission", MINISTRY + clause)
    assert expected in caught.value.faults


@pytest.mark.parametrize(
    ("change", "path", "clause"),
    [
        (lambda d: d["documents"].append("marriage_certificate"), "documents[9]", "admission materials"),
        (lambda d: d["documents"].append(7), "documents[9]", "admission materials"),
        (lambda d: d["categories"][0].update(keys=["shoe_size", "ticket"]), "categories[0].keys[0]", ""),
        (lambda d: d.update(colour="red"), "colour", ""),
    ],
)
def test_a_name_that_is_merely_unknown_is_refused_and_only_the_list_of_documents_is_closed_by_a_clause(
    change: Callable[[Data], object], path: str, clause: str
) -> None:
    data = town_data()
    change(data)
    with pytest.raises(PolicyFault) as caught:
        parse_policy(data)
    told = [(fault.path, fault.clause) for fault in caught.value.faults if fault.path == path]
    assert told == [(path, MINISTRY + clause if clause else "")]


@pytest.mark.parametrize("text", ["- a\n- b", "just text", "a: [1", "code: x\ncode: y"])
def test_a_text_that_is_no_yaml_object_is_refused(text: str) -> None:
    with pytest.raises(PolicyFault):
        load_policy(text)


def test_a_key_that_occurs_twice_is_refused_by_name() -> None:
    text = example_policy("registration_and_dwelling") + "\ntwins: either_wins\n"
    with pytest.raises(PolicyFault, match="twins occurs twice"):
        load_policy(text)


def test_an_example_that_does_not_exist_is_not_found() -> None:
    with pytest.raises(FileNotFoundError):
        example_policy("no_such_policy")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 3000) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


def places_in(value: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from places_in(item, (*path, key))


def read_or_faults(data: Data) -> Policy | tuple[Fault, ...]:
    try:
        return parse_policy(data)
    except PolicyFault as refusal:
        return refusal.faults


PLACES = list(places_in(town_data()))


@given(st.sampled_from(PLACES[1:]), JSON)
def test_whatever_stands_in_a_place_a_policy_is_read_or_refused_there(
    place: tuple[object, ...], value: object
) -> None:
    data: Any = town_data()
    *above, last = place
    holder = data
    for key in above:
        holder = holder[key]
    holder[last] = value
    read = read_or_faults(data)
    if isinstance(read, Policy):
        assert parse_policy(policy_as_data(read)) == read
    else:
        assert read
        assert all(item.path and item.message for item in read)


@pytest.mark.parametrize("data", [[], "policy", 3, None])
def test_what_is_no_object_is_refused(data: Any) -> None:
    with pytest.raises(PolicyFault):
        parse_policy(data)

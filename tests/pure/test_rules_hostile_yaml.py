"""What a policy file may not do to the server: grow when read, hold itself, or break the reader."""

import json

import pytest
import yaml

from admissions.rules.legal_check import violations
from admissions.rules.plain_yaml import MOST_CHARACTERS, MOST_LEVELS, NotPlain, read_yaml
from admissions.rules.policy import PolicyFault, example_names, example_policy, load_policy
from tests.policies import as_yaml, shipped_policy

BILLION = "x0: &x0 [1, 1]\n" + "".join(f"x{n}: &x{n} [*x{n - 1}, *x{n - 1}]\n" for n in range(1, 40))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BILLION, "points at another part"),
        ("q: &q {all: [*q]}\n", "points at another part"),
        ("a: " + "[" * (MOST_LEVELS + 1) + "]" * (MOST_LEVELS + 1), "nested deeper than 40 levels, line 1"),
        ("a: 1 # " + "x" * MOST_CHARACTERS, "longer than 500000 characters"),
        ("version: " + "9" * 5000, "is no YAML"),
        ("? [a]\n: b\n", "a key is a plain word"),
        ("? {a: 1}\n: b\n", "a key is a plain word"),
        ('a: "\x00"', "is no YAML"),
        ("a: \ud800", "is no YAML"),
        ("a: [1, 2\nb: 3\n", "line 1, column 4"),
        ("a: !!python/object/apply:os.system [ls]", "is no YAML"),
        ("- 1\n", "expected an object"),
        ("", "expected an object"),
    ],
)
def test_a_hostile_text_is_refused_with_a_reason(text: str, message: str) -> None:
    with pytest.raises(NotPlain, match=message):
        read_yaml(text)
    with pytest.raises(PolicyFault, match=message):
        load_policy(text)


def test_what_is_as_deep_and_long_as_allowed_is_read() -> None:
    levels = MOST_LEVELS - 1  # the object itself is one
    deep = "a: " + "[" * levels + "]" * levels
    assert read_yaml(deep)["a"] is not None
    assert read_yaml("a: 1 #" + "x" * (MOST_CHARACTERS - 6)) == {"a": 1}


def with_year(year: int, calendar_year: str) -> str:
    data = shipped_policy()
    moments = {name: str(moment).replace("2026", calendar_year) for name, moment in data["calendar"].items()}
    return as_yaml({**data, "year": year, "calendar": moments})


@pytest.mark.parametrize(
    ("calendar_year", "warned"), [("2024", True), ("2025", False), ("2027", False), ("2028", True)]
)
def test_a_calendar_of_quite_another_year_is_warned_of(calendar_year: str, warned: bool) -> None:
    found = [item.code for item in violations(load_policy(with_year(2026, calendar_year)))]
    assert ("calendar_of_another_year" in found) is warned


@pytest.mark.parametrize("calendar_year", ["0001", "1899", "2101", "9999"])
def test_a_calendar_beyond_all_reckoning_is_refused(calendar_year: str) -> None:
    with pytest.raises(PolicyFault) as caught:
        load_policy(with_year(2026, calendar_year))
    assert {fault.path for fault in caught.value.faults} >= {"calendar.opens_at", "calendar.published_on"}


def test_a_policy_without_coordinated_placement_is_refused_with_the_clause() -> None:
    data = shipped_policy()
    del data["fallback"]
    with pytest.raises(PolicyFault) as caught:
        load_policy(as_yaml(data))
    [fault] = caught.value.faults
    assert (fault.path, fault.message) == ("fallback", "is missing")
    assert fault.clause == "Compulsory Education Law, art. 12(2)"


PLAIN = """
on: 2026-06-15
at: 2026-06-15T08:00:00+08:00
"yes": [true, No, null, ~, 010, 0x1F, 1_000, 1.5e3, 12:30:45]
text: >-
  就近 enrolment
  in two lines
quoted: 'it''s'   # a remark
"\\u5c31\\t": |
  kept
   as it is
empty:
nested: {a: [b, {c: d}], "e:f": g}
"""


class SlowReader(yaml.SafeLoader):
    """PyYAML's own reader, which guesses no dates either."""


SlowReader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if not pair[0].endswith(":timestamp")]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@pytest.mark.parametrize("text", [PLAIN, *map(example_policy, example_names())])
def test_the_quick_reader_reads_what_the_slow_one_does(text: str) -> None:
    assert json.dumps(read_yaml(text)) == json.dumps(yaml.load(text, Loader=SlowReader))


@pytest.mark.parametrize("name", example_names())
def test_no_shipped_policy_needs_what_is_refused(name: str) -> None:
    assert load_policy(example_policy(name)).code == name

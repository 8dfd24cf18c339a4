"""What differs from the register or from an earlier return is shown; what is decided holds."""

from collections.abc import Mapping

import pytest

from geo_data.tables.findings import Findings
from geo_data.tables.survey_comparing import Difference, Differing, check_answers, compare, filled_in
from geo_data.tables.survey_records import FIELDS, SHEET_COLUMNS, Answer, KnownRow, Outcome
from geo_data.tables.survey_settling import Decided, Decision, decisions_for, settle

HEADERS = {column.name: column.zh for column in SHEET_COLUMNS}
GIRL = {"name": "甲子涵", "sex": "female", "birth_on": "2020-01-01", "identity": "990102202001010028"}
HOME = {"address": "1号楼101室", "phone": "10000000001"}
NEW = {"name": "丙小禾", "sex": "female", "birth_on": "2020-05-06", "identity": "990102202005060022"}
KNOWN = {
    "K1": KnownRow("K1", "H1", {**dict.fromkeys(FIELDS, ""), **GIRL, **HOME}),
    "K2": KnownRow(
        "K2",
        "H1",
        {
            **dict.fromkeys(FIELDS, ""),
            "name": "甲子轩",
            "sex": "male",
            "birth_on": "2018-05-05",
            "identity": "990102201805050012",
            **HOME,
        },
    ),
}


def answer(key: str, outcome: Outcome = Outcome.LIVES_HERE, /, **values: str) -> Answer:
    """A row as it came back, empty where nothing was written."""
    place = int(key[1:]) + (10 if key.startswith("N") else 0)
    return Answer(key, place + 7, place, outcome, "", {**dict.fromkeys(FIELDS, ""), **values})


def differences(
    *answers: Answer, earlier: tuple[Answer, ...] | None = None, elsewhere: Mapping[str, str] | None = None
) -> list[Differing]:
    """What completed answers differ in."""
    before = None if earlier is None else {a.key: a for a in filled_in(earlier, KNOWN)}
    found = compare(filled_in(answers, KNOWN), KNOWN, elsewhere=elsewhere or {}, earlier=before)
    return list(found)


def told(found: list[Differing]) -> list[tuple[str, str, str, str, str]]:
    """Key, field, kind, register and sheet."""
    return [(d.key, d.field, d.kind.value, d.register, d.sheet) for d in found]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (answer("K1"), []),
        (answer("K1", identity="990102********0028"), []),
        (answer("K1", phone="10000000009"), [("K1", "phone", "changed", "10000000001", "10000000009")]),
        (answer("K1", guardian="甲父"), [("K1", "guardian", "added", "", "甲父")]),
        (answer("K1", Outcome.DECEASED), [("K1", "outcome", "left", "", "deceased")]),
        (answer("K1", Outcome.ABROAD), [("K1", "outcome", "left", "", "abroad")]),
        (answer("K1", Outcome.MOVED_AWAY), [("K1", "outcome", "left", "", "moved_away")]),
        (answer("K1", Outcome.MOVED_WITHIN), [("K1", "outcome", "left", "", "moved_within")]),
        (answer("K1", Outcome.NOT_MET, phone="10000000009"), []),
        (answer("N1", **NEW), [("N1", "child", "new_child", "", "丙小禾")]),
    ],
)
def test_every_kind_of_answer_against_the_register(
    row: Answer, expected: list[tuple[str, str, str, str, str]]
) -> None:
    assert told(differences(row)) == expected


def test_new_row_of_a_child_whom_the_census_has_elsewhere_is_a_conflict() -> None:
    found = differences(answer("N1", **NEW), elsewhere={"990102202005060022": "B / H7"})

    assert told(found) == [("N1", "child", "known_elsewhere", "B / H7", "丙小禾")]


def test_phone_corrected_in_one_row_of_a_household_is_one_difference_in_its_first_row() -> None:
    found = differences(answer("K1"), answer("K2", phone="10000000009"))

    assert told(found) == [("K1", "phone", "changed", "10000000001", "10000000009")]


def test_order_of_rows_changes_nothing() -> None:
    rows = (answer("K1", guardian="甲父"), answer("K2", Outcome.ABROAD), answer("N1", **NEW))

    assert differences(*rows) == differences(rows[0], rows[1], rows[2])
    assert [d.key for d in differences(*rows)] == ["K1", "K2", "N1"]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (answer("K1"), answer("K1"), []),
        (
            answer("K1", phone="10000000009"),
            answer("K1", phone="10000000009"),
            [("K1", "phone", "changed", "10000000001", "10000000009")],
        ),
        (
            answer("K1", phone="10000000009"),
            answer("K1"),
            [("K1", "phone", "returned_twice", "10000000001", "10000000001")],
        ),
        (
            answer("K1", Outcome.ABROAD),
            answer("K1"),
            [("K1", "outcome", "returned_twice", "", "lives_here")],
        ),
        (
            answer("K1"),
            answer("K1", Outcome.NOT_MET),
            [("K1", "outcome", "returned_twice", "", "not_met")],
        ),
        (answer("K1", Outcome.NOT_MET), answer("K1"), []),
        (
            answer("N1", **NEW),
            answer("N1", **{**NEW, "name": "丙小苗"}),
            [("N1", "child", "new_child", "", "丙小苗"), ("N1", "name", "returned_twice", "", "丙小苗")],
        ),
        (
            answer("K1"),
            answer("N1", **NEW),
            [
                ("K1", "child", "returned_twice", "", ""),
                ("N1", "child", "returned_twice", "", "丙小禾"),
            ],
        ),
    ],
)
def test_second_return_is_compared_with_the_first(
    first: Answer, second: Answer, expected: list[tuple[str, str, str, str, str]]
) -> None:
    assert told(differences(second, earlier=(first,))) == expected


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        ((answer("K1"),), {}),
        ((answer("K1", birth_on="2020-01-02"),), {"identity_birth_date": 1}),
        ((answer("K1", sex="male"),), {"identity_sex": 1}),
        ((answer("K1", identity="990102202001010027"),), {"identity_check_digit": 1}),
        ((answer("N1", name="丙小禾", sex="female", birth_on="2020-05-06"),), {"survey_identity_missing": 1}),
        ((answer("N1", identity="990102202005060022"),), {"cell_empty": 3}),
        ((answer("N1", **NEW), answer("N2", **NEW)), {"child_twice": 1}),
        ((answer("K1", phone="1"), answer("K2", phone="2")), {"household_differs": 1}),
        ((answer("K1", phone="2"), answer("K2", phone="2")), {}),
    ],
)
def test_what_cannot_be_true_is_noted(rows: tuple[Answer, ...], codes: dict[str, int]) -> None:
    findings = Findings()

    check_answers(filled_in(rows, KNOWN), KNOWN, HEADERS, findings)

    assert findings.counts() == codes


@pytest.mark.parametrize(
    ("kind", "field", "key", "expected"),
    [
        (Difference.CHANGED, "phone", "K1", "take_sheet keep_register ask_again"),
        (Difference.NEW_CHILD, "child", "N1", "take_sheet keep_register ask_again"),
        (Difference.RETURNED_TWICE, "phone", "K1", "take_sheet keep_register take_earlier ask_again"),
        (Difference.RETURNED_TWICE, "name", "N1", "take_sheet take_earlier ask_again"),
    ],
)
def test_only_what_can_hold_can_be_decided(kind: Difference, field: str, key: str, expected: str) -> None:
    assert " ".join(decisions_for(kind, field, key)) == expected


def settled(
    *rows: Answer, decision: Decision, earlier: tuple[Answer, ...] | None = None
) -> list[tuple[str, str, dict[str, str]]]:
    """Key, outcome and values when every difference is decided alike."""
    decided = [Decided(d, decision) for d in differences(*rows, earlier=earlier)]
    before = {a.key: a for a in filled_in(earlier or (), KNOWN)}
    return [(s.key, s.outcome.value, dict(s.values)) for s in settle(filled_in(rows, KNOWN), decided, before)]


@pytest.mark.parametrize(
    ("decision", "phone"), [(Decision.TAKE_SHEET, "10000000009"), (Decision.KEEP_REGISTER, "10000000001")]
)
def test_decided_value_holds(decision: Decision, phone: str) -> None:
    rows = settled(answer("K1", phone="10000000009"), decision=decision)

    assert rows == [("K1", "lives_here", {**GIRL, **HOME, "phone": phone})]


@pytest.mark.parametrize(
    ("decision", "outcomes"),
    [
        (Decision.TAKE_SHEET, ["deceased"]),
        (Decision.KEEP_REGISTER, ["lives_here"]),
        (Decision.ASK_AGAIN, []),
    ],
)
def test_decided_outcome_holds(decision: Decision, outcomes: list[str]) -> None:
    rows = settled(answer("K1", Outcome.DECEASED), decision=decision)

    assert [outcome for _key, outcome, _values in rows] == outcomes


@pytest.mark.parametrize(
    ("decision", "keys"),
    [(Decision.TAKE_SHEET, ["N1"]), (Decision.KEEP_REGISTER, []), (Decision.ASK_AGAIN, [])],
)
def test_new_child_counts_only_when_taken(decision: Decision, keys: list[str]) -> None:
    assert [row[0] for row in settled(answer("N1", **NEW), decision=decision)] == keys


@pytest.mark.parametrize(
    ("decision", "phone"),
    [
        (Decision.TAKE_SHEET, "10000000001"),
        (Decision.TAKE_EARLIER, "10000000009"),
        (Decision.KEEP_REGISTER, "10000000001"),
    ],
)
def test_earlier_return_can_hold(decision: Decision, phone: str) -> None:
    rows = settled(answer("K1"), decision=decision, earlier=(answer("K1", phone="10000000009"),))

    assert [values["phone"] for _key, _outcome, values in rows] == [phone]


@pytest.mark.parametrize(("decision", "keys"), [(Decision.TAKE_SHEET, []), (Decision.TAKE_EARLIER, ["K1"])])
def test_row_missing_from_the_second_return_is_decided(decision: Decision, keys: list[str]) -> None:
    assert [row[0] for row in settled(decision=decision, earlier=(answer("K1"),))] == keys


def test_child_nobody_met_is_not_the_surveys() -> None:
    assert settled(answer("K1", Outcome.NOT_MET), decision=Decision.TAKE_SHEET) == []


def test_survey_stands_behind_what_it_brought_only() -> None:
    rows = filled_in((answer("K1", guardian="甲父"), answer("N1", **NEW)), KNOWN)
    found = compare(rows, KNOWN, elsewhere={}, earlier=None)

    known, new = settle(rows, [Decided(d, Decision.TAKE_SHEET) for d in found], {})

    assert known.taken == {"guardian"}
    assert new.taken == {"name", "sex", "birth_on", "identity"}

"""A portal's mapping: the shipped example reads, and every fault is told with its path and what to write."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from admissions.matching.records import Reason
from admissions.rules.portal_mapping import (
    PortalMappingFault,
    example_mapping,
    load_portal_mapping,
    mapping_digest,
    parse_portal_mapping,
)
from admissions.rules.portal_records import RESULT_REASONS, DateForm, Layout
from geo_data.tables.portal_dates import DATE_FORMS
from tests.policies import from_yaml

Data = dict[str, Any]


def example() -> Data:
    data: Data = from_yaml(example_mapping())
    return data


def faults(change: Callable[[Data], object]) -> list[tuple[str, str]]:
    data = copy.deepcopy(example())
    change(data)
    with pytest.raises(PortalMappingFault) as refusal:
        parse_portal_mapping(data)
    return [(fault.path, fault.message) for fault in refusal.value.faults]


def put(path: str, value: object) -> Callable[[Data], None]:
    """Return what puts a value at a dotted path; None takes the key away."""
    *before, last = path.split(".")

    def change(data: Data) -> None:
        inner: Any = data
        for key in before:
            inner = inner[int(key)] if isinstance(inner, list) else inner[key]
        if value is None:
            del inner[last]
        elif isinstance(inner, list):
            inner[int(last)] = value
        else:
            inner[last] = value

    return change


def test_the_shipped_example_reads_and_says_the_same_under_one_digest() -> None:
    mapping, data = load_portal_mapping(example_mapping())
    assert (mapping.portal, mapping.choices.layout) == ("sample-province", Layout.COLUMNS)
    assert mapping.code_of("school-1") == "3799010001"
    assert mapping_digest(data) == mapping_digest(dict(reversed(list(data.items()))))


def test_reasons_are_those_of_the_draw_and_of_what_can_come_before_and_after_it() -> None:
    beside = {"given_on", "left_off_placed", "left_off_waits", "refused"}
    assert set(RESULT_REASONS) == {reason.value for reason in Reason} | beside


def test_every_form_of_dates_can_be_read() -> None:
    assert set(DATE_FORMS) == {form.value for form in DateForm}


def test_a_line_has_a_code_of_its_own_before_that_of_its_school() -> None:
    data = example()
    data["schools"] = [
        {"code": "1", "school": "S"},
        {"code": "2", "school": "S", "line": "zone"},
        {"code": "3", "school": "S"},
    ]
    mapping = parse_portal_mapping(data)
    assert [mapping.code_of("S", line) for line in ("zone", "migrant", "")] == ["2", "1", "1"]
    assert mapping.code_of("T", "zone") is None
    assert mapping.school_codes == {"1": "S", "2": "S", "3": "S"}


MISSING, UNKNOWN = "is missing", "is not a known key"
CASES: list[tuple[Callable[[Data], object], str, str]] = [
    (put("portal", None), "portal", MISSING),
    (put("portal", "Sample Province"), "portal", "use small letters, digits and hyphens, at most 20"),
    (put("portal", "a" * 21), "portal", "at most 20"),
    (put("version", 0), "version", "expected a whole number from 1 to 9999"),
    (put("title", "x"), "title", "expected an object"),
    (put("title.en", None), "title.en", MISSING),
    (put("district", "99010"), "district", "expected a six-digit GB/T 2260 code in quotes"),
    (put("district", 990101), "district", "expected a text"),
    (put("delivery", "all"), "delivery", "expected one of complete, changes"),
    (put("dates", []), "dates", "no form of dates is named; write at least one"),
    (put("dates.0", "YY-MM-DD"), "dates[0]", "expected one of YYYY-MM-DD, YYYY/MM/DD"),
    (put("dates", ["YYYY/MM/DD", "DD/MM/YYYY"]), "dates", "could be read in two ways"),
    (put("words.yes", []), "words.yes", "no word for yes; write what the portal writes"),
    (put("words.no", ["否", "是"]), "words.no[1]", '"是" means yes as well; remove it from one list'),
    (put("colour", "red"), "colour", UNKNOWN),
    (put("fields.identity_number", None), "fields.identity_number", MISSING),
    (put("fields.school", {"column": "x"}), "fields.school", UNKNOWN),
    (put("fields.phone", "手机"), "fields.phone", "expected an object"),
    (put("fields.phone.column", None), "fields.phone.column", MISSING),
    (put("fields.phone.column", "--"), "fields.phone.column", "has no letter or digit"),
    (put("fields.phone.codes", {"a": "b"}), "fields.phone.codes", UNKNOWN),
    (put("fields.sex.codes", None), "fields.sex.codes", MISSING),
    (put("fields.sex.codes", ["1"]), "fields.sex.codes", "expected an object: what the portal writes"),
    (
        put("fields.sex.codes", {"1": "man"}),
        "fields.sex.codes.1",
        '"man" is not known here; write one of female, male',
    ),
    (
        put("fields.sex.codes", {1: "male"}),
        "fields.sex.codes",
        '1 is not a text; write the code in quotes: "1"',
    ),
    (
        put("fields.state.codes", {"有效": "live"}),
        "fields.state.codes",
        "no code means withdrawn; add it, or leave out the field state",
    ),
    (
        put("fields.phone.column", "学生姓名"),
        "fields.phone.column",
        "is used by fields.child_name.column already",
    ),
    (put("facts.0.fact", "income"), "facts[0].fact", "expected one of birth_date"),
    (put("facts.0.fact", "birth_date"), "facts[0].fact", "is written from fields.birth_on"),
    (put("facts.0.fact", "dwelling_unit"), "facts[0].fact", "is written from fields.unit_code"),
    (put("facts.0.codes.10", "town"), "facts[0].codes.10", '"town" is not known here; write one of family'),
    (put("facts.0.fact", "title_since"), "facts[0].codes", "a date has no codes; remove them"),
    (put("facts.1.codes", {"1": "A"}), "facts[1].codes", "schools are translated by the table schools"),
    (put("facts.1.fact", "registration_kind"), "facts[1].fact", '"registration_kind" is used twice'),
    (put("choices.layout", "tree"), "choices.layout", "expected one of columns, list, rows"),
    (put("choices", {"layout": "columns"}), "choices", "names no column of a choice"),
    (put("choices.mixed", ["志愿"]), "choices.mixed", "stands beside private or public"),
    (put("choices.public", "公办志愿"), "choices.public", "expected a list"),
    (put("choices", {"layout": "rows", "order": "序号"}), "choices.school", MISSING),
    (put("choices", {"layout": "list", "mixed": ["志愿"]}), "choices.mixed", "expected a text"),
    (put("choices.public.1", "公办志愿1"), "choices.public[1]", "is used by choices.public[0] already"),
    (put("schools", []), "schools", "no school is named"),
    (put("schools.1.code", "3799010001"), "schools[1].code", '"3799010001" is used twice; remove one'),
    (put("schools.1.code", 3799010002), "schools[1].code", "expected a text"),
    (put("statuses.codes.checked", None), "statuses.codes.checked", MISSING),
    (put("statuses.codes.lost", "1"), "statuses.codes.lost", UNKNOWN),
    (put("statuses.documents.title_deed", None), "statuses.documents.title_deed", MISSING),
    (put("statuses.columns.0.shows", "outcome"), "statuses.columns[0].shows", "outcome is not told here"),
    (put("statuses.columns.1.header", "报名号"), "statuses.columns[1].header", '"报名号" is used twice'),
    (put("results.columns.0.shows", "receipt"), "results.columns", "none shows application_number"),
    (
        put("results.columns.0.shows", "name"),
        "results.columns[0].shows",
        "expected one of application_number",
    ),
    (put("results.encoding", "gbk"), "results.encoding", "expected one of utf-8, utf-8-bom, gb18030"),
    (put("results.file", "../r.csv"), "results.file", "is no file name; end it in .csv, .xlsx or .jsonl"),
    (put("results.file", "r.pdf"), "results.file", "is no file name"),
    (put("results.file", "r-{year}.csv"), "results.file", "is no file name"),
    (put("results.file", "r.xlsx"), "results.encoding", "a workbook has no encoding; remove it"),
    (put("results.reasons.no_seats", None), "results.reasons.no_seats", MISSING),
    (put("results.outcomes.waiting", ""), "results.outcomes.waiting", "expected a text"),
    (put("results.reasons.no_seats", "a\0"), "results.reasons.no_seats", "holds a null or half a letter"),
    (put("title.zh", "\ud800"), "title.zh", "holds a null or half a letter"),
]


@pytest.mark.parametrize(("change", "path", "says"), CASES)
def test_a_fault_is_told_with_its_path_and_what_to_write(
    change: Callable[[Data], object], path: str, says: str
) -> None:
    found = faults(change)
    assert [message for where, message in found if where == path and says in message], found


def test_all_faults_are_told_at_once() -> None:
    def change(data: Data) -> None:
        for path, value in (("portal", "X Y"), ("delivery", "x"), ("fields.sex.codes", None)):
            put(path, value)(data)

    assert [path for path, _ in faults(change)] == ["portal", "delivery", "fields.sex.codes"]


@pytest.mark.parametrize("text", ["", "- a", "a: [", "a: 1\na: 2"])
def test_what_is_no_yaml_object_is_refused(text: str) -> None:
    with pytest.raises(PortalMappingFault) as refusal:
        load_portal_mapping(text)
    assert [fault.path for fault in refusal.value.faults] == ["mapping"]

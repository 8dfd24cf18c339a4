"""A portal's mapping read from plain data, part by part, with every fault noted at its path."""

from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

from admissions.rules.documents_catalogue import CATALOGUE, Document, Standing
from admissions.rules.policy_records import Title
from admissions.rules.portal_records import (
    MEANINGS,
    NOT_AS_FACTS,
    REQUIRED_FIELDS,
    RESULT_COLUMNS,
    RESULT_REASONS,
    SCHOOL_FACTS,
    STATUS_COLUMNS,
    ChoiceColumns,
    DateForm,
    Delivery,
    Encoding,
    FactColumn,
    Field,
    FieldColumn,
    FileForm,
    Format,
    Layout,
    Outcome,
    PortalMapping,
    PortalStatus,
    ResultForm,
    SchoolCode,
    Shown,
    StatusForm,
)
from admissions.rules.reading import Node
from admissions.rules.vocabulary import VOCABULARY, FactName, Kind

Code = TypeVar("Code", bound=str)
PARTS = (
    "portal", "version", "title", "district", "delivery", "dates", "words", "fields", "choices", "schools",
    "statuses", "results",
)  # fmt: skip
LONGEST_PORTAL = 20
ASKED_DOCUMENTS = tuple(item for item in Document if CATALOGUE[item].standing is Standing.ALLOWED)
LISTS = ("private", "public", "mixed")


def read_portal_mapping(node: Node) -> PortalMapping:
    """Return the mapping at the node; worthless when faults were noted.

    Source: docs/rules/portal-mapping.md.
    """
    node.expect_keys(PARTS, ("facts",))
    words = node.child("words")
    words.expect_keys(("yes", "no"))
    return PortalMapping(
        portal=_portal(node.child("portal")),
        version=node.child("version").integer(1, 9999),
        title=_title(node.child("title")),
        district=_district(node.child("district")),
        delivery=node.child("delivery").choice(Delivery),
        dates=tuple(item.choice(DateForm) for item in node.child("dates").items()),
        yes=_texts(words.child("yes")),
        no=_texts(words.child("no")),
        fields=_fields(node.child("fields")),
        facts=tuple(_fact(item) for item in node.child("facts").items()),
        choices=_choices(node.child("choices")),
        schools=tuple(_school(item) for item in node.child("schools").items()),
        statuses=_statuses(node.child("statuses")),
        results=_results(node.child("results")),
    )


def _portal(node: Node) -> str:
    text = node.text()
    plain = text.replace("-", "").isalnum() and text.isascii() and text == text.lower()
    if text and not (plain and len(text) <= LONGEST_PORTAL):
        node.fault(
            f'"{text}" is no code of a portal; use small letters, digits and hyphens, at most {LONGEST_PORTAL}'
        )
    return text


def _title(node: Node) -> Title:
    node.expect_keys(("zh", "en"))
    return Title(node.child("zh").text(), node.child("en").text())


def _district(node: Node) -> str:
    code = node.text()
    if code and not (len(code) == 6 and code.isascii() and code.isdigit()):
        node.fault("expected a six-digit GB/T 2260 code in quotes")
    return code


def _texts(node: Node) -> tuple[str, ...]:
    return tuple(item.text() for item in node.items())


def _fields(node: Node) -> dict[Field, FieldColumn]:
    optional = tuple(item.value for item in Field if item not in REQUIRED_FIELDS)
    node.expect_keys(tuple(item.value for item in REQUIRED_FIELDS), optional)
    return {item: _field(node.child(item), item) for item in Field if node.has(item)}


def _field(node: Node, field: Field) -> FieldColumn:
    meanings = MEANINGS.get(field, ())
    with_codes = (field is Field.UNIT_CODE) or bool(meanings)
    node.expect_keys(("column", "codes") if meanings else ("column",), ("codes",) if with_codes else ())
    codes = _codes(node.child("codes"), meanings)
    if field is Field.STATE and node.has("codes") and "withdrawn" not in codes.values():
        node.child("codes").fault("no code means withdrawn; add it, or leave out the field state")
    return FieldColumn(node.child("column").text(), codes)


def _codes(node: Node, meanings: Collection[str]) -> dict[str, str]:
    """Return what the portal writes -> what it means, which must be one of the meanings where there are any."""
    if node.value is None:
        return {}
    if not isinstance(node.value, Mapping):
        node.fault("expected an object: what the portal writes, and what it means here")
        return {}
    codes: dict[str, str] = {}
    for written in node.value:
        if not isinstance(written, str):
            node.fault(f'{written} is not a text; write the code in quotes: "{written}"')
            continue
        inner = Node(node.value[written], f"{node.path}.{written}", node.faults)
        meaning = inner.text()
        if meaning and meanings and meaning not in meanings:
            inner.fault(f'"{meaning}" is not known here; write one of {", ".join(meanings)}')
        codes[written.strip()] = meaning
    return codes


def _fact(node: Node) -> FactColumn:
    node.expect_keys(("column", "fact"), ("codes", "proved_by"))
    name = node.child("fact").choice(FactName)
    spec = VOCABULARY[name]
    if node.has("fact") and name in NOT_AS_FACTS:
        node.child("fact").fault(f"{name} is written from fields.{NOT_AS_FACTS[name]}; name its column there")
    codes = node.child("codes")
    if node.has("codes") and spec.kind not in (Kind.CHOICE, Kind.TEXT, Kind.TEXTS):
        codes.fault(f"a {spec.kind} has no codes; remove them")
    if node.has("codes") and name in SCHOOL_FACTS:
        codes.fault("schools are translated by the table schools; remove the codes")
    proved_by = node.child("proved_by").text() if node.has("proved_by") else ""
    return FactColumn(
        column=node.child("column").text(),
        fact=name,
        codes=_codes(codes, spec.choices if spec.kind is Kind.CHOICE else ()),
        proved_by=proved_by,
    )


def _choices(node: Node) -> ChoiceColumns:
    layout = node.child("layout").choice(Layout)
    if layout is Layout.ROWS:
        node.expect_keys(("layout", "order", "school"))
        return ChoiceColumns(layout, order=node.child("order").text(), school=node.child("school").text())
    node.expect_keys(("layout",), LISTS)
    named = {name: _choice_list(node.child(name), layout) for name in LISTS}
    if node.has("layout") and not any(named.values()):
        node.fault("names no column of a choice; add private, public or mixed")
    if named["mixed"] and (named["private"] or named["public"]):
        node.child("mixed").fault("stands beside private or public; one order or two, not both")
    return ChoiceColumns(layout, named["private"], named["public"], named["mixed"])


def _choice_list(node: Node, layout: Layout) -> tuple[str, ...]:
    if node.value is None:
        return ()
    return (node.text(),) if layout is Layout.LIST else _texts(node)


def _school(node: Node) -> SchoolCode:
    node.expect_keys(("code", "school"), ("line",))
    line = node.child("line").text() if node.has("line") else ""
    return SchoolCode(node.child("code").text().strip(), node.child("school").text().strip(), line)


def _statuses(node: Node) -> StatusForm:
    node.expect_keys(("file", "columns", "codes", "documents"), ("encoding",))
    return StatusForm(
        _file(node, STATUS_COLUMNS),
        _table(node.child("codes"), PortalStatus),
        _table(node.child("documents"), ASKED_DOCUMENTS),
    )


def _results(node: Node) -> ResultForm:
    node.expect_keys(("file", "columns", "outcomes", "reasons"), ("encoding",))
    return ResultForm(
        _file(node, RESULT_COLUMNS),
        _table(node.child("outcomes"), Outcome),
        _table(node.child("reasons"), RESULT_REASONS),
    )


def _table(node: Node, keys: Iterable[Code]) -> dict[Code, str]:
    """Return the portal's code of every key: none may be missing, for each can come up."""
    keys = tuple(keys)
    node.expect_keys(tuple(str(key) for key in keys))
    return {key: node.child(key).text() for key in keys}


def _file(node: Node, columns: Collection[Shown]) -> FileForm:
    name = node.child("file").text()
    kind = next((item for item in Format if name.endswith(f".{item}")), None)
    if name and (kind is None or not _is_plain_name(name)):
        node.child("file").fault(
            f'"{name}" is no file name; end it in .csv, .xlsx or .jsonl, without folders, with {{round}} where the'
            " round's name shall stand"
        )
    encoding = node.child("encoding").choice(Encoding) if node.has("encoding") else Encoding.UTF_8
    if kind is Format.XLSX and node.has("encoding"):
        node.child("encoding").fault("a workbook has no encoding; remove it")
    shown = tuple(_column(item, columns) for item in node.child("columns").items())
    if node.has("columns") and Shown.APPLICATION_NUMBER not in {value for _, value in shown}:
        node.child("columns").fault(
            "none shows application_number; without it the portal cannot tell the rows"
        )
    return FileForm(name, kind or Format.CSV, encoding, shown)


def _column(node: Node, columns: Collection[Shown]) -> tuple[str, Shown]:
    node.expect_keys(("header", "shows"))
    shown = node.child("shows").choice(Shown)
    if node.has("shows") and shown not in columns and shown == node.child("shows").value:
        node.child("shows").fault(f"{shown} is not told here; write one of {', '.join(columns)}")
    return node.child("header").text(), shown


def _is_plain_name(name: str) -> bool:
    bare = name.replace("{round}", "")
    return not any(mark in bare for mark in '/\\{}:*?"<>|\0') and not name.startswith(".")

"""A portal's mapping as data: read from YAML with every fault at its path, pinned by digest."""

from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from importlib.resources.abc import Traversable

from admissions.rules.plain_yaml import NotPlain, read_yaml
from admissions.rules.portal_reading import read_portal_mapping
from admissions.rules.portal_records import (
    ChoiceColumns,
    DateForm,
    Field,
    Layout,
    PortalMapping,
)
from admissions.rules.reading import Fault, Node
from common.canonical import CanonicalValue, canonical_json, digest_bytes
from common.errors import MalformedInput


class PortalMappingFault(MalformedInput):
    """The data are no mapping of a portal; details name every path, what is wrong and what to write."""

    code = "portal_mapping_fault"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(
            "; ".join(f"{fault.path}: {fault.message}" for fault in faults),
            faults=[{"path": fault.path, "message": fault.message} for fault in faults],
        )
        self.faults = tuple(faults)


def parse_portal_mapping(data: Mapping[str, object]) -> PortalMapping:
    """Return the mapping of plain data (texts, integers, booleans, lists, objects).

    Raises PortalMappingFault with all faults in the order of the data.
    Source: docs/rules/portal-mapping.md.
    """
    node = Node(data)
    mapping = read_portal_mapping(node)
    faults = node.faults or [*_unstorable(data, ""), *_faults_between_parts(mapping)]
    if faults:
        raise PortalMappingFault(faults)
    return mapping


def load_portal_mapping(yaml_text: str) -> tuple[PortalMapping, dict[str, CanonicalValue]]:
    """Return the mapping of a YAML text, and the plain data that it says.

    Raises PortalMappingFault. Source: docs/rules/portal-mapping.md.
    """
    try:
        data = read_yaml(yaml_text)
    except NotPlain as error:
        raise PortalMappingFault([Fault("mapping", str(error))]) from error
    mapping = parse_portal_mapping(data)
    return mapping, data  # type: ignore[return-value]  # reading has refused every other type


def mapping_digest(data: Mapping[str, CanonicalValue]) -> str:
    """Return the SHA-256 of the canonical JSON of what the mapping says. Source: docs/rules/portal-mapping.md."""
    return digest_bytes(canonical_json(data))


def example_mapping(name: str = "sample-province") -> str:
    """Return the YAML text of a shipped example: an invented province's platform.

    Source: docs/rules/portal-mapping.md.
    """
    return (_examples() / f"{name}.yaml").read_text(encoding="utf-8")


def _examples() -> Traversable:
    return resources.files("admissions.rules") / "portals"


def _faults_between_parts(mapping: PortalMapping) -> Iterator[Fault]:
    """Yield what is wrong between parts that are each well formed."""
    if not mapping.dates:
        yield Fault("dates", "no form of dates is named; write at least one")
    if len({DateForm.DAY_FIRST, DateForm.SLASHES} & set(mapping.dates)) == 2:
        yield Fault("dates", "01/02/2020 could be read in two ways; keep one of the forms with slashes")
    yield from _word_faults(mapping)
    yield from _repeated("schools", "code", [item.code for item in mapping.schools])
    yield from _repeated("facts", "fact", [item.fact for item in mapping.facts])
    if not mapping.schools:
        yield Fault(
            "schools", "no school is named; add the portal's code of every school families can choose"
        )
    yield from _columns_used_twice(mapping)
    for part, form in (("statuses", mapping.statuses.file), ("results", mapping.results.file)):
        yield from _repeated(f"{part}.columns", "header", [header for header, _ in form.columns])


def _word_faults(mapping: PortalMapping) -> Iterator[Fault]:
    for name, words in (("yes", mapping.yes), ("no", mapping.no)):
        if not words:
            yield Fault(f"words.{name}", f"no word for {name}; write what the portal writes")
    for place, word in enumerate(mapping.no):
        if word in mapping.yes:
            yield Fault(f"words.no[{place}]", f'"{word}" means yes as well; remove it from one list')


def _repeated(path: str, key: str, values: Sequence[str]) -> Iterator[Fault]:
    for index, value in enumerate(values):
        if value in values[:index]:
            yield Fault(f"{path}[{index}].{key}", f'"{value}" is used twice; remove one')


def _columns_used_twice(mapping: PortalMapping) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for path, column in _columns(mapping):
        plain = "".join(letter for letter in column.casefold() if letter.isalnum())
        if not plain:
            yield Fault(path, f'"{column}" has no letter or digit; write the header as the portal does')
        elif plain in seen:
            yield Fault(
                path, f'column "{column}" is used by {seen[plain]} already; every column is read once'
            )
        seen.setdefault(plain, path)


def _columns(mapping: PortalMapping) -> Iterator[tuple[str, str]]:
    for field in Field:
        if field in mapping.fields:
            yield f"fields.{field}.column", mapping.fields[field].column
    for index, fact in enumerate(mapping.facts):
        yield f"facts[{index}].column", fact.column
    yield from _choice_columns(mapping.choices)


def _choice_columns(choices: ChoiceColumns) -> Iterator[tuple[str, str]]:
    for name in ("private", "public", "mixed"):
        for index, column in enumerate(getattr(choices, name)):
            yield f"choices.{name}" + (f"[{index}]" if choices.layout is Layout.COLUMNS else ""), column
    for name in ("order", "school"):
        if column := getattr(choices, name):
            yield f"choices.{name}", column


def _unstorable(value: object, path: str) -> Iterator[Fault]:
    """Yield where a text holds half a letter (a lone surrogate) or a null, which no file and no database can hold."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _unstorable(str(key), path)
            yield from _unstorable(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _unstorable(inner, f"{path}[{index}]")
    elif isinstance(value, str) and any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in value):
        yield Fault(path or "mapping", "holds a null or half a letter; write the text again")

"""Policy as data: read, written and pinned by digest."""

from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable

from admissions.rules.canonical_policy import policy_as_data
from admissions.rules.category import KEY_TERMS
from admissions.rules.conditions import comparisons_in
from admissions.rules.plain_yaml import NotPlain, read_yaml
from admissions.rules.policy_reading import read_policy
from admissions.rules.policy_records import PRIVATE_KINDS, LineKind, Mechanism, Policy, SortKey
from admissions.rules.reading import Fault, Node
from admissions.rules.reserves import reserve_faults
from admissions.rules.terms import Computed
from common.canonical import digest
from common.errors import MalformedInput

# Mechanisms in which one order holds at every school, and the terms whose value differs by school of a zone.
ONE_ORDER = (Mechanism.RANKED_DRAW, Mechanism.POINTS_FIRST)
BY_SCHOOL = frozenset({Computed.WALK_METRES, Computed.SIBLING_AT_SCHOOL, Computed.FED_BY_SCHOOL})


class PolicyFault(MalformedInput):
    """The data are no policy; `faults` lists every place, with the clause where the law is the reason."""

    code = "policy_fault"

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(
            "; ".join(fault_text(fault) for fault in faults),
            faults=[
                {"path": fault.path, "message": fault.message, "clause": fault.clause} for fault in faults
            ],
        )
        self.faults = faults


def parse_policy(data: Mapping[str, object]) -> Policy:
    """Return the policy of plain data (texts, integers, booleans, lists, objects).

    Raises PolicyFault with all faults in the order of the data.
    Source: docs/rules/policy.md.
    """
    node = Node(data)
    policy = read_policy(node)
    faults = node.faults or list(_faults_between_parts(policy))
    if faults:
        raise PolicyFault(tuple(faults))
    return policy


def load_policy(yaml_text: str) -> Policy:
    """Return the policy of a YAML text; days and moments are read as written, a key may occur once.

    Raises PolicyFault for a text that is no YAML object and for all that `parse_policy` refuses.
    Source: docs/rules/policy.md.
    """
    try:
        return parse_policy(read_yaml(yaml_text))
    except NotPlain as error:
        raise PolicyFault((Fault("policy", str(error)),)) from error


def policy_digest(policy: Policy) -> str:
    """Return the SHA-256 of the canonical JSON of the policy; what a round is frozen by.

    Source: docs/rules/policy.md.
    """
    return digest(policy_as_data(policy))


def example_policy(name: str) -> str:
    """Return the YAML text of a shipped example. Raises FileNotFoundError when there is none of that name.

    Source: docs/rules/policy.md.
    """
    return (_examples() / f"{name}.yaml").read_text(encoding="utf-8")


def example_names() -> tuple[str, ...]:
    """Return the names of the shipped examples in alphabetical order. Source: docs/rules/policy.md."""
    names = (item.name for item in _examples().iterdir() if item.name.endswith(".yaml"))
    return tuple(sorted(name.removesuffix(".yaml") for name in names))


def _examples() -> Traversable:
    return resources.files("admissions.rules") / "examples"


def fault_text(fault: Fault) -> str:
    """Return path, message and clause in one line. Source: docs/rules/policy.md."""
    return f"{fault.path}: {fault.message}" + (f" ({fault.clause})" if fault.clause else "")


def _faults_between_parts(policy: Policy) -> Iterator[Fault]:
    """Yield what is wrong between parts that are each well formed."""
    yield from _repeated("lines", [line.code for line in policy.lines])
    yield from _repeated("categories", [item.code for item in policy.categories])
    yield from _repeated("points", [item.code for item in policy.points])
    yield from _line_faults(policy)
    yield from reserve_faults(policy)
    yield from _point_faults(policy)
    if not policy.lines:
        yield Fault("lines", "a policy has at least one plan line")


def _repeated(path: str, codes: list[str]) -> Iterator[Fault]:
    for index, code in enumerate(codes):
        if code in codes[:index]:
            yield Fault(f"{path}[{index}].code", f"{code} is used twice")


def _line_faults(policy: Policy) -> Iterator[Fault]:
    known = {item.code for item in policy.categories}
    for index, line in enumerate(policy.lines):
        path = f"lines[{index}]"
        for place, code in enumerate(line.categories):
            if code not in known:
                yield Fault(f"{path}.categories[{place}]", f"{code} is not a category of this policy")
            elif code in line.categories[:place]:
                yield Fault(f"{path}.categories[{place}]", f"{code} is named twice")
        if not line.categories and line.kind is not LineKind.PRIVATE_OPEN:
            yield Fault(f"{path}.categories", "only an open private line has no categories")
        if line.mechanism is Mechanism.DIRECT and line.choices != 1:
            yield Fault(f"{path}.choices", "a direct line has one choice")
        if line.mechanism in ONE_ORDER and any(_differs_by_school(policy, code) for code in line.categories):
            yield Fault(f"{path}.mechanism", "needs one order for all schools, but a key differs by school")
        if line.kind in PRIVATE_KINDS and line.choices > max(policy.private.choices, 1):
            yield Fault(f"{path}.choices", "more than private.choices allows")


def _differs_by_school(policy: Policy, code: str) -> bool:
    keys = {key for item in policy.categories if item.code == code for key in item.keys}
    point_terms = {item.per for item in policy.points} | {
        test.term for item in policy.points if item.when for test in comparisons_in(item.when)
    }
    by_points = SortKey.POINTS in keys and not BY_SCHOOL.isdisjoint(point_terms)
    return by_points or not {KEY_TERMS[key] for key in keys if key in KEY_TERMS}.isdisjoint(BY_SCHOOL)


def _point_faults(policy: Policy) -> Iterator[Fault]:
    for index, item in enumerate(policy.points):
        terms = {item.per} | ({test.term for test in comparisons_in(item.when)} if item.when else set())
        if Computed.POINTS in terms:
            yield Fault(f"points[{index}]", "points cannot rest on points")
    if policy.points:
        return
    for index, category in enumerate(policy.categories):
        tested = {test.term for test in comparisons_in(category.when)}
        if SortKey.POINTS in category.keys or Computed.POINTS in tested:
            yield Fault(f"categories[{index}]", "uses points, but the policy lists none")


__all__ = [
    "Fault",
    "Policy",
    "PolicyFault",
    "example_names",
    "example_policy",
    "fault_text",
    "load_policy",
    "parse_policy",
    "policy_as_data",
    "policy_digest",
]

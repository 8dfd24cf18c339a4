"""What the tree may not hold, as questions to syntax trees. Each returns offences in words; none is good news."""

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.architecture.tree import APPS, PACKAGES, PURE, VERIFIERS, parsed, python_files

Question = Callable[[Path], tuple[str, ...]]

LONGEST_FUNCTION = 60
LONGEST_FILE = 500

# What a pure package may not reach for, by the first part of the name or by the whole of it.
OUTSIDE_WORLD = {
    *(
        "django",
        "rest_framework",
        "allauth",
        "drf_spectacular",
        "django_tasks",
        "pgtrigger",
        "psycopg2",
        "config",
    ),
    *("random", "secrets", "socket", "ssl", "http", "urllib", "subprocess", "multiprocessing", "sqlite3"),
    *("os", "time", "uuid", "tempfile"),
}
CLOCK_AND_CHANCE = {
    "now",
    "utcnow",
    "today",
    "time_ns",
    "perf_counter",
    "monotonic",
    "urandom",
    "environ",
    "getenv",
}
OF_DATES = {"datetime", "date", "dt", "time", "os"}
GLOBAL_CHANCE = {"seed", "rand", "randn", "randint", "random", "shuffle", "permutation", "choice"}


# Functions beside services that change nothing on anybody's behalf.
NOT_SERVICES = {
    "not_reported": "the progress report of callers that have none",
    "bundle_faults": "a question to both checkers, which publishing asks too",
    "running": "the worker's hold on a job that an actor requested earlier",
    "kind_of": "the registry of what can be brought in",
    "formats_of": "the extensions of a kind, from the same registry",
    "template_of": "a file to fill in, the same for everybody",
    "samples_under": "a look into a file for its reader; it changes and records nothing",
}


def filled_init_files(base: Path) -> tuple[str, ...]:
    """Return the `__init__.py` files that are not empty; Django finds models only through that of `models`."""
    files = (path for package in PACKAGES for path in (base / package).rglob("__init__.py"))
    files = (path for path in files if path.parent.name != "models")
    return tuple(f"{path.relative_to(base)} is not empty" for path in sorted(files) if path.read_bytes())


def service_signatures(base: Path) -> tuple[str, ...]:
    """Return the services that do not start with `*, actor, now`: what others use of a `services` package."""
    used = {use for path in python_files(base, *APPS, "frontend") for use in _uses_of_services(base, path)}
    return tuple(
        f"{path.relative_to(base)}: {function.name} must take (*, actor, now, ...)"
        for path in _service_files(base)
        for function in parsed(path).body
        if isinstance(function, ast.FunctionDef) and not function.name.startswith("_")
        if (_module_name(base, path), function.name) in used and function.name not in NOT_SERVICES
        if not _takes_actor_and_now(function)
    )


def impurities(base: Path) -> tuple[str, ...]:
    """Return where pure packages reach for frameworks, clock, chance, environment or network."""
    return tuple(
        f"{path.relative_to(base)}:{node.lineno}: {what}"
        for path in python_files(base, *PURE)
        for node, what in _reaches(parsed(path))
    )


def verifier_imports(base: Path) -> tuple[str, ...]:
    """Return what the stand-alone checkers import beyond the standard library, ours included."""
    found = [path for verifier in VERIFIERS if (path := base / verifier).exists()]
    return tuple(
        f"{path.relative_to(base)} imports {name}"
        for path in found
        for node, name in _imports(parsed(path))
        if name.split(".")[0] not in sys.stdlib_module_names
    )


def oversized(base: Path) -> tuple[str, ...]:
    """Return the functions and files that are longer than anything may be."""
    return tuple(
        what for path in python_files(base, *PACKAGES, "benchmarks") for what in _too_long(base, path)
    )


def _service_files(base: Path) -> Iterator[Path]:
    for app in APPS:
        yield from (path for path in [base / app / "services.py"] if path.exists())
        yield from python_files(base, f"{app}/services")


def _module_name(base: Path, path: Path) -> str:
    return ".".join(path.relative_to(base).with_suffix("").parts)


def _uses_of_services(base: Path, path: Path) -> Iterator[tuple[str, str]]:
    """Yield module and function for every function that a file outside a `services` package takes from it."""
    module = parsed(path)
    inside = (
        _module_name(base, path).split(".services")[0] if ".services" in _module_name(base, path) else None
    )
    short = {}
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and node.module and ".services" in node.module:
            if node.module.split(".services")[0] == inside:
                continue
            for alias in node.names:
                yield node.module, alias.name
                short[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for attribute in ast.walk(module):
        if isinstance(attribute, ast.Attribute) and ast.unparse(attribute.value) in short:
            yield short[ast.unparse(attribute.value)], attribute.attr


def _takes_actor_and_now(function: ast.FunctionDef) -> bool:
    arguments = function.args
    names = [argument.arg for argument in arguments.kwonlyargs]
    return not arguments.posonlyargs and not arguments.args and names[:2] == ["actor", "now"]


def _imports(module: ast.Module) -> Iterator[tuple[ast.stmt, str]]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node, f"{'.' * node.level}{node.module or ''}"


def _reaches(module: ast.Module) -> Iterator[tuple[ast.stmt | ast.expr, str]]:
    for node, name in _imports(module):
        if name.split(".")[0] in OUTSIDE_WORLD:
            yield node, f"imports {name}"
    for attribute in ast.walk(module):
        if isinstance(attribute, ast.Attribute) and _is_clock_or_chance(attribute):
            yield attribute, f"uses {ast.unparse(attribute)}"


def _is_clock_or_chance(attribute: ast.Attribute) -> bool:
    owner = ast.unparse(attribute.value).split(".")
    if owner[-2:] in (["np", "random"], ["numpy", "random"]):
        return attribute.attr in GLOBAL_CHANCE
    return attribute.attr in CLOCK_AND_CHANCE and owner[-1] in OF_DATES


def _too_long(base: Path, path: Path) -> Iterator[str]:
    name = path.relative_to(base)
    lines = len(path.read_text(encoding="utf-8").splitlines())
    if lines > LONGEST_FILE:
        yield f"{name} has {lines} lines"
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.body[0].lineno + 1
            if length > LONGEST_FUNCTION:
                yield f"{name}: {node.name} has {length} lines"

"""Each rule has its page and each page its rule; every reason has its sentences."""

import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from types import FunctionType

import pytest

from admissions.rules.sentence_texts import TEXTS
from admissions.rules.sentences import say, sentence, sentence_as_data, sentence_from_data

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "rules"
MODULES = sorted(path.stem for path in (ROOT / "admissions" / "rules").glob("[a-z]*.py"))
NAMES = sorted(path.name for path in PAGES.glob("*.md") if path.name != "README.md")
# A word of the marks, in the language of the page's readers.
MARKS = ("statute", "regulation", "notice", "local", "check")


def rule_functions() -> Iterator[tuple[str, FunctionType]]:
    for name in MODULES:
        module = importlib.import_module(f"admissions.rules.{name}")
        for label, item in vars(module).items():
            if inspect.isfunction(item) and item.__module__ == module.__name__ and label[0] != "_":
                yield f"{name}.{label}", item


FUNCTIONS = dict(rule_functions())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_public_rule_function_names_an_existing_page(name: str) -> None:
    named = re.findall(r"docs/rules/([a-z-]+\.md)", inspect.getdoc(FUNCTIONS[name]) or "")
    assert named, f"{name} names no page of docs/rules"
    assert set(named) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_page_has_source_mark_rule_example_function_and_cases(name: str) -> None:
    page = (PAGES / name).read_text(encoding="utf-8")
    for heading in ("**来源 Source**", "**例 Example**", "**函数 Functions**", "**用例 Cases**"):
        assert heading in page, f"{name} lacks {heading}"
    assert "**规则**" in page
    assert "**Rule**" in page
    source = next(line for line in page.splitlines() if line.startswith("**来源 Source**"))
    assert any(mark in source for mark in MARKS) or name == "legal-check.md"


@pytest.mark.parametrize("name", NAMES)
def test_what_a_page_names_exists(name: str) -> None:
    page = (PAGES / name).read_text(encoding="utf-8")
    functions = next(line for line in page.splitlines() if line.startswith("**函数 Functions**"))
    for module, dotted in re.findall(r"`([a-z_]+)\.([A-Za-z_.]+)[`(]", functions):
        item: object = importlib.import_module(f"admissions.rules.{module}")
        for part in dotted.split("."):
            item = getattr(item, part)
    cases = next(line for line in page.splitlines() if line.startswith("**用例 Cases**"))
    for path in re.findall(r"`(tests/[a-z_/.]+)`", cases):
        assert (ROOT / path).exists(), path


def test_the_index_lists_every_page() -> None:
    index = (PAGES / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"\(([a-z-]+\.md)\)", index)) == NAMES


def test_every_sentence_code_in_the_source_has_its_texts() -> None:
    sources = [*(ROOT / "admissions").rglob("*.py"), *(ROOT / "frontend").rglob("*.py")]
    used = {
        code
        for path in sources
        for code in re.findall(r'sentence\(\s*"([a-z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert used
    assert used <= set(TEXTS)


def named_values(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("code", TEXTS)
def test_both_languages_tell_the_same_values(code: str) -> None:
    chinese, english = (named_values(text) for text in TEXTS[code])
    assert {name.removesuffix("_zh") for name in chinese if name != "zh"} == {
        name.removesuffix("_en") for name in english if name != "en"
    }
    assert ("zh" in chinese) is ("en" in english)


def test_a_sentence_is_said_stored_and_read_back() -> None:
    told = sentence("too_young", until="2026-08-31", age=6)
    assert say(told, "zh") == "2026-08-31（含当日）前未满 6 周岁，今年不到入学年龄"
    assert say(told, "en").startswith("Not 6 years old by 2026-08-31")
    assert sentence_from_data(sentence_as_data(told)) == told


def test_an_unwritten_sentence_or_a_missing_value_is_a_fault() -> None:
    with pytest.raises(KeyError):
        say(sentence("no_such_reason"), "en")
    with pytest.raises(KeyError):
        say(sentence("too_young", age=6), "en")

"""Sentences a clerk can read: a code with its values, said in Chinese or English."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from admissions.rules.sentence_texts import TEXTS

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A code of `sentence_texts.TEXTS` and the values that its text names, in a fixed order."""

    code: str
    values: tuple[tuple[str, str | int], ...] = ()


def sentence(code: str, **values: str | int) -> Sentence:
    """Return the sentence of that code with the values sorted by name. Source: docs/rules/reasons.md."""
    return Sentence(code, tuple(sorted(values.items())))


def say(spoken: Sentence, language: Language) -> str:
    """Return the sentence as text.

    Raises KeyError for a code or a value that the text table does not know: an unwritten reason is a fault.
    Source: docs/rules/reasons.md.
    """
    chinese, english = TEXTS[spoken.code]
    return (chinese if language == "zh" else english).format(**dict(spoken.values))


def sentence_as_data(spoken: Sentence) -> dict[str, str | dict[str, str | int]]:
    """Return plain JSON data: code and values. Source: docs/rules/reasons.md."""
    return {"code": spoken.code, "values": dict(spoken.values)}


def sentence_from_data(data: Mapping[str, object]) -> Sentence:
    """Return the sentence stored by `sentence_as_data`.

    Raises ValueError when the data have another shape. Source: docs/rules/reasons.md.
    """
    code, values = data.get("code"), data.get("values")
    if not isinstance(code, str) or not isinstance(values, Mapping):
        raise ValueError("a stored sentence has a code and values")
    return sentence(code, **values)

"""What a finding says, and the three weights it can have."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FindingText:
    """What a finding says: severity (severe, warning, note), what is the matter, what to do about it."""

    severity: str
    zh: str
    en: str
    remedy_zh: str
    remedy_en: str


def severe(zh: str, en: str, remedy_zh: str, remedy_en: str) -> FindingText:
    """Return the text of a finding that refuses the file, or its row."""
    return FindingText("severe", zh, en, remedy_zh, remedy_en)


def warning(zh: str, en: str, remedy_zh: str, remedy_en: str) -> FindingText:
    """Return the text of a finding that somebody must look at."""
    return FindingText("warning", zh, en, remedy_zh, remedy_en)


def note(zh: str, en: str, remedy_zh: str, remedy_en: str) -> FindingText:
    """Return the text of a finding that is good to know."""
    return FindingText("note", zh, en, remedy_zh, remedy_en)

"""How like two Chinese names are, in percent: letters first, then what sounds the same."""

import unicodedata
from functools import lru_cache

from pypinyin import lazy_pinyin
from rapidfuzz.distance import OSA

ALIKE_BY_SOUND = 84


@lru_cache(maxsize=1 << 16)
def plain_name(name: str) -> str:
    """Return the name as names are compared: NFKC, without white space and points, in lower case."""
    letters = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in letters if letter.isalnum())


@lru_cache(maxsize=1 << 16)
def syllables(name: str) -> tuple[str, ...]:
    """Return a syllable for each letter of a plain name, tones left out; a letter without one stands for itself.

    The commonest reading of each character is taken, so that the same character always gives the same syllable.
    """
    return tuple(_syllable(letter) for letter in name)


def likeness(a: str, b: str) -> int:
    """Return 0 to 100 for two plain names: 100 the same, 84 other characters of the same sound.

    Otherwise the share of letters kept, rounded down: (longer - edits) * 100 // longer, edits counted as
    insertions, deletions, substitutions and swaps of neighbours. 0 when either is empty.
    Source: docs/reconciliation.md (likeness of names).
    """
    if not a or not b:
        return 0
    if a == b:
        return 100
    longer = max(len(a), len(b))
    kept = (longer - OSA.distance(a, b)) * 100 // longer
    if kept < ALIKE_BY_SOUND and syllables(a) == syllables(b):
        return ALIKE_BY_SOUND
    return kept


@lru_cache(maxsize=1 << 16)
def _syllable(letter: str) -> str:
    return lazy_pinyin(letter)[0]

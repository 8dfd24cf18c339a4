"""What a typed address asks the register for, and how well each name of the register answers."""

import re
from dataclasses import dataclass
from enum import IntEnum

from rapidfuzz.distance import OSA

from geo_data.addresses.letters import normalized
from geo_data.addresses.names import ENDING, INITIALS, LEAST_LETTERS, SOUND, TEXT
from geo_data.addresses.sounds import pinyin_keys
from geo_data.addresses.typed import Typed, read_typed

LONGEST_NAME = 14  # letters of a name that is looked for inside what was typed
OUTER = re.compile(r"^.*(?:省|自治区|市|县|(?<!小)(?<!社)区|街道|镇|乡)(?=.)")
LATIN = re.compile(r"[a-z]+")
LETTERS_A_FAULT = 4  # one typing error is forgiven for so many letters of pinyin, and always one


class Match(IntEnum):
    """How a name answers; the smaller, the better."""

    NAME = 0  # what was typed is the name
    PART = 1  # the name stands in what was typed
    BEGINS = 2  # the name begins with what was typed
    WITHIN = 3  # what was typed stands in the name
    SOUND = 4  # it sounds so
    SOUND_BEGINS = 5
    INITIALS = 6
    INITIALS_BEGIN = 7
    TYPING = 8  # it nearly sounds so


class Path(IntEnum):
    """The way by which the database found a key."""

    PART = 0  # equal to a part of what was typed
    BEGINNING = 1  # begins with what was typed
    LIKENESS = 2  # a sound that resembles


@dataclass(frozen=True, slots=True)
class Question:
    """What the register is asked.

    names     -- what may be the name: as typed, and without county and township before it
    parts     -- all parts of what was typed, to be compared with whole names
    sounds    -- the names in pinyin
    beginning -- what names may begin with, "" where it is too short to ask
    """

    typed: Typed
    names: tuple[str, ...]
    parts: tuple[str, ...]
    sounds: tuple[str, ...]
    beginning: str

    @property
    def is_latin(self) -> bool:
        """Say whether sounds were typed."""
        return bool(LATIN.fullmatch(self.names[0])) if self.names else False


def question_of(text: str) -> Question:
    """Return what to ask the register for a typed address; parts are at least two letters long.

    Source: docs/addresses.md (search).
    """
    typed = read_typed(text)
    if not typed.name:
        return Question(typed, (), (), (), "")
    inner = OUTER.sub("", typed.name)
    names = tuple(dict.fromkeys(name for name in (typed.name, inner) if name))
    sounds = tuple(dict.fromkeys(sound for name in names for sound in pinyin_keys(name)))
    is_latin = bool(LATIN.fullmatch(typed.name))
    least = LEAST_LETTERS if is_latin else 1
    beginning = names[-1].replace("v", "u") if is_latin else names[-1]
    return Question(typed, names, parts_of(typed.text), sounds, beginning if len(beginning) >= least else "")


def parts_of(text: str) -> tuple[str, ...]:
    """Return the parts of a text with LEAST_LETTERS to LONGEST_NAME letters, none twice, by place and length."""
    return tuple(
        dict.fromkeys(
            text[start:end]
            for start in range(len(text))
            for end in range(start + LEAST_LETTERS, min(len(text), start + LONGEST_NAME) + 1)
        )
    )


def match_of(question: Question, path: Path, kind: int, key: str) -> tuple[Match, int] | None:
    """Return how a key answers and how many typing errors lie between, None for one that does not.

    kind -- TEXT, ENDING, SOUND or INITIALS, as in names.keys_of
    """
    if kind == TEXT and key in question.names:
        return Match.NAME, 0
    if path is Path.PART:
        return (Match.PART if kind == TEXT else Match.SOUND), 0
    if path is Path.LIKENESS:
        return _typing(question, key)
    is_whole = key == question.beginning
    match kind:
        case _ if kind == TEXT:
            return Match.BEGINS, 0
        case _ if kind == ENDING:
            return Match.WITHIN, 0
        case _ if kind == SOUND:
            return (Match.SOUND if is_whole else Match.SOUND_BEGINS), 0
        case _ if kind == INITIALS:
            return (Match.INITIALS if is_whole else Match.INITIALS_BEGIN), 0
    raise ValueError(f"no such kind of key: {kind}")


def _typing(question: Question, key: str) -> tuple[Match, int] | None:
    """A missing, wrong or additional letter counts one, so do two exchanged ones (optimal string alignment)."""
    faults = min(OSA.distance(sound, key) for sound in question.sounds)
    if faults == 0:
        return Match.SOUND, 0
    return (Match.TYPING, faults) if faults <= max(1, len(key) // LETTERS_A_FAULT) else None


def is_plain_part(text: str, name: str) -> bool:
    """Say whether a name stands in a typed address with nothing around it that could make it another name.

    Before it: nothing, or something that ends as county, township or a number do; after it: nothing, a number, or
    a building. So 锦绣花园3栋 holds 锦绣花园, and 锦绣花园幼儿园 does not.
    Source: docs/addresses.md (when it is settled).
    """
    start = text.find(name)
    if start < 0:
        return False
    before, after = text[:start], text[start + len(name) :]
    fits_before = not before or bool(re.search(r"(?:省|市|县|区|街道|镇|乡|号|院|\d)$", before))
    return fits_before and (not after or bool(re.match(r"[\d甲乙丙丁第东南西北a-z-]", after)))


def names_township(question: Question, township: str) -> bool:
    """Say whether the township was typed."""
    return bool(township) and normalized(township) in question.typed.text

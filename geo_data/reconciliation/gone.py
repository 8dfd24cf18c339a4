"""Children of whom the door-to-door survey says that they are no longer of this county."""

from collections.abc import Mapping, Sequence

from geo_data.reconciliation.contradictions import RecordVoice
from geo_data.reconciliation.words import Source

LEFT = frozenset({"deceased", "moved_away", "abroad"})


def is_gone(voices: Sequence[RecordVoice], values: Mapping[str, object]) -> bool:
    """Say whether the newest visit found that the child died, moved out of the district or went abroad.

    values -- fact name -> value of the facts that hold
    Of several visits the latest holds; of those of one day one that still knows the child. It does not hold against a
    later statement of any list that the child lives there: then the fact `lives_there` is True.
    Source: docs/reconciliation.md (gone).
    """
    visits = [
        (_day(voice), voice.said_by.state not in LEFT)
        for voice in voices
        if voice.said_by.source is Source.SURVEYS
    ]
    return bool(visits) and not max(visits)[1] and values.get("lives_there") is not True


def _day(voice: RecordVoice) -> str:
    fact = voice.facts.get("lives_there")
    return str(fact["as_of"]) if fact is not None else ""

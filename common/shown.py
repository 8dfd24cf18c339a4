"""How a fault quotes what somebody wrote."""

SHOWN = 40  # characters of a value that is told


def shown(text: str) -> str:
    """Return a value as a fault tells it: in quotation marks, the beginning of a long one."""
    return repr(text) if len(text) <= SHOWN else f"{text[:SHOWN]!r}…"

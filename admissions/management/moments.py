"""Moments on the command line: now, or a stated one for rehearsals on sample data."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime

from django.utils import timezone


def add_moment(parser: ArgumentParser) -> None:
    """Let a command be run as if at another moment, for rehearsals."""
    parser.add_argument(
        "--at",
        type=_moment,
        default=None,
        help="act as if at this moment (ISO 8601 with offset): rehearsals only",
    )


def moment_of(options: dict[str, object]) -> datetime:
    """Return the stated moment, or now."""
    stated = options["at"]
    return stated if isinstance(stated, datetime) else timezone.now()


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no ISO 8601 moment, such as 2027-06-15T08:00+08:00") from None
    if moment.tzinfo is None:
        raise ArgumentTypeError(f"{text} has no offset; write for example {text}+08:00")
    return moment

"""The option `--weight NAME=METRES` of the commands that draw zones."""

import argparse
from collections.abc import Mapping

from django.core.management.base import CommandError, CommandParser

from zoning.engine.objective import Weights, weighted


def add_weight_option(parser: CommandParser) -> None:
    """Let single weights of the preset be changed; parsed to a list of names and metres."""
    parser.add_argument(
        "--weight",
        type=_weight,
        action="append",
        default=[],
        metavar="NAME=METRES",
        help="change one weight of the preset, as moved_child_m=500; may be given several times",
    )


def _weight(text: str) -> tuple[str, int]:
    name, _, metres = text.partition("=")
    if not (metres.isascii() and metres.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text} is not NAME=METRES, whole metres from 0")
    return name, int(metres)


def changed_preset(preset: str, changes: Mapping[str, int]) -> Weights:
    """Return the preset with these weights changed. Raises CommandError for an unknown one, or too many metres."""
    try:
        return weighted(preset, changes)
    except ValueError as fault:
        raise CommandError(f"--weight: {fault}") from fault

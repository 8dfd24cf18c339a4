"""Which round a command is about."""

from argparse import ArgumentParser

from django.core.management.base import CommandError

from admissions.models import AdmissionRound
from admissions.selectors.rounds import find_round


def add_round(parser: ArgumentParser) -> None:
    """Name a round by district, stage and year."""
    parser.add_argument("--district", required=True, help="district code")
    parser.add_argument("--stage", required=True, choices=["primary", "junior"])
    parser.add_argument("--year", required=True, type=int)
    parser.add_argument(
        "--refill",
        type=int,
        default=0,
        metavar="N",
        help="the refill round of that number; 0: the round of the year",
    )


def round_of(options: dict[str, object]) -> AdmissionRound:
    """Return the live round that the command names."""
    refill = int(str(options["refill"]))
    found = find_round(
        str(options["district"]), str(options["stage"]), int(str(options["year"])), refill=refill
    )
    if found is None:
        raise CommandError(f"no round of {options['stage']} {options['year']} in {options['district']}")
    return found

"""What the import commands share: options, findings on the screen, exit codes."""

from argparse import ArgumentTypeError
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from common.errors import DomainError
from geo_data.models import DatasetKind, DatasetStatus, Stage
from geo_data.services.datasets import ImportRefused, ImportResult, Origin
from geo_data.services.kinds import ImportKind, Option, kind_of
from geo_data.services.terms import Settle, Terms
from geo_data.tables.coverage import SNAP_METRES, Repair
from geo_data.tables.findings import Finding, Keep
from geo_data.tables.systems import UnknownSystem, parse_system

SHOWN = 200


def counted(counts: object) -> str:
    """Return findings counted by code as one line."""
    return ", ".join(f"{code} × {count}" for code, count in dict(counts).items())  # type: ignore[call-overload]


def existing_file(text: str) -> Path:
    """Return the path of a file that is there."""
    path = Path(text)
    if not path.is_file():
        raise ArgumentTypeError(f"没有这个文件 / there is no such file: {text}")
    return path


def known_system(text: str) -> str:
    """Return the name of a declared coordinate system."""
    try:
        return parse_system(text).name
    except UnknownSystem as fault:
        raise ArgumentTypeError(str(fault)) from None


def known_repairs(text: str) -> tuple[Repair, ...]:
    """Return the repairs named, with a comma between them."""
    try:
        return tuple(Repair(word) for word in text.split(",") if word)
    except ValueError:
        raise ArgumentTypeError(f"choose from {', '.join(Repair)}") from None


FLAGS: Mapping[Option, tuple[str, Mapping[str, Any]]] = {
    Option.CRS: (
        "--crs",
        {"type": known_system, "help": "EPSG code, gcj02, bd09 or plain words"},
    ),
    Option.STAGE: (
        "--stage",
        {"choices": Stage.values, "help": "the stage of all rows, without a stage column"},
    ),
    Option.REPAIRS: (
        "--repair",
        {"type": known_repairs, "default": (), "help": "make_valid, snap or both, with a comma"},
    ),
    Option.TOLERANCE: (
        "--tolerance",
        {"type": float, "default": SNAP_METRES, "help": "of snap, in metres (0.001)"},
    ),
    Option.BORDERS: ("--borders", {"type": existing_file, "help": "table of adjoining units, for points"}),
    Option.SWAP_AXES: (
        "--swap-axes",
        {"action": "store_true", "help": "the first coordinate is the northing, the second the easting"},
    ),
    Option.ACCEPT_OFFSET: (
        "--accept-offset",
        {"action": "store_true", "help": "the current version is shifted, not this file"},
    ),
    Option.OFFSET_REASON: ("--offset-reason", {"default": "", "help": "why, kept with the version"}),
}


class ImportCommand(BaseCommand):
    """Imports one file; severe findings are listed and end in exit code 1 with nothing stored.

    kind -- whose options are the command's flags
    """

    kind: DatasetKind

    def add_arguments(self, parser: CommandParser) -> None:
        """Add what all imports understand."""
        parser.add_argument("file", type=existing_file)
        parser.add_argument("--district", required=True, help="code of the district, GB/T 2260")
        parser.add_argument("--source-office", default="", help="the office the file comes from")
        parser.add_argument(
            "--vintage", type=date.fromisoformat, help="the day the data were true, YYYY-MM-DD"
        )
        parser.add_argument(
            "--good-rows", action="store_true", help="leave out rows with severe findings instead of refusing"
        )
        parser.add_argument(
            "--propose",
            action="store_true",
            help="let an officer confirm it; a refused file is kept for its findings",
        )
        for option in sorted(kind_of(self.kind).options):
            flag, meaning = FLAGS[option]
            parser.add_argument(flag, dest=option.value, **meaning)
        self.add_own_arguments(parser)

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Add what only this import understands."""

    def own_arguments(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return what of that the importer takes."""
        return {}

    def kind_asked(self, options: dict[str, Any]) -> ImportKind:
        """Return what is known of the kind."""
        return kind_of(self.kind)

    def import_file(self, *, now: datetime, options: dict[str, Any]) -> ImportResult:
        """Call the service with the options of the kind."""
        kind = self.kind_asked(options)
        chosen = {option.value: options[option.value] for option in kind.options}
        return kind.importer(
            actor=None,
            now=now,
            district_code=options["district"],
            path=options["file"],
            origin=Origin(office=options["source_office"], vintage_on=options["vintage"]),
            terms=Terms(
                settle=Settle.PROPOSE if options["propose"] else Settle.CONFIRM,
                keep=Keep.GOOD_ROWS if options["good_rows"] else Keep.ALL_OR_NOTHING,
            ),
            **{name: value for name, value in chosen.items() if value is not None},
            **self.own_arguments(options),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import and print."""
        try:
            result = self.import_file(now=timezone.now(), options=options)
        except ImportRefused as refusal:
            self._print_findings(refusal.findings)
            raise CommandError(
                f"文件未导入 / nothing was imported: {counted(refusal.details['counts'])}"
            ) from None
        except DomainError as refusal:
            raise CommandError(f"{refusal.message} {dict(refusal.details)}") from None
        self._print_findings(result.findings)
        self._print_version(result)

    def _print_version(self, result: ImportResult) -> None:
        version = result.dataset
        if version.status == DatasetStatus.REFUSED:
            raise CommandError(f"文件被退回 / refused: {counted(version.finding_counts)}, {version.pk}")
        done = "已导入 / imported" if result.is_new else "此前已导入 / imported before"
        if version.status == DatasetStatus.PROPOSED:
            done = "待确认 / waits to be confirmed"
        left_out = f", {version.rows_left_out} 行未采用 / left out" if version.rows_left_out else ""
        self.stdout.write(f"{done}: {version.row_count} 行 / rows{left_out}, {version.pk}")

    def _print_findings(self, findings: tuple[Finding, ...]) -> None:
        for finding in findings[:SHOWN]:
            self.stdout.write(f"[{finding.severity}] {finding.sentence('zh')}\n    {finding.sentence('en')}")
        if len(findings) > SHOWN:
            self.stdout.write(f"… {len(findings) - SHOWN} 条未列出 / more")

"""Which portal's mapping a command works by."""

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path

from django.core.management.base import CommandError

from admissions.models import AdmissionRound, PortalMappingVersion
from admissions.rules.portal_mapping import PortalMappingFault
from admissions.selectors.portals import get_mapping_version
from admissions.services.portal_mappings import save_portal_mapping


def add_mapping(parser: ArgumentParser) -> None:
    """Name a portal's mapping: a file, which is saved as the version that holds, or the one saved before."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--mapping", type=Path, help="the portal's mapping in YAML; it holds from now on")
    source.add_argument("--portal", help="the portal's code: by the mapping saved before")


def mapping_for(
    admission_round: AdmissionRound, options: dict[str, object], now: datetime
) -> PortalMappingVersion:
    """Return the mapping that the command names, saved."""
    path = options["mapping"]
    if not isinstance(path, Path):
        return get_mapping_version(admission_round.district_id, str(options["portal"]))
    try:
        return save_portal_mapping(
            actor=None,
            now=now,
            district_code=admission_round.district_id,
            text=path.read_text(encoding="utf-8-sig"),
        )
    except PortalMappingFault as refusal:
        raise CommandError(
            "\n".join(f"{path.name}: {fault.path}: {fault.message}" for fault in refusal.faults)
        ) from refusal
    except (OSError, UnicodeDecodeError) as problem:
        raise CommandError(str(problem)) from problem

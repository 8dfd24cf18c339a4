"""Files handed in: kept sealed, read in the background, proposed, and deleted when they are old."""

import hashlib
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files.base import File
from django.db import transaction

from accounts.models import User
from accounts.permissions import Action, require
from accounts.services.audit import record_event
from accounts.services.jobs import Report, not_reported
from common.canonical import CanonicalValue
from common.errors import MalformedInput, RulesSayNo
from geo_data.models import DatasetKind, Stage, Upload
from geo_data.selectors.districts import get_district
from geo_data.services.bringing_in import GoodRowsNotOffered, declared_system
from geo_data.services.datasets import ImportResult, Origin
from geo_data.services.headers import check_headers, plain_headers
from geo_data.services.kinds import ImportKind, Option, kind_of
from geo_data.services.stored_files import PART, open_upload, require_file, upload_storage
from geo_data.services.terms import Settle, Terms
from geo_data.tables.coverage import SNAP_METRES, Repair
from geo_data.tables.findings import Keep
from geo_data.tables.layers import LAYERS
from geo_data.tables.reading import SPREADSHEETS, TEXTS

MOST_TOLERANCE_M = 5
REASON_LETTERS = 200
MOST_TOLERANCE_MM = MOST_TOLERANCE_M * 1000


class FileTooLarge(RulesSayNo):
    """The file is larger than the installation takes."""

    code = "file_too_large"


class FormatNotRead(RulesSayNo):
    """Files with this extension are not read for this kind."""

    code = "format_not_read"


class ChoiceNotOffered(MalformedInput):
    """Something was chosen that the kind does not offer, or that means nothing."""

    code = "choice_not_offered"


class OffsetReasonMissing(MalformedInput):
    """That the current version is the wrong one is said with a reason, in up to 200 letters."""

    code = "offset_reason_missing"


@dataclass(frozen=True, slots=True)
class Choices:
    """How an officer wants a file to be read.

    headers      -- header in the file -> column; "" leaves it out; beside what the district remembers
    tolerance_mm -- how far `snap` may move a vertex
    borders      -- the upload with the table of adjoining units, for units that are points
    swap_axes    -- the file's first coordinate is the northing, the second one the easting
    accept_offset -- should the layer look shifted, the current version is the wrong one; offset_reason says why
    """

    keep: Keep = Keep.ALL_OR_NOTHING
    crs: str = ""
    stage: str = ""
    repairs: tuple[Repair, ...] = ()
    tolerance_mm: int = round(SNAP_METRES * 1000)
    headers: Mapping[str, str] = field(default_factory=dict)
    borders: Upload | None = None
    swap_axes: bool = False
    accept_offset: bool = False
    offset_reason: str = ""


@transaction.atomic
def receive_upload(
    *,
    actor: User | None,
    now: datetime,
    district_code: str,
    kind: DatasetKind,
    file: "File[bytes]",
    file_name: str,
    origin: Origin = Origin(),  # noqa: B008 - frozen
    choices: Choices = Choices(),
) -> Upload:
    """Keep a file sealed, with what the officer chose. Nothing of it is read here.

    Raises FileTooLarge, FormatNotRead, KindNotImported, ChoiceNotOffered, UnknownCrs, NoSuchColumn, GoodRowsNotOffered
    and OffsetReasonMissing.
    """
    if actor is not None:
        require(actor, Action.IMPORT_DATA, district_code)
    district, entry = get_district(district_code), kind_of(kind)
    _check_file(entry, file_name, file.size)
    upload = Upload(
        id=uuid4(),
        district=district,
        kind=kind,
        file_name=_base_name(file_name),
        size_bytes=file.size,
        digest=_digest(file),
        source_office=origin.office,
        vintage_on=origin.vintage_on,
        uploaded_by=actor,
        uploaded_at=now,
    )
    _set_choices(upload, choices)
    upload.stored_name = upload_storage().save(f"{upload.pk}.sealed", file)
    upload.save(force_insert=True)
    details: dict[str, CanonicalValue] = {
        "kind": kind.value,
        "bytes": upload.size_bytes,
        "digest": upload.digest,
    }
    _record(upload, actor=actor, now=now, action="upload.received", details=details)
    return upload


@transaction.atomic
def choose_for_upload(*, actor: User | None, now: datetime, upload: Upload, choices: Choices) -> Upload:
    """Change how the file is to be read; it must then be read again, as another version."""
    if actor is not None:
        require(actor, Action.IMPORT_DATA, upload.district_id)
    upload = Upload.objects.select_for_update(no_key=True).get(pk=upload.pk)
    require_file(upload)
    _set_choices(upload, choices)
    upload.save()
    _record(upload, actor=actor, now=now, action="upload.choices_changed", details={"keep": upload.keep})
    return upload


def read_upload(
    *,
    actor: User | None,
    now: datetime,
    upload: Upload,
    settle: Settle = Settle.PROPOSE,
    report: Report = not_reported,
) -> ImportResult:
    """Read and check the file as chosen, and propose it: the version is PROPOSED, or REFUSED with its findings."""
    entry = kind_of(upload.kind)
    terms = Terms(settle, Keep(upload.keep), plain_headers(upload.headers), upload)
    origin = Origin(upload.source_office, upload.vintage_on, upload.file_name)
    arguments = _arguments(entry, upload)
    with ExitStack() as files:
        path = files.enter_context(open_upload(upload))
        if upload.borders is not None:
            arguments["borders_path"] = files.enter_context(open_upload(upload.borders))
        return entry.importer(
            actor=actor,
            now=now,
            district_code=upload.district_id,
            path=path,
            origin=origin,
            report=report,
            terms=terms,
            **arguments,
        )


def _check_file(entry: ImportKind, file_name: str, size: int) -> None:
    if size > settings.UPLOAD_MIB << 20:
        raise FileTooLarge("the file is too large", most_mib=settings.UPLOAD_MIB)
    suffix = Path(file_name).suffix.casefold()
    if suffix not in formats_of(entry):
        raise FormatNotRead("files of this format are not read for this kind", suffix=suffix)


def formats_of(entry: ImportKind) -> tuple[str, ...]:
    """Return the extensions read for a kind, sorted."""
    layers = LAYERS - {".shp"} if entry.is_layer else frozenset()
    return tuple(sorted(TEXTS | SPREADSHEETS | layers | entry.further_suffixes))


def check_tolerance(tolerance_mm: int) -> None:
    """Raise ChoiceNotOffered unless a snap of this reach may be asked for: more would move what nobody mistook."""
    if not 0 < tolerance_mm <= MOST_TOLERANCE_MM:
        raise ChoiceNotOffered(
            "the tolerance is out of range", option=Option.TOLERANCE.asked_as, most=MOST_TOLERANCE_MM
        )


def _set_choices(upload: Upload, choices: Choices) -> None:
    entry = kind_of(upload.kind)
    chosen: dict[Option, Any] = {
        Option.CRS: choices.crs,
        Option.STAGE: choices.stage,
        Option.REPAIRS: [repair.value for repair in sorted(choices.repairs)],
        Option.BORDERS: choices.borders,
        Option.SWAP_AXES: choices.swap_axes,
        Option.ACCEPT_OFFSET: choices.accept_offset,
    }
    for option, value in chosen.items():
        if value and option not in entry.options:
            raise ChoiceNotOffered("this kind does not offer that", option=option.asked_as)
    if choices.stage and choices.stage not in Stage.values:
        raise ChoiceNotOffered("there is no such stage", option=Option.STAGE.asked_as)
    check_tolerance(choices.tolerance_mm)
    if choices.keep is Keep.GOOD_ROWS and not entry.takes_good_rows:
        raise GoodRowsNotOffered("this kind of data is brought in whole", kind=entry.kind.value)
    declared_system(choices.crs)
    check_headers(entry.kind, choices.headers)
    upload.keep, upload.headers, upload.borders = choices.keep.value, dict(choices.headers), choices.borders
    kept: dict[str, Any] = {}
    if choices.crs:
        kept["crs"] = choices.crs
    if choices.stage:
        kept["stage"] = choices.stage
    if choices.repairs:
        kept["repairs"] = chosen[Option.REPAIRS]
        kept["tolerance_mm"] = choices.tolerance_mm
    if choices.swap_axes:
        kept["swap_axes"] = True
    if choices.accept_offset:
        kept |= {"accept_offset": True, "offset_reason": _offset_reason(choices)}
    upload.choices = kept


def _arguments(entry: ImportKind, upload: Upload) -> dict[str, object]:
    """Return the options of the kind as its importer takes them."""
    chosen: dict[str, Any] = upload.choices
    arguments: dict[str, object] = {}
    if Option.CRS in entry.options:
        arguments["crs"] = chosen.get("crs", "")
    if Option.STAGE in entry.options:
        arguments["stage"] = chosen.get("stage") or None
    if Option.REPAIRS in entry.options:
        arguments["repairs"] = tuple(Repair(word) for word in chosen.get("repairs", ()))
        arguments["tolerance_m"] = chosen.get("tolerance_mm", round(SNAP_METRES * 1000)) / 1000
    if Option.SWAP_AXES in entry.options:
        arguments["swap_axes"] = bool(chosen.get("swap_axes"))
    if Option.ACCEPT_OFFSET in entry.options:
        arguments["accept_offset"] = bool(chosen.get("accept_offset"))
        arguments["offset_reason"] = chosen.get("offset_reason", "")
    return arguments


def _offset_reason(choices: Choices) -> str:
    reason = choices.offset_reason.strip()
    if not 0 < len(reason) <= REASON_LETTERS:
        raise OffsetReasonMissing("say why the current version is the wrong one", most=REASON_LETTERS)
    return reason


def _base_name(file_name: str) -> str:
    """Return the name without folders, whatever system it comes from."""
    return file_name.replace("\\", "/").rsplit("/", 1)[-1].replace("\0", "")[-255:]


def _digest(file: "File[bytes]") -> str:
    digest = hashlib.sha256()
    file.seek(0)
    for chunk in file.chunks(PART):
        digest.update(chunk)
    return digest.hexdigest()


def _record(
    upload: Upload, *, actor: User | None, now: datetime, action: str, details: Mapping[str, CanonicalValue]
) -> None:
    record_event(
        actor=actor,
        now=now,
        action=action,
        subject=upload,
        district_code=upload.district_id,
        details={**details},
    )

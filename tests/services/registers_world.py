"""Lists of other offices about the children of `geo_world`: the girl, the boy and the other of units A and B."""

from datetime import date
from pathlib import Path

from geo_data.models import Dataset, DatasetKind, Reconciliation
from geo_data.services.datasets import ImportResult, Origin
from geo_data.services.import_register import import_register
from geo_data.services.reconciling import reconcile_district
from tests.services import geo_world as world

GIRL, BOY, OTHER = "990102202001010028", "990102201805050012", "990102202008310023"
FATHER = "990151198001010018"
ON = date(2026, 3, 1)
REGISTRATIONS = "户编号,单元编号,姓名,身份证号,出生日期,性别,监护人姓名,监护人身份证号,联系电话"
GIRL_REGISTERED = f"R1,A,甲子涵,{GIRL},2020-01-01,女,甲父,{FATHER},10000000001"
BOY_REGISTERED = f"R1,B,甲子轩,{BOY},2018-05-05,男,甲父,{FATHER},10000000001"
PUPILS = "姓名,身份证号,出生日期,性别,学校编号,年级,班级,监护人姓名,联系电话"
BOY_PUPIL = f"甲子轩,{BOY},2018-05-05,男,P1,2,2(1)班,甲父,10000000001"
STRANGER = "990171201805050023"


def list_file(folder: Path, kind: str, header: str, *rows: str) -> Path:
    """Write a list."""
    path = folder / f"{kind}.csv"
    path.write_text("\n".join((header, *rows)), encoding="utf-8-sig")
    return path


def with_list(folder: Path, kind: DatasetKind, header: str, *rows: str) -> ImportResult:
    """Import a list."""
    path = list_file(folder, kind.value, header, *rows)
    origin = Origin(office=f"office of {kind.value}", vintage_on=ON)
    return import_register(
        actor=None, now=world.NOW, district_code=world.CODE, kind=kind, path=path, origin=origin
    )


def with_census(folder: Path) -> Dataset:
    """Import units and the three children."""
    world.with_units(folder)
    return world.with_children(folder).dataset


def with_lists(folder: Path) -> None:
    """Import census, registrations (the boy in another unit) and pupils (with a stranger)."""
    with_census(folder)
    with_list(folder, DatasetKind.REGISTRATIONS, REGISTRATIONS, GIRL_REGISTERED, BOY_REGISTERED)
    stranger = f"丁一一,{STRANGER},2018-05-05,女,P2,2,2(1)班,丁母,"
    with_list(folder, DatasetKind.PUPILS, PUPILS, BOY_PUPIL, stranger)


def reconciled(**options: int) -> Reconciliation:
    """Reconcile as of 1 March."""
    return reconcile_district(
        actor=None, now=world.NOW, district_code=world.CODE, as_of=ON, workers=options.get("workers", 1)
    )

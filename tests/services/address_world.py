"""The smallest register: an estate in two blocks, a road with odd and even numbers, a village, aliases."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from geo_data.models import Stage
from geo_data.services.datasets import ImportResult
from geo_data.services.import_addresses import import_addresses
from geo_data.services.import_schools import import_schools
from tests.services import geo_world
from zoning.models import ZonePublication
from zoning.services.plans import import_plan
from zoning.services.publications import publish_plan

HEADER = "乡镇街道,小区或村,楼栋,道路,门牌号,单元编号,别名,曾用名,户数,横坐标,纵坐标"
EAST, NORTH = geo_world.EAST, geo_world.NORTH
ROWS = (
    "城关镇,锦绣花园,,,,A,老粮站,粮食局家属院,,,",
    "城关镇,锦绣花园,1号楼,,,A,,,40,,",
    "城关镇,锦绣花园,2号楼,,,B,,,60,,",
    "城关镇,,,文化路,3号,A,,,4,,",
    "城关镇,,,文化路,5号,A,,中山路5号,6,,",
    "城关镇,,,文化路,11号,D,,,2,,",
    "城关镇,,,文化路,4号,B,,,8,,",
    "城关镇,,,文化路,4号附1,B,,,1,,",
    f"城关镇,阳光家园,,,,,,,90,{EAST + 150},{NORTH + 150}",
    "城关镇,东柳庄村,,,,C,,,50,,",
    "城关镇,东柳庄村,3组,,12号,C,,,1,,",
)


def addresses_file(folder: Path, *rows: str, header: str = HEADER, name: str = "addresses.csv") -> Path:
    """Write a register."""
    path = folder / name
    path.write_text("\n".join((header, *rows)), encoding="utf-8")
    return path


def with_addresses(folder: Path, *rows: str) -> ImportResult:
    """Import the register, or these rows of one."""
    path = addresses_file(folder, *(rows or ROWS))
    return import_addresses(
        actor=None, now=geo_world.NOW, district_code=geo_world.CODE, path=path, origin=geo_world.ORIGIN
    )


DAY = date(2026, 10, 1)
WEST_AND_EAST = {"A": "P1", "C": "P1", "B": "P3", "D": "P3"}  # blocks A and C against B and D


def with_schools(folder: Path) -> ImportResult:
    """Import a primary school in A and one in D."""
    path = geo_world.schools_file(
        folder,
        f"P1,第一小学,小学,公办,A,270,45,1,{EAST + 50},{NORTH + 50}",
        f"P3,第三小学,小学,公办,D,270,45,1,{EAST + 150},{NORTH + 150}",
    )
    return import_schools(
        actor=None, now=geo_world.NOW, district_code=geo_world.CODE, path=path, origin=geo_world.ORIGIN
    )


def in_force(zones: Mapping[str, str], year: int = 2026) -> ZonePublication:
    """Publish a plan, unit -> school, for the school year."""
    rows = [(unit, [school]) for unit, school in zones.items()]
    plan = import_plan(
        actor=None, now=geo_world.NOW, district_code=geo_world.CODE, stage=Stage.PRIMARY, rows=rows
    )
    days = {"from_on": date(year, 9, 1), "until_on": date(year + 1, 9, 1)}
    return publish_plan(actor=None, now=geo_world.NOW, plan_id=plan.pk, document_number=f"{year}-1", **days)


def zoned_county(folder: Path) -> ZonePublication:
    """The four blocks with schools, register and zones in force."""
    geo_world.district()
    geo_world.with_units(folder)
    with_schools(folder)
    with_addresses(folder)
    return in_force(WEST_AND_EAST)

"""An invented province's platform beside the small county: its mapping, its files, its account."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from accounts.models import AuditEvent, User
from accounts.services.portals import make_portal_account
from admissions.models import (
    AdmissionRound,
    Application,
    ChildReceipt,
    PortalApplication,
    PortalBatch,
    PortalMappingVersion,
)
from admissions.rules.portal_mapping import example_mapping
from admissions.services.applications import ApplicationForm
from admissions.services.portal_changes import Change
from admissions.services.portal_exchange import Taken, take_portal_file
from admissions.services.portal_mappings import save_portal_mapping
from geo_data.tables.findings import Keep
from tests.policies import as_yaml, from_yaml
from tests.services.round_world import (
    OPENS,
    WHILE_OPEN,
    RoundWorld,
    add_children,
    county_with_zones,
    form,
    round_open,
)

PORTAL, DISTRICT = "sample-province", "410181"
CODES = {"A": "3799010001", "B": "3799010002", "P": "3799010101"}
PRIVATE = ("P",)
HEADERS = (
    *(
        "报名号",
        "报名状态",
        "证件类型",
        "学生证件号码",
        "学生姓名",
        "出生日期",
        "性别码",
        "监护人姓名",
        "监护人手机",
    ),
    *("家庭住址", "小区村组代码", "是否服从统筹", "多胞胎组号", "多胞胎可否分开", "户口性质", "长幼在读学校"),
    *("民办志愿1", "民办志愿2", "公办志愿1", "公办志愿2", "公办志愿3"),
)


def mapping_data(**changes: object) -> dict[str, Any]:
    """The shipped example as data, for the small county, with top-level parts replaced."""
    schools = [{"code": code, "school": school} for school, code in CODES.items()]
    data = from_yaml(example_mapping())
    return {**data, "district": DISTRICT, "schools": schools, **changes}


def mapping_text(**changes: object) -> str:
    """The same as YAML."""
    return as_yaml(mapping_data(**changes))


def mapping_saved(**changes: object) -> PortalMappingVersion:
    """The mapping that holds from now on."""
    return save_portal_mapping(actor=None, now=OPENS, district_code=DISTRICT, text=mapping_text(**changes))


def portal_account(username: str = "province", portal: str = PORTAL, district: str = DISTRICT) -> User:
    """The account of a portal."""
    return make_portal_account(
        actor=None, now=OPENS, username=username, portal_code=portal, district_code=district
    )


def written(number: str, filed: ApplicationForm, **more: str) -> dict[str, str]:
    """A form as the portal writes it."""
    row = {
        "报名号": number,
        "报名状态": "有效",
        "证件类型": "1",
        "学生证件号码": filed.identity_number,
        "学生姓名": filed.child_name,
        "出生日期": f"{filed.birth_on:%Y%m%d}",
        "性别码": {"male": "1", "female": "2"}[filed.sex],
        "监护人姓名": filed.guardian_name,
        "监护人手机": filed.phone,
        "家庭住址": filed.address,
        "小区村组代码": filed.unit_code,
        "是否服从统筹": "是" if filed.accepts_coordination else "否",
        "多胞胎组号": filed.group_code,
        "多胞胎可否分开": "是" if filed.split_allowed else "",
        **_choices("民办志愿", filed.private_schools, 2),
        **_choices("公办志愿", filed.public_schools, 3),
    }
    return {**row, **more}


def withdrawn(number: str) -> dict[str, str]:
    """A withdrawal as the portal writes it."""
    return {"报名号": number, "报名状态": "已撤销"}


def _choices(name: str, schools: Sequence[str], most: int) -> dict[str, str]:
    return {f"{name}{place}": CODES[school] for place, school in enumerate(schools[:most], start=1)}


def csv_file(
    path: Path,
    rows: Iterable[Mapping[str, str]],
    *,
    encoding: str = "gb18030",
    headers: Sequence[str] = HEADERS,
) -> Path:
    """A CSV as the portal exports it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, headers)
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def xlsx_file(path: Path, rows: Iterable[Mapping[str, str]]) -> Path:
    """A workbook as the portal exports it."""
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet()
        for number, row in enumerate([dict(zip(HEADERS, HEADERS, strict=True)), *rows]):
            for place, header in enumerate(HEADERS):
                page.write_string(number, place, row.get(header, ""))
    return path


def jsonl_file(path: Path, rows: Iterable[Mapping[str, object]]) -> Path:
    """JSON lines as the portal exports them."""
    path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")
    return path


def shown(
    path: Path,
    admission_round: AdmissionRound,
    mapping: PortalMappingVersion,
    *,
    keep: Keep = Keep.ALL_OR_NOTHING,
    now: datetime = WHILE_OPEN,
) -> Taken:
    """What a file would change."""
    return take_portal_file(
        actor=None, now=now, round_id=admission_round.pk, mapping=mapping, path=path, keep=keep
    )


def taken(
    path: Path,
    admission_round: AdmissionRound,
    mapping: PortalMappingVersion,
    *,
    keep: Keep = Keep.ALL_OR_NOTHING,
    now: datetime = WHILE_OPEN,
) -> Taken:
    """A file that was shown, and then taken as shown."""
    plan = shown(path, admission_round, mapping, keep=keep, now=now).plan
    return take_portal_file(
        actor=None,
        now=now,
        round_id=admission_round.pk,
        mapping=mapping,
        path=path,
        keep=keep,
        confirm=plan,
    )


def open_to_portal(
    children: int = 3, **mapping: object
) -> tuple[RoundWorld, AdmissionRound, PortalMappingVersion, list[str]]:
    """A county with children, its open round, the portal's mapping, and the children's numbers."""
    world = county_with_zones()
    numbers = add_children(world, ["u0", "u1", "u2", "u3"][:children])
    return world, round_open(world), mapping_saved(**mapping), numbers


def rows_of(numbers: list[str], **more: str) -> list[dict[str, str]]:
    """The children's applications as the portal writes them: BM000 lives in the first estate, and so on."""
    return [
        written(f"BM{place:03d}", form(number, f"u{place}"), **more) for place, number in enumerate(numbers)
    ]


def outcomes(changes: dict[str, Change]) -> dict[str, str]:
    """What becomes of each application, in words."""
    return {number: change.value for number, change in changes.items()}


def stored() -> tuple[int, int, int, int, int]:
    """How many applications, receipts, links, batches and events there are."""
    return (
        Application.objects.count(),
        ChildReceipt.objects.count(),
        PortalApplication.objects.count(),
        PortalBatch.objects.count(),
        AuditEvent.objects.filter(action__startswith="portal.taken").count(),
    )

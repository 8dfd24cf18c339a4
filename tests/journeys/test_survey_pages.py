"""Door to door and reconciliation on the screen: sheets out, filled and back; conflicts decided; a case settled."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer
from python_calamine import load_workbook

from accounts.models import AuditEvent, Role, User
from geo_data.models import DatasetKind, ReconciliationCase, SheetStatus, SurveyDifference, SurveySheet
from geo_data.services.survey_merging import merge_sheets
from tests.journeys import import_world
from tests.journeys.pages_world import DESK, PHONE, Visit
from tests.services import registers_world, survey_world
from tests.services.accounts_world import OTHER_DISTRICT, auditor, guardian, officer, staff
from tests.services.survey_world import BACK_AT, BACK_ON, CODE, NEW_CHILD, filled, refilled

GIRL_MET = {"K2": {"outcome": "在住", "phone": "10000000009"}, "N1": NEW_CHILD}
DOUBTFUL = "丙小禾,,2020-05-06,女,丙母,10000000004,K9"  # in a kindergarten, without a number


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
def test_officer_takes_a_sheet_back_decides_merges_and_settles_a_case(
    browser: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    # given sheets that are out, and one that a surveyor filled in without a network
    person, sheets = survey_world.issued(tmp_path)
    sheet = sheets["A"]
    visit = Visit(browser, live_server.url, PHONE, scripts=False, person=person)
    visit.go(f"/office/surveys/{sheet.pk}/")
    with visit.page.expect_download() as download:
        visit.page.click("text=XLSX")
    copy = tmp_path / "filled.xlsx"
    downloaded = Path(str(download.value.path())).read_bytes()
    copy.write_bytes(refilled(downloaded, GIRL_MET, visited=timezone.localdate().isoformat()))

    # when it is handed in, then nothing is overwritten and both values are shown
    visit.go("/office/surveys/upload/")
    visit.page.set_input_files("[name=file]", str(copy))
    visit.press("main form .button")
    assert "正在排队" in visit.text()
    import_world.work()
    visit.press(".job >> text=刷新")
    assert "已接收 1 张" in visit.text()
    visit.go(f"/office/surveys/{sheet.pk}/")
    assert "10000000001" in visit.text()
    assert "10000000009" in visit.text()
    assert "与底册不同" in visit.text()

    # when what contradicts nothing is taken, and the conflict decided without a reason, then a reason is asked for
    visit.press(".accept-all .button")
    visit.page.check("input[value=take_sheet]")
    visit.press(".decision .button")
    assert "请填写原因" in visit.text()
    visit.page.fill("[name=reason]", "电话核实")
    visit.press(".decision .button")
    assert "没有待处理的差异" in visit.text()
    visit.fits()

    # when it is merged and the lists are held against each other, then a doubtful case is decided and undone
    merge_sheets(actor=person, now=BACK_AT, district_code=CODE, year=2026)
    _reconcile_with_kindergarten(tmp_path)
    case = ReconciliationCase.objects.get(kind="doubtful")
    visit.go("/office/reconciliation/")
    visit.go("/office/reconciliation/cases/?state=open&kind=doubtful")
    visit.press("table th a")
    assert "丙小禾" in visit.text()
    assert "得分" in visit.text()
    visit.press("#decide .button")
    assert "请再看一下" in visit.text()
    visit.page.check("input[value=same_child]")
    visit.page.fill("[name=reason]", "幼儿园电话核实")
    visit.press("#decide .button")
    case.refresh_from_db()
    assert (case.state, case.verdict) == ("decided", "same_child")
    visit.go(f"/office/reconciliation/cases/{case.pk}/")
    visit.page.fill("[name=reason]", "核对有误")
    visit.press("#decide .button")
    case.refresh_from_db()
    assert (case.state, case.verdict) == ("open", "")
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"survey.sheet_downloaded", "survey.returned", "survey.decided", "survey.merged"} <= actions


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_fits_and_keeps_nobody_out(
    browser: Browser, live_server: LiveServer, tmp_path: Path, size: object
) -> None:
    person, sheets = survey_world.issued(tmp_path)
    data = filled(person, sheets["A"], GIRL_MET)
    survey_world.take_return(actor=person, now=BACK_AT, district_code=CODE, data=data, today=BACK_ON)
    _reconcile_with_kindergarten(tmp_path)
    case = ReconciliationCase.objects.first()
    assert case is not None
    visit = Visit(browser, live_server.url, size, person=person)  # type: ignore[arg-type]  # a ViewportSize

    barriers: list[str] = []
    for path in (
        "surveys/",
        "surveys/issue/",
        "surveys/upload/",
        f"surveys/{sheets['A'].pk}/",
        f"surveys/{sheets['A'].pk}/hand-out/",
        "reconciliation/",
        "reconciliation/cases/",
        "reconciliation/decisions/",
        f"reconciliation/cases/{case.pk}/",
    ):
        visit.go(f"/office/{path}")
        barriers += visit.barriers()

    assert barriers == []
    assert visit.complaints == []


@pytest.mark.django_db
def test_auditor_sees_states_and_decisions_but_no_person(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    data = filled(person, sheets["A"], GIRL_MET)
    survey_world.take_return(actor=person, now=BACK_AT, district_code=CODE, data=data, today=BACK_ON)
    _reconcile_with_kindergarten(tmp_path)
    case = ReconciliationCase.objects.order_by("code").first()
    assert case is not None
    desk = _desk_of(auditor(CODE))

    for path in (
        "surveys/",
        f"surveys/{sheets['A'].pk}/",
        "reconciliation/",
        "reconciliation/cases/",
        f"reconciliation/cases/{case.pk}/",
    ):
        page = desk.get(f"/office/{path}")
        text = page.content.decode()
        assert page.status_code == 200, path
        for personal in ("丁某某", "甲子涵", "甲子轩", "丙小禾", "乙一一", "10000000009", "990102202"):
            assert personal not in text, path


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "surveys/issue/"),
        ("get", "surveys/upload/"),
        ("get", "surveys/export.xlsx"),
        ("post", "surveys/pack/"),
        ("post", "surveys/merge/"),
        ("get", "surveys/{sheet}/sheet.pdf"),
        ("get", "surveys/{sheet}/sheet.xlsx"),
        ("get", "surveys/{sheet}/hand-out/"),
        ("post", "surveys/{sheet}/accept/"),
        ("post", "surveys/{sheet}/differences/{difference}/"),
        ("post", "reconciliation/"),
        ("post", "reconciliation/cases/bulk/"),
        ("post", "reconciliation/cases/{case}/"),
    ],
)
def test_only_officers_of_the_district_change_or_download(tmp_path: Path, method: str, path: str) -> None:
    person, sheets = survey_world.issued(tmp_path)
    data = filled(person, sheets["A"], GIRL_MET)
    survey_world.take_return(actor=person, now=BACK_AT, district_code=CODE, data=data, today=BACK_ON)
    _reconcile_with_kindergarten(tmp_path)
    address = "/office/" + path.format(
        sheet=sheets["A"].pk,
        difference=SurveyDifference.objects.filter(kind="changed").get().pk,
        case=ReconciliationCase.objects.order_by("code")[0].pk,
    )
    before = AuditEvent.objects.count()

    for other in (auditor(CODE), officer(OTHER_DISTRICT), staff(Role.ADMINISTRATOR, CODE), guardian()):
        answer = getattr(_desk_of(other), method)(address)
        assert answer.status_code in (403, 404), f"{other.role}: {answer.status_code}"
    assert AuditEvent.objects.count() == before


@pytest.mark.django_db
def test_sheets_are_issued_by_the_page_and_a_wrong_line_is_told(tmp_path: Path) -> None:
    person, _sheets = survey_world.issued(tmp_path)
    desk = _desk_of(person)
    form = {
        "year": 2027,
        "township": "*",
        "name": "丁某某",
        "role": "teacher",
        "account": "",
        "issued_on": "2027-02-10",
        "due_on": "2027-03-15",
        "born_from": "2019-09-01",
        "born_last": "2021-08-31",
        "blank_rows": 5,
        "names": "A，戊某某\nB",
    }

    refused = desk.post("/office/surveys/issue/", form)
    assert refused.status_code == 422
    assert "第 2 行" in refused.content.decode()
    taken = desk.post("/office/surveys/issue/", {**form, "names": "A，戊某某"})

    assert taken.status_code == 302
    assert SurveySheet.objects.filter(year=2027).count() == 4


@pytest.mark.django_db(transaction=True)  # a job is run outside any
def test_refused_upload_tells_rows_and_reasons_without_names(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    bad = {"N1": {**NEW_CHILD, "identity": "990102202005060021"}}
    file = SimpleUploadedFile("丙家.xlsx", filled(person, sheets["A"], bad))

    desk = _desk_of(person)

    sent = desk.post("/office/surveys/upload/", {"file": file})
    assert sent.status_code == 302
    import_world.work()
    text = desk.get(sent["Location"]).content.decode()

    assert sheets["A"].code in text
    assert "校验位" in text
    assert "丙" not in text
    assert SurveySheet.objects.get(pk=sheets["A"].pk).status == SheetStatus.ISSUED


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "data", [b"-", b"PK\x03\x04 half of a file", b"%PDF-1.7"], ids=["text", "half", "pdf"]
)
def test_upload_that_cannot_be_read_ends_in_words(tmp_path: Path, data: bytes) -> None:
    person, _sheets = survey_world.issued(tmp_path)
    desk = _desk_of(person)

    sent = desk.post("/office/surveys/upload/", {"file": SimpleUploadedFile("表.xlsx", data)})
    import_world.work()

    assert "这既不是 XLSX 表格" in desk.get(sent["Location"]).content.decode()


@pytest.mark.django_db
def test_silent_lists_are_acknowledged_together_with_one_reason(tmp_path: Path) -> None:
    person, _sheets = survey_world.issued(tmp_path)
    registers_world.with_list(
        tmp_path,
        DatasetKind.PUPILS,
        registers_world.PUPILS,
        f"丁一一,{registers_world.STRANGER},2018-05-05,女,P2,2,2(1)班,丁母,",
    )
    run = registers_world.reconciled()
    desk = _desk_of(person)
    query = "state=open&code=no_pupil_record"
    waiting = ReconciliationCase.objects.filter(reconciliation=run, code="no_pupil_record").count()
    assert waiting > 0

    unconfirmed = desk.post(f"/office/reconciliation/cases/bulk/?{query}", {"reason": "外来户"})
    assert unconfirmed.status_code == 422
    desk.post(f"/office/reconciliation/cases/bulk/?{query}", {"reason": "外来户", "confirmed": "on"})

    decided = ReconciliationCase.objects.filter(reconciliation=run, verdict="acknowledged")
    assert {case.code for case in decided} == {"no_pupil_record"}
    assert decided.count() == waiting


@pytest.mark.django_db
def test_exported_cases_name_children_for_officers_only(tmp_path: Path) -> None:
    person, _sheets = survey_world.issued(tmp_path)
    _reconcile_with_kindergarten(tmp_path)

    for reader, is_personal in ((person, True), (auditor(CODE), False)):
        answer = _desk_of(reader).get("/office/reconciliation/cases/export.xlsx")
        path = tmp_path / f"{reader.role}.xlsx"
        path.write_bytes(answer.content)
        rows = registers_world_rows(path)
        assert ("儿童姓名" in rows[0]) is is_personal
        assert len(rows) == ReconciliationCase.objects.count() + 1
        event = AuditEvent.objects.filter(action="reconciliation.exported").latest("id")
        assert event.details == {"cases": len(rows) - 1, "personal": is_personal}


def registers_world_rows(path: Path) -> list[list[object]]:
    """The rows of a spreadsheet."""
    return [list(cells) for cells in load_workbook(path).get_sheet_by_index(0).to_python()]


def _reconcile_with_kindergarten(folder: Path) -> None:
    """A kindergarten knows a child without its number."""
    header = "姓名,身份证号,出生日期,性别,监护人姓名,联系电话,幼儿园编号"
    registers_world.with_list(folder, DatasetKind.KINDERGARTENS, header, DOUBTFUL)
    registers_world.reconciled()


def _desk_of(person: User) -> Client:
    """Somebody signed in, reading Chinese."""
    desk = Client()
    desk.force_login(person)
    desk.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    return desk

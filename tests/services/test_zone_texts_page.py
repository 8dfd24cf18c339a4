"""The page of zone texts: paste or upload, look at the report, decide what is open, confirm."""

import re
from io import BytesIO

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import load_workbook

from tests.services.accounts_world import auditor, guardian, officer
from tests.services.worlds import DISTRICT, small_county
from zoning.models import ZonePlan
from zoning.selectors.plans import plan_content

pytestmark = pytest.mark.django_db
ADDRESS = "/office/plans/texts/"
WHOLE = {"stage": "primary", "text-A": "第0小区、第1小区", "text-B": "其余区域"}


@pytest.fixture
def client() -> Client:
    small_county()
    client = Client(headers={"accept-language": "en"})
    client.force_login(officer())
    return client


def digest_of(page: str) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def test_the_page_asks_for_a_text_of_every_public_school(client: Client) -> None:
    page = client.get(ADDRESS).content.decode()

    assert 'name="text-A"' in page
    assert 'name="text-B"' in page
    assert 'name="digest"' not in page
    assert client.get(ADDRESS, {"stage": "junior"}).status_code == 200


def test_checking_stores_nothing_and_says_what_every_phrase_means(client: Client) -> None:
    page = client.post(ADDRESS, {**WHOLE, "text-A": "第0小区、第九小区", "check": "1"}).content.decode()

    assert "第九小区" in page
    assert "No estate, village or road has this name." in page
    assert "what no other text names" in page
    assert not ZonePlan.objects.exists()


def test_a_confirmed_report_becomes_an_imported_plan(client: Client) -> None:
    seen = client.post(ADDRESS, {**WHOLE, "check": "1"}).content.decode()

    answer = client.post(
        ADDRESS, {**WHOLE, "store": "1", "name": "2024", "confirmed": "on", "digest": digest_of(seen)}
    )

    plan = ZonePlan.objects.get()
    assert answer.headers["Location"] == f"/office/plans/{plan.pk}/"
    assert (plan.name, plan.origin) == ("2024", "imported")
    assert plan_content(plan).zone_of == {"u0": "A", "u1": "A", "u2": "B", "u3": "B"}


def test_without_confirmation_or_after_a_change_nothing_is_stored(client: Client) -> None:
    seen = digest_of(client.post(ADDRESS, {**WHOLE, "check": "1"}).content.decode())

    unconfirmed = client.post(ADDRESS, {**WHOLE, "store": "1", "digest": seen}).content.decode()
    changed = client.post(
        ADDRESS,
        {**WHOLE, "text-A": "第0小区", "store": "1", "confirmed": "on", "digest": seen},
    ).content.decode()

    assert "Confirm that you have checked the report." in unconfirmed
    assert "Units or texts changed since the report was shown." in changed
    assert not ZonePlan.objects.exists()


def test_open_units_are_decided_on_the_page(client: Client) -> None:
    texts = {"stage": "primary", "text-A": "第0小区、第1小区", "text-B": "第1小区、第2小区"}
    seen = client.post(ADDRESS, {**texts, "check": "1"}).content.decode()
    assert 'name="unit-u1"' in seen
    assert 'name="unit-u3"' in seen
    store = {**texts, "store": "1", "confirmed": "on", "digest": digest_of(seen)}

    half = client.post(ADDRESS, {**store, "unit-u1": "A"}).content.decode()
    whole = client.post(ADDRESS, {**store, "unit-u1": "A", "unit-u3": "B"})

    assert "Some units have no zone yet, or several." in half
    assert '<option value="A" selected>' in half
    assert whole.status_code == 302
    assert plan_content(ZonePlan.objects.get()).zone_of["u3"] == "B"


def test_a_file_fills_the_boxes_and_a_wrong_one_is_refused_with_its_findings(client: Client) -> None:
    def sent(name: str, content: str) -> str:
        file = SimpleUploadedFile(name, content.encode())
        return client.post(ADDRESS, {"stage": "primary", "file": file, "check": "1"}).content.decode()

    filled = sent("texts.csv", "学校编号,招生范围\nA,第0小区\nB,其余区域\n")
    wrong = sent("texts.csv", "学校编号,招生范围\nZ,第0小区\n")
    other = sent("texts.docx", "x")

    assert ">第0小区</textarea>" in filled
    assert 'name="digest"' in filled
    assert "there is no such school" in wrong
    assert "Upload a CSV or XLSX file." in other


def workbook(*rows: tuple[str, ...]) -> SimpleUploadedFile:
    content = BytesIO()
    book = xlsxwriter.Workbook(content)
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return SimpleUploadedFile("texts.xlsx", content.getvalue())


def test_a_workbook_fills_the_boxes_by_the_same_checks(client: Client) -> None:
    def sent(file: SimpleUploadedFile) -> str:
        return client.post(ADDRESS, {"stage": "primary", "file": file, "check": "1"}).content.decode()

    head = ("学校编号", "招生范围")
    filled = sent(workbook(head, ("A", "第0小区"), ("B", "其余区域")))
    wrong = sent(workbook(head, ("Z", "第0小区")))
    without = sent(workbook(("学校编号",), ("A",)))
    damaged = sent(SimpleUploadedFile("texts.xlsx", b"PK\x03\x04 no workbook"))

    assert ">第0小区</textarea>" in filled
    assert 'name="digest"' in filled
    assert "there is no such school" in wrong
    for page in (without, damaged):
        assert "The file cannot be used" in page
        assert 'name="digest"' not in page
    assert not ZonePlan.objects.exists()


def test_schools_with_the_very_same_text_share_a_zone(client: Client) -> None:
    texts = {"stage": "primary", "text-A": "其余区域", "text-B": "其余区域"}
    seen = client.post(ADDRESS, {**texts, "check": "1"}).content.decode()

    client.post(ADDRESS, {**texts, "store": "1", "confirmed": "on", "digest": digest_of(seen)})

    [zone] = plan_content(ZonePlan.objects.get()).zones.values()
    assert [school.code for school in zone.schools] == ["A", "B"]


def test_words_of_a_text_are_shown_as_words_never_as_markup(client: Client) -> None:
    page = client.post(
        ADDRESS, {**WHOLE, "text-A": "<script>alert(1)</script>", "check": "1"}
    ).content.decode()

    assert "<script>alert(1)" not in page


def test_the_page_is_for_officers_who_edit_zones(client: Client) -> None:
    for person in (auditor(DISTRICT), officer("990199"), guardian()):
        other = Client()
        other.force_login(person)
        assert other.post(ADDRESS, {**WHOLE, "check": "1"}).status_code in (403, 404)
    assert Client().get(ADDRESS).status_code == 302


def test_the_template_has_the_columns_and_is_not_taken_with_its_example(client: Client) -> None:
    answer = client.get(f"{ADDRESS}template.xlsx")
    content = b"".join(answer)

    [header, *_rows] = load_workbook(BytesIO(content)).get_sheet_by_index(0).to_python()
    file = SimpleUploadedFile("texts.xlsx", content)
    page = client.post(ADDRESS, {"stage": "primary", "file": file, "check": "1"}).content.decode()

    assert [str(cell).split(" ")[0].split("\n")[0] for cell in header] == ["学校编号", "学校名称", "招生范围"]
    assert "The file cannot be used" in page

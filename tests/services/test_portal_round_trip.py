"""A round behind another portal, from its file and requests to its results, beside the same round filed here."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from python_calamine import load_workbook

from accounts.models import AuditEvent
from admissions.models import AdmissionRound, Application, DrawRecord, PortalApplication
from admissions.rules.portal_files import PortalFile
from admissions.rules.portal_records import PortalMapping
from admissions.rules.status import Action as Step
from admissions.selectors.bundles import unzip_files
from admissions.selectors.portal_results import portal_results, portal_statuses
from admissions.selectors.portals import mapping_of
from admissions.selectors.results import NoResults
from admissions.services.answers import decline_offer
from admissions.services.applications import ApplicationForm, file_applications
from admissions.services.portal_exchange import take_portal_items
from admissions.services.portal_handing import Told, hand_over
from admissions.services.results import publish_results
from admissions.services.review import review_application
from admissions.services.sample import sample_forms
from common.canonical import digest_bytes
from common.errors import NotPermitted
from tests.services.accounts_world import auditor, guardian
from tests.services.portal_world import (
    CODES,
    DISTRICT,
    HEADERS,
    PORTAL,
    csv_file,
    mapping_data,
    mapping_saved,
    mapping_text,
    portal_account,
    taken,
    withdrawn,
    written,
)
from tests.services.round_world import (
    RESULTS_DAY,
    WHILE_OPEN,
    RoundWorld,
    add_children,
    county_with_zones,
    drawn,
    form,
    round_open,
)

pytestmark = pytest.mark.django_db
HOMES = [f"u{place % 4}" for place in range(40)]
ROUND = ("--district", DISTRICT, "--stage", "primary", "--year", "2026")


class _Undo(Exception):
    """Takes back what was done."""


@contextmanager
def undone() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
            raise _Undo
    except _Undo:
        pass


@pytest.fixture
def same_chance(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let the salts of the entry list, the only chance before the public values, come alike in both rounds."""

    def begin_again() -> None:
        numbers = count()
        monkeypatch.setattr(
            "admissions.services.closing.secrets.token_hex", lambda length: f"{next(numbers):0{2 * length}x}"
        )

    return begin_again


def small_world() -> tuple[RoundWorld, AdmissionRound, list[ApplicationForm]]:
    """Forty children for twenty-seven seats, some of whom try the private school."""
    world = county_with_zones({"A": (0, 12), "B": (3, 12)}, private={"P": (1, 3)})
    add_children(world, HOMES)
    opened = round_open(world)
    forms = sorted(sample_forms(opened, 3), key=lambda item: item.identity_number)
    assert sum(bool(item.private_schools) for item in forms) > 3
    return world, opened, forms


def finished(world: RoundWorld, opened: AdmissionRound) -> DrawRecord:
    record = drawn(world, opened)
    publish_results(actor=world.officer, now=RESULTS_DAY, round_id=opened.pk)
    opened.refresh_from_db()
    return record


def results_by_child(record: DrawRecord) -> dict[str, tuple[object, ...]]:
    """Return receipt -> line, reason, choice and the reason of every choice."""
    choices: dict[str, list[tuple[str, str, int | None]]] = {}
    for row in record.outcomes.select_related("application__receipt", "line").order_by("line__line_id"):
        told = (row.line.line_id, row.reason, row.waitlist_place)
        choices.setdefault(row.application.receipt.receipt, []).append(told)
    rows = record.placements.select_related("application__receipt", "line")
    return {
        row.application.receipt.receipt: (
            row.line.line_id if row.line else "",
            row.reason,
            row.choice,
            tuple(choices.get(row.application.receipt.receipt, ())),
        )
        for row in rows
    }


def read_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("gb18030"), newline="")))


def test_a_round_behind_a_portal_ends_child_by_child_as_the_same_round_filed_here(
    tmp_path: Path, same_chance: Callable[[], None]
) -> None:
    world, opened, forms = small_world()
    numbers = {item.identity_number: f"BM{place:04d}" for place, item in enumerate(forms)}

    with undone():  # the round filed here
        same_chance()
        filed = file_applications(
            actor=world.officer, now=WHILE_OPEN, round_id=opened.pk, forms=forms, source="here"
        )
        assert filed.refused == ()
        receipts = {
            item.identity_number: row.receipt.receipt
            for item, row in zip(forms, filed.applications, strict=True)
        }
        here = results_by_child(finished(world, opened))
    opened.refresh_from_db()
    assert (Application.objects.count(), opened.status) == (0, "open")

    same_chance()  # the same round behind the portal: half as a file, half as requests
    mapping, rows = mapping_saved(), [written(numbers[item.identity_number], item) for item in forms]
    half = len(rows) // 2
    taken(csv_file(tmp_path / "half.csv", rows[:half]), opened, mapping)
    account = portal_account()
    for start in range(half, len(rows), 7):
        take_portal_items(
            actor=account,
            now=WHILE_OPEN,
            round_id=opened.pk,
            portal=PORTAL,
            key=f"from {start}",
            items=rows[start : start + 7],
        )
    record = finished(world, opened)
    there = results_by_child(record)

    assert there == here
    assert len(here) == len(forms) > 35
    assert {told[1] for told in here.values()} == {"admitted", "same_category_ticket"}

    file = hand_over(actor=account, now=RESULTS_DAY, round_id=opened.pk, portal=PORTAL, told=Told.RESULTS)
    table = {row["报名号"]: row for row in read_csv(file.data)}
    reasons = mapping_data()["results"]["reasons"]
    tickets = tickets_of(record)
    assert list(table) == sorted(numbers.values())
    for item in forms:
        row, receipt = table[numbers[item.identity_number]], receipts[item.identity_number]
        line, reason, choice, choices = here[receipt]
        school = str(line).split(".")[0]
        assert row["回执号"] == receipt
        assert row["录取学校代码"] == (CODES[school] if line else "")
        assert row["原因代码"] == reasons[reason]
        assert row["录取志愿序号"] == ("" if choice is None else str(choice))
        assert row["公办派位号"] == tickets[receipt]["public"]
        assert row["民办派位号"] == tickets[receipt].get("private", "")
        told = {(CODES[str(where).split(".")[0]], reasons[why]) for where, why, _ in choices}  # type: ignore[attr-defined]
        assert {tuple(part.split("=")) for part in row["各志愿原因"].split(";") if part} == told


def tickets_of(record: DrawRecord) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    text = unzip_files(bytes(record.bundle))["tickets.csv"].decode()
    for row in csv.DictReader(io.StringIO(text)):
        found.setdefault(row["receipt"], {})[row["urn"]] = row["ticket"]
    return found


def one_of_each(tmp_path: Path) -> tuple[RoundWorld, AdmissionRound]:
    """Published: one placed, one withdrawn at the portal, one refused here, and one that was filed here."""
    world = county_with_zones()
    numbers = add_children(world, ["u0", "u1", "u2", "u3"])
    opened, mapping = round_open(world), mapping_saved()
    rows = [written(f"BM{place}", form(numbers[place], f"u{place}")) for place in range(3)]
    taken(csv_file(tmp_path / "a.csv", rows), opened, mapping)
    taken(csv_file(tmp_path / "b.csv", [withdrawn("BM1")]), opened, mapping)
    file_applications(
        actor=world.officer, now=WHILE_OPEN, round_id=opened.pk, forms=[form(numbers[3], "u3")], source="here"
    )
    refused = PortalApplication.objects.get(number="BM2").application
    for step in (Step.REOPEN, Step.REFUSE):
        review_application(
            actor=world.officer, now=WHILE_OPEN, application_id=refused.pk, step=step, reason="moved away"
        )
    return world, opened


def test_results_speak_of_the_portals_own_applications_only_whatever_became_of_them(tmp_path: Path) -> None:
    world, opened = one_of_each(tmp_path)
    finished(world, opened)

    file = hand_over(
        actor=world.officer, now=RESULTS_DAY, round_id=opened.pk, portal=PORTAL, told=Told.RESULTS
    )

    told = [
        (row["报名号"], row["录取状态"], row["录取学校代码"], row["原因代码"]) for row in read_csv(file.data)
    ]
    assert told == [("BM0", "1", CODES["A"], "R00"), ("BM1", "9", "", "R90"), ("BM2", "7", "", "R40")]
    assert file.name == "result-410181-primary-2026.csv"
    event = AuditEvent.objects.get(action="portal.results_handed_over")
    assert (event.details["digest"], event.details["rows"]) == (digest_bytes(file.data), 3)


def test_a_place_given_up_is_told_and_has_no_school_any_more(tmp_path: Path) -> None:
    world, opened = one_of_each(tmp_path)
    finished(world, opened)
    placed = PortalApplication.objects.get(number="BM0").application_id
    decline_offer(actor=world.officer, now=RESULTS_DAY, application_id=placed, reason="by phone")

    file = hand_over(actor=None, now=RESULTS_DAY, round_id=opened.pk, portal=PORTAL, told=Told.RESULTS)

    first = read_csv(file.data)[0]
    assert (first["录取状态"], first["录取学校代码"]) == ("5", "")


def test_statuses_tell_what_was_received_checked_refused_withdrawn_and_which_documents_are_wanted(
    tmp_path: Path,
) -> None:
    _, opened = one_of_each(tmp_path)
    unknown = written("BM9", form("990101202003040902", "u0"))
    unknown["学生证件号码"] = "H99001234"
    unknown["证件类型"] = "A"
    mapping = mapping_saved()
    taken(csv_file(tmp_path / "c.csv", [unknown]), opened, mapping)

    file = hand_over(actor=None, now=WHILE_OPEN, round_id=opened.pk, portal=PORTAL, told=Told.STATUSES)

    rows = read_csv(file.data)
    assert [(row["报名号"], row["审核状态"]) for row in rows] == [
        ("BM0", "30"),
        ("BM1", "90"),
        ("BM2", "40"),
        ("BM9", "20"),
    ]
    assert rows[0]["待补材料"] == ""
    assert set(rows[3]["待补材料"].split(";")) <= set(mapping_data()["statuses"]["documents"].values())
    assert rows[3]["待补材料"]


def test_the_same_facts_give_the_same_bytes_in_every_form(tmp_path: Path) -> None:
    world, opened = one_of_each(tmp_path)
    finished(world, opened)
    for name, encoding in (
        ("r.csv", "utf-8"),
        ("r.csv", "utf-8-bom"),
        ("r.xlsx", ""),
        ("r.jsonl", "gb18030"),
    ):
        results = {**mapping_data()["results"], "file": name, "encoding": encoding}
        if not encoding:
            del results["encoding"]
        mapping_saved(results=results)
        files = [
            hand_over(actor=None, now=RESULTS_DAY, round_id=opened.pk, portal=PORTAL, told=Told.RESULTS).data
            for _ in range(2)
        ]
        assert files[0] == files[1]
        if name.endswith("xlsx"):
            (tmp_path / name).write_bytes(files[0])
            rows = load_workbook(tmp_path / name).get_sheet_by_index(0).to_python()
            assert [row[0] for row in rows] == ["报名号", "BM0", "BM1", "BM2"]


def test_results_wait_for_publication_and_are_for_the_portal_itself_and_the_office(tmp_path: Path) -> None:
    world, opened = one_of_each(tmp_path)
    drawn(world, opened)
    with pytest.raises(NoResults):
        hand_over(actor=None, now=RESULTS_DAY, round_id=opened.pk, portal=PORTAL, told=Told.RESULTS)
    for stranger in (guardian(), auditor(), portal_account("other", portal="another")):
        with pytest.raises(NotPermitted):
            hand_over(actor=stranger, now=RESULTS_DAY, round_id=opened.pk, portal=PORTAL, told=Told.STATUSES)
    assert not AuditEvent.objects.filter(action__endswith="handed_over").exists()


def test_a_file_goes_in_and_results_come_out_by_command(tmp_path: Path) -> None:
    world = county_with_zones()
    numbers = add_children(world, ["u0", "u2"])
    opened = round_open(world)
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(mapping_text(), encoding="utf-8")
    file = csv_file(
        tmp_path / "in.csv", [written(f"BM{n}", form(number, "u0")) for n, number in enumerate(numbers[:1])]
    )
    command = ("import_applications", str(file), "--mapping", str(mapping), *ROUND)
    at = ("--at", WHILE_OPEN.isoformat())

    told = io.StringIO()
    call_command(*command, *at, stdout=told)
    assert "added: 1" in told.getvalue()
    assert Application.objects.count() == 0
    plan = told.getvalue().rsplit("--confirm ", 1)[1].strip()
    call_command(*command, *at, "--confirm", plan, stdout=io.StringIO())
    assert Application.objects.count() == 1
    again = io.StringIO()
    call_command(*command, *at, stdout=again)
    assert "taken before" in again.getvalue()

    finished(world, opened)
    out = io.StringIO()
    export = (
        "export_results",
        "--portal",
        PORTAL,
        *ROUND,
        "--out",
        str(tmp_path),
        "--at",
        RESULTS_DAY.isoformat(),
    )
    call_command(*export, stdout=out)
    written_file = tmp_path / "result-410181-primary-2026.csv"
    assert digest_bytes(written_file.read_bytes()) in out.getvalue()
    assert read_csv(written_file.read_bytes())[0]["录取学校代码"] == CODES["A"]


def test_the_command_tells_every_fault_of_a_mapping_and_every_bad_row(tmp_path: Path) -> None:
    round_open(county_with_zones())
    mapping = tmp_path / "m.yaml"
    mapping.write_text(mapping_text(schools=[{"code": "1", "school": "Z"}]), encoding="utf-8")
    file = csv_file(tmp_path / "in.csv", [{"报名号": "BM1"}], headers=HEADERS)
    command = ("import_applications", str(file), *ROUND, "--at", WHILE_OPEN.isoformat())
    with pytest.raises(CommandError, match=r"m.yaml: schools\[0\].school: no school .Z. in the county"):
        call_command(*command, "--mapping", str(mapping), stdout=io.StringIO())
    mapping.write_text(mapping_text(), encoding="utf-8")
    told = io.StringIO()
    with pytest.raises(CommandError, match="nothing was taken"):
        call_command(*command, "--mapping", str(mapping), "--language", "en", stdout=told)
    assert "severe\tcell_empty\trow 2, 学生姓名 a required value is empty. Fill it in." in told.getvalue()


@pytest.mark.parametrize("read", [portal_results, portal_statuses])
def test_more_applications_cost_no_more_queries(
    tmp_path: Path, read: Callable[[AdmissionRound, PortalMapping], PortalFile]
) -> None:
    world = county_with_zones({"A": (0, 20), "B": (3, 20)})
    numbers = add_children(world, HOMES[:12])
    opened, mapping = round_open(world), mapping_saved()
    rows = [written(f"BM{n:02d}", form(number, HOMES[n])) for n, number in enumerate(numbers)]
    taken(csv_file(tmp_path / "a.csv", rows), opened, mapping)
    finished(world, opened)

    def queries(links: int) -> int:
        PortalApplication.objects.filter(number__gte=f"BM{links:02d}").update(portal="elsewhere")
        with CaptureQueriesContext(connection) as asked:
            assert len(read(opened, mapping_of(mapping)).rows) == links
        return len(asked)

    assert [queries(12), queries(2)] == [queries(1)] * 2

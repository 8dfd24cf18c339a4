"""Applications of another portal: shown, taken whole or not at all, once, by the services that families file by."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.db import transaction

from accounts.models import AuditEvent
from admissions.models import (
    Application,
    ApplicationChoice,
    ChildReceipt,
    PortalApplication,
)
from admissions.rules.facts import Fact, FactName, FactSource
from admissions.rules.status import Action as Step
from admissions.selectors.overview import round_overview
from admissions.services.applications import file_application
from admissions.services.portal_exchange import (
    MappingOfAnotherDistrict,
    PortalPlanChanged,
    PortalTooLate,
    take_portal_file,
    take_portal_items,
)
from admissions.services.review import review_application
from common.errors import NotPermitted
from geo_data.tables.findings import Keep
from tests.services.accounts_world import guardian, officer
from tests.services.portal_world import (
    CODES,
    PORTAL,
    csv_file,
    jsonl_file,
    mapping_saved,
    open_to_portal,
    outcomes,
    portal_account,
    rows_of,
    shown,
    stored,
    taken,
    withdrawn,
    written,
    xlsx_file,
)
from tests.services.round_world import (
    AFTER_CLOSING,
    OPENS,
    WHILE_OPEN,
    add_children,
    county_with_zones,
    form,
    round_open,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.csv", csv_file),
        ("b.csv", lambda path, rows: csv_file(path, rows, encoding="utf-8-sig")),
        ("c.xlsx", xlsx_file),
        ("d.jsonl", jsonl_file),
    ],
)
def test_a_file_of_every_kind_is_filed_as_the_families_own_page_would(
    tmp_path: Path, name: str, write: Callable[..., Path]
) -> None:
    _, opened, mapping, numbers = open_to_portal()
    rows = rows_of(numbers)
    rows[0]["民办志愿1"] = CODES["P"]

    done = taken(write(tmp_path / name, rows), opened, mapping)

    assert done.findings.counts() == {}
    assert outcomes(done.changes.outcomes()) == {"BM000": "added", "BM001": "added", "BM002": "added"}
    found = {row.number: row.application for row in PortalApplication.objects.select_related("application")}
    assert {row.source for row in found.values()} == {PORTAL}
    assert {row.status for row in found.values()} == {"accepted"}
    listed = ApplicationChoice.objects.filter(application=found["BM000"]).order_by("position")
    assert [row.line.line_id for row in listed] == ["P.private_open", "A.zone"]
    event = AuditEvent.objects.get(action="portal.taken")
    assert event.details["added"] == 3
    assert event.details["delivery"] == done.batch.digest if done.batch else False
    assert AuditEvent.objects.get(action="applications.taken").details == {
        "source": PORTAL,
        "taken": 3,
        "refused": 0,
    }


def test_what_is_only_shown_stores_nothing_and_the_receipts_are_those_of_later(tmp_path: Path) -> None:
    _, opened, mapping, numbers = open_to_portal()
    path = csv_file(tmp_path / "a.csv", rows_of(numbers))

    first = shown(path, opened, mapping)

    assert outcomes(first.changes.outcomes()) == {"BM000": "added", "BM001": "added", "BM002": "added"}
    assert (first.batch, stored()) == (None, (0, 0, 0, 0, 0))


def test_a_confirmation_of_something_else_is_refused_and_stores_nothing(tmp_path: Path) -> None:
    _, opened, mapping, numbers = open_to_portal()
    path = csv_file(tmp_path / "a.csv", rows_of(numbers))
    plan = shown(path, opened, mapping).plan
    taken(csv_file(tmp_path / "b.csv", rows_of(numbers[:1])), opened, mapping)
    before = stored()

    with pytest.raises(PortalPlanChanged):
        take_portal_file(
            actor=None, now=WHILE_OPEN, round_id=opened.pk, mapping=mapping, path=path, confirm=plan
        )

    assert stored() == before


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    _, opened, mapping, numbers = open_to_portal()
    path = csv_file(tmp_path / "a.csv", rows_of(numbers))
    first, before = taken(path, opened, mapping), stored()

    again = taken(path, opened, mapping)

    assert (again.is_repeated, again.batch, stored()) == (True, first.batch, before)


def test_another_file_with_the_same_rows_changes_no_application(tmp_path: Path) -> None:
    _, opened, mapping, numbers = open_to_portal()
    taken(csv_file(tmp_path / "a.csv", rows_of(numbers)), opened, mapping)
    before = list(Application.objects.order_by("pk").values_list("pk", "status", "changed_at"))

    again = taken(csv_file(tmp_path / "b.csv", rows_of(numbers)[::-1]), opened, mapping)

    assert outcomes(again.changes.outcomes()) == {
        "BM000": "unchanged",
        "BM001": "unchanged",
        "BM002": "unchanged",
    }
    assert list(Application.objects.order_by("pk").values_list("pk", "status", "changed_at")) == before


def test_changes_and_withdrawals_are_carried_out_and_the_child_keeps_its_receipt(tmp_path: Path) -> None:
    _, opened, mapping, numbers = open_to_portal()
    taken(csv_file(tmp_path / "a.csv", rows_of(numbers)), opened, mapping)
    receipts = dict(PortalApplication.objects.values_list("number", "application__receipt__receipt"))
    rows = [{**rows_of(numbers)[0], "民办志愿1": CODES["P"]}, withdrawn("BM001"), withdrawn("BM999")]

    done = taken(csv_file(tmp_path / "b.csv", rows), opened, mapping)

    assert outcomes(done.changes.outcomes()) == {"BM000": "changed", "BM001": "withdrawn"}
    assert done.findings.counts() == {"portal_not_known": 1}
    assert dict(PortalApplication.objects.values_list("number", "application__receipt__receipt")) == receipts
    assert sorted(Application.objects.values_list("status", flat=True)) == [
        *("accepted", "accepted", "withdrawn", "withdrawn"),
    ]
    changed = PortalApplication.objects.get(number="BM000").application
    assert [row.line.line_id for row in changed.choices.order_by("position")] == ["P.private_open", "A.zone"]
    reasons = AuditEvent.objects.filter(action="application.withdrawn").order_by("id")
    assert [row.details["reason"] for row in reasons] == ["changed at the portal", "withdrawn at the portal"]


def test_what_was_withdrawn_at_the_portal_can_be_filed_there_again(tmp_path: Path) -> None:
    _, opened, mapping, numbers = open_to_portal(1)
    taken(csv_file(tmp_path / "a.csv", rows_of(numbers)), opened, mapping)
    taken(csv_file(tmp_path / "b.csv", [withdrawn("BM000")]), opened, mapping)

    again = taken(csv_file(tmp_path / "c.csv", rows_of(numbers, 监护人姓名="乙某")), opened, mapping)

    assert outcomes(again.changes.outcomes()) == {"BM000": "changed"}
    link = PortalApplication.objects.get()
    assert (link.is_withdrawn, link.application.status) == (False, "accepted")
    assert ChildReceipt.objects.count() == 1


def test_what_a_complete_file_leaves_out_is_withdrawn(tmp_path: Path) -> None:
    _, opened, mapping, numbers = open_to_portal(delivery="complete")
    taken(csv_file(tmp_path / "a.csv", rows_of(numbers)), opened, mapping)

    done = taken(csv_file(tmp_path / "b.csv", rows_of(numbers)[:2]), opened, mapping)

    assert outcomes(done.changes.outcomes()) == {
        "BM000": "unchanged",
        "BM001": "unchanged",
        "BM002": "withdrawn",
    }
    assert PortalApplication.objects.get(number="BM002").application.status == "withdrawn"


def test_a_complete_file_with_rows_left_out_withdraws_nobody(tmp_path: Path) -> None:
    _, opened, mapping, numbers = open_to_portal(delivery="complete")
    taken(csv_file(tmp_path / "a.csv", rows_of(numbers)), opened, mapping)
    rows = [rows_of(numbers)[0], {**rows_of(numbers)[1], "学生姓名": ""}]

    done = taken(csv_file(tmp_path / "b.csv", rows), opened, mapping, keep=Keep.GOOD_ROWS)

    assert done.findings.counts() == {"cell_empty": 1, "portal_none_withdrawn": 1}
    assert PortalApplication.objects.filter(is_withdrawn=False).count() == 3


@pytest.mark.parametrize("delivery", ["complete", "changes"])
def test_a_file_without_rows_is_refused_and_withdraws_nobody(tmp_path: Path, delivery: str) -> None:
    _, opened, mapping, numbers = open_to_portal(delivery=delivery)
    taken(csv_file(tmp_path / "a.csv", rows_of(numbers)), opened, mapping)
    before = stored()

    done = shown(csv_file(tmp_path / "b.csv", []), opened, mapping)

    assert (done.findings.counts(), done.findings.refuses) == ({"file_empty": 1}, True)
    assert stored() == before


def test_one_bad_row_refuses_the_whole_file_or_is_left_out(tmp_path: Path) -> None:
    _, opened, mapping, numbers = open_to_portal()
    rows = rows_of(numbers)
    rows[1]["公办志愿1"] = "0000"
    path = csv_file(tmp_path / "a.csv", rows)

    whole = shown(path, opened, mapping)
    assert whole.findings.refuses
    assert [(item.code, item.row, item.column, item.value) for item in whole.findings.kept()] == [
        ("portal_school_unknown", 3, "公办志愿1", "0000")
    ]
    assert stored() == (0, 0, 0, 0, 0)

    good = taken(path, opened, mapping, keep=Keep.GOOD_ROWS)
    assert (good.batch.added, good.batch.refused) == (2, 1) if good.batch else False
    assert set(PortalApplication.objects.values_list("number", flat=True)) == {"BM000", "BM002"}


def test_a_child_filed_here_too_is_a_finding_and_stays_as_it_is(tmp_path: Path) -> None:
    _, opened, mapping, numbers = open_to_portal()
    own = file_application(actor=guardian(), now=WHILE_OPEN, round_id=opened.pk, form=form(numbers[1], "u1"))
    path = csv_file(tmp_path / "a.csv", rows_of(numbers))

    assert shown(path, opened, mapping).findings.refuses
    done = taken(path, opened, mapping, keep=Keep.GOOD_ROWS)

    assert done.findings.counts() == {"portal_filed_elsewhere": 1}
    assert [(item.row, item.value) for item in done.findings.kept()] == [(3, "BM001")]
    assert outcomes(done.changes.outcomes())["BM001"] == "refused"
    own.refresh_from_db()
    assert (own.status, Application.objects.count()) == ("accepted", 3)


def test_what_the_rules_refuse_is_told_by_row_with_the_reason(tmp_path: Path) -> None:
    _, opened, mapping, numbers = open_to_portal()
    mapping = mapping_saved(
        schools=[
            *({"code": code, "school": name} for name, code in CODES.items()),
            {"code": "9", "school": "B"},
        ]
    )
    rows = rows_of(numbers)
    rows[2]["公办志愿1"] = CODES["A"]  # A serves the west, the child lives in the east

    done = shown(csv_file(tmp_path / "a.csv", rows), opened, mapping)

    assert done.findings.counts() == {"portal_refused": 1}
    (found,) = done.findings.kept()
    assert (found.row, found.value.startswith("BM002: ")) == (4, True)
    assert stored() == (0, 0, 0, 0, 0)


def test_a_change_that_the_rules_refuse_leaves_the_earlier_application(tmp_path: Path) -> None:
    _, opened, mapping, numbers = open_to_portal()
    taken(csv_file(tmp_path / "a.csv", rows_of(numbers)), opened, mapping)
    before = PortalApplication.objects.get(number="BM002").application_id
    rows = rows_of(numbers)
    rows[0]["民办志愿1"] = CODES["P"]
    rows[2]["公办志愿1"] = CODES["A"]

    done = taken(csv_file(tmp_path / "b.csv", rows), opened, mapping, keep=Keep.GOOD_ROWS)

    assert outcomes(done.changes.outcomes()) == {
        "BM000": "changed",
        "BM001": "unchanged",
        "BM002": "refused",
    }
    link = PortalApplication.objects.get(number="BM002")
    assert (link.application_id, link.application.status) == (before, "accepted")


def test_a_corrected_identity_number_is_another_child_with_a_receipt_of_its_own(tmp_path: Path) -> None:
    _, opened, mapping, numbers = open_to_portal(2)
    taken(csv_file(tmp_path / "a.csv", rows_of(numbers[:1])), opened, mapping)
    first = PortalApplication.objects.get().application

    taken(csv_file(tmp_path / "b.csv", [written("BM000", form(numbers[1], "u1"))]), opened, mapping)

    second = PortalApplication.objects.get().application
    first.refresh_from_db()
    assert (first.status, second.status) == ("withdrawn", "accepted")
    assert first.receipt_id != second.receipt_id


def test_two_children_whose_numbers_were_swapped_at_the_portal_are_swapped_here(tmp_path: Path) -> None:
    _, opened, mapping, numbers = open_to_portal(2)
    taken(csv_file(tmp_path / "a.csv", rows_of(numbers)), opened, mapping)
    before = dict(PortalApplication.objects.values_list("number", "application__receipt__receipt"))
    rows = [written("BM000", form(numbers[1], "u1")), written("BM001", form(numbers[0], "u0"))]

    done = taken(csv_file(tmp_path / "b.csv", rows), opened, mapping)

    assert outcomes(done.changes.outcomes()) == {"BM000": "changed", "BM001": "changed"}
    after = dict(PortalApplication.objects.values_list("number", "application__receipt__receipt"))
    assert after == {"BM000": before["BM001"], "BM001": before["BM000"]}


@pytest.mark.parametrize("moment", [OPENS.replace(hour=7, minute=59), AFTER_CLOSING])
def test_nothing_is_changed_before_or_after_the_window(tmp_path: Path, moment: datetime) -> None:
    _, opened, mapping, numbers = open_to_portal()
    taken(csv_file(tmp_path / "a.csv", rows_of(numbers[:2])), opened, mapping)
    before = stored()
    rows = [{**rows_of(numbers)[0], "监护人姓名": "丙某"}, withdrawn("BM001"), rows_of(numbers)[2]]

    with pytest.raises(PortalTooLate) as refusal:
        shown(csv_file(tmp_path / "b.csv", rows), opened, mapping, now=moment)

    assert refusal.value.details["added"] == 1
    assert (refusal.value.details["changed"], refusal.value.details["withdrawn"]) == (1, 1)
    assert stored() == before


def test_a_file_that_changes_nothing_may_come_after_the_window(tmp_path: Path) -> None:
    _, opened, mapping, numbers = open_to_portal()
    taken(csv_file(tmp_path / "a.csv", rows_of(numbers)), opened, mapping)

    late = taken(csv_file(tmp_path / "b.csv", rows_of(numbers[:1])), opened, mapping, now=AFTER_CLOSING)

    assert outcomes(late.changes.outcomes()) == {"BM000": "unchanged"}


def test_what_an_officer_settled_is_reviewed_anew_when_the_portal_changes_it(tmp_path: Path) -> None:
    world, opened, mapping, numbers = open_to_portal(1)
    taken(csv_file(tmp_path / "a.csv", rows_of(numbers)), opened, mapping)
    row = PortalApplication.objects.get().application
    review_application(
        actor=world.officer, now=WHILE_OPEN, application_id=row.pk, step=Step.REOPEN, reason="x",
        facts=[Fact(FactName.LIVES_THERE, True, FactSource.OFFICER, WHILE_OPEN.date(), "1")],
    )  # fmt: skip

    done = shown(csv_file(tmp_path / "b.csv", rows_of(numbers, 监护人姓名="丙某")), opened, mapping)

    assert done.findings.counts() == {"portal_reviewed_anew": 1}


def test_what_an_officer_returned_stays_so_while_the_portal_says_the_same(tmp_path: Path) -> None:
    world, opened, mapping, numbers = open_to_portal(1)
    taken(csv_file(tmp_path / "a.csv", rows_of(numbers)), opened, mapping)
    row = PortalApplication.objects.get().application
    for step in (Step.REOPEN, Step.RETURN):
        review_application(
            actor=world.officer, now=WHILE_OPEN, application_id=row.pk, step=step, reason="unclear"
        )

    done = taken(csv_file(tmp_path / "b.csv", [*rows_of(numbers)[::-1], withdrawn("BM9")]), opened, mapping)

    assert done.findings.counts() == {"portal_decided_here": 1, "portal_not_known": 1}
    row.refresh_from_db()
    assert row.status == "returned"


def test_facts_are_declared_unless_the_mapping_names_the_register_that_proved_them(tmp_path: Path) -> None:
    facts = [
        {
            "column": "户口性质",
            "fact": "registration_kind",
            "codes": {"10": "family"},
            "proved_by": "省人口库",
        },
        {"column": "长幼在读学校", "fact": "sibling_school"},
    ]
    world = county_with_zones()
    numbers = add_children(world, ["u0"], registration_kind=None, sibling_school=None)
    opened, mapping = round_open(world), mapping_saved(facts=facts)
    rows = rows_of(numbers, 户口性质="10", 长幼在读学校=f"{CODES['A']};000")

    done = taken(csv_file(tmp_path / "a.csv", rows), opened, mapping)

    assert done.findings.counts() == {"portal_school_fact_unknown": 1}
    stated = {fact["name"]: fact for fact in Application.objects.get().facts}
    kind, sibling = stated["registration_kind"], stated["sibling_school"]
    assert (kind["value"], kind["source"], kind["verifier"]) == (
        "family",
        "look_up",
        "sample-province/省人口库",
    )
    assert (sibling["value"], sibling["source"]) == (["A"], "declared")


def test_twins_codes_of_a_portal_do_not_meet_those_of_others(tmp_path: Path) -> None:
    _, opened, mapping, numbers = open_to_portal(2)

    taken(csv_file(tmp_path / "a.csv", rows_of(numbers, 多胞胎组号="T1")), opened, mapping)

    named = [fact for row in Application.objects.all() for fact in row.facts if fact["name"] == "twin_group"]
    assert {fact["value"] for fact in named} == {"sample-province/T1"}
    # A family's word until somebody proves it: nobody is grouped by it.
    assert {fact["source"] for fact in named} == {"declared"}
    assert set(Application.objects.values_list("group_code", flat=True)) == {""}


def test_findings_and_events_hold_no_personal_data(tmp_path: Path) -> None:
    _, opened, mapping, numbers = open_to_portal()
    rows = rows_of(numbers, 学生姓名="甲小样", 监护人手机="13800009999")
    rows[0]["出生日期"] = "2020-13-40"
    rows[1]["学生证件号码"] = numbers[1][:-1] + "?"
    path = csv_file(tmp_path / "a.csv", rows)

    good = taken(path, opened, mapping, keep=Keep.GOOD_ROWS)

    said = str([item.as_data() for item in good.findings.kept()])
    said += str(list(AuditEvent.objects.values_list("details", flat=True)))
    for secret in ("甲小样", "13800009999", "2020-13-40", *numbers):
        assert secret not in said
    assert good.findings.counts() == {"cell_malformed": 1, "identity_form": 1}


def test_a_portal_takes_for_itself_only_and_nothing_elsewhere(tmp_path: Path) -> None:
    _, opened, mapping, numbers = open_to_portal(1)
    path = csv_file(tmp_path / "a.csv", rows_of(numbers))
    strangers = [
        guardian(),
        officer("410182"),
        portal_account("other", portal="another"),
        portal_account("elsewhere", district="410182"),
    ]
    for stranger in strangers:
        with pytest.raises(NotPermitted), transaction.atomic():
            take_portal_file(actor=stranger, now=WHILE_OPEN, round_id=opened.pk, mapping=mapping, path=path)
        with pytest.raises(NotPermitted), transaction.atomic():
            take_portal_items(
                actor=stranger, now=WHILE_OPEN, round_id=opened.pk, portal=PORTAL, key="k", items=[]
            )
    assert stored() == (0, 0, 0, 0, 0)


def test_a_mapping_of_another_district_is_refused(tmp_path: Path) -> None:
    _, opened, mapping, numbers = open_to_portal(1)
    mapping.district_id = "410182"
    with pytest.raises(MappingOfAnotherDistrict):
        shown(csv_file(tmp_path / "a.csv", rows_of(numbers)), opened, mapping)


def test_the_overview_counts_what_came_from_portals(tmp_path: Path) -> None:
    _, opened, mapping, numbers = open_to_portal()
    taken(csv_file(tmp_path / "a.csv", rows_of(numbers)), opened, mapping)
    taken(csv_file(tmp_path / "b.csv", [withdrawn("BM000")]), opened, mapping)

    overview = round_overview(opened, WHILE_OPEN)

    assert overview.by_portal == [(PORTAL, 2, 2)]
    assert (overview.by_status["accepted"], overview.by_status["withdrawn"]) == (2, 1)

"""The files that check a plan: officers get them always, the public by decision and under a map review number."""

import io
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from geo_data.models import Stage
from geo_data.tables.rule_table import stated
from tests.services.accounts_world import guardian, officer
from tests.services.worlds import DISTRICT, NOON, small_county
from zoning.models import ZonePlan
from zoning.services.drawing import draw_zones_of_district
from zoning.services.plans import move_units
from zoning.services.publications import publish_plan, withdraw_publication
from zoning.services.rules import state_rule

pytestmark = pytest.mark.django_db
WHY = "王某某来信要求"
PAGE = f"/zones/schools/?district={DISTRICT}"


@pytest.fixture
def plan() -> ZonePlan:
    """A plan under a rule and moved by hand, both for reasons in an officer's own words."""
    small_county((5, 5, 5, 5))
    rule = stated("lock", "u0", "", "A", None, WHY)
    state_rule(actor=officer(), now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, stated=rule)
    drawn = draw_zones_of_district(
        actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, effort=1
    )
    return move_units(actor=None, now=NOON, plan_id=drawn.pk, moves={"u1": "B"}, reason=WHY)


@pytest.fixture
def is_public(settings: Settings) -> Settings:
    settings.MAP_REVIEW_NUMBER = "豫S（2026）001号"
    settings.PLAN_FILES_PUBLIC = True
    return settings


def publish(plan: ZonePlan) -> None:
    publish_plan(actor=None, now=NOON, plan_id=plan.pk, from_on=date(2026, 1, 1), until_on=None)


def address(plan: ZonePlan) -> str:
    return f"/zones/plans/{plan.pk}/files.zip"


def fetched(client: Client, plan: ZonePlan) -> dict[str, str]:
    answer = client.get(address(plan))
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="zones-{DISTRICT}-primary-2.zip"'
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:  # type: ignore[attr-defined]
        return {name: archive.read(name).decode() for name in archive.namelist()}


def signed_in(person: object) -> Client:
    client = Client()
    client.force_login(person)  # type: ignore[arg-type]
    return client


@pytest.mark.usefixtures("is_public")
def test_a_stranger_unpacks_the_files_of_published_zones_and_checks_them(
    plan: ZonePlan, tmp_path: Path
) -> None:
    publish(plan)

    files = fetched(Client(), plan)

    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    commands = [line.split()[1:] for line in files["README.txt"].splitlines() if "  python " in line]
    assert len(commands) == 2
    for command in commands:
        subprocess.run([sys.executable, "-I", "-S", "-X", "utf8", *command], cwd=tmp_path, check=True)


@pytest.mark.usefixtures("is_public")
def test_what_officers_wrote_in_their_own_words_is_not_for_the_public(plan: ZonePlan) -> None:
    publish(plan)

    public, own = fetched(Client(), plan), fetched(signed_in(officer()), plan)

    assert not [name for name, text in public.items() if WHY in text]
    assert [name for name, text in own.items() if WHY in text] == ["rules.csv", "report.json"]
    assert {n: t for n, t in public.items() if n not in ("rules.csv", "report.json")} == {
        n: t for n, t in own.items() if n not in ("rules.csv", "report.json")
    }


def test_the_public_gets_files_of_published_zones_only_by_decision_and_under_a_review_number(
    plan: ZonePlan, is_public: Settings
) -> None:
    anybody = Client()
    before = anybody.get(address(plan)).status_code
    publish(plan)
    publication = plan.publications.get()

    published = anybody.get(address(plan)).status_code
    is_public.PLAN_FILES_PUBLIC = False
    undecided = anybody.get(address(plan)).status_code, signed_in(guardian()).get(address(plan)).status_code
    is_public.PLAN_FILES_PUBLIC, is_public.MAP_REVIEW_NUMBER = True, ""
    without_number = anybody.get(address(plan)).status_code
    is_public.MAP_REVIEW_NUMBER = "豫S（2026）001号"
    withdraw_publication(actor=None, now=NOON, publication_id=publication.pk, reason="误发")

    assert (before, published, undecided, without_number) == (404, 200, (404, 404), 404)
    assert anybody.get(address(plan)).status_code == 404
    assert anybody.get(f"/zones/plans/{uuid4()}/files.zip").status_code == 404
    assert signed_in(officer()).get(address(plan)).status_code == 200


def test_the_page_of_schools_offers_files_and_both_commands_where_they_are_public(
    plan: ZonePlan, is_public: Settings
) -> None:
    publish(plan)

    page = Client().get(PAGE).content.decode()
    is_public.PLAN_FILES_PUBLIC = False
    undecided = Client().get(PAGE).content.decode()

    assert f'href="{address(plan)}"' in page
    assert "自己核对这些学区" in page
    assert "python verify.py --units units.csv" in page
    assert "python verify_bound.py --units units.csv" in page
    assert "verify.py" not in undecided
    assert address(plan) not in undecided


def test_the_same_plan_gives_the_same_zip(plan: ZonePlan) -> None:
    client = signed_in(officer())

    first, second = (b"".join(client.get(address(plan)).streaming_content) for _ in range(2))  # type: ignore[attr-defined]

    assert first == second

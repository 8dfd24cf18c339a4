"""Over the API: a family's proof that its child is on the list, the figures behind a reason, and an objection."""

from collections.abc import Callable
from datetime import datetime

import pytest

from admissions.models import EntryList
from admissions.rules.status import Action as Step
from admissions.services.applications import file_application
from admissions.services.review import review_application
from common import merkle
from common.canonical import canonical_json
from tests.api.test_admissions_api import at, client  # noqa: F401 - `at` is a fixture
from tests.services.accounts_world import guardian
from tests.services.after_world import published_round
from tests.services.round_world import WHILE_OPEN, county_with_zones, form, identity, round_open

pytestmark = pytest.mark.django_db


def test_a_family_takes_its_proof_and_reads_its_figures_and_no_stranger_does() -> None:
    found = published_round()
    lost = found.waiting_for("A.zone")[0]
    mine = client(found.family(lost))
    proof = mine.get(f"/api/applications/{lost.pk}/proof/").json()
    path, root = [bytes.fromhex(item) for item in proof["path"]], EntryList.objects.get().merkle_root
    assert proof["merkle_root"] == root
    leaf = canonical_json(proof["entry"])
    assert merkle.is_included(leaf, proof["index"], proof["size"], path, bytes.fromhex(root))
    [choice] = mine.get(f"/api/applications/{lost.pk}/").json()["choices"]
    figures = choice["figures"]
    assert (figures["seats"], figures["applicants"]) == (2, 5)
    assert [count for _, count in figures["by_category"]] == [5]
    stranger = client(guardian("+8613900000000"))
    assert stranger.get(f"/api/applications/{lost.pk}/proof/").status_code == 404
    assert client().get(f"/api/applications/{lost.pk}/proof/").status_code in (401, 403)


def test_there_is_no_proof_before_the_list_is_closed() -> None:
    world = county_with_zones()
    opened = round_open(world)
    family = guardian()
    filed = file_application(actor=family, now=WHILE_OPEN, round_id=opened.pk, form=form(identity(70), "u0"))
    answer = client(family).get(f"/api/applications/{filed.pk}/proof/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_on_the_list")


def test_a_refused_family_reads_why_and_objects_once(at: Callable[[datetime], None]) -> None:  # noqa: F811
    world = county_with_zones()
    opened = round_open(world)
    family = guardian()
    filed = file_application(actor=family, now=WHILE_OPEN, round_id=opened.pk, form=form(identity(70), "u0"))
    review_application(
        actor=world.officer,
        now=WHILE_OPEN,
        application_id=filed.pk,
        step=Step.REFUSE,
        reason="lives elsewhere",
    )
    at(WHILE_OPEN)
    told = client(family).get(f"/api/applications/{filed.pk}/").json()["application"]
    assert (told["status"], told["review_reason"]) == ("refused", "lives elsewhere")
    address = f"/api/applications/{filed.pk}/objection/"
    assert client(guardian("+8613900000000")).post(address).status_code == 404
    assert client(family).post(address).json()["status"] == "filed"
    assert client(family).post(address).status_code == 409

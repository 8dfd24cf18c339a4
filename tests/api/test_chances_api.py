"""The API of chances: made by officers, read by anybody once the results are published."""

from collections.abc import Callable

import pytest

from accounts.models import JobRun, User
from admissions.services.chances import make_chance_table
from tests.api.test_admissions_api import client
from tests.services.accounts_world import auditor, guardian, officer
from tests.services.round_world import RESULTS_DAY
from tests.services.test_chances import KIND, contested, published

pytestmark = pytest.mark.django_db


def test_anybody_reads_the_chances_of_a_published_round() -> None:
    world, found = contested()
    table = make_chance_table(actor=None, now=RESULTS_DAY, round_id=found.pk, draws=200, luck=3)
    here = f"/api/rounds/{found.pk}/chances/"
    assert client().get(here).json()["code"] == "no_chances"

    published(world, found)

    seen = client().get(here)
    assert seen.status_code == 200
    body = seen.json()
    assert (body["round"], body["year"], body["number"], body["draws"], body["luck"]) == (
        str(found.pk), 2026, 1, 200, 3,
    )  # fmt: skip
    assert body["digest"] == table.digest
    assert [(line["line_id"], len(line["groups"])) for line in body["lines"]] == [
        ("A.zone", 5),
        ("B.zone", 0),
        ("P.private_open", 3),
    ]
    assert body["lines"][0]["groups"][2] == {
        "choice": 1, "category": KIND, "children": 6, "came": 6, "share": 66, "low": 66, "high": 66,
    }  # fmt: skip


def test_officers_have_them_made_in_the_background() -> None:
    world, found = contested()

    answer = client(world.officer).post(f"/api/rounds/{found.pk}/chances/", {"draws": 300}, format="json")

    assert (answer.status_code, answer.json()["kind"]) == (202, "round.chances")
    assert client(world.officer).post(f"/api/rounds/{found.pk}/chances/", {"draws": 99}).status_code == 400


@pytest.mark.parametrize("stranger", [None, guardian, auditor, lambda: officer("410182")])
def test_nobody_else_has_them_made(stranger: Callable[[], User] | None) -> None:
    _, found = contested()

    answer = client(stranger() if stranger else None).post(
        f"/api/rounds/{found.pk}/chances/", {}, format="json"
    )

    assert answer.status_code == 403
    assert not JobRun.objects.filter(kind="round.chances").exists()

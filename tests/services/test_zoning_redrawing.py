"""A drawing that starts from a stored version: the command, the page and its job, and what is refused."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from accounts.models import JobRun
from geo_data.models import DatasetKind, Stage
from tests.services.accounts_world import officer
from tests.services.worlds import DISTRICT, NOON, add_school, dataset, small_county
from zoning.models import ZonePlan
from zoning.selectors.plans import plan_content
from zoning.services.plans import import_plan
from zoning.tasks import draw_zones_task

pytestmark = pytest.mark.django_db

HERE = ("--district", DISTRICT, "--stage", "primary")


def imported(*schools: list[str]) -> ZonePlan:
    """Four estates in a row; the rows say which schools each has."""
    rows = [(f"u{i}", own) for i, own in enumerate(schools)]
    return import_plan(actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, rows=rows)


def test_zones_of_several_schools_stay_and_what_breaks_rules_is_repaired() -> None:
    county = small_county()
    add_school(county.schools, "C", 1, 4)
    start = imported(["A", "C"], ["A", "C"], ["A", "C"], ["A", "C"])
    assert not start.lawful
    start = imported(["A", "C"], ["B"], ["B"], ["B"])

    call_command("draw_zones", *HERE, "--effort", "1", "--start-plan", str(start.number), verbosity=0)

    drawn = ZonePlan.objects.order_by("number").last()
    assert drawn is not None
    assert drawn.lawful
    assert drawn.report["started_from"] == start.number
    assert plan_content(drawn).zone_of == {"u0": "A", "u1": "A", "u2": "B", "u3": "B"}


@pytest.mark.django_db(transaction=True)
def test_the_page_asks_for_a_drawing_from_the_version_and_the_job_stores_it() -> None:
    small_county()
    start = imported(["A"], ["A"], ["B"], ["B"])
    desk = Client()
    desk.force_login(officer(DISTRICT))

    assert "从这一版起重新划片" in desk.get(reverse("plan", args=[start.pk])).content.decode()
    answer = desk.post(reverse("redraw-plan", args=[start.pk]), {"preset": "nearest"})

    job, queued = JobRun.objects.get(), DBTaskResult.objects.get().args_kwargs["kwargs"]
    assert (answer.status_code, answer["Location"]) == (302, reverse("plans"))
    draw_zones_task.call(**{**queued, "effort": 1})
    drawn = ZonePlan.objects.get(job=job)
    assert (drawn.lawful, drawn.report["started_from"]) == (True, start.number)
    assert "由第 1 版划出" in desk.get(reverse("plan", args=[drawn.pk])).content.decode()


def test_a_version_on_other_estates_or_schools_is_refused_with_the_reason() -> None:
    county = small_county()
    start = imported(["A"], ["A"], ["B"], ["B"])
    later = dataset(county.district, DatasetKind.SCHOOLS)
    for name, estate in (("A", 0), ("B", 3)):
        add_school(later, name, estate, 30)
    desk = Client()
    desk.force_login(officer(DISTRICT))

    page = desk.post(reverse("redraw-plan", args=[start.pk]), {"preset": ""}, follow=True)

    assert "所依据的小区或学校版本" in page.content.decode()
    assert not JobRun.objects.exists()
    with pytest.raises(CommandError, match=r"start_does_not_fit.*schools"):
        call_command("draw_zones", *HERE, "--effort", "1", "--start-plan", "1", verbosity=0)
    with pytest.raises(CommandError, match="no_such_plan"):
        call_command("draw_zones", *HERE, "--effort", "1", "--start-plan", "9", verbosity=0)
    assert ZonePlan.objects.count() == 1

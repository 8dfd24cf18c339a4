"""What if, on a stored plan: the page, the command, and who may ask."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.services.accounts_world import officer
from tests.services.worlds import DISTRICT, small_county
from zoning.models import ZonePlan
from zoning.selectors.what_if import (
    UnknownCandidates,
    list_best_sites,
    list_best_zones,
    list_seat_worths,
    list_uncertain_borders,
    load_question,
)

pytestmark = pytest.mark.django_db

HERE = ("--district", DISTRICT, "--stage", "primary")
QUERIES = 10


def drawn(children: tuple[int, ...] = (10, 10, 10, 10, 10), seats: int = 15) -> ZonePlan:
    """A row of estates about 920 m apart; A in the first has so many seats, B in the last one plenty."""
    small_county(children, {"A": (0, seats), "B": (len(children) - 1, 60)})
    call_command("draw_zones", *HERE, "--effort", "1", verbosity=0)
    return ZonePlan.objects.get()


def told(*options: str) -> list[str]:
    out = StringIO()
    call_command("what_if", *HERE, *options, stdout=out)
    return out.getvalue().splitlines()


def page(plan: ZonePlan, person: User, asked: str = "") -> tuple[int, str]:
    desk = Client()
    desk.force_login(person)
    answer = desk.get(reverse("what-if", args=[plan.pk]) + asked)
    return answer.status_code, answer.content.decode()


def test_seats_are_worth_what_they_save_and_the_best_places_come_first() -> None:
    # A takes u0 and half of u1 when estates may be split; the other half walks 3 estates instead of 1.
    question = load_question(drawn())

    worths = list_seat_worths(question)
    zones, sites = list_best_zones(question, 5), list_best_sites(question, 10)

    side = question.problem.distance_m()[1, 0]
    assert [(worth.zone_id, worth.seats_a_child) for worth in worths] == [("A", False), ("B", False)]
    assert worths[0].metres == pytest.approx(2 * side, abs=2)
    assert worths[1].metres == 0
    assert [(gain.place_id, gain.seated_more) for gain in zones] == [("A", 0)]
    assert zones[0].child_metres == pytest.approx(10 * side, abs=10)
    assert {gain.place_id for gain in sites} == {"u1", "u2", "u3"}


def test_a_border_is_told_with_the_estates_in_doubt() -> None:
    # u2 is as far from A as from B, and A has seats to spare.
    question = load_question(drawn(seats=40))

    assert list_uncertain_borders(question, 0) == ()
    (border,) = list_uncertain_borders(question, 1)

    assert border.zone_ids == ("A", "B")
    assert [doubt.unit_id for _, doubt in border.doubts] == ["u2"]


def test_candidates_that_are_no_estates_are_refused() -> None:
    question = load_question(drawn())

    assert [gain.place_id for gain in list_best_sites(question, 10, ["u3"])] == ["u3"]
    with pytest.raises(UnknownCandidates):
        list_best_sites(question, 10, ["u3", "nowhere"])


def test_the_command_tells_the_same() -> None:
    drawn()

    lines = told("--seats", "5", "--among", "u2")

    assert lines[0] == "Plan 1"
    assert lines[1].startswith("one more seat in A ")
    assert [line.split(":")[0].split()[:2] for line in lines[-2:]] == [["zone", "A"], ["new", "school"]]
    with pytest.raises(CommandError, match="unknown_candidates"):
        told("--seats", "5", "--among", "nowhere")
    with pytest.raises(CommandError, match="at least 1"):
        told("--seats", "0")
    with pytest.raises(CommandError, match="no_such_plan"):
        told("--plan", "7")


def test_an_officer_sees_all_answers_and_a_mistaken_number_is_named() -> None:
    plan = drawn()

    status, text = page(plan, officer(DISTRICT), "?seats=5&percent=100")
    bad, _ = page(plan, officer(DISTRICT), "?seats=0")

    assert (status, bad) == (200, 422)
    assert "第1小区" in text
    for heading in ("增加 5 个学位", "新建一所 5 个学位", "多一个学位值多少", "可以另划的边界"):
        assert heading in text


def test_the_page_without_a_question_shows_worths_and_borders_only() -> None:
    status, text = page(drawn(), officer(DISTRICT))

    assert status == 200
    assert "多一个学位值多少" in text
    assert "新建一所" not in text


def test_a_new_school_is_sought_among_the_places_named_and_a_word_that_names_none_is_told() -> None:
    plan = drawn()

    status, text = page(plan, officer(DISTRICT), "?seats=10&among=第3小区，u2")
    bad, faults = page(plan, officer(DISTRICT), "?seats=10&among=u2%0A无此小区")

    assert (status, bad) == (200, 422)
    assert "考虑了写出的 2 个地点" in text
    sites = text[text.index("新建一所") : text.index("多一个学位值多少")]
    assert [f"第{i}小区" in sites for i in range(5)] == [False, False, True, True, False]
    assert "无此小区: 这个方案里没有这个小区或村。" in faults


def test_a_county_of_too_many_estates_asks_for_places(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = drawn()
    monkeypatch.setattr("frontend.pages.officers.what_if.MOST_TRIED", 4)

    _, text = page(plan, officer(DISTRICT), "?seats=10")
    _, named = page(plan, officer(DISTRICT), "?seats=10&among=u2")

    assert "请在上面写出备选地点" in text
    assert "请在上面写出备选地点" not in named


def test_where_children_have_no_seat_a_seat_is_told_to_seat_one() -> None:
    small_county((10, 10, 10, 10), {"A": (0, 15), "B": (3, 15)})
    with pytest.raises(CommandError):
        call_command("draw_zones", *HERE, "--effort", "1", verbosity=0)

    question = load_question(ZonePlan.objects.get())

    assert [worth.seats_a_child for worth in list_seat_worths(question)] == [True, True]
    assert [gain.seated_more for gain in list_best_zones(question, 6)] == [6, 6]


def test_the_office_of_another_county_sees_nothing() -> None:
    plan = drawn()

    status, _ = page(plan, officer("410182"))

    assert status in (403, 404)

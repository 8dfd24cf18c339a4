"""What a family is told about each choice: a plain sentence, never another child's data."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from admissions.models import LineCutoff
from admissions.rules.policy_records import FallbackKind, Policy


def reason_sentence(reason: str, cutoff: LineCutoff | None, *, waitlist_place: int | None = None) -> str:
    """Return the sentence of a reason in the reader's language, with the seats and applicants of the line."""
    figures = {
        "seats": cutoff.seats if cutoff else 0,
        "applicants": cutoff.applicants if cutoff else 0,
        "place": waitlist_place or 0,
    }
    sentence = _sentences().get(reason, reason) % figures
    if waitlist_place:
        sentence += " " + _("Place on the waiting list when drawn: %(place)s.") % figures
    return sentence


def placement_sentence(reason: str, policy: Policy) -> str:
    """Return why a child has the place that it has: a place found by the bureau tells by which rule."""
    if reason == "coordinated" and policy.fallback.kind is FallbackKind.LEAST_TOTAL_WALK:
        return _(
            "The bureau found a place at this school: places were given so that as many children as possible have"
            " one and all walk as little as possible together."
        )
    return reason_sentence(reason, None)


def _sentences() -> Mapping[str, str]:
    return {
        "admitted": _("Admitted."),
        "spilled": _(
            "Admitted: a seat set aside was left free, and this child was next in the published order."
        ),
        "adjusted": _(
            "Admitted by adjustment: the private schools on the list were full, and this is the nearest other one that"
            " had a free place when this ticket's turn came."
        ),
        "coordinated": _(
            "The bureau found a place at this school: the nearest that left a seat for every other child as well."
        ),
        "higher_choice_won": _("Not needed: a school higher on the list was won."),
        "not_eligible": _("By the rules the child has no claim to these seats."),
        "category_below_cutoff": _(
            "%(applicants)s children listed this school for %(seats)s seats; they went to categories before this one."
        ),
        "same_category_key_below": _(
            "%(applicants)s children listed this school for %(seats)s seats; within the same category others come"
            " first by the published order."
        ),
        "same_category_ticket": _(
            "%(applicants)s children listed this school for %(seats)s seats; among equals the ticket decided."
        ),
        "below_cutoff": _(
            "More children listed this school than it has seats; others came first by the published order."
        ),
        "private_draw_lost": _(
            "%(applicants)s children listed this school for %(seats)s seats; the draw did not fall on this ticket."
        ),
        "no_seats": _("These seats were not offered this year."),
        "filled_by_reserve": _("The seats set aside were given to children with a reserved claim."),
        "dwelling_locked": _("The dwelling has used its place at this school; another school is offered."),
        "group_kept_together": _("Struck from the list so that the twins stay together."),
        "withdrawn": _("The application was withdrawn."),
        "late": _("The application came after the closing time."),
        "given_on": _(
            "A place became free after the results and went to this child in the order of the draw."
        ),
        "left_off_placed": _(
            "Left off the list by mistake and added with the ticket of the same seed: it stands before the cut-off."
        ),
        "left_off_waits": _(
            "Left off the list by mistake and added with the ticket of the same seed; it waits in the order."
        ),
        "no_seat_within_reach": _("No seat was left within reach; the bureau will get in touch."),
    }

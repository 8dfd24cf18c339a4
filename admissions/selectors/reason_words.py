"""What a family is told about each choice: a plain sentence, never another child's data."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from admissions.models import LineCutoff
from admissions.rules.policy_records import FallbackKind, LoserRule, Policy

# Why others stood before the child. Whoever may not read its category reads only that they did, and so does
# everybody where the line's figures are not at hand.
BEHIND_OTHERS = frozenset(
    {"category_below_cutoff", "same_category_key_below", "same_category_ticket", "private_draw_lost"}
)


def reason_sentence(
    reason: str, policy: Policy, cutoff: LineCutoff | None = None, *, waitlist_place: int | None = None
) -> str:
    """Return the sentence of a reason in the reader's language, with the seats and applicants of the line.

    cutoff -- of the line; without it nothing is told that would show the child's category, and no figure
    Raises KeyError for a reason without words: an unwritten reason is a fault.
    """
    told = "below_cutoff" if cutoff is None and reason in BEHIND_OTHERS else reason
    figures = {"seats": cutoff.seats, "applicants": cutoff.applicants} if cutoff else {}
    words = _lost_the_draw()[policy.private.loser] if told == "private_draw_lost" else _sentences()[told]
    sentence = words % figures
    if waitlist_place:
        sentence += " " + _("Place on the waiting list when drawn: %(place)s.") % {"place": waitlist_place}
    return sentence


def placement_sentence(reason: str, policy: Policy) -> str:
    """Return why a child has the place that it has: a place found by the bureau tells by which rule."""
    if reason == "coordinated" and policy.fallback.kind is FallbackKind.LEAST_TOTAL_WALK:
        return _(
            "The bureau found a place at this school: places were given so that as many children as possible have"
            " one and all walk as little as possible together."
        )
    return reason_sentence(reason, policy)


def no_place_sentence(reason: str, policy: Policy, *, accepts_coordination: bool) -> str:
    """Return what a child without a place is told of the whole; the reasons stand beside its choices.

    reason -- of the placement, which speaks of one choice
    """
    if reason == "withdrawn" or (reason == "no_seat_within_reach" and accepts_coordination):
        return reason_sentence(reason, policy)
    if accepts_coordination:
        return _(
            "No school on the list could give the child a seat, and the bureau found none left within reach. It will"
            " get in touch."
        )
    return _(
        "No school on the list could give the child a seat. The family had said that the bureau need not look for"
        " another one. The bureau will get in touch."
    )


def _lost_the_draw() -> Mapping[LoserRule, str]:
    """Return what a child reads at a public school that it would have had without trying a private one."""
    return {
        LoserRule.SAME_CLASS_LAST: _(
            "%(applicants)s children listed this school for %(seats)s seats. By the published rule a child that lost a"
            " private draw stands last within its category here; without the private draw the child would have been"
            " early enough."
        ),
        LoserRule.AFTER_ALL: _(
            "%(applicants)s children listed this school for %(seats)s seats. By the published rule a child that lost a"
            " private draw stands behind all others here; without the private draw the child would have been early"
            " enough."
        ),
    }


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
        "higher_choice_won": _("Not needed: a choice higher on the list, or an earlier stage, was won."),
        "not_eligible": _("By the rules no claim of the child to these seats could be established."),
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
        "no_seats": _("There were no such seats in this draw."),
        "filled_by_reserve": _("The seats set aside were given to children with a reserved claim."),
        "dwelling_locked": _("The dwelling has used its place at this school; another school is offered."),
        "group_kept_together": _("Struck from the list so that the twins stay together."),
        "withdrawn": _("The application was withdrawn."),
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

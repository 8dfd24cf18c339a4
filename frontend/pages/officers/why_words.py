"""What a zone beside an estate would mean, in plain sentences."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from frontend.templatetags.words import distance
from zoning.engine.explain import Consequence, Relief
from zoning.selectors.why import Why

Names = Mapping[str, str]
SHOWN = 8
AGAINST: Mapping[str, Promise] = {
    "locked": gettext_lazy("A rule of drawing keeps it in its zone."),
    "holds_a_school": gettext_lazy("A school of its zone stands there, so it stays."),
    "forbidden": gettext_lazy("A rule of drawing says that it may never have this school."),
    "too_far": gettext_lazy("The way is longer than the longest that is allowed, or no way is known."),
    "other_township": gettext_lazy(
        "The schools there belong to another township, and zones keep to townships."
    ),
}


def reason_in_words(told: Why, names: Names) -> list[str]:
    """Return where the estate is and whether another school is nearer."""
    here = {
        "unit": names[told.unit],
        "zone": names[told.zone],
        "children": told.children,
        "metres": distance(told.metres),
        "all": number_format(told.zone_children),
        "seats": number_format(told.seats),
    }
    sentences = [
        ngettext(
            "%(unit)s has %(children)s child and is in %(zone)s, %(metres)s from its school; the zone has %(all)s"
            " children for %(seats)s seats.",
            "%(unit)s has %(children)s children and is in %(zone)s, %(metres)s from its school; the zone has %(all)s"
            " children for %(seats)s seats.",
            told.children,
        )
        % here
    ]
    if told.roads:
        sentences.append(_("Main roads to cross on the way: %(now)s.") % {"now": told.roads[told.zone]})
    if told.nearer is None:
        sentences.append(_("No school of another zone is nearer."))
    else:
        nearer = {"zone": names[told.nearer], "metres": distance(told.metres_nearer)}
        sentences.append(_("%(zone)s is nearer: %(metres)s.") % nearer)
        if told.nearer not in {one.school_id for one in told.beside}:
            sentences.append(_("Its zone does not touch here, so this estate alone cannot join it."))
    return sentences


def consequence_in_words(told: Why, one: Consequence, names: Names) -> dict[str, Any]:
    """Return what it would mean to put the estate into this zone, and whether that keeps all rules by itself."""
    keeps = one.is_allowed and one.is_joined and not one.cut_off
    sentences = [
        *[str(AGAINST[code]) for code in one.against],
        *_way(told, one),
        *_roads(told, one),
        _seats(one, names),
        *_later(one),
        *(_room(one, names) if one.too_many and keeps else []),
    ]
    if not one.is_joined:
        sentences.append(_("Nothing of this zone would join it to the school."))
    if one.cut_off:
        cut = {"units": _listed([names[unit] for unit in one.cut_off])}
        sentences.append(_("Cut off from the school of their zone would be: %(units)s.") % cut)
    return {
        "code": one.school_id,
        "zone": names[one.school_id],
        "sentences": sentences,
        "state": "breaks" if not keeps else "good" if not one.too_many else "room" if one.instead else "full",
    }


def _way(told: Why, one: Consequence) -> list[str]:
    if one.metres_now is None or one.metres_then is None:
        return []
    more = one.metres_then - one.metres_now
    figures = {
        "metres": distance(abs(more)),
        "now": distance(one.metres_now),
        "then": distance(one.metres_then),
    }
    if more > 0:
        return [_("Every child has %(metres)s more to go: %(then)s instead of %(now)s.") % figures]
    if more < 0:
        return [_("Every child has %(metres)s less to go: %(then)s instead of %(now)s.") % figures]
    return [_("The way is as long as now: %(then)s.") % figures]


def _roads(told: Why, one: Consequence) -> list[str]:
    """Return how many main roads the children would cross, where that changes."""
    now, then = told.roads.get(told.zone), told.roads.get(one.school_id)
    if now == then:
        return []
    return [_("Main roads to cross on the way: %(then)s instead of %(now)s.") % {"then": then, "now": now}]


def _seats(one: Consequence, names: Names) -> str:
    over = one.children_then - one.seats
    figures = {
        "zone": names[one.school_id],
        "children": number_format(one.children_then),
        "seats": number_format(one.seats),
        "over": number_format(over),
        "free": number_format(-over),
    }
    if over > 0:
        return _("%(zone)s: %(children)s children for %(seats)s seats, %(over)s too many.") % figures
    return _("%(zone)s: %(children)s children for %(seats)s seats, %(free)s left.") % figures


def _later(one: Consequence) -> list[str]:
    """Return what a later entry year lacks, where that is more than the plan's own year does."""
    if one.too_many <= max(one.children_then - one.seats, 0):
        return []
    lacking = {"over": number_format(one.too_many)}
    return [_("In a later entry year %(over)s children there would have no seat.") % lacking]


def _room(one: Consequence, names: Names) -> list[str]:
    if not one.instead:
        return [_("No single estate could make room there by moving on; several would have to move.")]
    return [_relief(one, relief, names) for relief in one.instead]


def _relief(one: Consequence, relief: Relief, names: Names) -> str:
    together = (one.child_metres_more or 0) + relief.child_metres_more
    figures = {
        "unit": names[relief.unit_id],
        "children": relief.children,
        "zone": names[relief.school_id],
        "way": distance(abs(together)),
    }
    if together > 0:
        return (
            _(
                "Room could be made by putting %(unit)s (children: %(children)s) into %(zone)s; all together would then"
                " have %(way)s more to go."
            )
            % figures
        )
    return (
        _(
            "Room could be made by putting %(unit)s (children: %(children)s) into %(zone)s; all together would then"
            " have %(way)s less to go."
        )
        % figures
    )


def _listed(names: Sequence[str]) -> str:
    shown = "、".join(names[:SHOWN])
    if len(names) <= SHOWN:
        return shown
    return _("%(names)s and %(count)s more") % {"names": shown, "count": len(names) - SHOWN}

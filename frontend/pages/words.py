"""Closed sets of other apps, in words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from admissions.rules.calendar import Phase
from zoning.selectors.choices import Demand, Later

PHASES: Mapping[Phase, Promise] = {
    Phase.ANNOUNCED: _("announced"),
    Phase.OPEN: _("families apply"),
    Phase.REVIEW: _("review"),
    Phase.BEFORE_DRAW: _("before the draw"),
    Phase.DRAW: _("draw and placement"),
    Phase.CONFIRMATION: _("families confirm"),
    Phase.FINISHED: _("finished"),
}

PRESETS: Mapping[str, Promise] = {
    "": _("Choose by itself: few changes where zones are in force, short ways where none are"),
    "fewest_changes": _("As few changes as possible"),
    "nearest": _("As short ways as possible"),
    "balanced": _("Schools evenly full"),
}

DISTANCES: Mapping[str, Promise] = {
    "": _("Walks where they were measured, else straight lines"),
    "walk": _("Walking distances"),
    "straight": _("Straight lines"),
}

DEMANDS: Mapping[str, Promise] = {
    "": _("Reconciled children where the lists in use are reconciled, else the census"),
    Demand.RECONCILED.value: _("Reconciled children, each once"),
    Demand.COUNTED.value: _("Every child counted in the census, as it came"),
    Demand.PROJECTED.value: _("The claimants that the latest projection expects"),
}

LATER: Mapping[str, Promise] = {
    Later.IGNORED.value: _("Do not count"),
    Later.WEIGHED.value: _("Weigh: children without a seat in the worst year cost"),
    Later.KEPT.value: _("Keep: the children of every year must have seats"),
}

VIOLATIONS: Mapping[str, Promise] = {
    "school_unknown": _("A school that this plan does not know"),
    "unit_unknown": _("An estate or village that the data do not know"),
    "unit_twice": _("An estate or village stands in two zones"),
    "unit_missing": _("An estate or village has no zone"),
    "seats_exceeded": _("More children than seats"),
    "later_seats_exceeded": _("More children than seats in a later entry year"),
    "school_outside_zone": _("The school stands outside its own zone"),
    "zone_cut": _("The zone falls into several pieces"),
    "lock_broken": _("A fixed estate or village was moved"),
    "forbidden_used": _("An estate or village has a school that it may not have"),
    "too_far": _("The way is longer than allowed"),
    "township_left": _("An estate or village of one township has a school of another"),
}

# Why no plan is lawful, or none with what was moved by hand; a zone, units, children and seats follow the sentence.
OBSTACLES: Mapping[str, Promise] = {
    "seats_short": _("More children than seats"),
    "later_seats_short": _("More children than seats in a later entry year"),
    "seats_short_everywhere": _("There are fewer seats than children in the whole district"),
    "later_seats_short_everywhere": _("There are fewer seats than children in a later entry year"),
    "only_full_schools": _("These can go only to schools that are too small for them together"),
    "no_school_allowed": _("No school may take the children there"),
    "no_way_stated": _("The distances state no way from there to a school that may take the children"),
    "not_allowed": _("This zone is not allowed for this estate or village"),
    "cut_off": _("Not joined to the school within its zone"),
    "whole_units_do_not_fit": _("Undivided, the estates and villages do not fit the seats within reach"),
    "zones_do_not_join": _("Undivided, they fit the seats in no way that joins every zone to its school"),
    "school_moved": _("A school of this zone stands there, so it stays in this zone"),
    "held_too_full": _(
        "The school's own place and what was moved there have more children than the zone has seats"
    ),
    "no_way_there": _("Every way from there to the school leads over places that cannot be in its zone"),
    "way_too_full": _("With what must lie between, the zone has more children than seats"),
    "unit_too_large": _("This estate or village has more children than any school it may have has seats"),
    "part_short": _("These are joined to no others, and the schools there have too few seats"),
    "out_of_reach": _(
        "No zone has room for this estate or village and for what must lie between; this one comes nearest"
    ),
    "shut_in": _("No way leads from there to a school that this estate or village may have"),
}

# What to change so that a plan can be lawful.
CHANGES: Mapping[str, Promise] = {
    "seats": _("%(zone)s: %(seats)s more seats"),
    "later_seats": _("%(zone)s: %(seats)s more seats in %(year)s"),
    "link": _("%(units)s count as adjoining"),
    "lock": _("%(units)s need not be in the zone of %(zone)s"),
    "forbid": _("%(units)s may be in the zone of %(zone)s"),
    "cap": _("the distance cap is %(metres)s m"),
    "school_cap": _("the distance cap of %(zone)s is %(metres)s m"),
    "township": _("zones may cross township borders"),
}
KINDS: Mapping[str, Promise] = {
    "links": _("links"),
    "rules": _("rules to lift"),
    "all": _("seats, links and rules together"),
}
UNTOLD: Mapping[str, Promise] = {
    "none_found": _("Looked for and not found: %(kind)s; that is no proof that there are none."),
    "too_large": _("Not looked for: %(kind)s; the county has too many estates and schools for it."),
    "stopped": _("Not looked for to the end: %(kind)s; the drawing was stopped."),
}

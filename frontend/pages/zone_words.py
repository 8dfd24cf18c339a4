"""Words for what became of phrases of zone texts, and of units under zones of earlier years."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OUTCOMES: Mapping[str, Promise] = {
    "matched": _("matched"),
    "partly": _("part of a unit"),
    "several": _("several are possible"),
    "unmatched": _("not matched"),
}
TAGS: Mapping[str, str] = {"matched": "good", "partly": "warn", "several": "warn", "unmatched": "bad"}
REASONS: Mapping[str, Promise] = {
    "unit_name": _("a unit has this name"),
    "register_name": _("the address register knows this name"),
    "register_doors": _("door numbers or buildings of the address register"),
    "groups": _("groups of this village"),
    "township": _("all units of this township"),
    "map": _("found on the map"),
    "rest": _("what no other text names"),
    "not_understood": _(
        "The words are not understood. Write them as an estate, a village, a road or a township."
    ),
    "remark": _("The words in brackets are not understood, so nothing was taken."),
    "open_list": _("The text says “and so on” (等): write out what else is meant."),
    "exclusion": _("What is left out was not found here."),
    "several_units": _("Several units have this name. Write the township before it."),
    "like_names": _("No unit has just this name; these begin with it."),
    "no_such_name": _("No estate, village or road has this name."),
    "no_such_township": _("There is no such township, or nothing is left of it."),
    "no_such_road": _("The address register has no such road."),
    "no_door_in_range": _("The road has no door with such a number."),
    "no_such_group": _("The village has no group of such a number."),
    "no_such_building": _("The estate has no building of such a number."),
    "groups_not_known": _("The village is one unit, and the register does not know its groups."),
    "buildings_not_known": _("The register does not know the buildings of this estate."),
    "ends_not_on_map": _("The map does not show where this road meets the two others."),
    "road_not_on_map": _("One of these roads is not on the map."),
    "region_is_open": _("Fewer than three sides are given: the area has no end. Name what lies in it."),
}
STANDINGS: Mapping[str, Promise] = {
    "clean": _("in one zone"),
    "split": _("in several zones"),
    "partly": _("partly in a zone"),
    "outside": _("in no zone"),
}

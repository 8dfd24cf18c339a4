"""The stages that background jobs report, in words. src/text/stages.ts says the same while a page stays open."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STAGES: Mapping[str, Promise] = {
    "": _("Starting"),
    "reading": _("Reading the data"),
    "relaxing": _("Computing what no plan can beat"),
    "starting": _("Making a first plan"),
    "improving": _("Looking for a better plan"),
    "proving": _("Proving how near the plan is to the best"),
    "explaining": _("Looking why no plan keeps all rules"),
    "filing": _("Taking applications"),
    "judging": _("Judging every application by the rules"),
    "writing": _("Writing the entry list"),
    "drawing": _("Drawing the tickets"),
    "placing": _("Placing the children"),
    "judging_other": _("Judging every application by the other rules"),
    "placing_other": _("Placing the children by the other rules"),
    "redrawing": _("Repeating the draw"),
    "bundling": _("Making the public bundle"),
    "verifying": _("Checking the result independently"),
    "joining_streets": _("Joining the streets"),
    "walking": _("Measuring walks from every school"),
    "storing": _("Storing"),
    "printing": _("Making the sheets"),
    "comparing": _("Comparing"),
    "looking_up": _("Looking up the addresses"),
    "projecting": _("Projecting, and testing on past years"),
    "offering": _("Offering the places"),
    "giving_on": _("Giving places on"),
    "gathering": _("Gathering facts, lists and the log"),
    "sending": _("Sending messages"),
}

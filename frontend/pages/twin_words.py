"""Twin groups in words: to the family what comes of it and what it can do, to the office what to look at."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from admissions.models import Application
from admissions.selectors.twins import TwinStanding, TwinState, find_twin_standing

FOR_FAMILY: dict[TwinState, Promise] = {
    TwinState.TOGETHER: _("Your child and its twin have one ticket and are drawn as one."),
    TwinState.OTHER_LIST: _(
        "Your child and its twin have different lists of schools, so each has a ticket of its own. If they are to be"
        " drawn as one, name the same schools in the same order in both applications."
    ),
    TwinState.ALONE: _(
        "A twin of your child is known, but has no application in this round. As long as that is so, your child has a"
        " ticket of its own."
    ),
    TwinState.OTHER_BIRTH: _(
        "The children of this twin group were born more than one day apart, so they are not drawn as one: your child"
        " has a ticket of its own. If a date is wrong, ask the bureau."
    ),
    TwinState.UNPROVED: _(
        "The application names a twin group that no register knows. Until the birth certificate or an officer proves"
        " it, your child has a ticket of its own."
    ),
    TwinState.FOUND_NONE: _(
        "An officer found no proof of the twin group that the application names, so your child has a ticket of its"
        " own. If that is wrong, ask the bureau before the review ends."
    ),
}
MAY_BE_SPLIT = _(
    "If a school has one seat left for the two, one takes it and the other goes on down the list."
)
KEPT_TOGETHER = _(
    "If a school has one seat left for the two, that school is left out for both, and they go on together."
)
FOR_OFFICE: dict[TwinState, Promise] = {
    TwinState.TOGETHER: _("Proved. They are drawn as one, with one ticket."),
    TwinState.OTHER_LIST: _("Proved, but their lists differ: each is drawn alone."),
    TwinState.ALONE: _("Proved, but no other child of the group has an application: it is drawn alone."),
    TwinState.OTHER_BIRTH: _(
        "Proved, but no other child of the group was born on the same day or the day beside it: it is drawn alone."
    ),
    TwinState.UNPROVED: _(
        "Not proved: it is drawn alone. Who accepts the application finds the group to be right, and it is then drawn"
        " as one with the others. Look at the birth certificate first."
    ),
    TwinState.FOUND_NONE: _("An officer found that it is no twin of the group named: it is drawn alone."),
}


def twins_for_family(application: Application) -> tuple[Promise, ...]:
    """Return what a family reads about its twins, nothing where the application names none."""
    standing = find_twin_standing(application)
    if standing is None:
        return ()
    told = FOR_FAMILY[standing.state]
    if standing.state is not TwinState.TOGETHER:
        return (told,)
    return told, MAY_BE_SPLIT if standing.may_be_split else KEPT_TOGETHER


def twins_for_office(application: Application) -> tuple[TwinStanding, Promise] | None:
    """Return the twin group and what comes of it, None where the application names none."""
    standing = find_twin_standing(application)
    return None if standing is None else (standing, FOR_OFFICE[standing.state])

"""Which children of a run have an approved deferral of their entry, and until when."""

from datetime import date

from django.db.models import BooleanField, Func, Q

from geo_data.models import ReconciledChild, Reconciliation
from geo_data.selectors.reconciliation import facts_of

DEFERRED_UNTIL = "deferred_until"


class _StatesDeferral(Func):
    """Whether facts, in the form in which they are stored, state a deferral."""

    template = f"jsonb_path_exists(%(expressions)s, '$[*].values.{DEFERRED_UNTIL}')"
    output_field = BooleanField()


def load_deferrals(run: Reconciliation, *, births: tuple[date, date]) -> dict[str, date]:
    """Return until when the entry of children is deferred, that day excluded, by id. One query.

    births -- only children born from the first day on and before the second
    """
    rows = ReconciledChild.objects.filter(
        Q(_StatesDeferral("facts")) | Q(_StatesDeferral("census_child__facts")),
        reconciliation=run,
        birth_on__gte=births[0],
        birth_on__lt=births[1],
    ).select_related("census_child", "entry", "self_registration")
    found = {
        str(row.pk): fact["value"] for row in rows for fact in facts_of(row) if fact["name"] == DEFERRED_UNTIL
    }
    return {child: date.fromisoformat(str(until)) for child, until in found.items() if until}

"""Chances of a closed round, drawn again and again, as families read them a year later."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.lookups import Exact

from accounts.insert_only import insert_only
from admissions.models.draws import EntryList

MOST_DRAWS = 10_000


class ChanceTable(models.Model):
    """What redraws of a frozen list gave. Insert-only: made again it is another version, and the newest counts.

    draws  -- how many redraws; luck is the number that made their tickets, so that anybody can make them again
    table  -- groups that may be told: line_id, choice (0: any), category ("": any), children, came, share, low, high
    digest -- SHA-256 of the table in canonical form
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry_list = models.ForeignKey(EntryList, on_delete=models.PROTECT, related_name="chance_tables")
    number = models.PositiveIntegerField()
    draws = models.PositiveIntegerField()
    luck = models.PositiveBigIntegerField()
    table = models.JSONField()
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="chance_table_number_once", fields=["entry_list", "number"]),
            models.CheckConstraint(name="chance_table_numbered", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="chance_table_draws", condition=Q(draws__gte=1, draws__lte=MOST_DRAWS)
            ),
            models.CheckConstraint(
                name="chance_table_is_list",
                condition=Exact(
                    Func(F("table"), function="jsonb_typeof", output_field=models.TextField()),
                    Value("array"),
                ),
            ),
        ]
        triggers = insert_only()

    def __str__(self) -> str:
        return f"{self.entry_list_id} {self.number}"

"""Projections: expected children and claimants by unit, entry year and category. Rows are only ever added."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.insert_only import insert_only
from accounts.models import JobRun
from geo_data.models.datasets import Dataset, District, Stage
from geo_data.models.past import SourceCategory
from geo_data.models.reconciliation import Reconciliation


class Projection(models.Model):
    """One projection of a district and stage: what it was made from, how, and how well the method did in the past.

    number      -- counts up within district and stage
    method      -- name of the method; the same method on the same datasets gives the same rows
    base_year   -- last past year used, or the year of the census where there is none
    first_year  -- first entry year projected
    last_counted -- last entry year whose cohort the census holds
    reconciliation -- the run whose children it starts from; none means the census as it came
    parameters  -- the numbers of the method, whole numbers only, and the thresholds and yields as the district stated
                   them; `settings` is the number of that statement, 0 for the initial values
    assumptions -- list of {code, year}: what had to be assumed
    results     -- capture rates, survival, back-test and band, whole numbers only
    digest      -- SHA-256 over datasets, parameters, results and rows
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="projections")
    stage = models.CharField(max_length=10, choices=Stage.choices)
    number = models.IntegerField()
    method = models.CharField(max_length=40)
    base_year = models.IntegerField()
    first_year = models.IntegerField()
    last_counted = models.IntegerField()
    units_dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="+")
    children_dataset = models.ForeignKey(Dataset, null=True, on_delete=models.PROTECT, related_name="+")
    enrolments_dataset = models.ForeignKey(Dataset, null=True, on_delete=models.PROTECT, related_name="+")
    grades_dataset = models.ForeignKey(Dataset, null=True, on_delete=models.PROTECT, related_name="+")
    housing_dataset = models.ForeignKey(Dataset, null=True, on_delete=models.PROTECT, related_name="+")
    moves_dataset = models.ForeignKey(Dataset, null=True, on_delete=models.PROTECT, related_name="+")
    reconciliation = models.ForeignKey(
        Reconciliation, null=True, on_delete=models.PROTECT, related_name="projections"
    )
    parameters = models.JSONField()
    assumptions = models.JSONField()
    results = models.JSONField()
    digest = models.CharField(max_length=64)
    job = models.OneToOneField(JobRun, null=True, on_delete=models.PROTECT, related_name="projection")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="projection_number_once", fields=["district", "stage", "number"]),
            models.CheckConstraint(name="projection_stage_is_known", condition=Q(stage__in=Stage.values)),
            models.CheckConstraint(
                name="projection_of_a_run_names_its_census",
                condition=Q(reconciliation=None) | Q(children_dataset__isnull=False),
            ),
        ]
        triggers = insert_only()

    def __str__(self) -> str:
        return f"{self.district_id} {self.stage} {self.number}"


class ProjectionRow(models.Model):
    """A unit's children of an entry year and category; the empty unit code stands for children in no known unit.

    expected -- claimants in thousandths: schools and zones are added up from these, then rounded
    low, medium, high -- claimants of the unit in whole children; low and high are empty without a band
    """

    projection = models.ForeignKey(Projection, on_delete=models.PROTECT, related_name="rows")
    unit_code = models.CharField(max_length=40, blank=True)
    entry_year = models.IntegerField()
    category = models.CharField(max_length=20, choices=SourceCategory.choices)
    children = models.IntegerField()
    expected = models.IntegerField()
    low = models.IntegerField(null=True)
    medium = models.IntegerField()
    high = models.IntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="projection_row_once", fields=["projection", "entry_year", "unit_code", "category"]
            ),
            models.CheckConstraint(
                name="projection_row_in_order",
                condition=Q(medium__gte=0, children__gte=F("medium"), expected__gte=0)
                & (Q(low=None, high=None) | Q(low__gte=0, low__lte=F("medium"), high__gte=F("medium"))),
            ),
        ]
        triggers = insert_only()

    def __str__(self) -> str:
        return f"{self.unit_code} {self.entry_year} {self.category}"

"""The street network, what officers changed in it, and the distances measured on it."""

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.insert_only import insert_only
from accounts.models import JobRun
from geo_data.models.datasets import Dataset, District
from geo_data.models.units import CatchmentUnit


class StreetNetwork(models.Model):
    """The network of one dataset, packed as one piece: it is always read whole (geo_data/streets/packing.py)."""

    dataset = models.OneToOneField(
        Dataset, primary_key=True, on_delete=models.CASCADE, related_name="network"
    )
    content = models.BinaryField()
    nodes = models.IntegerField()
    edges = models.IntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="network_has_streets", condition=Q(nodes__gte=2, edges__gte=1))
        ]

    def __str__(self) -> str:
        return str(self.dataset_id)


class StreetEditKind(models.TextChoices):
    """What an officer changes."""

    CLOSE = "close", _("street closed")
    LINK = "link", _("link added")


class StreetEdit(models.Model):
    """A street closed or a link added by an officer. It holds for every version of the network until it is undone.

    edges -- pairs of node ids, [[a, b], ...]: the pieces closed, or the one link
    place -- the street's name, or how the officer calls the link
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="street_edits")
    kind = models.CharField(max_length=8, choices=StreetEditKind.choices)
    edges = models.JSONField()
    place = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=300)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)
    undone_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="street_edit_kind_is_known", condition=Q(kind__in=StreetEditKind.values)
            ),
            models.CheckConstraint(name="street_edit_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="street_edit_has_edges", condition=~Q(edges=[])),
            models.CheckConstraint(
                name="street_edit_undone_with_reason", condition=Q(undone_at=None) | ~Q(undone_reason="")
            ),
        ]
        indexes = [models.Index(name="street_edit_by_district", fields=["district", "-made_at"])]
        triggers = [
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_undone",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(exclude=["undone_by", "undone_at", "undone_reason"]),
            ),
            pgtrigger.Protect(
                name="undone_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__undone_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.place}"


class DistanceMethod(models.TextChoices):
    """How distances were measured."""

    STRAIGHT = "straight", _("straight line")
    WALK = "walk", _("walking distance")


class DistanceMeasure(models.Model):
    """One measurement of all units to all schools. A version, never changed.

    number      -- counts up within the district
    addresses_dataset -- the register whose dwellings stand for a unit; without one, the unit's own point does
    edits       -- the edits that held, as {"closed": [[a, b], ...], "links": [[a, b], ...]}, node ids
    edits_digest -- SHA-256 of their canonical JSON
    penalty_m   -- metres that a crossing of a main road counts for
    counts_crossings -- its walks know how many main roads they cross; those measured before that was counted do not
    snap_limit_m, limit_m -- farther from a street than this a place has no way; longer ways are not looked for
    report      -- figures for officers: snaps, unreachable, islands, lost edits
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="measures")
    number = models.IntegerField()
    method = models.CharField(max_length=8, choices=DistanceMethod.choices)
    units_dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="+")
    schools_dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="+")
    streets_dataset = models.ForeignKey(Dataset, null=True, on_delete=models.PROTECT, related_name="+")
    addresses_dataset = models.ForeignKey(Dataset, null=True, on_delete=models.PROTECT, related_name="+")
    edits = models.JSONField(default=dict)
    edits_digest = models.CharField(max_length=64, blank=True)
    penalty_m = models.IntegerField(default=0)
    counts_crossings = models.BooleanField(default=False)
    snap_limit_m = models.IntegerField(default=0)
    limit_m = models.IntegerField(default=0)
    report = models.JSONField(default=dict)
    job = models.OneToOneField(JobRun, null=True, on_delete=models.PROTECT, related_name="measure")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="measure_number_once", fields=["district", "number"]),
            models.CheckConstraint(
                name="measure_method_is_known", condition=Q(method__in=DistanceMethod.values)
            ),
            models.CheckConstraint(
                name="measure_walks_on_streets",
                condition=Q(method=DistanceMethod.STRAIGHT, streets_dataset=None)
                | Q(method=DistanceMethod.WALK, streets_dataset__isnull=False),
            ),
            models.CheckConstraint(
                name="measure_counts_crossings_of_walks",
                condition=Q(counts_crossings=False) | Q(method=DistanceMethod.WALK),
            ),
            models.CheckConstraint(
                name="measure_metres_not_negative",
                condition=Q(penalty_m__gte=0, snap_limit_m__gte=0, limit_m__gte=0),
            ),
        ]
        indexes = [models.Index(name="measure_by_versions", fields=["units_dataset", "schools_dataset"])]
        triggers = insert_only()

    def __str__(self) -> str:
        return f"{self.district_id} {self.method} {self.number}"


class UnitDistances(models.Model):
    """Whole metres from a unit to schools by one measure, rounded down; schools without a way are left out.

    schools -- keys of the schools, by school code; metres -- one for each of them
    crossings -- main roads crossed on each of these ways; None where the measure does not count them
    """

    measure = models.ForeignKey(DistanceMeasure, on_delete=models.PROTECT, related_name="distances")
    unit = models.ForeignKey(CatchmentUnit, on_delete=models.PROTECT, related_name="+")
    schools = ArrayField(models.BigIntegerField(), blank=True)
    metres = ArrayField(models.IntegerField(), blank=True)
    crossings = ArrayField(models.SmallIntegerField(), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="distances_once_per_unit", fields=["measure", "unit"]),
            models.CheckConstraint(
                name="distances_one_for_each_school", condition=Q(schools__len=F("metres__len"))
            ),
            models.CheckConstraint(
                name="distances_crossings_for_each_school",
                condition=Q(crossings=None) | Q(schools__len=F("crossings__len")),
            ),
            models.CheckConstraint(name="distances_hold_ways_only", condition=~Q(metres__contains=[-1])),
        ]
        triggers = insert_only()

    def __str__(self) -> str:
        return f"{self.measure_id} {self.unit_id}"

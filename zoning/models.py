"""Zone plans, their zones and units, and which plan is in force when."""

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import JobRun
from geo_data.models import (
    CatchmentUnit,
    Dataset,
    DistanceMeasure,
    District,
    Projection,
    Reconciliation,
    School,
    Stage,
)


def never_changed() -> list[pgtrigger.Trigger]:
    """Return the trigger of rows that a published plan rests on: a version is never changed or deleted."""
    return [pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete)]


class PlanOrigin(models.TextChoices):
    """How a plan came to be."""

    DRAWN = "drawn", _("drawn by the engine")
    EDITED = "edited", _("edited by hand")
    IMPORTED = "imported", _("imported")


class ZonePlan(models.Model):
    """A complete assignment of units to zones. A version, never changed: an edit makes the next version.

    number -- counts up within district and stage
    measure -- the distances that the plan was judged by; none means straight lines
    projection -- whose expected claimants count, where it was drawn on one
    reconciliation -- the run whose children count, where it was drawn on them; else those of census or units file
    report -- the engine's figures: cost_km, lower_bound, gap, loads, prices, effort, seed, versions
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="zone_plans")
    stage = models.CharField(max_length=10, choices=Stage.choices)
    number = models.IntegerField()
    name = models.CharField(max_length=100, blank=True)
    origin = models.CharField(max_length=10, choices=PlanOrigin.choices)
    based_on = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="successors"
    )
    units_dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="+")
    schools_dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="+")
    children_dataset = models.ForeignKey(Dataset, null=True, on_delete=models.PROTECT, related_name="+")
    measure = models.ForeignKey(
        DistanceMeasure, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    projection = models.ForeignKey(Projection, null=True, on_delete=models.PROTECT, related_name="+")
    reconciliation = models.ForeignKey(
        Reconciliation, null=True, on_delete=models.PROTECT, related_name="zone_plans"
    )
    entry_year = models.IntegerField(null=True, blank=True)
    lawful = models.BooleanField()
    report = models.JSONField(default=dict)
    job = models.OneToOneField(JobRun, null=True, on_delete=models.PROTECT, related_name="zone_plan")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="plan_number_once", fields=["district", "stage", "number"]),
            models.CheckConstraint(name="plan_stage_is_known", condition=Q(stage__in=Stage.values)),
            models.CheckConstraint(name="plan_origin_is_known", condition=Q(origin__in=PlanOrigin.values)),
            models.CheckConstraint(
                name="plan_counts_one_demand", condition=Q(projection=None) | Q(reconciliation=None)
            ),
            models.CheckConstraint(
                name="plan_of_a_run_names_year_and_census",
                condition=Q(reconciliation=None)
                | Q(entry_year__isnull=False, children_dataset__isnull=False),
            ),
        ]
        triggers = never_changed()

    def __str__(self) -> str:
        return f"{self.district_id} {self.stage} {self.number}"


class AttendanceZone(models.Model):
    """The area of one school or, in a multi-school zone, of several."""

    plan = models.ForeignKey(ZonePlan, on_delete=models.CASCADE, related_name="zones")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    schools = models.ManyToManyField(School, through="ZoneSchool", related_name="zones")

    class Meta:
        constraints = [models.UniqueConstraint(name="zone_code_once_per_plan", fields=["plan", "code"])]
        triggers = never_changed()

    def __str__(self) -> str:
        return self.name


class ZoneSchool(models.Model):
    """A school of a zone; in one plan a school belongs to one zone."""

    plan = models.ForeignKey(ZonePlan, on_delete=models.CASCADE, related_name="+")
    zone = models.ForeignKey(AttendanceZone, on_delete=models.CASCADE, related_name="zone_schools")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="school_in_one_zone", fields=["plan", "school"])]
        triggers = never_changed()

    def __str__(self) -> str:
        return f"{self.zone_id}: {self.school_id}"


class UnitAssignment(models.Model):
    """The zone of a unit in a plan."""

    plan = models.ForeignKey(ZonePlan, on_delete=models.CASCADE, related_name="assignments")
    unit = models.ForeignKey(CatchmentUnit, on_delete=models.PROTECT, related_name="assignments")
    zone = models.ForeignKey(AttendanceZone, on_delete=models.CASCADE, related_name="assignments")

    class Meta:
        constraints = [models.UniqueConstraint(name="unit_in_one_zone", fields=["plan", "unit"])]
        indexes = [models.Index(name="assignment_by_zone", fields=["zone"])]
        triggers = never_changed()

    def __str__(self) -> str:
        return f"{self.unit_id}: {self.zone_id}"


class ZonePublication(models.Model):
    """A plan in force for a period; periods of one district and stage never overlap.

    Once written only a withdrawal with its reason may be added.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(ZonePlan, on_delete=models.PROTECT, related_name="publications")
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="publications")
    stage = models.CharField(max_length=10, choices=Stage.choices)
    in_force = DateRangeField()
    document_number = models.CharField(max_length=100, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="publication_no_overlap",
                condition=Q(withdrawn_at=None),
                expressions=[
                    ("district", RangeOperators.EQUAL),
                    ("stage", RangeOperators.EQUAL),
                    ("in_force", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                name="publication_from_a_day", condition=Q(in_force__isempty=False, in_force__lower_inf=False)
            ),
            models.CheckConstraint(
                name="publication_withdrawn_with_reason",
                condition=Q(withdrawn_at=None) | ~Q(withdrawn_reason=""),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_withdrawal",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(exclude=["withdrawn_at", "withdrawn_reason"]),
            ),
            pgtrigger.Protect(
                name="withdrawn_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__withdrawn_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.in_force}"


class DrawingRuleKind(models.TextChoices):
    """What a rule of drawing says; see zoning.engine.rules."""

    LOCK = "lock", _("stays with the school")
    FORBID = "forbid", _("never with the school")
    ENCLAVE = "enclave", _("may lie apart in the school's zone")
    CAP = "cap", _("no way is longer")
    LINK = "link", _("count as adjoining")
    NO_LINK = "no_link", _("do not count as adjoining")
    TOWNSHIP = "township", _("zones keep to townships")


def _speaks_of(*names: str) -> Q:
    """Return what holds of a rule that names these parts and no others."""
    there = {
        "unit_code": ~Q(unit_code=""),
        "other_unit_code": ~Q(other_unit_code=""),
        "school_code": ~Q(school_code=""),
        "metres": Q(metres__gt=0),
    }
    found = Q()
    for name, is_there in there.items():
        empty = Q(metres=None) if name == "metres" else Q(**{name: ""})
        found &= is_there if name in names else empty
    return found


class DrawingRule(models.Model):
    """A rule of drawing, in force from its statement until its withdrawal. It names codes, which outlive versions.

    Once written only a withdrawal with its reason may be added. Of two units the smaller code comes first.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="drawing_rules")
    stage = models.CharField(max_length=10, choices=Stage.choices)
    kind = models.CharField(max_length=10, choices=DrawingRuleKind.choices)
    unit_code = models.CharField(max_length=40, blank=True)
    other_unit_code = models.CharField(max_length=40, blank=True)
    school_code = models.CharField(max_length=40, blank=True)
    metres = models.IntegerField(null=True, blank=True)
    reason = models.CharField(max_length=300)
    stated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    stated_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="drawing_rule_stage_is_known", condition=Q(stage__in=Stage.values)),
            models.CheckConstraint(
                name="drawing_rule_names_its_parts",
                condition=(Q(kind__in=["lock", "forbid", "enclave"]) & _speaks_of("unit_code", "school_code"))
                | (Q(kind__in=["link", "no_link"]) & _speaks_of("unit_code", "other_unit_code"))
                | (Q(kind="cap") & (_speaks_of("metres") | _speaks_of("metres", "school_code")))
                | (Q(kind="township") & _speaks_of()),
            ),
            models.CheckConstraint(
                name="drawing_rule_joins_two_units",
                condition=Q(other_unit_code="") | ~Q(unit_code=models.F("other_unit_code")),
            ),
            models.CheckConstraint(name="drawing_rule_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="drawing_rule_withdrawn_with_reason",
                condition=Q(withdrawn_at=None, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
            ),
            models.UniqueConstraint(
                name="drawing_rule_once_in_force",
                fields=["district", "stage", "kind", "unit_code", "other_unit_code", "school_code"],
                condition=Q(withdrawn_at=None),
            ),
            models.UniqueConstraint(
                name="drawing_rule_locks_a_unit_once",
                fields=["district", "stage", "unit_code"],
                condition=Q(withdrawn_at=None, kind="lock"),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_withdrawal",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(exclude=["withdrawn_by", "withdrawn_at", "withdrawn_reason"]),
            ),
            pgtrigger.Protect(
                name="withdrawn_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__withdrawn_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        parts = (self.kind, self.unit_code, self.other_unit_code, self.school_code, str(self.metres or ""))
        return " ".join(part for part in parts if part)


class PlanRule(models.Model):
    """A rule that a plan was drawn and judged under."""

    plan = models.ForeignKey(ZonePlan, on_delete=models.CASCADE, related_name="plan_rules")
    rule = models.ForeignKey(DrawingRule, on_delete=models.PROTECT, related_name="plan_rules")

    class Meta:
        constraints = [models.UniqueConstraint(name="rule_once_per_plan", fields=["plan", "rule"])]
        triggers = never_changed()

    def __str__(self) -> str:
        return f"{self.plan_id}: {self.rule_id}"


class AddressFile(models.Model):
    """A file of addresses that an officer wants looked up, and the answer. Both are sealed, and erased once handed out.

    suffix -- .csv or .xlsx; the file's own name may name people and is not kept
    counts -- rows by outcome, without personal data
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="address_files")
    stage = models.CharField(max_length=10, choices=Stage.choices)
    on = models.DateField()
    suffix = models.CharField(max_length=5)
    upload_sealed = models.BinaryField(null=True)
    answer_sealed = models.BinaryField(null=True)
    counts = models.JSONField(default=dict)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="address_file_stage_is_known", condition=Q(stage__in=Stage.values)),
            models.CheckConstraint(
                name="address_file_erased_is_empty",
                condition=Q(erased_at=None) | Q(upload_sealed=None, answer_sealed=None),
            ),
        ]
        indexes = [models.Index(name="address_file_by_district", fields=["district", "-asked_at"])]

    def __str__(self) -> str:
        return str(self.id)

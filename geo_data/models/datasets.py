"""Districts, and the versions of data that imports brought."""

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """Which years of compulsory education."""

    PRIMARY = "primary", _("primary")
    JUNIOR = "junior", _("junior")


class District(models.Model):
    """A county whose bureau runs its own zones and rounds. `code` is a GB/T 2260 code.

    working_crs -- EPSG code of the projected system in which its metres are computed
    """

    code = models.CharField(max_length=20, primary_key=True)
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100, blank=True)
    working_crs = models.IntegerField()

    class Meta:
        constraints = [models.CheckConstraint(name="district_code_not_empty", condition=~Q(code=""))]

    def __str__(self) -> str:
        return self.name


class DatasetKind(models.TextChoices):
    """What a dataset describes."""

    UNITS = "units", _("catchment units")
    SCHOOLS = "schools", _("schools")
    SEATS = "seats", _("seats by grade and year")
    CHILDREN = "children", _("household census")
    BASE_MAP = "base_map", _("base map")
    STREETS = "streets", _("street network")
    ADDRESSES = "addresses", _("address register")
    REGISTRATIONS = "registrations", _("registered residents")
    PERMITS = "permits", _("residence permits")
    TITLES = "titles", _("property titles")
    RENTALS = "rentals", _("rental records")
    INSURANCES = "insurances", _("social insurance")
    CIVIL_AFFAIRS = "civil_affairs", _("civil affairs")
    PREFERENCES = "preferences", _("preferential lists")
    PUPILS = "pupils", _("pupil register")
    ATTENDANCE = "attendance", _("attendance")
    KINDERGARTENS = "kindergartens", _("kindergarten rolls")
    BIRTHS = "births", _("births and vaccinations")
    SURVEYS = "surveys", _("door-to-door sheets")
    ENROLMENTS = "enrolments", _("enrolment of past years")
    HOUSING = "housing", _("new housing")
    GRADES = "grades", _("pupils by grade")
    MIGRATION = "migration", _("moves of children")


class DatasetStatus(models.TextChoices):
    """Where a version stands; docs/import.md draws how one becomes another.

    PROPOSED waits for an officer; REFUSED has findings and no rows; DISCARDED was proposed and lost its rows.
    """

    PROPOSED = "proposed", _("proposed")
    CURRENT = "current", _("current")
    SUPERSEDED = "superseded", _("superseded")
    WITHDRAWN = "withdrawn", _("withdrawn")
    REFUSED = "refused", _("refused")
    DISCARDED = "discarded", _("discarded")


class RowsKept(models.TextChoices):
    """What becomes of a file with bad rows; the values are those of `geo_data.tables.findings.Keep`."""

    ALL_OR_NOTHING = "all_or_nothing", _("all or nothing")
    GOOD_ROWS = "good_rows", _("good rows only")


class Dataset(models.Model):
    """One version of one kind of data, as one import brought it. Its rows are never edited.

    file_digest    -- SHA-256 of the file and the options it was read with: the same import twice is one dataset
    options        -- the options themselves
    basis          -- the versions it was checked against, kind -> dataset id
    findings       -- the first findings of each code, without personal data; all of them are DatasetFinding rows
    finding_counts -- how often each code was found
    rows_left_out  -- rows with severe findings that were left out, where only good rows were kept
    comparison     -- what confirming would change, against `compared_with`: added, changed, removed (docs/import.md)
    preview        -- where a layer would lie that was stopped for its coordinates: list of system, role, geometry
    current_until  -- when it last ceased to be the current version
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="datasets")
    kind = models.CharField(max_length=20, choices=DatasetKind.choices)
    status = models.CharField(max_length=12, choices=DatasetStatus.choices, default=DatasetStatus.CURRENT)
    file_name = models.CharField(max_length=255)
    file_digest = models.CharField(max_length=64)
    source_office = models.CharField(max_length=100, blank=True)
    vintage_on = models.DateField(null=True, blank=True)
    declared_crs = models.CharField(max_length=40, blank=True)
    repairs = models.JSONField(default=list)
    findings = models.JSONField(default=list)
    finding_counts = models.JSONField(default=dict)
    row_count = models.IntegerField(default=0)
    rows_left_out = models.IntegerField(default=0)
    keep = models.CharField(max_length=14, choices=RowsKept.choices, default=RowsKept.ALL_OR_NOTHING)
    options = models.JSONField(default=dict)
    basis = models.JSONField(default=dict)
    comparison = models.JSONField(null=True, blank=True)
    compared_with = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    preview = models.JSONField(default=list)
    upload = models.ForeignKey("Upload", null=True, on_delete=models.PROTECT, related_name="datasets")
    workbook = models.CharField(max_length=100, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    current_until = models.DateTimeField(null=True, blank=True)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="dataset_one_current_per_kind",
                fields=["district", "kind"],
                condition=Q(status=DatasetStatus.CURRENT),
            ),
            models.CheckConstraint(name="dataset_kind_is_known", condition=Q(kind__in=DatasetKind.values)),
            models.CheckConstraint(
                name="dataset_status_is_known", condition=Q(status__in=DatasetStatus.values)
            ),
            models.CheckConstraint(name="dataset_keep_is_known", condition=Q(keep__in=RowsKept.values)),
            models.CheckConstraint(
                name="dataset_counts_not_negative", condition=Q(row_count__gte=0, rows_left_out__gte=0)
            ),
            models.CheckConstraint(
                name="dataset_without_rows_has_none",
                condition=~Q(status__in=("refused", "discarded")) | Q(row_count=0),
            ),
        ]
        indexes = [models.Index(name="dataset_by_kind", fields=["district", "kind", "-imported_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"

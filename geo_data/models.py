"""The world as imported: districts, datasets, units, schools, households and children. Datasets are versions."""

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db.models import F, Q
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
    CHILDREN = "children", _("household census")
    BASE_MAP = "base_map", _("base map")


class DatasetStatus(models.TextChoices):
    """Which version of a dataset is used by default."""

    CURRENT = "current", _("current")
    SUPERSEDED = "superseded", _("superseded")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Dataset(models.Model):
    """One version of one kind of data, as one import brought it. Its rows are never edited.

    file_digest -- SHA-256 of the file and the options it was read with: the same import twice is one dataset
    findings    -- what the import found, without personal data
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
    row_count = models.IntegerField(default=0)
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
        ]
        indexes = [models.Index(name="dataset_by_kind", fields=["district", "kind", "-imported_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"


class CatchmentUnit(models.Model):
    """The smallest area never split in zoning: housing estate, village or block. EPSG:4326.

    children -- school-age children as the file states them, where there is no household census
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="units")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, blank=True)
    township = models.CharField(max_length=100, blank=True)
    children = models.IntegerField(null=True, blank=True)
    point = models.PointField(srid=4326)
    area = models.MultiPolygonField(srid=4326, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="unit_code_once_per_dataset", fields=["dataset", "code"]),
            models.CheckConstraint(
                name="unit_children_not_negative", condition=Q(children=None) | Q(children__gte=0)
            ),
        ]
        indexes = [GinIndex(name="unit_by_name_part", fields=["name"], opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return self.name


class UnitBorder(models.Model):
    """Two units that touch: `unit_a` has the smaller code.

    metres -- length of the shared border in the working system; 0 where the pair was declared without one
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="borders")
    unit_a = models.ForeignKey(CatchmentUnit, on_delete=models.CASCADE, related_name="+")
    unit_b = models.ForeignKey(CatchmentUnit, on_delete=models.CASCADE, related_name="+")
    metres = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="border_once", fields=["unit_a", "unit_b"]),
            models.CheckConstraint(name="border_of_two_units", condition=~Q(unit_a=F("unit_b"))),
        ]

    def __str__(self) -> str:
        return f"{self.unit_a_id}-{self.unit_b_id}"


class Ownership(models.TextChoices):
    """Who runs a school."""

    PUBLIC = "public", _("public")
    PRIVATE = "private", _("private")


class School(models.Model):
    """A school or campus of one stage; a nine-year school is two rows that share `group_code`.

    capacity       -- places the building allows over all grades of the stage
    planned_intake -- places of the entry grade in the coming round
    classes        -- classes of the entry grade
    feeds          -- codes of the schools that its pupils may move up to (feeder chain)
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="schools")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    stage = models.CharField(max_length=10, choices=Stage.choices)
    ownership = models.CharField(max_length=10, choices=Ownership.choices, default=Ownership.PUBLIC)
    address = models.CharField(max_length=200, blank=True)
    unit_code = models.CharField(max_length=40, blank=True)
    point = models.PointField(srid=4326)
    capacity = models.IntegerField()
    planned_intake = models.IntegerField()
    classes = models.IntegerField()
    group_code = models.CharField(max_length=40, blank=True)
    feeds = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="school_code_once_per_dataset", fields=["dataset", "code"]),
            models.CheckConstraint(
                name="school_seats_not_negative",
                condition=Q(capacity__gte=0, planned_intake__gte=0, classes__gte=0),
            ),
            models.CheckConstraint(name="school_stage_is_known", condition=Q(stage__in=Stage.values)),
            models.CheckConstraint(
                name="school_ownership_is_known", condition=Q(ownership__in=Ownership.values)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Household(models.Model):
    """A household of the census; its address is sealed, its unit is not."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="households")
    code = models.CharField(max_length=60)
    unit_code = models.CharField(max_length=40, blank=True)
    address_sealed = models.BinaryField(null=True)
    phone_sealed = models.BinaryField(null=True)
    phone_index = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="household_once_per_dataset", fields=["dataset", "code"])]
        indexes = [models.Index(name="household_by_phone", fields=["phone_index"])]

    def __str__(self) -> str:
        return str(self.id)


class Sex(models.TextChoices):
    """As in the register."""

    FEMALE = "female", _("girl")
    MALE = "male", _("boy")


class Child(models.Model):
    """A child of the census. Name and identity number are sealed; birth date and facts are in clear.

    facts -- list of {name, value, source, as_of, verifier, expires_on} in the closed vocabulary of the admission rules
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="children")
    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="children")
    name_sealed = models.BinaryField()
    identity_sealed = models.BinaryField()
    identity_index = models.CharField(max_length=64)
    birth_on = models.DateField()
    sex = models.CharField(max_length=6, choices=Sex.choices)
    school_now = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="child_once_per_dataset", fields=["dataset", "identity_index"]),
            models.CheckConstraint(name="child_identity_indexed", condition=~Q(identity_index="")),
        ]
        indexes = [
            models.Index(name="child_by_birth", fields=["dataset", "birth_on"]),
            models.Index(name="child_by_identity", fields=["identity_index"]),
        ]

    def __str__(self) -> str:
        return str(self.id)


class MapFeatureKind(models.TextChoices):
    """What the base map draws."""

    STREET = "street", _("street")
    MAIN_ROAD = "main_road", _("main road")
    RIVER = "river", _("river")


class MapFeature(models.Model):
    """A line of the base map: street, main road or river."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="features")
    kind = models.CharField(max_length=12, choices=MapFeatureKind.choices)
    name = models.CharField(max_length=100, blank=True)
    line = models.MultiLineStringField(srid=4326)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="map_feature_kind_is_known", condition=Q(kind__in=MapFeatureKind.values)
            )
        ]

    def __str__(self) -> str:
        return self.name or self.kind

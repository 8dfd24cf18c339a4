"""Files that officers hand in, and what their unknown headers mean."""

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q

from geo_data.models.datasets import DatasetKind, District, RowsKept


class Upload(models.Model):
    """A file handed in, sealed in the storage `uploads`, and how it is to be read. The file goes when it is too old.

    digest      -- SHA-256 of the plain file
    stored_name -- its name in the storage, which says nothing; empty once deleted
    choices     -- crs, stage, repairs, tolerance_mm, swap_axes, accept_offset, offset_reason: what the kind takes
                   (geo_data/services/kinds.py)
    headers     -- header in the file -> column, as chosen for this file; "" means: leave it out
    borders     -- the table of adjoining units handed in beside a layer of points
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="uploads")
    kind = models.CharField(max_length=20, choices=DatasetKind.choices)
    file_name = models.CharField(max_length=255)
    size_bytes = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    stored_name = models.CharField(max_length=100, blank=True)
    keep = models.CharField(max_length=14, choices=RowsKept.choices, default=RowsKept.ALL_OR_NOTHING)
    choices = models.JSONField(default=dict)
    headers = models.JSONField(default=dict)
    borders = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    source_office = models.CharField(max_length=100, blank=True)
    vintage_on = models.DateField(null=True, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="upload_kind_is_known", condition=Q(kind__in=DatasetKind.values)),
            models.CheckConstraint(name="upload_keep_is_known", condition=Q(keep__in=RowsKept.values)),
            models.CheckConstraint(name="upload_size_not_negative", condition=Q(size_bytes__gte=0)),
            models.CheckConstraint(
                name="upload_is_stored_or_deleted",
                condition=(Q(deleted_at=None) & ~Q(stored_name=""))
                | Q(deleted_at__isnull=False, stored_name=""),
            ),
        ]
        indexes = [
            models.Index(name="upload_by_district", fields=["district", "-uploaded_at"]),
            models.Index(name="upload_by_age", fields=["uploaded_at"], condition=Q(deleted_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"


class HeaderMapping(models.Model):
    """What an unknown header means in the files of one kind of one district, as an officer said.

    header -- as it stood in the file
    plain  -- the same without case, white space and punctuation: what is compared
    column -- the column's name (geo_data/services/kinds.py), or "" to leave it out
    """

    district = models.ForeignKey(District, on_delete=models.CASCADE, related_name="header_mappings")
    kind = models.CharField(max_length=20, choices=DatasetKind.choices)
    header = models.CharField(max_length=200)
    plain = models.CharField(max_length=200)
    column = models.CharField(max_length=60, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="header_once_per_kind", fields=["district", "kind", "plain"]),
            models.CheckConstraint(name="header_not_empty", condition=~Q(plain="")),
            models.CheckConstraint(name="header_kind_is_known", condition=Q(kind__in=DatasetKind.values)),
        ]

    def __str__(self) -> str:
        return f"{self.header} = {self.column}"

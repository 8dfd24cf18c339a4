"""What was found in the file of a version, finding by finding, and what a repair would change."""

from django.contrib.gis.db import models
from django.db.models import Q

from geo_data.models.datasets import Dataset
from geo_data.models.uploads import Upload


class DatasetFinding(models.Model):
    """One finding. Holds no personal data: values of personal columns never reach a finding.

    number -- its place in the order in which findings are shown: severe ones first, then by row
    weight -- 0 severe, 1 warning, 2 note
    row    -- as the spreadsheet counts, 0 for the whole file
    place  -- what it is about on the map, EPSG:4326, of few vertices
    """

    id = models.BigAutoField(primary_key=True)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="finding_rows")
    number = models.IntegerField()
    code = models.CharField(max_length=60)
    weight = models.SmallIntegerField()
    row = models.IntegerField(default=0)
    column = models.CharField(max_length=200, blank=True)
    value = models.CharField(max_length=200, blank=True)
    place = models.GeometryField(srid=4326, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="finding_number_once", fields=["dataset", "number"]),
            models.CheckConstraint(name="finding_weight_is_known", condition=Q(weight__in=(0, 1, 2))),
        ]
        indexes = [
            models.Index(name="finding_by_code", fields=["dataset", "code", "number"]),
            models.Index(name="finding_by_row", fields=["dataset", "row"]),
            models.Index(
                name="finding_with_place", fields=["dataset", "number"], condition=Q(place__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.row}"


class RepairPreview(models.Model):
    """What repairs would change in the units of a file, looked at before they are chosen.

    repairs      -- sorted words of `geo_data.tables.coverage.Repair`
    tolerance_mm -- how far `snap` may move a vertex
    changes      -- list of {code, row, area_before_m2, area_after_m2, moved_mm, before, after}, shapes as GeoJSON
    changed      -- how many units would change, also those beyond what `changes` keeps
    counts_left  -- findings that would remain, by code
    """

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="previews")
    repairs = models.JSONField()
    tolerance_mm = models.IntegerField()
    changes = models.JSONField(default=list)
    changed = models.IntegerField(default=0)
    counts_left = models.JSONField(default=dict)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="preview_once_per_choice", fields=["upload", "repairs", "tolerance_mm"]
            ),
            models.CheckConstraint(
                name="preview_numbers_not_negative", condition=Q(tolerance_mm__gte=0, changed__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.upload_id} {self.repairs}"

"""Door to door: the sheets handed out, what came back, and where it differs from the register."""

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from geo_data.models.children import Child
from geo_data.models.datasets import Dataset, District


class SurveyorRole(models.TextChoices):
    """What the responsible person of a sheet is; facts carry this, never the name."""

    COMMITTEE = "committee", _("village or residents' committee")
    GRID_WORKER = "grid_worker", _("grid worker")
    TEACHER = "teacher", _("teacher")
    BUREAU = "bureau", _("education bureau")


class SheetStatus(models.TextChoices):
    """Where a sheet stands; overdue is computed from its date."""

    ISSUED = "issued", _("handed out")
    RETURNED = "returned", _("returned")
    MERGED = "merged", _("merged")


class SurveySheet(models.Model):
    """The sheet of one estate or village in one year, and the person who answers for it.

    code       -- eight letters and digits, printed on the sheet and in its QR code
    issue      -- counts from 1; a sheet handed out again keeps its code and its rows
    census     -- the version whose children are printed on it
    born_from, born_until -- the children asked about; the last day is excluded
    merged_into -- the version of the SURVEYS kind that holds what was accepted
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="survey_sheets")
    year = models.SmallIntegerField()
    unit_code = models.CharField(max_length=40)
    unit_name = models.CharField(max_length=100)
    township = models.CharField(max_length=100, blank=True)
    code = models.CharField(max_length=8, unique=True)
    issue = models.SmallIntegerField(default=1)
    census = models.ForeignKey(Dataset, null=True, on_delete=models.PROTECT, related_name="+")
    born_from = models.DateField()
    born_until = models.DateField()
    blank_rows = models.SmallIntegerField(default=10)
    responsible_sealed = models.BinaryField(null=True)
    responsible_role = models.CharField(max_length=12, choices=SurveyorRole.choices)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    issued_on = models.DateField()
    due_on = models.DateField()
    status = models.CharField(max_length=8, choices=SheetStatus.choices, default=SheetStatus.ISSUED)
    merged_into = models.ForeignKey(
        Dataset, null=True, blank=True, on_delete=models.PROTECT, related_name="survey_sheets"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="survey_sheet_once_a_year", fields=["district", "year", "unit_code"]
            ),
            models.CheckConstraint(
                name="survey_sheet_status_is_known", condition=Q(status__in=SheetStatus.values)
            ),
            models.CheckConstraint(
                name="survey_sheet_role_is_known", condition=Q(responsible_role__in=SurveyorRole.values)
            ),
            models.CheckConstraint(
                name="survey_sheet_due_after_issue", condition=Q(due_on__gte=F("issued_on"))
            ),
            models.CheckConstraint(
                name="survey_sheet_births_are_a_period", condition=Q(born_until__gt=F("born_from"))
            ),
            models.CheckConstraint(
                name="survey_sheet_counts", condition=Q(issue__gte=1, blank_rows__gte=0, blank_rows__lte=60)
            ),
            models.CheckConstraint(
                name="survey_sheet_merged_into_a_version",
                condition=~Q(status=SheetStatus.MERGED) | Q(merged_into__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="survey_sheet_by_place", fields=["district", "year", "township", "unit_code"])
        ]

    def __str__(self) -> str:
        return self.code


class SurveyRow(models.Model):
    """A child of the register on a sheet. `key` names the row on paper and in files: K1, K2, ..."""

    sheet = models.ForeignKey(SurveySheet, on_delete=models.CASCADE, related_name="rows")
    key = models.CharField(max_length=8)
    place = models.SmallIntegerField()
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="survey_row_key_once", fields=["sheet", "key"]),
            models.UniqueConstraint(name="survey_row_child_once", fields=["sheet", "child"]),
        ]

    def __str__(self) -> str:
        return self.key


class ReturnStatus(models.TextChoices):
    """Only the last return of a sheet counts."""

    LIVE = "live", _("counts")
    REPLACED = "replaced", _("replaced by a later return")


class SurveyReturn(models.Model):
    """A sheet as it came back once. The same answers again are the same return.

    content_index -- keyed index of the answers: nobody learns them from it
    findings      -- what the checks noted, without personal data
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sheet = models.ForeignKey(SurveySheet, on_delete=models.CASCADE, related_name="returns")
    number = models.SmallIntegerField()
    status = models.CharField(max_length=8, choices=ReturnStatus.choices, default=ReturnStatus.LIVE)
    content_index = models.CharField(max_length=64)
    surveyed_on = models.DateField()
    findings = models.JSONField(default=list)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    returned_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="survey_return_same_once", fields=["sheet", "content_index"]),
            models.UniqueConstraint(name="survey_return_number_once", fields=["sheet", "number"]),
            models.UniqueConstraint(
                name="survey_return_one_counts",
                fields=["sheet"],
                condition=Q(status=ReturnStatus.LIVE),
            ),
            models.CheckConstraint(
                name="survey_return_status_is_known", condition=Q(status__in=ReturnStatus.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.number}"


class SurveyOutcome(models.TextChoices):
    """What the surveyor found out about a child."""

    LIVES_HERE = "lives_here", _("lives here")
    MOVED_WITHIN = "moved_within", _("moved within the district")
    MOVED_AWAY = "moved_away", _("moved out of the district")
    DECEASED = "deceased", _("deceased")
    ABROAD = "abroad", _("abroad")
    NOT_MET = "not_met", _("nobody met")


class SurveyAnswer(models.Model):
    """What a return says of one row; `child` is set where the register knew the child. Values are sealed JSON."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    of_return = models.ForeignKey(SurveyReturn, on_delete=models.CASCADE, related_name="answers")
    key = models.CharField(max_length=8)
    place = models.SmallIntegerField()
    child = models.ForeignKey(Child, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=SurveyOutcome.choices)
    values_sealed = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="survey_answer_once_per_row", fields=["of_return", "key"]),
            models.CheckConstraint(
                name="survey_answer_outcome_is_known", condition=Q(outcome__in=SurveyOutcome.values)
            ),
        ]

    def __str__(self) -> str:
        return self.key


class DifferenceKind(models.TextChoices):
    """How a returned value stands to the register and to an earlier return."""

    ADDED = "added", _("was empty before")
    CHANGED = "changed", _("differs from the register")
    LEFT = "left", _("no longer lives here")
    NEW_CHILD = "new_child", _("child not in the register")
    KNOWN_ELSEWHERE = "known_elsewhere", _("child registered in another place")
    RETURNED_TWICE = "returned_twice", _("differs from an earlier return")


CONFLICTS = (
    DifferenceKind.CHANGED,
    DifferenceKind.LEFT,
    DifferenceKind.KNOWN_ELSEWHERE,
    DifferenceKind.RETURNED_TWICE,
)


class SurveyDecision(models.TextChoices):
    """What an officer decides on a difference."""

    TAKE_SHEET = "take_sheet", _("take the sheet")
    KEEP_REGISTER = "keep_register", _("keep the register")
    TAKE_EARLIER = "take_earlier", _("take the earlier return")
    ASK_AGAIN = "ask_again", _("ask again")


class SurveyDifference(models.Model):
    """A value of a return that is not the register's. Values are sealed JSON: register, earlier, sheet."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    of_return = models.ForeignKey(SurveyReturn, on_delete=models.CASCADE, related_name="differences")
    key = models.CharField(max_length=8)
    place = models.SmallIntegerField()
    field = models.CharField(max_length=20)
    kind = models.CharField(max_length=16, choices=DifferenceKind.choices)
    values_sealed = models.BinaryField()
    decision = models.CharField(max_length=14, choices=SurveyDecision.choices, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="survey_difference_once", fields=["of_return", "key", "field"]),
            models.CheckConstraint(
                name="survey_difference_kind_is_known", condition=Q(kind__in=DifferenceKind.values)
            ),
            models.CheckConstraint(
                name="survey_difference_decision_is_known",
                condition=Q(decision__in=["", *SurveyDecision.values]),
            ),
            models.CheckConstraint(
                name="survey_difference_decided_at_a_moment",
                condition=Q(decision="", decided_at=None) | (~Q(decision="") & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="survey_earlier_taken_where_there_is_one",
                condition=~Q(decision=SurveyDecision.TAKE_EARLIER) | Q(kind=DifferenceKind.RETURNED_TWICE),
            ),
            models.CheckConstraint(
                name="survey_conflict_decided_with_reason",
                condition=Q(decision="") | ~Q(kind__in=CONFLICTS) | ~Q(reason=""),
            ),
        ]
        indexes = [models.Index(name="survey_difference_by_kind", fields=["of_return", "kind", "decision"])]

    def __str__(self) -> str:
        return f"{self.key} {self.field}"


class PackPurpose(models.TextChoices):
    """Which way a file goes."""

    HANDED_OUT = "handed_out", _("sheets to hand out")
    BROUGHT_BACK = "brought_back", _("sheets brought back")


class PaperPack(models.Model):
    """Many sheets as one file, stored sealed in parts until `expires_at`: made here, or uploaded.

    A part is bound to its own row, and the parts to the pack by number.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=12, choices=PackPurpose.choices)
    year = models.SmallIntegerField()
    township = models.CharField(max_length=100, blank=True)
    sheet_count = models.IntegerField(default=0)
    bytes_count = models.BigIntegerField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="paper_pack_expires_later", condition=Q(expires_at__gt=F("made_at"))),
            models.CheckConstraint(
                name="paper_pack_counts", condition=Q(sheet_count__gte=0, bytes_count__gte=0)
            ),
            models.CheckConstraint(
                name="paper_pack_purpose_is_known", condition=Q(purpose__in=PackPurpose.values)
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class PaperPart(models.Model):
    """A sealed piece of a pack or of an upload, at most a few megabytes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pack = models.ForeignKey(PaperPack, on_delete=models.CASCADE, related_name="parts")
    number = models.IntegerField()
    data_sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(name="paper_part_once", fields=["pack", "number"])]

    def __str__(self) -> str:
        return f"{self.pack_id}/{self.number}"

"""What the lists add up to: a run, one child once, the cases that somebody must look at, and what was decided."""

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import JobRun
from geo_data.models.children import Child, Sex
from geo_data.models.datasets import Dataset, District
from geo_data.models.facts import FactsField
from geo_data.models.registers import RegisterEntry, SelfRegistration, known_grade
from geo_data.reconciliation.words import CaseCode, CaseKind, Category, Verdict

CATEGORY_LABELS = {
    Category.REGISTERED_LIVING_HERE: _("registered and living in the unit"),
    Category.REGISTERED_WITH_OTHER_DWELLING: _("registered in another unit, own dwelling here"),
    Category.IN_COUNTY_MOVER: _("registered in another unit of the county"),
    Category.REGISTERED_LIVING_ELSEWHERE: _("registered here, lives elsewhere"),
    Category.PERMIT_HOLDER: _("from elsewhere, with a valid residence permit"),
    Category.IN_PREFECTURE_MOVER: _("from another county of the prefecture"),
    Category.MIGRANT_WITHOUT_PERMIT: _("from elsewhere, without a valid permit"),
    Category.UNKNOWN: _("registration unknown"),
}


class Reconciliation(models.Model):
    """A run over pinned versions of the lists. Never changed.

    number       -- counts up within the district
    as_of        -- the day for which permits and school age are judged
    sources      -- source -> {dataset, file_digest, rows}; `declared` states the number of self-registrations
    rule         -- weights and thresholds of the score, and the age rule
    input_digest -- SHA-256 over sources, rule, day and decisions: while it is the newest run's, no other is made
    report       -- counts: children by category, links by how they were made, cases by code
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="reconciliations")
    number = models.IntegerField()
    as_of = models.DateField()
    census = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="reconciliations")
    datasets = models.ManyToManyField(Dataset, related_name="+")
    sources = models.JSONField(default=dict)
    rule = models.JSONField(default=dict)
    input_digest = models.CharField(max_length=64)
    report = models.JSONField(default=dict)
    job = models.OneToOneField(JobRun, null=True, on_delete=models.PROTECT, related_name="reconciliation")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="reconciliation_number_once", fields=["district", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.district_id} {self.number}"


class ReconciledChild(models.Model):
    """A child, once. Who it is is read from the record that leads: the census, else the strongest list.

    unit_code       -- the unit it counts for: where it lives, else where it is registered
    register_school -- of the pupil register; attends_school of attendance; school_now of the census
    sources         -- the lists that know the child, strongest first
    records         -- [{source, record, how, score}]: every record of the child; how is identity, score, guardian,
                       property or decision
    facts           -- as of Child.facts, one for each name: what other lists or officers state over the leading
                       record's own facts (selectors: facts_of)
    dwelling_key    -- opaque and stable, the same for everybody who lives there; empty when no list tells it
    guardian_place  -- the place in `records` of the record whose guardians are the child's; null where they are the
                       leading record's own or nobody names any
    name_sealed     -- the name that an officer said holds, where one did; else the leading record's own holds
    decided         -- what officers settled: name, school, birth_on, sex, guardian or the name of a fact -> number of
                       the decision
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reconciliation = models.ForeignKey(
        Reconciliation, on_delete=models.CASCADE, related_name="children", db_index=False
    )
    census_child = models.ForeignKey(Child, null=True, on_delete=models.CASCADE, related_name="+")
    entry = models.ForeignKey(
        RegisterEntry, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    self_registration = models.ForeignKey(
        SelfRegistration, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    record_index = models.CharField(max_length=64)
    identity_index = models.CharField(max_length=64, blank=True)
    birth_on = models.DateField()
    sex = models.CharField(max_length=6, choices=Sex.choices, blank=True)
    category = models.CharField(max_length=40, choices=CATEGORY_LABELS.items())
    unit_code = models.CharField(max_length=40, blank=True)
    registered_unit_code = models.CharField(max_length=40, blank=True)
    is_registered = models.BooleanField()
    register_school = models.CharField(max_length=40, blank=True)
    attends_school = models.CharField(max_length=40, blank=True)
    school_now = models.CharField(max_length=40, blank=True)
    grade = models.SmallIntegerField(null=True, blank=True)
    sources = ArrayField(models.CharField(max_length=20))
    records = models.JSONField(default=list)
    facts = FactsField(default=list)
    dwelling_key = models.CharField(max_length=64, blank=True, default="")
    name_sealed = models.BinaryField(null=True)
    decided = models.JSONField(default=dict)
    guardian_place = models.SmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="reconciled_child_once",
                fields=["reconciliation", "identity_index"],
                condition=~Q(identity_index=""),
            ),
            models.CheckConstraint(
                name="reconciled_category_is_known", condition=Q(category__in=[c.value for c in Category])
            ),
            models.CheckConstraint(name="reconciled_grade_is_known", condition=known_grade()),
            models.CheckConstraint(
                name="reconciled_has_one_leading_record",
                condition=Q(census_child__isnull=False, entry=None, self_registration=None)
                | Q(census_child=None, entry__isnull=False, self_registration=None)
                | Q(census_child=None, entry=None, self_registration__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="reconciled_by_unit", fields=["reconciliation", "unit_code", "birth_on"]),
            # Whoever deletes a list or a registration looks for its children; hardly a child has one.
            models.Index(name="reconciled_by_entry", fields=["entry"], condition=Q(entry__isnull=False)),
            models.Index(
                name="reconciled_by_declared",
                fields=["self_registration"],
                condition=Q(self_registration__isnull=False),
            ),
        ]
        triggers = [
            # Plans and projections count these rows again whenever they are shown.
            pgtrigger.Protect(name="reconciled_never_changed", operation=pgtrigger.Update)
        ]

    def __str__(self) -> str:
        return str(self.id)


class CaseState(models.TextChoices):
    """Whether somebody has decided."""

    OPEN = "open", _("open")
    DECIDED = "decided", _("decided")


class ReconciliationCase(models.Model):
    """A question for an officer. `state` and `verdict` repeat the newest decision about its key.

    key           -- digest of code, records and values: the same question in another run has the same key
    child         -- the child it is about; other_child the one it may be, in doubtful pairs
    first, second -- {source, record, record_index, value}: the two sides; value without personal data ("" when
                     personal); second is empty for unmatched records
    score         -- 0 to 100, of doubtful pairs
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reconciliation = models.ForeignKey(
        Reconciliation, on_delete=models.CASCADE, related_name="cases", db_index=False
    )
    child = models.ForeignKey(ReconciledChild, on_delete=models.CASCADE, related_name="cases")
    other_child = models.ForeignKey(
        ReconciledChild, null=True, on_delete=models.CASCADE, related_name="other_cases"
    )
    key = models.CharField(max_length=64)
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in CaseKind])
    code = models.CharField(max_length=40, choices=[(c.value, c.value) for c in CaseCode])
    state = models.CharField(max_length=10, choices=CaseState.choices, default=CaseState.OPEN)
    verdict = models.CharField(max_length=20, blank=True)
    score = models.SmallIntegerField(null=True)
    unit_code = models.CharField(max_length=40, blank=True)
    birth_on = models.DateField()
    first = models.JSONField(default=dict)
    second = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="case_once_per_run", fields=["reconciliation", "key"]),
            models.CheckConstraint(
                name="case_kind_is_known", condition=Q(kind__in=[k.value for k in CaseKind])
            ),
            models.CheckConstraint(
                name="case_code_is_known", condition=Q(code__in=[c.value for c in CaseCode])
            ),
            models.CheckConstraint(
                name="case_score_in_range", condition=Q(score=None) | Q(score__gte=0, score__lte=100)
            ),
            models.CheckConstraint(
                name="case_decided_with_verdict",
                condition=Q(state=CaseState.OPEN, verdict="")
                | Q(state=CaseState.DECIDED, verdict__in=[v.value for v in Verdict if v != Verdict.REOPENED]),
            ),
        ]
        indexes = [
            models.Index(name="case_by_state", fields=["reconciliation", "state", "kind", "code"]),
            models.Index(name="case_by_unit", fields=["reconciliation", "unit_code"]),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.id}"


class ReconciliationDecision(models.Model):
    """What an officer decided about a question, for all runs. Insert-only; a later one takes an earlier one's place.

    case_key -- of the cases it answers; records -- the two record indexes, sorted as in the case
    names_index -- keyed, of the two names that the officer saw; empty where the case is not about names
    """

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="reconciliation_decisions")
    case_key = models.CharField(max_length=64)
    code = models.CharField(max_length=40)
    first_record = models.CharField(max_length=64)
    second_record = models.CharField(max_length=64, blank=True)
    names_index = models.CharField(max_length=64, blank=True, default="")
    verdict = models.CharField(max_length=20, choices=[(v.value, v.value) for v in Verdict])
    reason = models.TextField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="decision_verdict_is_known", condition=Q(verdict__in=[v.value for v in Verdict])
            ),
            models.CheckConstraint(name="decision_has_a_reason", condition=~Q(reason="")),
        ]
        indexes = [models.Index(name="decision_by_key", fields=["district", "case_key", "id"])]
        triggers = [
            pgtrigger.Protect(name="decisions_insert_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.case_key}"

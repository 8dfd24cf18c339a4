"""What projections rest on beside the census: enrolment of past years, pupils by grade, new housing, moves."""

from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from geo_data.models.datasets import Dataset, Stage


class SourceCategory(models.TextChoices):
    """Where a child is registered, seen from the district and unit it lives in; geo_data/projection has the rule."""

    REGISTERED = "registered", _("registered where they live")
    COUNTY_MOVER = "county_mover", _("registered elsewhere in the county")
    CITY_MOVER = "city_mover", _("from another county of the city")
    MIGRANT = "migrant", _("from farther away")
    UNKNOWN = "unknown", _("registration not known")


class HousingKind(models.TextChoices):
    """What kind of dwellings."""

    COMMERCIAL = "commercial", _("commercial housing")
    RESETTLEMENT = "resettlement", _("resettlement housing")
    PUBLIC_RENTAL = "public_rental", _("public rental housing")
    OTHER = "other", _("other housing")


class PastEnrolment(models.Model):
    """What became of a unit's children of entry age, by category, in a past year.

    school_code -- the school of the unit's zone in that year
    children    -- of entry age; `enrolled` entered that school, `elsewhere` another one
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="past_enrolments")
    year = models.IntegerField()
    stage = models.CharField(max_length=10, choices=Stage.choices)
    unit_code = models.CharField(max_length=40)
    category = models.CharField(max_length=20, choices=SourceCategory.choices)
    school_code = models.CharField(max_length=40)
    children = models.IntegerField()
    enrolled = models.IntegerField()
    elsewhere = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="past_enrolment_once", fields=["dataset", "year", "stage", "unit_code", "category"]
            ),
            models.CheckConstraint(
                name="past_enrolment_adds_up",
                condition=Q(enrolled__gte=0, elsewhere__gte=0, children__gte=F("enrolled") + F("elsewhere")),
            ),
            models.CheckConstraint(name="past_enrolment_stage_is_known", condition=Q(stage__in=Stage.values)),
            models.CheckConstraint(
                name="past_enrolment_category_is_known", condition=Q(category__in=SourceCategory.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.unit_code} {self.category}"


class GradeCount(models.Model):
    """Pupils of a grade (1 to 9) of a school in the autumn of a year."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="grade_counts")
    year = models.IntegerField()
    school_code = models.CharField(max_length=40)
    grade = models.IntegerField()
    pupils = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="grade_once", fields=["dataset", "year", "school_code", "grade"]),
            models.CheckConstraint(
                name="grade_is_known", condition=Q(grade__gte=1, grade__lte=9, pupils__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.school_code} {self.grade}"


class NewHousing(models.Model):
    """An estate with new dwellings. `occupied_percent`: of them, how many will be lived in."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="new_housing")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    unit_code = models.CharField(max_length=40)
    dwellings = models.IntegerField()
    kind = models.CharField(max_length=20, choices=HousingKind.choices)
    delivered_in = models.IntegerField()
    occupied_percent = models.IntegerField(default=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="estate_once_per_dataset", fields=["dataset", "code"]),
            models.CheckConstraint(
                name="housing_in_bounds",
                condition=Q(dwellings__gte=0, occupied_percent__gte=0, occupied_percent__lte=100),
            ),
            models.CheckConstraint(name="housing_kind_is_known", condition=Q(kind__in=HousingKind.values)),
        ]

    def __str__(self) -> str:
        return self.name


class MoveBalance(models.Model):
    """Net arrivals of children of an age in the year up to the cut-off day; negative when more left."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="move_balances")
    year = models.IntegerField()
    age = models.IntegerField()
    children = models.IntegerField()
    net = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="moves_once", fields=["dataset", "year", "age"]),
            models.CheckConstraint(
                name="nobody_leaves_twice",
                condition=Q(age__gte=0, children__gte=0) & Q(children__gte=Value(0) - F("net")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.age}"

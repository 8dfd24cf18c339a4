"""Schools and campuses."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from geo_data.models.datasets import Dataset, Stage


class Ownership(models.TextChoices):
    """Who runs a school."""

    PUBLIC = "public", _("public")
    PRIVATE = "private", _("private")


class Site(models.TextChoices):
    """What a site is to its school."""

    MAIN = "main", _("main site")
    CAMPUS = "campus", _("campus")
    TEACHING_POINT = "teaching_point", _("teaching point")


class School(models.Model):
    """A site of a school in one stage.

    site, main_code  -- a campus and a teaching point name the code of the main site that runs them
    capacity         -- places the building allows over all grades of the stage; enrolled: pupils there now
    planned_intake   -- places of the entry grade in the coming round
    classes          -- classes of the entry grade
    purchased_places -- those of the planned intake that the government buys in a private school
    nine_year_code   -- shared by the primary and the junior row of a nine-year school
    group_code       -- shared by the schools of a group
    feeds            -- codes of the schools that its pupils may move up to (feeder chain)
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="schools")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    stage = models.CharField(max_length=10, choices=Stage.choices)
    ownership = models.CharField(max_length=10, choices=Ownership.choices, default=Ownership.PUBLIC)
    address = models.CharField(max_length=200, blank=True)
    unit_code = models.CharField(max_length=40, blank=True)
    point = models.PointField(srid=4326)
    site = models.CharField(max_length=14, choices=Site.choices, default=Site.MAIN)
    main_code = models.CharField(max_length=40, blank=True)
    capacity = models.IntegerField()
    enrolled = models.IntegerField(null=True, blank=True)
    planned_intake = models.IntegerField()
    classes = models.IntegerField()
    purchased_places = models.IntegerField(default=0)
    boarding = models.BooleanField(default=False)
    boarding_beds = models.IntegerField(default=0)
    bus_lines = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    nine_year_code = models.CharField(max_length=40, blank=True)
    group_code = models.CharField(max_length=40, blank=True)
    feeds = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="school_code_once_per_dataset", fields=["dataset", "code"]),
            models.CheckConstraint(
                name="school_seats_not_negative",
                condition=Q(capacity__gte=0, planned_intake__gte=0, classes__gte=0),
            ),
            models.CheckConstraint(
                name="school_numbers_not_negative",
                condition=Q(purchased_places__gte=0, boarding_beds__gte=0)
                & (Q(enrolled=None) | Q(enrolled__gte=0)),
            ),
            models.CheckConstraint(name="school_site_is_known", condition=Q(site__in=Site.values)),
            models.CheckConstraint(
                name="school_site_has_its_school", condition=Q(site=Site.MAIN) | ~Q(main_code="")
            ),
            models.CheckConstraint(
                name="school_places_bought_in_private",
                condition=Q(purchased_places=0) | Q(ownership=Ownership.PRIVATE),
            ),
            models.CheckConstraint(name="school_stage_is_known", condition=Q(stage__in=Stage.values)),
            models.CheckConstraint(
                name="school_ownership_is_known", condition=Q(ownership__in=Ownership.values)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SchoolSeats(models.Model):
    """Seats, classes and pupils of one grade in the school year that begins in `year`; None where not stated.

    grade          -- 1 to 9
    planned_intake -- of the entry grade; what the coming round takes is the school's own planned intake
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="seats")
    school_code = models.CharField(max_length=40)
    year = models.IntegerField()
    grade = models.IntegerField()
    seats = models.IntegerField(null=True, blank=True)
    classes = models.IntegerField(null=True, blank=True)
    enrolled = models.IntegerField(null=True, blank=True)
    planned_intake = models.IntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="seats_once_per_grade", fields=["dataset", "school_code", "year", "grade"]
            ),
            models.CheckConstraint(name="seats_grade_is_known", condition=Q(grade__gte=1, grade__lte=9)),
            *(
                models.CheckConstraint(
                    name=f"seats_{name}_not_negative", condition=Q(**{name: None}) | Q(**{f"{name}__gte": 0})
                )
                for name in ("seats", "classes", "enrolled", "planned_intake")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school_code} {self.year} {self.grade}"

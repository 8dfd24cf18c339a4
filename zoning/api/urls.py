"""Addresses of the API of zoning."""

from django.urls import URLPattern, path

from zoning.api.lookup import SchoolZoneInWords, ZoneAt
from zoning.api.mending import PlanMending
from zoning.api.plans import (
    PlanDetail,
    PlanMoves,
    PlanPublication,
    PlanRestored,
    Plans,
    PlanUnits,
    PlanUnitWhy,
    PlanZones,
    Publications,
    PublicationWithdrawn,
)
from zoning.api.rules import DrawingRules, DrawingRuleWithdrawn

urlpatterns: list[URLPattern] = [
    path("zone-plans/", Plans.as_view(), name="zone-plans"),
    path("zone-plans/<uuid:plan_id>/", PlanDetail.as_view(), name="zone-plan"),
    path("zone-plans/<uuid:plan_id>/zones.geojson", PlanZones.as_view(), name="zone-plan-zones"),
    path("zone-plans/<uuid:plan_id>/units.geojson", PlanUnits.as_view(), name="zone-plan-units"),
    path("zone-plans/<uuid:plan_id>/units/<str:unit_code>/", PlanUnitWhy.as_view(), name="zone-plan-unit"),
    path("zone-plans/<uuid:plan_id>/moves/", PlanMoves.as_view(), name="zone-plan-moves"),
    path("zone-plans/<uuid:plan_id>/mending/", PlanMending.as_view(), name="zone-plan-mending"),
    path("zone-plans/<uuid:plan_id>/restore/", PlanRestored.as_view(), name="zone-plan-restore"),
    path("zone-plans/<uuid:plan_id>/publish/", PlanPublication.as_view(), name="zone-plan-publish"),
    path("drawing-rules/", DrawingRules.as_view(), name="drawing-rules"),
    path(
        "drawing-rules/<uuid:rule_id>/withdraw/", DrawingRuleWithdrawn.as_view(), name="drawing-rule-withdraw"
    ),
    path("zone-publications/", Publications.as_view(), name="zone-publications"),
    path(
        "zone-publications/<uuid:publication_id>/withdraw/",
        PublicationWithdrawn.as_view(),
        name="zone-publication-withdraw",
    ),
    path("schools/<str:school_code>/zone/", SchoolZoneInWords.as_view(), name="school-zone"),
    path("zones/at/", ZoneAt.as_view(), name="zone-at"),
]

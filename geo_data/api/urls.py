"""Addresses of the API of geo_data."""

from django.urls import URLPattern, path

from geo_data.api.self_registrations import SelfRegistrations, SelfRegistrationWithdrawal
from geo_data.api.views import BaseMap, Datasets, Districts, UnitMap, Units

urlpatterns: list[URLPattern] = [
    path("districts/", Districts.as_view(), name="districts"),
    path("datasets/", Datasets.as_view(), name="datasets"),
    path("units/", Units.as_view(), name="units"),
    path("units.geojson", UnitMap.as_view(), name="unit-map"),
    path("base-map.geojson", BaseMap.as_view(), name="base-map"),
    path("self-registrations/", SelfRegistrations.as_view(), name="self-registrations"),
    path(
        "self-registrations/<uuid:registration_id>/withdraw/",
        SelfRegistrationWithdrawal.as_view(),
        name="self-registration-withdrawal",
    ),
]

"""Addresses of the API of geo_data."""

from django.urls import URLPattern, path

from geo_data.api.addresses import Addresses, AddressRequestDetail, AddressRequests
from geo_data.api.views import BaseMap, Datasets, Districts, UnitMap, Units

urlpatterns: list[URLPattern] = [
    path("districts/", Districts.as_view(), name="districts"),
    path("datasets/", Datasets.as_view(), name="datasets"),
    path("addresses/", Addresses.as_view(), name="addresses"),
    path("address-requests/", AddressRequests.as_view(), name="address-requests"),
    path("address-requests/<uuid:request_id>/", AddressRequestDetail.as_view(), name="address-request"),
    path("units/", Units.as_view(), name="units"),
    path("units.geojson", UnitMap.as_view(), name="unit-map"),
    path("base-map.geojson", BaseMap.as_view(), name="base-map"),
]

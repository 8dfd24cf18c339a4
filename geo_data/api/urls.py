"""Addresses of the API of geo_data."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

"""Addresses of the API of zoning."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

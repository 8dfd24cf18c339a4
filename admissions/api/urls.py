"""Addresses of the API of admissions."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

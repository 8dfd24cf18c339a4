"""Addresses of the API of accounts."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

"""Addresses of the API of accounts."""

from django.urls import URLPattern, path

from accounts.api.views import EventProof, Events, JobDetail, Me

urlpatterns: list[URLPattern] = [
    path("me/", Me.as_view(), name="me"),
    path("jobs/<uuid:job_id>/", JobDetail.as_view(), name="job"),
    path("audit/", Events.as_view(), name="audit-events"),
    path("audit/<int:event_id>/proof/", EventProof.as_view(), name="audit-proof"),
]

"""Addresses of the API of admissions."""

from django.urls import URLPattern, path

from admissions.api import answers, applications, chances, policies, portals, rounds

urlpatterns: list[URLPattern] = [
    path("policies/", policies.Policies.as_view(), name="policies"),
    path("policies/<uuid:version_id>/", policies.PolicyDetail.as_view(), name="policy"),
    path("rounds/", rounds.Rounds.as_view(), name="rounds"),
    path("rounds/<uuid:round_id>/", rounds.RoundDetail.as_view(), name="round"),
    path("rounds/<uuid:round_id>/open/", rounds.OpenRound.as_view(), name="round-open"),
    path("rounds/<uuid:round_id>/cancel/", rounds.CancelRound.as_view(), name="round-cancel"),
    path("rounds/<uuid:round_id>/entry-lists/", rounds.EntryLists.as_view(), name="round-entry-lists"),
    path("rounds/<uuid:round_id>/publish/", rounds.Publish.as_view(), name="round-publish"),
    path("rounds/<uuid:round_id>/chances/", chances.RoundChances.as_view(), name="round-chances"),
    path("rounds/<uuid:round_id>/results/", rounds.Results.as_view(), name="round-results"),
    path(
        "rounds/<uuid:round_id>/results/<str:receipt>/", rounds.ReceiptResult.as_view(), name="receipt-result"
    ),
    path(
        "rounds/<uuid:round_id>/applications/",
        applications.RoundApplications.as_view(),
        name="round-applications",
    ),
    path(
        "rounds/<uuid:round_id>/applications/batch/",
        applications.ApplicationBatch.as_view(),
        name="application-batch",
    ),
    path(
        "rounds/<uuid:round_id>/portals/<slug:portal>/applications/",
        portals.PortalApplications.as_view(),
        name="portal-applications",
    ),
    path(
        "rounds/<uuid:round_id>/portals/<slug:portal>/statuses/",
        portals.PortalStatuses.as_view(),
        name="portal-statuses",
    ),
    path(
        "rounds/<uuid:round_id>/portals/<slug:portal>/results/",
        portals.PortalResults.as_view(),
        name="portal-results",
    ),
    path(
        "rounds/<uuid:round_id>/portals/<slug:portal>/results/file/",
        portals.PortalResultFile.as_view(),
        name="portal-result-file",
    ),
    path("entry-lists/<uuid:entry_list_id>/document/", rounds.EntryListDocument.as_view(), name="entry-list"),
    path("entry-lists/<uuid:entry_list_id>/values/", rounds.PublicValues.as_view(), name="public-values"),
    path("entry-lists/<uuid:entry_list_id>/draw/", rounds.Draw.as_view(), name="draw"),
    path("draws/<uuid:draw_id>/bundle/", rounds.Bundle.as_view(), name="bundle"),
    path("applications/", applications.MyApplications.as_view(), name="my-applications"),
    path("applications/<uuid:application_id>/", applications.ApplicationDetail.as_view(), name="application"),
    path(
        "applications/<uuid:application_id>/form/",
        applications.ApplicationForms.as_view(),
        name="application-form",
    ),
    path(
        "applications/<uuid:application_id>/withdraw/",
        applications.WithdrawApplication.as_view(),
        name="application-withdraw",
    ),
    path(
        "applications/<uuid:application_id>/objection/",
        applications.ObjectToRefusal.as_view(),
        name="application-objection",
    ),
    path(
        "applications/<uuid:application_id>/proof/",
        applications.ApplicationProof.as_view(),
        name="application-proof",
    ),
    path(
        "applications/<uuid:application_id>/review/",
        applications.ReviewApplication.as_view(),
        name="application-review",
    ),
    path("applications/<uuid:application_id>/offer/", answers.ApplicationOffer.as_view(), name="offer"),
    path(
        "applications/<uuid:application_id>/offer/confirm/",
        answers.ConfirmOffer.as_view(),
        name="offer-confirm",
    ),
    path(
        "applications/<uuid:application_id>/offer/decline/",
        answers.DeclineOffer.as_view(),
        name="offer-decline",
    ),
    path(
        "applications/<uuid:application_id>/offer/restore/",
        answers.RestoreOffer.as_view(),
        name="offer-restore",
    ),
    path(
        "applications/<uuid:application_id>/offer/wait/",
        answers.WaitForHigherChoice.as_view(),
        name="offer-wait",
    ),
    path(
        "applications/<uuid:application_id>/offer/stay/", answers.StayWithOffer.as_view(), name="offer-stay"
    ),
]

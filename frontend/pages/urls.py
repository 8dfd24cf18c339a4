"""Addresses of the pages."""

from django.urls import URLPattern, path

from frontend.pages.guardians import apply, mine
from frontend.pages.officers import audit, data, office, people, plans, review, rounds, school, steps, streets
from frontend.pages.public import home, missing, results, school_zones, zones

public: list[URLPattern] = [
    path("", home.home, name="home"),
    path("zones/", zones.zones, name="zones"),
    path("zones/missing/", missing.missing, name="address-missing"),
    path("zones/missing/<uuid:request_id>/", missing.asked, name="address-asked"),
    path("zones/schools/", school_zones.school_zones, name="school-zones"),
    path(
        "zones/schools/<str:district_code>/<str:school_code>/",
        school_zones.school_zone,
        name="school-zone-page",
    ),
    path("results/", results.results, name="results"),
    path("results/<uuid:round_id>/", results.result, name="result"),
    path("check/", results.check, name="check"),
    path("check/offline/", results.offline_page, name="offline-page"),
    path("check/<uuid:round_id>/", results.check_round, name="check-round"),
    path("check/bundles/<uuid:draw_id>.zip", results.bundle, name="bundle"),
]

guardians: list[URLPattern] = [
    path("apply/", apply.apply, name="apply"),
    path("apply/<uuid:round_id>/", apply.start, name="apply-start"),
    path("apply/<uuid:round_id>/check/", apply.check, name="apply-check"),
    path("apply/<uuid:round_id>/<slug:name>/", apply.step, name="apply-step"),
    path("my/", mine.my_applications, name="my-applications"),
    path("my/<uuid:application_id>/", mine.my_application, name="my-application"),
    path("my/<uuid:application_id>/received/", mine.done, name="apply-done"),
    path("my/<uuid:application_id>/withdraw/", mine.withdraw, name="withdraw"),
]

officers: list[URLPattern] = [
    path("office/", office.office, name="office"),
    path("office/audit/", audit.audit, name="audit"),
    path("office/people/<uuid:person_id>/", people.account_step, name="account-step"),
    path("office/receipts/<uuid:round_id>/", school.receipts, name="school-receipts"),
    path("office/data/", data.datasets, name="datasets"),
    path("office/data/<uuid:dataset_id>/", data.dataset, name="dataset"),
    path("office/streets/", streets.streets, name="streets"),
    path("office/streets/close/", streets.close, name="street-close"),
    path("office/streets/link/", streets.link, name="street-link"),
    path("office/streets/measure/", streets.measure, name="street-measure"),
    path("office/streets/edits/<uuid:edit_id>/undo/", streets.undo, name="street-undo"),
    path("office/plans/", plans.plans, name="plans"),
    path("office/plans/draw/", plans.draw, name="draw-zones"),
    path("office/plans/<uuid:plan_id>/", plans.plan, name="plan"),
    path("office/plans/<uuid:plan_id>/move/", plans.move, name="move-unit"),
    path("office/plans/<uuid:plan_id>/publish/", plans.publish, name="publish-plan"),
    path("office/rounds/<uuid:round_id>/", rounds.round_page, name="round"),
    path("office/rounds/<uuid:round_id>/open/", steps.open_step, name="round-open"),
    path("office/rounds/<uuid:round_id>/accept/", steps.accept_step, name="round-accept"),
    path("office/rounds/<uuid:round_id>/close/", steps.close_step, name="round-close"),
    path("office/rounds/<uuid:round_id>/values/", steps.values_step, name="round-values"),
    path("office/rounds/<uuid:round_id>/draw/", steps.draw_step, name="round-draw"),
    path("office/rounds/<uuid:round_id>/publish/", steps.publish_step, name="round-publish"),
    path("office/rounds/<uuid:round_id>/applications/", rounds.applications, name="round-applications"),
    path("office/applications/<uuid:application_id>/", review.review, name="review"),
]

urlpatterns: list[URLPattern] = [*public, *guardians, *officers]

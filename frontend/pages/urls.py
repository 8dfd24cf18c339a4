"""Addresses of the pages."""

from django.urls import URLPattern, path, re_path

from frontend.pages.guardians import answers, apply, change, children, mine
from frontend.pages.officers import (
    addresses,
    after_results,
    audit,
    case_page,
    chances,
    departures,
    enrolment,
    family_messages,
    forecast,
    forecast_settings,
    mending,
    no_child_lost,
    office,
    people,
    plans,
    policies,
    policy_steps,
    prohibitions,
    reconciliation,
    registers,
    review,
    rounds,
    school,
    simulate,
    steps,
    streets,
    survey_sheet,
    surveys,
    twins,
    what_if,
    why,
    zone_files,
    zone_rules,
    zone_texts,
)
from frontend.pages.officers.data import (
    bring,
    decisions,
    dictionary,
    files,
    headers,
    place,
    remembered,
    repairs,
    versions,
)
from frontend.pages.officers.data import home as data_home
from frontend.pages.public import chances as public_chances
from frontend.pages.public import home, missing, plan_files, results, school_zones, zones
from frontend.pages.public import policies as public_policies

public: list[URLPattern] = [
    path("", home.home, name="home"),
    path("zones/", zones.zones, name="zones"),
    path("zones/missing/", missing.missing, name="address-missing"),
    path("zones/missing/<uuid:request_id>/", missing.asked, name="address-asked"),
    path("zones/plans/<uuid:plan_id>/files.zip", plan_files.files, name="plan-files"),
    path("zones/schools/", school_zones.school_zones, name="school-zones"),
    path(
        "zones/schools/<str:district_code>/<str:school_code>/",
        school_zones.school_zone,
        name="school-zone-page",
    ),
    path("policies/", public_policies.policies, name="public-policies"),
    path("policies/<uuid:version_id>/", public_policies.policy, name="public-policy"),
    path("policies/<uuid:version_id>/policy.yaml", public_policies.policy_text, name="policy-text"),
    path("results/", results.results, name="results"),
    path("results/<uuid:round_id>/", results.result, name="result"),
    path("results/<uuid:round_id>/chances/", public_chances.chances, name="round-chances"),
    path("check/", results.check, name="check"),
    path("check/offline/", results.offline_page, name="offline-page"),
    path("check/<uuid:round_id>/", results.check_round, name="check-round"),
    path(
        "check/<uuid:round_id>/after-results.zip",
        results.bundle_after_results,
        name="bundle-after-results",
    ),
    path("check/bundles/<uuid:draw_id>.zip", results.bundle, name="bundle"),
]

guardians: list[URLPattern] = [
    path("apply/", apply.apply, name="apply"),
    path("apply/<uuid:round_id>/", apply.start, name="apply-start"),
    path("apply/<uuid:round_id>/check/", apply.check, name="apply-check"),
    path("apply/<uuid:round_id>/<slug:name>/", apply.step, name="apply-step"),
    path("my/", mine.my_applications, name="my-applications"),
    path("my/children/", children.my_children, name="my-children"),
    path("my/children/register/", children.register, name="register-child"),
    path("my/children/<uuid:registration_id>/withdraw/", children.withdraw, name="withdraw-child"),
    path("my/<uuid:application_id>/", mine.my_application, name="my-application"),
    path("my/<uuid:application_id>/received/", mine.done, name="apply-done"),
    path("my/<uuid:application_id>/place/<slug:name>/", answers.answer, name="answer"),
    path("my/<uuid:application_id>/proof/", mine.list_proof, name="list-proof"),
    path("my/<uuid:application_id>/objection/", mine.objection, name="objection"),
    path("my/<uuid:application_id>/change/", change.change, name="change"),
    path("my/<uuid:application_id>/withdraw/", mine.withdraw, name="withdraw"),
]

data: list[URLPattern] = [
    path("office/data/", data_home.home, name="data"),
    path("office/data/history/", data_home.history, name="data-history"),
    path("office/data/bring-in/", bring.bring_in, name="bring-in"),
    path("office/data/templates/", dictionary.templates, name="data-templates"),
    path("office/data/templates/<slug:kind>/", dictionary.columns, name="data-columns"),
    path("office/data/templates/<slug:kind>.xlsx", dictionary.template, name="data-template"),
    path("office/data/headers/", remembered.remembered, name="remembered-headers"),
    path("office/data/headers/<int:mapping_id>/forget/", remembered.forget, name="forget-header"),
    path("office/data/files/<uuid:upload_id>/", files.upload, name="data-file"),
    path("office/data/files/<uuid:upload_id>/again/", files.check_again, name="data-file-again"),
    path("office/data/files/<uuid:upload_id>/terms/", files.other_terms, name="data-file-terms"),
    path("office/data/files/<uuid:upload_id>/headers/", headers.headers, name="data-file-headers"),
    path("office/data/files/<uuid:upload_id>/repairs/", repairs.repairs, name="data-file-repairs"),
    path("office/data/<uuid:dataset_id>/", versions.dataset, name="version"),
    path("office/data/<uuid:dataset_id>/place/", place.place, name="version-place"),
    path("office/data/<uuid:dataset_id>/workbook/", versions.workbook, name="version-workbook"),
    path(
        "office/data/<uuid:dataset_id>/workbook/make/", versions.paint_workbook, name="version-workbook-make"
    ),
    path("office/data/<uuid:dataset_id>/confirm/", decisions.confirm, name="version-confirm"),
    path("office/data/<uuid:dataset_id>/discard/", decisions.discard, name="version-discard"),
    path("office/data/<uuid:dataset_id>/withdraw/", decisions.withdraw, name="version-withdraw"),
    path("office/data/<uuid:dataset_id>/restore/", decisions.restore, name="version-restore"),
]

officers: list[URLPattern] = [
    path("office/", office.office, name="office"),
    path("office/addresses/", addresses.addresses, name="office-addresses"),
    path("office/addresses/noted.csv", addresses.noted_addresses, name="noted-addresses"),
    path("office/addresses/files/", addresses.look_up_file, name="look-up-file"),
    path("office/addresses/files/<uuid:file_id>/", addresses.download_file, name="download-file"),
    path("office/addresses/<uuid:request_id>/", addresses.address_request, name="address-request-page"),
    path("office/audit/", audit.audit, name="audit"),
    path("office/audit/bundles/<uuid:round_id>/", audit.bundles, name="audit-bundles"),
    path("office/audit/bundles/<uuid:round_id>/make/", audit.make_bundle, name="audit-bundle-make"),
    path("office/audit/bundles/files/<uuid:bundle_id>/", audit.bundle_file, name="audit-bundle-file"),
    path("office/people/<uuid:person_id>/", people.account_step, name="account-step"),
    path("office/receipts/<uuid:round_id>/", school.receipts, name="school-receipts"),
    *data,
    path("office/streets/", streets.streets, name="streets"),
    path("office/streets/close/", streets.close, name="street-close"),
    path("office/streets/link/", streets.link, name="street-link"),
    path("office/streets/measure/", streets.measure, name="street-measure"),
    path("office/streets/edits/<uuid:edit_id>/undo/", streets.undo, name="street-undo"),
    path("office/plans/", plans.plans, name="plans"),
    path("office/plans/draw/", plans.draw, name="draw-zones"),
    path("office/plans/rules/", zone_rules.rules, name="zone-rules"),
    path("office/plans/rules/<uuid:rule_id>/withdraw/", zone_rules.withdraw, name="zone-rule-withdraw"),
    path("office/plans/drawings/<uuid:job_id>/stop/", plans.stop, name="stop-drawing"),
    path("office/plans/texts/", zone_texts.zone_texts, name="zone-texts"),
    path("office/plans/texts/template.xlsx", zone_files.text_template, name="zone-text-template"),
    path("office/plans/file/", zone_files.zone_file, name="zone-file"),
    path("office/plans/file/template.xlsx", zone_files.list_template, name="zone-list-template"),
    path("office/plans/<uuid:plan_id>/", plans.plan, name="plan"),
    path("office/plans/<uuid:plan_id>/what-if/", what_if.what_if, name="what-if"),
    path("office/plans/<uuid:plan_id>/why/", why.why, name="why-here"),
    path("office/plans/<uuid:plan_id>/move/", plans.move, name="move-unit"),
    path("office/plans/<uuid:plan_id>/mend/", mending.mend, name="mend-plan"),
    path("office/plans/<uuid:plan_id>/redraw/", plans.redraw, name="redraw-plan"),
    path("office/plans/<uuid:plan_id>/restore/", plans.restore, name="restore-plan"),
    path("office/plans/<uuid:plan_id>/publish/", plans.publish, name="publish-plan"),
    path("office/forecast/", forecast.forecasts, name="forecasts"),
    path("office/forecast/settings/<str:stage>/", forecast_settings.settings_page, name="forecast-settings"),
    path("office/forecast/run/", forecast.run, name="run-forecast"),
    path("office/forecast/<uuid:projection_id>/", forecast.forecast, name="forecast"),
    path("office/forecast/<uuid:projection_id>/map/", forecast.forecast_map, name="forecast-map"),
    path("office/forecast/<uuid:projection_id>/zones/<str:code>/", forecast.zone, name="forecast-zone"),
    path("office/forecast/<uuid:projection_id>/projection.xlsx", forecast.as_workbook, name="forecast-xlsx"),
    path("office/forecast/<uuid:projection_id>/projection.pdf", forecast.as_print, name="forecast-pdf"),
    path("office/rounds/<uuid:round_id>/", rounds.round_page, name="round"),
    path("office/rounds/<uuid:round_id>/open/", steps.open_step, name="round-open"),
    path("office/rounds/<uuid:round_id>/accept/", steps.accept_step, name="round-accept"),
    path("office/rounds/<uuid:round_id>/close/", steps.close_step, name="round-close"),
    path("office/rounds/<uuid:round_id>/values/", steps.values_step, name="round-values"),
    path("office/rounds/<uuid:round_id>/draw/", steps.draw_step, name="round-draw"),
    path("office/rounds/<uuid:round_id>/publish/", steps.publish_step, name="round-publish"),
    path("office/rounds/<uuid:round_id>/prohibitions/", prohibitions.prohibitions, name="prohibitions"),
    path(
        "office/rounds/<uuid:round_id>/prohibitions.csv",
        prohibitions.prohibitions_file,
        name="prohibitions-file",
    ),
    path("office/rounds/<uuid:round_id>/applications/", rounds.applications, name="round-applications"),
    path("office/applications/<uuid:application_id>/", review.review, name="review"),
    path("office/applications/<uuid:application_id>/ask/", registers.ask, name="ask-registers"),
    path("office/applications/<uuid:application_id>/settle/", registers.settle, name="settle-contradiction"),
    path("office/applications/<uuid:application_id>/no-twin/", twins.no_twin, name="no-twin"),
]

enrolment_pages: list[URLPattern] = [
    path("office/rounds/<uuid:round_id>/enrolment/", enrolment.enrolment, name="enrolment"),
    path(
        "office/rounds/<uuid:round_id>/enrolment/take-back/", enrolment.take_back, name="enrolment-take-back"
    ),
    path(
        "office/rounds/<uuid:round_id>/enrolment/without-arrival.csv",
        enrolment.without_arrival_file,
        name="without-arrival-file",
    ),
    path(
        "office/rounds/<uuid:round_id>/enrolment/schools/<str:school_code>/",
        enrolment.enrolment_school,
        name="enrolment-school",
    ),
    path("office/rounds/<uuid:round_id>/no-child-lost/", no_child_lost.no_child_lost, name="no-child-lost"),
]

replays: list[URLPattern] = [
    path("office/rounds/<uuid:round_id>/chances/", chances.chances, name="office-chances"),
    path("office/rounds/<uuid:round_id>/simulate/", simulate.simulate, name="simulate"),
    path("office/rounds/<uuid:round_id>/simulate/<uuid:job_id>/", simulate.simulation, name="simulation"),
    path(
        "office/rounds/<uuid:round_id>/simulate/<uuid:job_id>/counts.csv",
        simulate.simulation_counts,
        name="simulation-counts",
    ),
    path(
        "office/rounds/<uuid:round_id>/simulate/<uuid:job_id>/children.csv",
        simulate.simulation_children,
        name="simulation-children",
    ),
]

after_results_pages: list[URLPattern] = [
    path("office/rounds/<uuid:round_id>/after/", after_results.after_results, name="after-results"),
    path("office/rounds/<uuid:round_id>/after/give-on/", after_results.give_on, name="after-give-on"),
    path("office/rounds/<uuid:round_id>/after/settle/", after_results.settle, name="after-settle"),
    path("office/rounds/<uuid:round_id>/after/answer/", after_results.answer_for_family, name="after-answer"),
    path("office/rounds/<uuid:round_id>/after/add/", after_results.add_child, name="after-add"),
    path(
        "office/rounds/<uuid:round_id>/after/messages/",
        family_messages.family_messages,
        name="after-messages",
    ),
    path(
        "office/family-messages/<uuid:message_id>/again/", family_messages.again, name="family-message-again"
    ),
    path("office/rounds/<uuid:round_id>/after/refill/", after_results.refill, name="after-refill"),
]

door_to_door: list[URLPattern] = [
    path("office/surveys/", surveys.surveys, name="surveys"),
    path("office/surveys/issue/", surveys.issue, name="survey-issue"),
    path("office/surveys/upload/", surveys.upload, name="survey-upload"),
    path("office/surveys/upload/<uuid:job_id>/", surveys.upload_result, name="survey-upload-result"),
    path("office/surveys/pack/", surveys.pack, name="survey-pack"),
    path("office/surveys/packs/<uuid:pack_id>.zip", surveys.pack_file, name="survey-pack-file"),
    path("office/surveys/merge/", surveys.merge, name="survey-merge"),
    path("office/surveys/export.xlsx", surveys.export, name="survey-export"),
    path("office/surveys/<uuid:sheet_id>/", survey_sheet.sheet_page, name="survey-sheet"),
    path("office/surveys/<uuid:sheet_id>/hand-out/", survey_sheet.hand_out, name="survey-hand-out"),
    path("office/surveys/<uuid:sheet_id>/accept/", survey_sheet.accept, name="survey-accept"),
    path(
        "office/surveys/<uuid:sheet_id>/differences/<uuid:difference_id>/",
        survey_sheet.decide,
        name="survey-decide",
    ),
    re_path(
        r"^office/surveys/(?P<sheet_id>[0-9a-f-]{36})/sheet\.(?P<form>pdf|xlsx)$",
        survey_sheet.sheet_file,
        name="survey-file",
    ),
]

reconciling: list[URLPattern] = [
    path("office/reconciliation/", reconciliation.reconciliation, name="reconciliation"),
    path("office/reconciliation/cases/", reconciliation.cases, name="cases"),
    path("office/reconciliation/cases/bulk/", reconciliation.bulk, name="cases-bulk"),
    path("office/reconciliation/decisions/", reconciliation.decisions, name="case-decisions"),
    path("office/reconciliation/left/", departures.departures, name="departures"),
    path("office/reconciliation/left/<uuid:departure_id>/", departures.departure, name="departure"),
    path("office/reconciliation/cases/export.xlsx", reconciliation.export, name="cases-export"),
    path("office/reconciliation/cases/<uuid:case_id>/", case_page.case_page, name="case"),
]

office_policies: list[URLPattern] = [
    path("office/policies/", policies.policies, name="policies"),
    path("office/policies/write/", policies.write, name="write-policy"),
    path("office/policies/<uuid:version_id>/", policies.policy, name="policy"),
    path("office/policies/<uuid:version_id>/differences/", policies.differences, name="policy-differences"),
    path("office/policies/<uuid:version_id>/check/", policy_steps.check, name="policy-check"),
    path("office/policies/<uuid:version_id>/steps/", policy_steps.record, name="policy-step"),
    path("office/policies/<uuid:version_id>/approve/", policy_steps.approve, name="policy-approve"),
    path("office/policies/<uuid:version_id>/publish/", policy_steps.publish, name="policy-publish"),
    path("office/policies/<uuid:version_id>/withdraw/", policy_steps.withdraw, name="policy-withdraw"),
    path("office/policies/<uuid:version_id>/round/", policy_steps.make_round, name="policy-round"),
]

urlpatterns: list[URLPattern] = [
    *public,
    *guardians,
    *officers,
    *replays,
    *after_results_pages,
    *enrolment_pages,
    *door_to_door,
    *reconciling,
    *office_policies,
]

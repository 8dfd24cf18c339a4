"""Refusals in words: a stable code becomes a sentence in the language of the page."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from frontend.pages.language import language

WORDS: Mapping[str, Promise] = {
    "already_filed": _(
        "This child has an application in this round already. You find it under “My applications”."
    ),
    "application_refused": _("The rules of this round do not allow this application:"),
    "round_not_open": _("Families cannot apply, change or withdraw in this round at this moment."),
    "no_such_application": _("There is no such application, or it belongs to somebody else."),
    "step_not_possible": _("This is not possible any more; the application has moved on."),
    "no_such_round": _("There is no such round."),
    "no_such_plan": _("There is no such zone plan."),
    "no_such_unit": _("There is no such estate or village."),
    "no_such_job": _("There is no such job."),
    "job_is_over": _("The job is over; it cannot be stopped any more."),
    "no_such_district": _("There is no such district here."),
    "no_such_dataset": _("The files for this have not been imported yet."),
    "nothing_in_force": _("No zones are in force on this day."),
    "not_permitted": _(
        "You may not do this. If you think that you should, ask the administrator of your bureau."
    ),
    "plan_not_lawful": _("The plan breaks rules and cannot be published."),
    "period_holds_no_day": _("The last day must be after the first day."),
    "periods_overlap": _("Other zones are in force on some of these days."),
    "units_undecided": _(
        "Some units have no zone yet, or several. Decide each of them, or complete the texts."
    ),
    "zones_changed": _("Units or texts changed since the report was shown. Look at the new report."),
    "unknown_schools": _("Some of these are no public schools of the stage with seats."),
    "school_in_two_zones": _("A school is named in two zones."),
    "nothing_moved": _("The estate or village is in this zone already."),
    "plan_is_lawful": _("This plan keeps all rules already."),
    "cannot_be_mended": _("No lawful plan was found with what was moved by hand."),
    "start_does_not_fit": _(
        "This version stands on other estates or schools than those in use now, so a drawing cannot start from it."
    ),
    "mending_changed": _("What would move is not what was shown. Look at it again."),
    "moves_do_not_fit": _("This plan has no such unit or zone."),
    "reason_missing": _("Write a reason: zones are changed with a reason."),
    "no_such_rule": _("There is no such rule of drawing."),
    "rule_does_not_fit": _("The rule lacks something, says too much, or names what the data do not know."),
    "rule_reason_missing": _("Write a reason, in up to 300 letters."),
    "rule_stated_already": _(
        "This is in force already: an estate is fixed to one school, and there is one longest way."
    ),
    "rules_contradict": _("A rule in force says the opposite. Withdraw that one first."),
    "rule_withdrawn_already": _("This rule was withdrawn before."),
    "dataset_missing": _("The files for this have not been imported yet."),
    "nothing_to_project_from": _(
        "There is no census with children yet to enter and no past year. Import one of them first."
    ),
    "offset_reason_missing": _("Write why the positions of the current version are wrong."),
    "projection_settings_unfit": _("These figures are out of order or out of range."),
    "projection_settings_reason": _("Write a reason, in up to 500 letters."),
    "projection_settings_changed": _("Somebody else changed the figures meanwhile. Load the page again."),
    "projection_settings_same": _("These are the figures that hold already."),
    "no_such_projection": _("There is no such projection."),
    "reconciliation_missing": _("No reconciliation compared the lists in use. Reconcile first."),
    "no_such_departure": _("There is no such child among those who left."),
    "answer_does_not_fit": _("This does not answer how the child left."),
    "answer_incomplete": _(
        "Something is missing: the day, the receiving county, or the document that proves it."
    ),
    "answer_in_the_future": _("The day lies in the future."),
    "received_by_this_county": _("This county cannot be the receiving one; choose that the child came back."),
    "departure_is_answered": _("Somebody has recorded an answer meanwhile. Load the page again."),
    "departure_is_awaited": _("There is no answer to take back."),
    "projection_missing": _("There is no projection of this year on the units in use. Project first."),
    "later_years_need_projection": _(
        "Later entry years are known from a projection only. Let the plan count its claimants."
    ),
    "no_seated_school": _("No public school of this stage has a seat."),
    "units_without_count": _(
        "Some units have no number of children. Import the household census, or name an entry year."
    ),
    "district_cannot_be_zoned": _("The imported files contradict each other, so no zones can be drawn."),
    "arrivals_refused": _("Nobody was enrolled: these lines have to be settled first."),
    "nothing_listed": _("No receipt is listed, or too many for one list."),
    "not_enrolled": _("The round has no enrolled child of this receipt."),
    "in_pupil_register": _(
        "The pupil register has the child at this school already; change the register instead."
    ),
    "no_such_school_in_round": _("The round has no such school."),
    "round_moved_on": _("The round has moved on to another step. Load the page again."),
    "round_still_open": _(
        "Families can still file; the list is closed after the closing time of the calendar."
    ),
    "applications_unreviewed": _("Some applications are not decided yet."),
    "already_closed": _("The entry list is closed already; another one needs a reason."),
    "public_values_differ": _(
        "The two officers entered different values. Compare them with the announcement."
    ),
    "values_disagree": _("The two officers entered different values. Compare them with the announcement."),
    "values_missing": _("Two officers have not both entered every public value yet."),
    "value_entered": _("You have entered this value already; the other officer's reading is still needed."),
    "list_not_closed": _("The entry list of this round is not closed yet."),
    "list_superseded": _("There is a newer entry list; draw from that one."),
    "plan_changed": _("Seats changed after the list was closed. Close a new list, with the reason."),
    "no_seat_for_special_needs": _(
        "A school has fewer seats than children with special needs to place before the draw."
    ),
    "review_not_over": _(
        "Families still have time to hand in what was asked for and to object; wait until the time for review is over."
    ),
    "application_changed": _(
        "The application was changed meanwhile, perhaps on another device. Nothing of it was lost: look at what stands "
        "now, and confirm again."
    ),
    "another_child": _(
        "The identity number is another child's. Another child applies with a form of its own."
    ),
    "nothing_changed": _("Nothing differs from what you sent, so nothing was changed."),
    "objections_undecided": _("Families objected to refusals. Decide each objection first."),
    "too_late_to_refuse": _(
        "The time for review is over, so the family could neither object nor answer. Accept the application with the "
        "facts that are proved."
    ),
    "nothing_drawn": _("Nothing has been drawn yet, so nothing can be published."),
    "results_not_yet": _("Results are published on the day that the calendar names."),
    "verifiers_disagree": _("An independent check found a fault in the bundle. Nothing was published."),
    "no_offer": _("No place was offered to this child."),
    "no_such_answer": _("There is no such page."),
    "no_such_receipt": _("The round has no such receipt number. Compare the digits."),
    "answers_not_open": _("Answers are not taken now. Call the bureau if something has changed."),
    "answer_not_possible": _("This is not possible any more. Load the page again."),
    "place_given_on": _("The place was given to another child meanwhile."),
    "place_is_binding": _(
        "A place won in the private draw is binding here. Call the bureau if you cannot take it."
    ),
    "no_moves": _("By the rules of this round children who have a place do not move."),
    "waiting_lists_over": _("A refill round has taken the seats that were left; the waiting lists are over."),
    "not_left_off": _("This child is on the list, was added already, or withdrew."),
    "nothing_to_stand_for": _(
        "By the rules the child has no claim at any school that it listed; the bureau places it."
    ),
    "placed_before_the_draw": _("A child with special needs gets a seat outside the draw."),
    "seats_do_not_fit": _(
        "One seat more would make a large class, or the seats do not fit the planned intake."
    ),
    "refill_exists": _("There is a refill round already; make the next one from that."),
    "nothing_left_to_refill": _("No seat is left that may be offered again."),
    "child_has_place": _("This child has a place. A refill round is for children without one."),
    "child_gave_up_place": _(
        "By the rules a child that gave a place up cannot take part in this refill round."
    ),
    "policy_fault": _("The calendar does not fit: each moment must be later than the one before."),
    "no_such_person": _("There is no such person."),
    "no_units_to_survey": _("Every estate or village of this township has its sheet this year."),
    "dates_do_not_fit": _("The dates do not fit: a sheet is due on or after the day it is handed out."),
    "unknown_units": _("The list of responsible persons names an estate or village that gets no sheet here."),
    "sheet_is_back": _("The sheet has come back already. It can be handed out again."),
    "no_such_sheet": _("There is no such survey sheet."),
    "sheet_refused": _("The sheet was not taken; see what was found."),
    "decision_reason_missing": _("Write a reason: a conflict is decided with a reason."),
    "decision_does_not_fit": _("This cannot be decided so."),
    "difference_is_over": _("The sheet was merged, or came back once more. Load the page again."),
    "no_such_difference": _("There is no such difference."),
    "nothing_to_merge": _("No returned sheet is ready to be merged: decide every difference first."),
    "nothing_to_pack": _("There are no sheets of this year and township."),
    "nothing_to_reconcile": _("Bring in the household census first; the other lists are held against it."),
    "no_such_case": _("There is no such case."),
    "no_such_reconciliation": _("There is no such run."),
    "no_such_decision": _("There is no such decision."),
    "decision_not_in_force": _("Another decision was made since. Load the page again."),
    "verdict_does_not_fit": _("This case cannot be decided so."),
    "case_is_decided": _("Somebody has decided this case meanwhile. Load the page again."),
    "case_is_open": _("The case is open; there is nothing to take back."),
    "run_is_not_newest": _("There is a newer run; decide there."),
    "too_many_at_once": _("These are more cases than one decision may cover. Choose fewer."),
    "no_such_pack": _("The file was deleted when its time was over. Make it again."),
    "upload_unreadable": _("This is neither a spreadsheet (XLSX) nor a zip of spreadsheets."),
    "no_such_edit": _("There is no such change of streets."),
    "edit_without_reason": _("Write a reason: streets are changed with a reason."),
    "no_such_street": _("No street joins these places; it may be closed already."),
    "no_node_near": _("No street begins, ends or bends within 50 m of one of these places."),
    "link_goes_nowhere": _("A street already joins these places."),
    "edit_undone_already": _("The change was undone already."),
    "no_such_measure": _("No walking distances were measured for this."),
    "measure_missing": _("Walking distances were not measured yet for the units and schools in use."),
    "unusable_weights": _(
        "This cannot count: the number is out of range, the data do not tell it, or the weight that it goes"
        " with is empty."
    ),
    "roads_need_walks": _(
        "Straight lines cross no streets, so main roads cannot count. Measure walks, and draw by walking distances."
    ),
    "roads_not_counted": _(
        "The walks in use do not say which main roads they cross. Measure the walks again; then main roads can count."
    ),
    "measure_out_of_range": _("One of the numbers is out of range."),
    "no_way_on_foot": _("The streets known here do not lead from there to the school."),
    "too_many_requests": _("Too much was asked from your network just now. Wait a minute and try again."),
    "address_request_empty": _("Write the address, or the reply, and for a note both address and unit."),
    "address_request_answered": _("Somebody has answered this already."),
    "no_such_address_request": _("There is no such question to the bureau."),
    "address_file_unfit": _(
        "Give a CSV or XLSX file of up to 10 MB and 20,000 rows, with a column 地址 / address, 地址编号 / address_id "
        "or 单元编号 / unit_id in the first row of its first sheet."
    ),
    "address_file_headers_elsewhere": _(
        "The headers do not stand in the first row of the first sheet. Delete what stands above them, or move the "
        "sheet to the front."
    ),
    "address_file_of_several_sheets": _(
        "Only the first sheet is read, and others hold rows too. Bring all rows into the first sheet, or give a file "
        "for each; delete sheets that are not needed."
    ),
    "address_file_erased": _("The answer was handed out or its time is over; it was erased."),
    "no_such_address_file": _("There is no such file."),
    "school_without_zone": _(
        "This school has no zone in force: it may be private, or the zones are not published."
    ),
    "no_zone_here": _("This place belongs to no zone in force. The bureau finds a place for every child."),
    "no_such_upload": _("There is no such file."),
    "upload_is_deleted": _("The file was deleted, because it is old. Hand it in again."),
    "file_too_large": _("The file is too large."),
    "format_not_read": _("This kind of file is not read here."),
    "kind_not_imported": _("Files of this kind are not brought in here."),
    "choice_not_offered": _("This cannot be chosen for this kind of file."),
    "good_rows_not_offered": _("This kind of data is brought in whole or not at all."),
    "unknown_crs": _("There is no coordinate system with this code."),
    "no_such_column": _("This kind of file has no such column."),
    "no_such_header_mapping": _("This header is not remembered any more."),
    "dataset_not_proposed": _("This version does not wait for a decision any more."),
    "dataset_is_withdrawn": _("This version was withdrawn already."),
    "dataset_not_in_use": _("This version is not in use, so it cannot be withdrawn."),
    "dataset_not_restorable": _("This version is in use already, or has no rows to restore."),
    "dataset_basis_changed": _(
        "Other data against which this file was checked are not in use any more. Check the file again."
    ),
    "no_upload": _("The file of this version is not kept here, because it was brought in on the server."),
    "workbook_not_made": _("There is no workbook yet."),
    "workbook_failed": _("The file cannot be read, so there is no sheet to mark."),
    "child_registered_already": _("You have registered this child already. You find it in the list."),
    "registration_is_withdrawn": _("This registration was taken back already."),
    "no_such_self_registration": _("There is no such registration."),
    "names_no_twins": _("The application names no twins, or this was found already. Load the page again."),
    "nothing_contradictory": _("Registers do not disagree about this any more. Load the page again."),
    "no_such_policy": _("There is no such policy, or it is not published."),
    "policy_of_another_district": _("The policy names another district than yours."),
    "policy_saved_already": _("This text is saved already."),
    "policy_moved_on": _("The policy has moved on to another step. Load the page again."),
    "policy_not_published": _("A round rests on a published policy; this one is not published."),
    "policy_approved_already": _("You have approved this version; another person is still needed."),
    "writer_cannot_approve": _("Two people other than the writer approve a policy."),
    "policy_not_ready": _("This still stands against publishing the policy:"),
    "policy_too_late": _("The window has opened; a policy is published before it opens."),
    "another_policy_published": _(
        "Another version of this stage and year is published. Withdraw that one first."
    ),
    "policy_unlawful": _("The law refuses something in the policy or in the planned intake of a school."),
    "no_zones_in_force": _("No zones are in force on the day on which the round opens. Publish them first."),
    "round_exists": _("There is a round of this stage and year already."),
    "nothing_to_simulate": _("Close the entry list first: until then nobody knows who takes part."),
    "nobody_to_place": _("No child is on the closed list, so there is nobody to place."),
    "policy_does_not_fit": _(
        "By this policy the children cannot be placed: it lacks kinds of seats that the round has."
    ),
    "malformed_round": _(
        "By these rules the children cannot be placed: a way of giving seats out does not fit the families' lists."
    ),
    "draws_out_of_range": _("The draw is repeated at least 100 and at most 10,000 times."),
    "list_closed_again": _("A newer list was closed meanwhile. Make the chances of that one."),
    "no_chances": _("No chances were published of this round."),
    "worker_lost": _(
        "The program was stopped three times while doing this, perhaps for want of memory. Nothing of it was kept. "
        "Try again; if it happens again, ask whoever runs the server."
    ),
    "fault": _("Something went wrong in the program. The fault was recorded."),
}


# How the form calls what may be chosen for a file: `option` of a refusal.
FIELDS: Mapping[str, Promise] = {
    "crs": _("Coordinate system"),
    "stage": _("Stage of all schools in the file"),
    "repairs": _("What may be repaired"),
    "tolerance_mm": _("How far a corner may be moved, in millimetres"),
    "borders": _("Which units adjoin"),
    "accept_offset": _("The positions of the current version are wrong; take this file's"),
}


def refusal_in_words(refusal: DomainError) -> str:
    """Return the sentence for the refusal's code; a code nobody wrote one for shows its own message."""
    words = str(WORDS.get(refusal.code, refusal.message))
    field = FIELDS.get(str(refusal.details.get("option", "")))
    return f"{words} ({field})" if field else words


def code_in_words(code: str, message: str) -> str:
    """Return the sentence for a stored failure."""
    return str(WORDS.get(code, message))


def reasons_in_words(refusal: DomainError | None) -> tuple[str, ...]:
    """Return every reason that the refusal carries, in the language of the page."""
    reasons = refusal.details.get("reasons", []) if refusal else []
    if not isinstance(reasons, list):
        return ()
    return tuple(str(reason[language()]) for reason in reasons if isinstance(reason, dict))

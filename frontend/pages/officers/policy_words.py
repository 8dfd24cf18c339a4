"""Steps, marks and kinds of a policy in words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from admissions.models import PolicyStatus
from admissions.rules.clauses import Mark
from admissions.rules.policy_records import ApprovalStep

STEPS: Mapping[ApprovalStep, Promise] = {
    ApprovalStep.RISK_ASSESSMENT: _("Risk assessment"),
    ApprovalStep.LEGALITY_REVIEW: _("Legality review"),
    ApprovalStep.MINUTES: _("Minutes of the collective decision"),
    ApprovalStep.DOCUMENT_NUMBER: _("Government document number"),
    ApprovalStep.FILING: _("Filing with the superior bureau"),
}
MARKS: Mapping[str, Promise] = {
    Mark.STATUTE.value: _("statute"),
    Mark.REGULATION.value: _("regulation"),
    Mark.NOTICE.value: _("notice"),
    Mark.LOCAL.value: _("local rule"),
    Mark.CHECK.value: _("to be confirmed"),
}
COLOURS: Mapping[str, str] = {
    PolicyStatus.DRAFT.value: "",
    PolicyStatus.CHECKED.value: "tag-warn",
    PolicyStatus.APPROVED.value: "tag-warn",
    PolicyStatus.PUBLISHED.value: "tag-good",
    PolicyStatus.FROZEN.value: "tag-good",
    PolicyStatus.WITHDRAWN.value: "tag-bad",
}

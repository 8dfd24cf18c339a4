"""How rounds, applications, lists and results are read and printed."""

from typing import Any

from rest_framework import serializers

from admissions.api.choice_serializers import ChoiceViewSerializer
from admissions.models import (
    AdmissionRound,
    Application,
    ApplicationStatus,
    EntryList,
    PlanLine,
    PolicyStatus,
    PolicyVersion,
    RoundStatus,
)
from admissions.rules.status import Action as Step
from admissions.selectors.rounds import phase_of, round_code
from geo_data.models import Sex, Stage


class RoundSerializer(serializers.ModelSerializer[AdmissionRound]):
    """A round and where it stands."""

    code = serializers.SerializerMethodField()
    stage = serializers.ChoiceField(choices=Stage.choices)
    status = serializers.ChoiceField(choices=RoundStatus.choices)
    phase = serializers.SerializerMethodField(help_text="Where the calendar stands; computed.")

    class Meta:
        model = AdmissionRound
        fields = (
            "id",
            "code",
            "district",
            "stage",
            "year",
            "name",
            "status",
            "phase",
            "policy_digest",
            "opened_at",
        )
        read_only_fields = fields

    def get_code(self, admission_round: AdmissionRound) -> str:
        """Return the public name of the round."""
        return round_code(admission_round)

    def get_phase(self, admission_round: AdmissionRound) -> str:
        """Return where the calendar stands."""
        return phase_of(admission_round, self.context["now"]).value


class LineSerializer(serializers.ModelSerializer[PlanLine]):
    """Seats of a school filled in one order."""

    school = serializers.CharField(source="school.name")
    school_code = serializers.CharField(source="school.code")

    class Meta:
        model = PlanLine
        fields = ("line_id", "school", "school_code", "rule", "track", "seats")
        read_only_fields = fields


class RoundDetailSerializer(serializers.Serializer[Any]):
    """A round with its lines and its policy."""

    round = RoundSerializer()
    lines = LineSerializer(many=True)
    policy = serializers.DictField()


class NewRoundSerializer(serializers.Serializer[Any]):
    """A round to be made."""

    policy_version = serializers.UUIDField(help_text="A published policy version.")
    name = serializers.CharField(required=False, default="", allow_blank=True, max_length=100)


class NewPolicySerializer(serializers.Serializer[Any]):
    """A policy text to be saved as the next version of its stage and year."""

    district = serializers.CharField(max_length=20)
    text = serializers.CharField(
        help_text="The policy, a YAML text.", max_length=200_000, trim_whitespace=False
    )
    remark = serializers.CharField(required=False, default="", allow_blank=True, max_length=300)


class PolicySerializer(serializers.ModelSerializer[PolicyVersion]):
    """A policy version and where it stands."""

    stage = serializers.ChoiceField(choices=Stage.choices)
    status = serializers.ChoiceField(choices=PolicyStatus.choices)

    class Meta:
        model = PolicyVersion
        fields: tuple[str, ...] = (
            "id",
            "district",
            "stage",
            "year",
            "number",
            "status",
            "digest",
            "saved_at",
            "published_at",
            "frozen_at",
        )
        read_only_fields = fields


class PolicyDetailSerializer(PolicySerializer):
    """A policy version with its text, what it says as data, and what the legal check found."""

    says = serializers.DictField(
        source="data", help_text="The policy in canonical form, what the digest is of."
    )
    findings = serializers.ListField(child=serializers.DictField())

    class Meta(PolicySerializer.Meta):
        fields = (*PolicySerializer.Meta.fields, "text", "says", "findings")
        read_only_fields = fields


class SeatsSerializer(serializers.Serializer[Any]):
    """Seats set aside at a school for a line of the policy."""

    rule = serializers.CharField(max_length=60)
    school = serializers.CharField(max_length=40)
    seats = serializers.IntegerField(min_value=0)


class OpenRoundSerializer(serializers.Serializer[Any]):
    """What opening a round needs beyond its policy."""

    seats = SeatsSerializer(many=True, required=False, default=list)


class FormSerializer(serializers.Serializer[Any]):
    """The one form of a child."""

    identity_number = serializers.CharField(max_length=40)
    child_name = serializers.CharField(max_length=100)
    birth_on = serializers.DateField()
    sex = serializers.ChoiceField(choices=Sex.choices)
    unit_code = serializers.CharField(required=False, default="", allow_blank=True, max_length=40)
    address = serializers.CharField(required=False, default="", allow_blank=True, max_length=200)
    guardian_name = serializers.CharField(required=False, default="", allow_blank=True, max_length=100)
    phone = serializers.CharField(required=False, default="", allow_blank=True, max_length=40)
    private_schools = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, default=list
    )
    public_schools = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, default=list
    )
    accepts_coordination = serializers.BooleanField(required=False, default=True)
    accepts_adjustment = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Another private school with seats left, should no private school listed have a place.",
    )
    group_code = serializers.CharField(required=False, default="", allow_blank=True, max_length=40)
    split_allowed = serializers.BooleanField(required=False, default=False)


class FormsSerializer(serializers.Serializer[Any]):
    """The applications of another portal."""

    portal = serializers.CharField(max_length=40, help_text="Which portal they come from.")
    forms = FormSerializer(many=True)


class RefusedSerializer(serializers.Serializer[Any]):
    """A form that was not taken."""

    index = serializers.IntegerField(help_text="Its place in the request; 0 is the first.")
    code = serializers.CharField()
    message = serializers.CharField()


class FiledSerializer(serializers.Serializer[Any]):
    """What became of the forms; receipts stand in the order of the forms that were taken."""

    receipts = serializers.ListField(child=serializers.CharField())
    refused = RefusedSerializer(many=True)


class ResultViewSerializer(serializers.Serializer[Any]):
    """The result of one child."""

    reason = serializers.CharField()
    sentence = serializers.CharField()
    school = serializers.CharField()
    address = serializers.CharField()
    offer_status = serializers.CharField()


class ApplicationSerializer(serializers.ModelSerializer[Application]):
    """An application in short, without names."""

    receipt = serializers.CharField(source="receipt.receipt")
    status = serializers.ChoiceField(choices=ApplicationStatus.choices)

    class Meta:
        model = Application
        fields = (
            "id",
            "round",
            "receipt",
            "status",
            "review_reason",
            "category",
            "tier",
            "filed_at",
            "changed_at",
        )
        read_only_fields = fields


class ApplicationViewSerializer(serializers.Serializer[Any]):
    """An application as its guardian reads it."""

    application = ApplicationSerializer()
    child_name = serializers.CharField()
    category = serializers.CharField()
    choices = ChoiceViewSerializer(many=True)
    trace = serializers.ListField(
        child=serializers.CharField(), help_text="How the category came about, in words."
    )
    result = ResultViewSerializer(allow_null=True)


class ReviewSerializer(serializers.Serializer[Any]):
    """An officer's step."""

    step = serializers.ChoiceField(
        choices=[step.value for step in (Step.ACCEPT, Step.RETURN, Step.REFUSE, Step.REOPEN)]
    )
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=500)


class ReasonSerializer(serializers.Serializer[Any]):
    """Why something is done again or taken back."""

    reason = serializers.CharField(max_length=500)


class ClosingSerializer(serializers.Serializer[Any]):
    """What closing needs: the names of the values to come."""

    public_value_names = serializers.ListField(child=serializers.CharField(max_length=100), min_length=2)
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=500)


class EntryListSerializer(serializers.ModelSerializer[EntryList]):
    """A frozen entry list."""

    public_value_names = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = EntryList
        fields = (
            "id",
            "number",
            "digest",
            "merkle_root",
            "ticket_algorithm",
            "code_version",
            "entry_count",
            "public_value_names",
            "reason",
            "closed_at",
        )
        read_only_fields = fields


class ValueSerializer(serializers.Serializer[Any]):
    """A public value as one officer read it."""

    name = serializers.CharField(max_length=100)
    value = serializers.CharField(max_length=200)


class LineResultSerializer(serializers.Serializer[Any]):
    """One line of the published table."""

    line_id = serializers.CharField()
    school = serializers.CharField()
    track = serializers.CharField()
    seats = serializers.IntegerField()
    applicants = serializers.IntegerField()
    admitted = serializers.IntegerField()
    coordinated = serializers.IntegerField()
    is_full = serializers.BooleanField()


class DrawSerializer(serializers.Serializer[Any]):
    """What was drawn."""

    id = serializers.UUIDField()
    seed = serializers.CharField()
    public_values = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    bundle_digest = serializers.CharField()
    drawn_at = serializers.DateTimeField()


class ResultsSerializer(serializers.Serializer[Any]):
    """The published results of a round."""

    entry_list = EntryListSerializer()
    draw = DrawSerializer()
    lines = LineResultSerializer(many=True)
    placed = serializers.IntegerField()
    not_placed = serializers.IntegerField()


class ReceiptResultSerializer(serializers.Serializer[Any]):
    """The published result of one receipt."""

    receipt = serializers.CharField()
    school = serializers.CharField()
    sentence = serializers.CharField()
    choices = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))

"""How plans, publications and answers are read and printed."""

from typing import Any

from rest_framework import serializers

from accounts.api.district_field import DistrictField
from geo_data.models import DistanceMethod, Stage
from geo_data.selectors.districts import find_only_district_code
from zoning.engine.explain import AGAINST, Consequence
from zoning.engine.faults import LARGEST_CLASS
from zoning.engine.objective import PRESETS
from zoning.models import PlanOrigin, ZonePlan, ZonePublication
from zoning.selectors.choices import Demand, Later
from zoning.selectors.weights import OFFERED
from zoning.selectors.why import Why

MOST_EFFORT = 1000
MOST_SECONDS = 600


class DistrictQuery(serializers.Serializer[object]):
    """Of which district, and of which stage."""

    district = DistrictField(find_only_district_code)
    stage = serializers.ChoiceField(choices=Stage.choices, required=False)


class ViolationSerializer(serializers.Serializer[object]):
    """A rule that a plan breaks."""

    code = serializers.CharField()
    zone = serializers.CharField(
        help_text="Code of the zone, empty where it concerns none.", allow_blank=True
    )
    units = serializers.ListField(child=serializers.CharField(), help_text="Codes of the units concerned.")
    children = serializers.IntegerField(help_text="How many children are too many, or concerned.")
    year = serializers.IntegerField(
        default=0, help_text="The later entry year concerned; 0 for the plan's own."
    )


class NoPlanReasonSerializer(ViolationSerializer):
    """Why no lawful plan was found."""

    schools = serializers.ListField(
        child=serializers.CharField(), help_text="Codes of the zones that are too small together."
    )
    seats = serializers.IntegerField(help_text="Their seats together.")


class PeriodSerializer(serializers.Serializer[object]):
    """Days in force."""

    from_on = serializers.DateField(help_text="First day in force.")
    until_on = serializers.DateField(allow_null=True, help_text="First day no longer in force.")


class PublicationSerializer(serializers.ModelSerializer[ZonePublication]):
    """A plan in force for a period."""

    stage = serializers.ChoiceField(choices=Stage.choices)
    plan_number = serializers.IntegerField(source="plan.number")
    from_on = serializers.DateField(source="in_force.lower")
    until_on = serializers.DateField(source="in_force.upper", allow_null=True)

    class Meta:
        model = ZonePublication
        fields = (
            "id", "district", "stage", "plan", "plan_number", "from_on", "until_on", "document_number",
            "published_at", "withdrawn_at", "withdrawn_reason",
        )  # fmt: skip
        read_only_fields = fields


class PlanPublicationSerializer(serializers.ModelSerializer[ZonePublication]):
    """When a plan of a list is in force."""

    from_on = serializers.DateField(source="in_force.lower")
    until_on = serializers.DateField(source="in_force.upper", allow_null=True)

    class Meta:
        model = ZonePublication
        fields = ("id", "from_on", "until_on", "document_number")
        read_only_fields = fields


class PlanSerializer(serializers.ModelSerializer[ZonePlan]):
    """A version of a district's zones."""

    stage = serializers.ChoiceField(choices=Stage.choices)
    origin = serializers.ChoiceField(choices=PlanOrigin.choices)
    based_on_number = serializers.IntegerField(source="based_on.number", allow_null=True)
    measure_number = serializers.IntegerField(
        source="measure.number",
        allow_null=True,
        help_text="The walks it is judged by; null means straight lines.",
    )
    reconciliation_number = serializers.IntegerField(
        source="reconciliation.number",
        allow_null=True,
        help_text="The run whose reconciled children count; null when others do.",
    )
    created_by_name = serializers.CharField(source="created_by.display_name", allow_null=True)
    cost_km = serializers.SerializerMethodField(
        help_text="Children times kilometres: walks of the measure, or straight lines between units' points."
    )
    lower_bound = serializers.SerializerMethodField(help_text="No lawful plan has fewer child-kilometres.")
    gap = serializers.SerializerMethodField(help_text="Share by which the plan is above the bound.")
    violation_count = serializers.SerializerMethodField()

    class Meta:
        model = ZonePlan
        fields = (
            "id", "district", "stage", "number", "name", "origin", "based_on", "based_on_number", "entry_year",
            "measure", "measure_number", "reconciliation", "reconciliation_number",
            "lawful", "cost_km", "lower_bound", "gap", "violation_count", "created_at", "created_by_name",
        )  # fmt: skip
        read_only_fields = fields

    def get_cost_km(self, plan: ZonePlan) -> float:
        """Return the cost."""
        return float(plan.report["cost_km"])

    def get_lower_bound(self, plan: ZonePlan) -> float | None:
        """Return the bound, None for a plan that no drawing stands behind."""
        return _number(plan.report.get("lower_bound"))

    def get_gap(self, plan: ZonePlan) -> float | None:
        """Return the gap, None without a bound."""
        return _number(plan.report.get("gap"))

    def get_violation_count(self, plan: ZonePlan) -> int:
        """Return how many rules the checker found broken."""
        return len(plan.report.get("violations", ()))


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


class ListedPlanSerializer(PlanSerializer):
    """A version in a list, with the periods in which it is in force."""

    publications = PlanPublicationSerializer(many=True, source="live_publications")

    class Meta:
        model = ZonePlan
        fields = (*PlanSerializer.Meta.fields, "publications")
        read_only_fields = fields


class ZoneSchoolSerializer(serializers.Serializer[object]):
    """A school of a zone."""

    code = serializers.CharField()
    name = serializers.CharField()


class WalkSerializer(serializers.Serializer[object]):
    """How far children live from school, metres on foot by the plan's measure, or as the crow flies."""

    mean = serializers.IntegerField()
    p90 = serializers.IntegerField(help_text="Nine of ten children live no farther.")
    longest = serializers.IntegerField()
    beyond_500 = serializers.SerializerMethodField(help_text="Share of children farther than 500 m.")
    beyond_1000 = serializers.SerializerMethodField(help_text="Share of children farther than 1,000 m.")

    def get_beyond_500(self, walk: Any) -> float:
        """Return the share."""
        return float(walk.beyond[500])

    def get_beyond_1000(self, walk: Any) -> float:
        """Return the share."""
        return float(walk.beyond[1000])


class ZoneFiguresSerializer(serializers.Serializer[object]):
    """A zone in figures."""

    code = serializers.CharField(source="zone.code")
    name = serializers.CharField(source="zone.name")
    schools = ZoneSchoolSerializer(many=True, source="zone.schools")
    units = serializers.IntegerField()
    children = serializers.IntegerField()
    seats = serializers.IntegerField()
    utilization = serializers.FloatField(allow_null=True, help_text="Children per seat.")
    walk = WalkSerializer()


class ChangesSerializer(serializers.Serializer[object]):
    """How the plan differs from the zones in force."""

    plan = serializers.UUIDField(source="plan_id")
    plan_number = serializers.IntegerField()
    units = serializers.ListField(child=serializers.CharField(), help_text="Units whose schools change.")
    children = serializers.IntegerField()


class DrawnForSerializer(serializers.Serializer[object]):
    """What a plan was drawn for."""

    preset = serializers.CharField(allow_null=True)
    weights = serializers.DictField(child=serializers.IntegerField(), help_text="Every weight, metres.")
    changed = serializers.ListField(
        child=serializers.CharField(), help_text="Weights that are own ones, not the preset's."
    )
    class_size = serializers.IntegerField(
        help_text="Children of a full class; 0 where classes did not count."
    )


class ChangeSerializer(serializers.Serializer[object]):
    """One thing to change so that a plan can be lawful."""

    code = serializers.CharField(
        help_text="seats, later_seats, link, lock, forbid, cap, school_cap or township."
    )
    zone = serializers.CharField(allow_blank=True)
    units = serializers.ListField(child=serializers.CharField())
    seats = serializers.IntegerField(help_text="More than now.")
    metres = serializers.IntegerField(help_text="A cap that is enough.")
    year = serializers.IntegerField(help_text="The later entry year, 0 for the plan's own.")


class RemedySerializer(serializers.Serializer[object]):
    """Changes that are enough where a plan with them was found, and needed at least where none was."""

    kind = serializers.CharField(help_text="seats, links, rules, or all where none of these alone is enough.")
    changes = ChangeSerializer(many=True)
    least = serializers.IntegerField(help_text="Proven: so many seats, or links and rules, are needed.")
    is_smallest = serializers.BooleanField(help_text="Proven: no fewer are enough.")
    none_spare = serializers.BooleanField(
        default=False, help_text="Proven of each link and rule: not enough without it."
    )
    plan_found = serializers.BooleanField()
    untold = serializers.CharField(
        default="",
        allow_blank=True,
        help_text="Why there are no changes: none_found, too_large (not looked for) or stopped; else empty.",
    )


class CrossingsSerializer(serializers.Serializer[object]):
    """Main roads on the children's ways to school."""

    children = serializers.IntegerField(help_text="Children who cross at least one.")
    roads = serializers.IntegerField(help_text="Crossed by all children together, once each way.")
    penalty_m = serializers.IntegerField(help_text="Metres that the walks count for each crossing already.")


class PlanOverviewSerializer(serializers.Serializer[object]):
    """A plan in figures, with the zone of every unit."""

    plan = PlanSerializer()
    violations = ViolationSerializer(many=True, source="plan.report.violations")
    hopeless = NoPlanReasonSerializer(
        many=True, source="plan.report.hopeless", help_text="Why no lawful plan was found."
    )
    relax = RemedySerializer(many=True, source="plan.report.relax", default=list)
    zones = ZoneFiguresSerializer(many=True)
    children = serializers.IntegerField()
    seats = serializers.IntegerField()
    walk = WalkSerializer()
    crossings = CrossingsSerializer(allow_null=True, help_text="Null where crossings were not counted.")
    changes = ChangesSerializer(allow_null=True)
    drawn_for = DrawnForSerializer(allow_null=True, help_text="Null for a plan that was not drawn.")
    assignments = serializers.DictField(child=serializers.CharField(), help_text="Unit code to zone code.")


class ReliefSerializer(serializers.Serializer[object]):
    """Another unit that could make room by moving on."""

    unit = serializers.CharField(source="unit_id")
    zone = serializers.CharField(source="school_id", help_text="Where to.")
    children = serializers.IntegerField()
    child_metres_more = serializers.IntegerField()


class ConsequenceSerializer(serializers.Serializer[object]):
    """What putting a unit into a neighbouring zone would mean."""

    zone = serializers.CharField(source="school_id")
    metres_now = serializers.IntegerField(allow_null=True, help_text="Null where no way is known.")
    metres_then = serializers.IntegerField(allow_null=True)
    child_metres_more = serializers.IntegerField(allow_null=True)
    crossings_now = serializers.SerializerMethodField(
        help_text="Main roads on the way to the nearest school; null where they were not counted."
    )
    crossings_then = serializers.SerializerMethodField(help_text="The same in the neighbouring zone.")
    children_then = serializers.IntegerField()
    seats = serializers.IntegerField()
    too_many = serializers.IntegerField(help_text="Children without a seat there.")
    cut_off = serializers.ListField(
        child=serializers.CharField(), help_text="Units of the present zone that would lose their connection."
    )
    is_joined = serializers.BooleanField(help_text="Units of this zone join the unit to its school.")
    instead = ReliefSerializer(many=True, help_text="Units that could make room, cheapest first.")
    against = serializers.ListField(
        child=serializers.ChoiceField(choices=sorted(AGAINST)), help_text="Rules that speak against it."
    )
    is_allowed = serializers.BooleanField()

    def get_crossings_now(self, told: Consequence) -> int | None:
        """Return the main roads on the way within the zone that the unit is in."""
        why: Why = self.context["why"]
        return why.roads.get(why.zone)

    def get_crossings_then(self, told: Consequence) -> int | None:
        """Return those on the way within the neighbouring zone."""
        why: Why = self.context["why"]
        return why.roads.get(told.school_id)


class DrawingWeights(serializers.Serializer[object]):
    """Weights that change the preset's, whole metres; docs/zoning.md says what each means."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return a field for every weight that districts know."""
        return {
            name: serializers.IntegerField(min_value=0, max_value=most, required=False)
            for name, most in OFFERED.items()
        }

    def to_internal_value(self, data: Any) -> Any:
        """Refuse names of no weight, which would be left out in silence."""
        unknown = sorted(set(data) - set(OFFERED)) if isinstance(data, dict) else []
        if unknown:
            raise serializers.ValidationError({name: ["There is no such weight."] for name in unknown})
        return super().to_internal_value(data)


class DrawingRequest(serializers.Serializer[object]):
    """What to draw."""

    district = serializers.CharField()
    stage = serializers.ChoiceField(choices=Stage.choices)
    start_plan = serializers.IntegerField(
        required=False, allow_null=True, default=None, help_text="Number of a version to start from."
    )
    entry_year = serializers.IntegerField(required=False, allow_null=True, default=None)
    preset = serializers.ChoiceField(choices=sorted(PRESETS), required=False, allow_null=True, default=None)
    weights = DrawingWeights(required=False, default=dict, help_text="Those left out are the preset's.")
    class_size = serializers.IntegerField(
        min_value=1,
        max_value=LARGEST_CLASS,
        required=False,
        allow_null=True,
        default=None,
        help_text="Children of a full class, where class_seat_m counts; null means the standard of the stage.",
    )
    school_groups = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField(), min_length=2),
        default=list,
        help_text="Schools that share a zone.",
    )
    method = serializers.ChoiceField(
        choices=DistanceMethod.choices,
        required=False,
        allow_null=True,
        default=None,
        help_text="By which distances; null means walks where they were measured.",
    )
    demand = serializers.ChoiceField(
        choices=[one.value for one in Demand],
        required=False,
        allow_null=True,
        default=None,
        help_text="Whose children count; null means the reconciled ones where a run compared the lists in use.",
    )
    later = serializers.ChoiceField(
        choices=[one.value for one in Later],
        default=Later.IGNORED.value,
        help_text="What later entry years of the projection mean: nothing, a cost, or a rule.",
    )
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=1)
    effort = serializers.IntegerField(
        min_value=1, max_value=MOST_EFFORT, required=False, allow_null=True, default=None
    )
    seconds = serializers.IntegerField(
        min_value=1, max_value=MOST_SECONDS, required=False, allow_null=True, default=None
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse two budgets."""
        if attrs["effort"] is not None and attrs["seconds"] is not None:
            raise serializers.ValidationError("Give effort or seconds, not both.")
        return attrs


class MovesRequest(serializers.Serializer[object]):
    """Which units go to which zone, and why."""

    moves = serializers.DictField(
        child=serializers.CharField(), allow_empty=False, help_text="Unit code to zone code."
    )
    reason = serializers.CharField(max_length=500)


class ReasonRequest(serializers.Serializer[object]):
    """Why."""

    reason = serializers.CharField(max_length=500)


class PublishRequest(PeriodSerializer):
    """The period in which a plan shall be in force."""

    until_on = serializers.DateField(allow_null=True, required=False, default=None)
    document_number = serializers.CharField(max_length=100, allow_blank=True, default="")

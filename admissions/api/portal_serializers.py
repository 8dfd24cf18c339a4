"""How applications of another portal are read and what it is answered."""

from typing import Any

from rest_framework import serializers

from admissions.services.portal_changes import Change


class PortalItemsSerializer(serializers.Serializer[Any]):
    """Applications as the portal writes them: one object each, with the fields that its mapping names."""

    items = serializers.ListField(child=serializers.DictField(), allow_empty=True)
    trial = serializers.BooleanField(
        required=False, default=False, help_text="Say what would become of them, and store nothing."
    )


class PortalFindingSerializer(serializers.Serializer[Any]):
    """What was found at an application: the portal's field, what is wrong, and what to do."""

    code = serializers.CharField()
    column = serializers.CharField()
    zh = serializers.CharField()
    en = serializers.CharField()


class PortalItemSerializer(serializers.Serializer[Any]):
    """What became of one application."""

    index = serializers.IntegerField(help_text="Its place in the request; 0 is the first.")
    application_number = serializers.CharField()
    outcome = serializers.ChoiceField(choices=[change.value for change in Change])
    receipt = serializers.CharField()
    findings = PortalFindingSerializer(many=True)


class PortalTakenSerializer(serializers.Serializer[Any]):
    """What became of a request."""

    batch = serializers.UUIDField(allow_null=True, help_text="Null for a trial: nothing is stored.")
    repeated = serializers.BooleanField(help_text="This very request was taken before.")
    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    withdrawn = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = serializers.IntegerField()
    items = PortalItemSerializer(many=True)


class PortalFileSerializer(serializers.Serializer[Any]):
    """Statuses or results in the portal's form."""

    file = serializers.CharField(help_text="The name of the file with the same rows.")
    digest = serializers.CharField(help_text="SHA-256 of that file; the audit log has it too.")
    rows = serializers.ListField(child=serializers.DictField(child=serializers.CharField(allow_blank=True)))

"""How an address that was found is printed."""

from rest_framework import serializers

from zoning.selectors.by_address import AddressAnswer


class AnsweredAddressSerializer(serializers.Serializer[object]):
    """The address that was found."""

    code = serializers.CharField(source="address.code")
    address = serializers.CharField(source="address.shown")
    township = serializers.CharField(source="address.township")
    called = serializers.CharField(help_text="The alias or old name that was typed, or empty.")
    door = serializers.SerializerMethodField(
        help_text="near: the number is not in the register, its neighbours on the same side lie in this zone; "
        "missing: nor is the building, but the whole estate does."
    )
    by_point = serializers.BooleanField(help_text="The zones do not know its unit: its point decided.")

    def get_door(self, found: AddressAnswer) -> str:
        """Return how the number was found."""
        return found.door.name.lower()

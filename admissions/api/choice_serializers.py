"""How a choice of a family, what became of it, and the figures behind are printed."""

from typing import Any

from rest_framework import serializers


class ChoiceFiguresSerializer(serializers.Serializer[Any]):
    """The figures behind a reason: the line's and the child's own."""

    seats = serializers.IntegerField()
    applicants = serializers.IntegerField()
    by_category = serializers.ListField(
        child=serializers.ListField(),
        help_text="[title, children who listed the line], in the categories' order.",
    )
    own_category = serializers.CharField()
    own_keys = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()), help_text="[what is compared, own value]."
    )
    own_ticket = serializers.CharField(help_text="The first digits; empty for a choice that took no part.")
    last_category = serializers.CharField(help_text="Of the cut-off; empty while seats were left.")
    last_ticket = serializers.CharField()
    locked_until = serializers.CharField(help_text="YYYY-MM-DD; empty where the dwelling is free.")
    losers = serializers.CharField(
        help_text="Where losers of a private draw stand: same_class_last, after_all; empty where they lose nothing."
    )


class ChoiceViewSerializer(serializers.Serializer[Any]):
    """A choice of the list and what became of it."""

    line_id = serializers.CharField()
    school = serializers.CharField()
    choice = serializers.IntegerField()
    seats_aside = serializers.CharField(help_text="Name of the seats where they are set aside; else empty.")
    reason = serializers.CharField()
    sentence = serializers.CharField()
    figures = ChoiceFiguresSerializer(allow_null=True)
    against = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="[what speaks against the child, clause], for a choice to which it has no claim.",
    )
    trace = serializers.ListField(
        child=serializers.CharField(), help_text="Why no category of these seats is the child's, in words."
    )


class ListProofSerializer(serializers.Serializer[Any]):
    """Proof that a child is on the published entry list: docs/lottery.md, 2."""

    format = serializers.CharField()
    lottery_id = serializers.CharField()
    entry_list_digest = serializers.CharField()
    merkle_root = serializers.CharField()
    entry = serializers.DictField(help_text="The child's entry; its canonical JSON is the leaf.")
    index = serializers.IntegerField(help_text="Place of the entry on the list, from 0.")
    size = serializers.IntegerField()
    path = serializers.ListField(
        child=serializers.CharField(), help_text="Hashes from the leaf up to the root."
    )

"""Sealed sessions: while somebody signs in, the session holds the phone number and the code."""

import json

from accounts.sealing import open_sealed, seal

TABLE, FIELD = "django_session", "session_data"
NO_ROW = ""  # a session gets a new key when somebody signs in, so it cannot be bound to its row


class SealedSerializer:
    """Django's JSON serializer of sessions, sealed. Every session ends when its sealing key is taken away."""

    def dumps(self, obj: object) -> bytes:
        """Return the session's values, sealed."""
        return seal(json.dumps(obj, separators=(",", ":")), table=TABLE, row_id=NO_ROW, field=FIELD)

    def loads(self, data: bytes) -> object:
        """Return the session's values."""
        values: object = json.loads(open_sealed(data, table=TABLE, row_id=NO_ROW, field=FIELD))
        return values

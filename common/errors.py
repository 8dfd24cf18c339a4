"""Refusals: what a service raises when it will not do what was asked."""

from collections.abc import Mapping


class DomainError(Exception):
    """A refusal with a stable code, a plain message and details, all free of personal data.

    Subclasses set `code` (stable, snake case) and `http_status` is decided in config/errors.py.
    """

    code = "domain_error"

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details: Mapping[str, object] = details


class RulesSayNo(DomainError):
    """The rules refuse (422)."""

    code = "rules_say_no"


class WrongMoment(DomainError):
    """The moment is wrong, or something changed meanwhile (409)."""

    code = "wrong_moment"


class NotPermitted(DomainError):
    """The actor may not do this (403)."""

    code = "not_permitted"


class NotFound(DomainError):
    """There is no such thing, or the actor may not know of it (404)."""

    code = "not_found"


class MalformedInput(DomainError):
    """The input cannot be read (400)."""

    code = "malformed_input"


class TooMany(DomainError):
    """Too much was asked from one place in a short time (429)."""

    code = "too_many"

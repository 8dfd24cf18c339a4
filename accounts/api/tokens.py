"""Tokens of portals: `Authorization: Bearer jiujin_...`, on the endpoints that are meant for them and nowhere else."""

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import User
from accounts.selectors.tokens import find_account_of_token

LONGEST_TOKEN = 200


class BearerToken(BaseAuthentication):
    """Finds the portal whose token a request shows."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """Return the account, or None where no token is shown; one that does not hold is refused."""
        word, _, token = get_authorization_header(request).partition(b" ")
        if word.lower() != b"bearer":
            return None
        account = None
        if len(token) <= LONGEST_TOKEN and token.isascii():
            account = find_account_of_token(token.decode("ascii").strip(), timezone.now())
        if account is None:
            raise AuthenticationFailed("the token is unknown, revoked or over")
        return account, None

    def authenticate_header(self, request: Request) -> str:
        """Ask for a token: answered with 401."""
        return "Bearer"


class BearerTokenDescription(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself
    """Describes the tokens in the API's description."""

    target_class = "accounts.api.tokens.BearerToken"
    name = "portalToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Return the scheme."""
        return {"type": "http", "scheme": "bearer"}

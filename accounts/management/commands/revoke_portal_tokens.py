"""manage.py revoke_portal_tokens: no token of the portal's account holds any longer."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.selectors.tokens import find_portal_account
from accounts.services.portals import revoke_tokens


class Command(BaseCommand):
    """Revokes all tokens of one account, for example when one was lost."""

    help = "Revoke the tokens of a portal's account"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: object, **options: object) -> None:
        account = find_portal_account(str(options["username"]))
        if account is None:
            raise CommandError("there is no such account of a portal")
        revoked = revoke_tokens(actor=None, now=timezone.now(), account_id=account.pk)
        self.stdout.write(f"{revoked} revoked")

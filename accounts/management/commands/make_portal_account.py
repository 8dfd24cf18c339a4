"""manage.py make_portal_account: another platform may hand in applications and fetch results, by token."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.selectors.tokens import find_portal_account
from accounts.services.portals import issue_token, make_portal_account
from common.errors import DomainError


class Command(BaseCommand):
    """Makes the account where there is none, and issues a token that is printed this once."""

    help = "Make an account for another portal, or issue it a new token"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--portal", required=True, help="the portal's code, as in its mapping")
        parser.add_argument("--district", required=True, help="district code")
        parser.add_argument("--days", type=int, default=90, help="how long the token is valid")

    def handle(self, *args: object, **options: object) -> None:
        now, username = timezone.now(), str(options["username"])
        portal, district = str(options["portal"]), str(options["district"])
        try:
            account = find_portal_account(username) or make_portal_account(
                actor=None, now=now, username=username, portal_code=portal, district_code=district
            )
            if (account.portal_code, account.district_code) != (portal, district):
                raise CommandError(
                    f"{username} is the account of {account.portal_code} in {account.district_code}"
                )
            token = issue_token(actor=None, now=now, account_id=account.pk, days=int(str(options["days"])))
        except DomainError as refusal:
            raise CommandError(f"{refusal.code}: {refusal.message}") from refusal
        self.stdout.write(token)

"""What every test run needs: a database of its own, and settings that are quick instead of careful."""

import fcntl
import os
from collections.abc import Iterator
from itertools import count
from typing import IO, Any

import hypothesis
import pytest
from django.conf import settings
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from config.paths import VAR
from tests.databases import empty_tables, is_there, migrated_template

SLOT = "JIUJIN_TEST_SLOT"

# Speed is judged in benchmarks, never by a test; CI draws the same examples every time, a person new ones.
hypothesis.settings.register_profile(
    "jiujin",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
hypothesis.settings.load_profile("jiujin")


def _free_slot() -> tuple[str, IO[str]]:
    """Return the first test database nobody is using, and the lock that says so until this process ends."""
    VAR.mkdir(exist_ok=True)
    for number in count():
        lock = open(VAR / f"tests-{number}.lock", "w")  # noqa: SIM115 - held until the process ends
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
        else:
            return str(number), lock
    raise AssertionError("unreachable: there is always a next number")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Two runs at once, or a run and its parallel workers, never share a database."""
    if "workerinput" not in vars(config):
        os.environ[SLOT], config.stash[_LOCK] = _free_slot()
    database: dict[str, Any] = settings.DATABASES["default"]
    database.setdefault("TEST", {})["NAME"] = f"test_jiujin_{os.environ[SLOT]}"
    # A test database may be lost with the machine.
    options = database.setdefault("OPTIONS", {})
    options["options"] = f"{options.get('options', '')} -c synchronous_commit=off".strip()
    settings.REQUIRE_SECOND_FACTOR = False  # but for the tests of it
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


_LOCK: pytest.StashKey[IO[str]] = pytest.StashKey()


@pytest.fixture(scope="session", autouse=True)
def _plain_static_files() -> Iterator[None]:
    """Pages under test name their static files plainly, so that no collected manifest is needed."""
    stored = settings.STORAGES["staticfiles"]
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    yield
    settings.STORAGES["staticfiles"] = stored


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_blocker: DjangoDbBlocker,
    django_db_keepdb: bool,
    django_db_createdb: bool,
) -> None:
    """A new test database is a copy of one that was migrated once for just these migrations."""
    database: dict[str, Any] = settings.DATABASES["default"]
    with django_db_blocker.unblock():
        if not (django_db_keepdb and not django_db_createdb and is_there(database["TEST"]["NAME"])):
            database["TEST"]["TEMPLATE"] = migrated_template()


# A test with transactions of its own empties all tables when it ends, insert-only ones too.
TransactionTestCase._fixture_teardown = lambda self: empty_tables()  # type: ignore[attr-defined]

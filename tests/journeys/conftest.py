"""What every journey needs: a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.pages_world import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Playwright runs a loop of its own in this thread, beside which Django would refuse to ask the database."""
    with pytest.MonkeyPatch.context() as patch, chromium() as started:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield started

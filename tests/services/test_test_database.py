"""A test with transactions of its own leaves nothing to the next one."""

import pytest
from django.core.cache import cache


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_what_a_test_has_cached_is_gone_for_the_next(time: str) -> None:
    assert cache.get("left") is None
    cache.set("left", time)

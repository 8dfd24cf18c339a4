"""Figures in words, as they are said to families."""

from collections.abc import Mapping

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext, get_language

register = template.Library()


def language() -> str:
    """Return the language of the answer as the rules name it: zh or en."""
    return "en" if (get_language() or "").startswith("en") else "zh"


@register.filter
def distance(metres: float | None) -> str:
    """Say metres as a family would: 850 m, 1.2 km."""
    if metres is None:
        return "–"
    if metres < 1000:
        return gettext("%(number)s m") % {"number": number_format(round(metres, -1) or 10, decimal_pos=0)}
    return gettext("%(number)s km") % {"number": number_format(metres / 1000, decimal_pos=1)}


@register.filter
def percent(share: float | None) -> str:
    """Say a share between 0 and 1 as percent with one decimal."""
    return "–" if share is None else f"{share * 100:.1f} %"


@register.filter
def titled(title: Mapping[str, str]) -> str:
    """Return the title of a policy's line or category in the language of the page."""
    return title[language()]


@register.filter
def short_digest(digest: str) -> str:
    """Return the head of a digest, enough to compare by eye."""
    return " ".join(digest[start : start + 4] for start in range(0, 16, 4))

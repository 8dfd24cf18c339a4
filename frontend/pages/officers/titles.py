"""The titles that a round's policy gives its lines and categories."""

from collections.abc import Mapping

from admissions.models import AdmissionRound
from admissions.rules.synchronized import COUNTY_TITLES
from admissions.selectors.rounds import policy_of
from frontend.pages.language import language


def titles_of(found: AdmissionRound) -> Mapping[str, str]:
    """Return titles by code, in the language of the page; a code without a title stands for itself."""
    policy = policy_of(found)
    named = dict(COUNTY_TITLES) | {category.code: category.title for category in policy.categories}
    named |= {line.code: line.title for line in policy.lines}
    return _Titles({code: title.zh if language() == "zh" else title.en for code, title in named.items()})


class _Titles(dict[str, str]):
    def __missing__(self, code: str) -> str:
        return code

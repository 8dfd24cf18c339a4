"""Words on screen for the sort keys of a child: what was compared, and the child's own value."""

from datetime import date

from admissions.rules.category import KEY_LAST, KEY_TERMS, MORE_IS_BETTER
from admissions.rules.policy_records import SortKey
from admissions.rules.terms import spec_of
from admissions.rules.vocabulary import Kind
from admissions.rules.words import Words, term_words, value_words


def key_words(key: SortKey, value: int) -> tuple[Words, Words]:
    """Return the name of the key and the value that the integer of `sort_keys` stands for.

    Raises KeyError for the ticket, which is no fact of the child. Source: docs/rules/sort-keys.md.
    """
    term = KEY_TERMS[key]
    if value == KEY_LAST:
        return term_words(term), value_words(None)
    if key is SortKey.SIBLING:
        return term_words(term), value_words(value == 0)
    if spec_of(term).kind is Kind.DATE:
        return term_words(term), value_words(date.fromordinal(value))
    return term_words(term), value_words(-value if key in MORE_IS_BETTER else value)

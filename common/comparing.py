"""When are two texts the same? One rule for readers, which find doubles, and for the keyed indexes of the database."""

import unicodedata


def of_one_width(text: str) -> str:
    """Return the text with letters, digits and signs of full width, and other ways to write the same, as plain ones.

    Source: Unicode Standard Annex 15, NFKC.
    """
    return text if text.isascii() else unicodedata.normalize("NFKC", text)  # which leaves ASCII as it is


def as_compared(text: str) -> str:
    """Return what is compared of a text: of one width, without white space around, in capitals."""
    return of_one_width(text).strip().upper()

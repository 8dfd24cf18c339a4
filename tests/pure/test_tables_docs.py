"""The documentation states the columns and findings of the code."""

from pathlib import Path

import pytest

from geo_data.addresses.zone_world import Reason
from geo_data.tables.documentation import with_tables

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "import.md"


@pytest.mark.parametrize("name", ["import.md", "zone-texts.md", "zone-rules.md"])
def test_tables_of_every_page_are_those_of_the_code(name: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")

    assert with_tables(text) == text


def test_every_reason_of_a_zone_text_is_on_its_page() -> None:
    text = (DOCS / "zone-texts.md").read_text(encoding="utf-8")

    assert [reason for reason in Reason if f"`{reason.value}`" not in text] == []


def test_columns_of_the_lists_are_those_of_the_code() -> None:
    text = (PAGE.parent / "registers.md").read_text(encoding="utf-8")

    assert with_tables(text) == text
    assert "| 学籍号 | `pupil_number` | text |" in text


def test_tables_of_the_page_are_those_of_the_code() -> None:
    text = PAGE.read_text(encoding="utf-8")

    assert with_tables(text) == text, "write the tables anew with geo_data.tables.documentation.with_tables"
    assert "| 身份证号 | `identity` | text | yes |" in text
    assert "`coverage_fault`" in text


def test_the_columns_of_the_register_are_those_of_the_code() -> None:
    text = (DOCS / "addresses.md").read_text(encoding="utf-8")

    assert with_tables(text) == text
    assert "| 门牌号 | `door_number` | text |" in text


def test_a_table_that_is_out_of_date_is_written_anew() -> None:
    old = "before\n<!-- columns: borders -->\n| stale |\n<!-- end -->\nafter\n"

    new = with_tables(old)

    assert "stale" not in new
    assert "`unit_a`" in new
    assert new.startswith("before\n")
    assert new.endswith("<!-- end -->\nafter\n")

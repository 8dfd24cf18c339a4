"""The documentation states the columns and findings of the code."""

from pathlib import Path

from geo_data.tables.documentation import with_tables

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "import.md"


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

"""How long many survey sheets take as PDF and XLSX: `python -m benchmarks.survey_sheets [sheets]`."""

import os
import sys
import time
from datetime import date

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from geo_data.services.survey_papers import print_papers  # noqa: E402 - settings come first
from geo_data.tables.survey_records import KnownRow, Paper, blank_keys  # noqa: E402
from geo_data.tables.survey_workbook import write_workbook  # noqa: E402

CHILDREN, EMPTY_ROWS = 30, 10


def paper(number: int) -> Paper:
    """Return a sheet like no other."""
    rows = tuple(
        KnownRow(
            f"K{place}",
            f"H{place // 2}",
            {
                "name": f"甲{number}{place}",
                "sex": "female" if place % 2 else "male",
                "birth_on": f"2020-01-{place % 28 + 1:02}",
                "identity": "990102202001010028",
                "guardian": "",
                "school_now": "第一幼儿园",
                "registration_kind": "family",
                "dwelling_right": "owned",
                "address": f"{number}号楼{place}室",
                "phone": "10000000001",
            },
        )
        for place in range(1, CHILDREN + 1)
    )
    return Paper(
        sheet_id=str(number),
        code=f"{number:08}",
        issue=1,
        district="样例县",
        township="样城街道",
        unit=f"第{number}小区",
        year=2026,
        responsible="丁某某",
        role="网格员",
        issued_on=date(2026, 2, 10),
        due_on=date(2026, 3, 15),
        born_from=date(2019, 9, 1),
        born_until=date(2021, 9, 1),
        rows=rows,
        blank_keys=blank_keys(EMPTY_ROWS),
    )


def main(sheets: int) -> None:
    """Make the sheets one after the other in this process, as the background job does, without storing them."""
    papers = [paper(number) for number in range(sheets)]
    print_papers(papers[:1])  # finds the fonts of the machine once
    started, worked = time.perf_counter(), time.process_time()
    pdf_bytes = sum(len(print_papers([one])) for one in papers)
    printed, printing = time.perf_counter(), time.process_time()
    xlsx_bytes = sum(len(write_workbook(one)) for one in papers)
    written, writing = time.perf_counter(), time.process_time()
    print(f"{sheets} sheets of {CHILDREN} children and {EMPTY_ROWS} empty rows")
    _tell("PDF", printed - started, printing - worked, pdf_bytes / sheets)
    _tell("XLSX", written - printed, writing - printing, xlsx_bytes / sheets)


def _tell(form: str, seconds: float, processor_seconds: float, bytes_each: float) -> None:
    print(f"{form}: {seconds:.1f} s, {processor_seconds:.1f} s of processor, {bytes_each / 1000:.0f} kB each")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)

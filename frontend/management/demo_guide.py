"""What `make demo` prints at its end: where to look, and as whom to sign in."""

from collections.abc import Sequence
from datetime import date, timedelta

from accounts.sealing import current_keyring
from geo_data.models import DatasetKind
from geo_data.selectors.children import iter_children, unseal_child
from geo_data.selectors.datasets import get_current_dataset
from geo_data.selectors.units import get_unit

GUIDE = """
样例县已就绪 / The sample county is ready

  首页 Home                     /
  我的学区 Which school         /zones/
  录取结果 Results              /results/        其中有去年录取机会 with the chances of last year
  自己核验 Check it yourself    /check/
  报名 Apply                    /apply/        手机验证码登录 sign in by phone code, any number such as {phone}
  办公 Office                   /office/       {staff}  密码 password: {password}
  入户调查 Door to door         /office/surveys/
  接口 API                      /api/docs/

{year} 年报名开放，可用这些样例孩子试报（姓名、身份证号、小区村、家长手机号）；用家长手机号登录，能看到登记情况
applications for {year} are open; try with these invented children (name, identity number, home, phone); sign in with
the phone to be shown what the registers know:
{children}
"""
SAMPLE_PHONE = "13800000000"
CHILDREN = 3


def guide(district_code: str, staff: Sequence[str], password: str, year: int) -> str:
    """Return the text, with the identity numbers of a few invented entrants of that year."""
    return GUIDE.format(
        phone=SAMPLE_PHONE,
        staff=" / ".join(staff),
        password=password,
        year=year,
        children="\n".join(_children(district_code, year)),
    )


def _children(district_code: str, year: int) -> list[str]:
    census = get_current_dataset(district_code, DatasetKind.CHILDREN)
    units = get_current_dataset(district_code, DatasetKind.UNITS)
    born_from = date(year - 7, 9, 1)
    lines: list[str] = []
    for child in iter_children(
        census, born_from=born_from, born_until=born_from + timedelta(days=365), chunk=50
    ):
        if child.household.unit_code and len(lines) < CHILDREN:
            opened = unseal_child(child, current_keyring())
            unit = get_unit(units, child.household.unit_code)
            lines.append(f"  {opened.name}  {opened.identity}  {unit.name}  {opened.phone}")
        elif len(lines) == CHILDREN:
            break
    return lines

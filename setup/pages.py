"""Writes the generated pages of docs/: the settings and the codes of refusals."""

import ast
import importlib
import os
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import django

from config.paths import BASE

if TYPE_CHECKING:
    from common.errors import DomainError

# What each setting means, Chinese first. A setting read in config/ or setup/ but missing here fails the page.
SETTINGS = {
    "JIUJIN_SECRET_KEY": (
        "签名会话与令牌的密钥；`make setup` 自动生成",
        "signs sessions and tokens; `make setup` makes one",
    ),
    "JIUJIN_SEAL_KEYS": (
        "个人信息加密密钥，`编号:base64`，逗号分隔；第一个用于加密，全部可用于解密",
        "keys of sealed personal fields, `id:base64` separated by commas; the first seals, all of them open",
    ),
    "JIUJIN_BLIND_INDEX_KEY": (
        "证件号、手机号查重索引的密钥（base64）",
        "key of the blind index of phones and documents (base64)",
    ),
    "JIUJIN_TICKET_ALGORITHM": (
        "派位号算法：`HMAC-SHA-256` 或国密 `HMAC-SM3`；截止时写入名单，此后更改不影响已截止的批次",
        "keyed hash of the draw: `HMAC-SHA-256` or `HMAC-SM3`; written into the list when entries close",
    ),
    "JIUJIN_SIDE_BY_SIDE_CHILDREN": (
        "一个批次的孩子达到此数时，审核名单和核验结果在几个进程中同时进行；0 表示总是，机器只有一个核心时可设得很大",
        "children from which a round is judged and verified in several processes; 0: always; very high on one core",
    ),
    "JIUJIN_SEAL_CIPHER": (
        "个人信息加密算法：`AES-256-GCM` 或国密 `SM4-GCM`",
        "cipher of sealed fields: `AES-256-GCM` or `SM4-GCM`",
    ),
    "JIUJIN_BLIND_INDEX_HASH": (
        "查重索引算法：`sha256` 或国密 `sm3`；录入首行数据前确定，之后不可更改",
        "hash of the blind index: `sha256` or `sm3`; chosen before the first row and never changed",
    ),
    "JIUJIN_DEBUG": (
        "开发调试模式，正式环境必须关闭",
        "shows faults in the browser; never on a bureau's server",
    ),
    "JIUJIN_HOSTS": ("允许访问的主机名，逗号分隔", "host names the server answers to, separated by commas"),
    "JIUJIN_TRUSTED_ORIGINS": (
        "允许提交表单的来源，如 `https://zs.example.gov.cn`",
        "origins forms may come from",
    ),
    "JIUJIN_LOOKUPS_PER_MINUTE": (
        "每个网页进程每分钟对同一网络地址回答的地址与学区查询数；0 表示不限",
        "public look-ups of addresses and zones answered to one network address, a minute and web process; 0: no limit",
    ),
    "JIUJIN_PORTAL_REQUESTS_PER_MINUTE": (
        "每个外部平台账号每分钟的请求数上限",
        "requests of one portal's account a minute",
    ),
    "JIUJIN_PORTAL_BATCH_ITEMS": (
        "外部平台每次请求最多提交的申请数",
        "applications that a portal may hand in with one request",
    ),
    "JIUJIN_PORTAL_BATCH_BYTES": (
        "外部平台每次请求的最大字节数",
        "bytes that one request of a portal may have",
    ),
    "JIUJIN_LOOK_UPS": (
        "查询哪些部门数据的 JSON 文件（docs/look-ups.md）；为空时查询已导入的名单",
        "JSON file of the registers asked about a child (docs/look-ups.md); empty: the imported lists",
    ),
    "JIUJIN_ADDRESS_FILES_KEPT_DAYS": (
        "批量查询的地址文件最多保留的天数，下载后立即删除",
        "days that files of addresses looked up by officers are kept at most; downloaded ones are deleted at once",
    ),
    "JIUJIN_DEMO": (
        "演示模式：登录验证码直接显示在页面上；真实招生时绝不可开启",
        "shows sign-in codes on the page: never where real families apply; `make demo` sets it",
    ),
    "JIUJIN_REQUIRE_SECOND_FACTOR": (
        "工作人员是否必须使用动态口令（默认：非演示模式即必须）",
        "whether staff need an authenticator; by default everywhere but in a demo",
    ),
    "JIUJIN_PHONE_COUNTRY": ("手机号默认国家区号", "country code of phone numbers given without one"),
    "JIUJIN_SMS_URL": (
        "短信网关地址；为空时短信留在待发箱",
        "address of the message gateway; without one messages stay in the outbox",
    ),
    "JIUJIN_SMS_GATEWAY": (
        "自有短信适配器的类名（accounts.messages.Gateway 接口），优先于网关地址",
        "dotted name of an adapter of your own (interface accounts.messages.Gateway); goes before the address",
    ),
    "JIUJIN_SMS_TOKEN": ("短信网关令牌", "token of the message gateway"),
    "JIUJIN_SMS_BODY": (
        "短信网关请求体，占位 `{phone}`、`{text}`；按模板发送另有 `{kind}`、`{code}`、`{receipt}`、`{until}`、`{id}`",
        "body of a request to the gateway, with `{phone}` and `{text}`; for templates also `{kind}`, `{code}`,"
        " `{receipt}`, `{until}` and `{id}`",
    ),
    "JIUJIN_PROXIES": ("可信反向代理的层数", "how many proxies stand in front and may be believed"),
    "JIUJIN_HTTPS": (
        "是否在 HTTPS 之后运行（安全 Cookie）",
        "whether the proxy in front speaks HTTPS (secure cookies)",
    ),
    "JIUJIN_KERNEL_CACHE": ("编译后的计算内核存放目录", "folder of compiled kernels"),
    "JIUJIN_STATIC_ROOT": ("静态文件目录", "folder of collected static files"),
    "JIUJIN_FILES": ("上传文件目录", "folder of uploaded files"),
    "JIUJIN_UPLOADS": ("上报文件的存放目录（加密保存）", "folder of the files handed in, sealed"),
    "JIUJIN_UPLOADS_BACKEND": (
        "上报文件的存储后端（Django 存储类），例如 S3 兼容存储；内容仍先加密",
        "Django storage class of the files handed in, such as an S3 one; what it gets is sealed",
    ),
    "JIUJIN_UPLOADS_OPTIONS": (
        '该后端的参数（JSON），例如 `{"bucket_name": "..."}`',
        'options of that class as JSON, such as `{"bucket_name": "..."}`',
    ),
    "JIUJIN_UPLOAD_MIB": ("单个上报文件的最大体积（MiB）", "largest file that may be handed in, MiB"),
    "JIUJIN_UPLOAD_DAYS": (
        "上报文件保留天数，到期删除文件，数据版本保留",
        "days a file is kept; its version of the data stays",
    ),
    "JIUJIN_SCRATCH": (
        "读取文件时的临时目录（明文，读完即删），建议放在内存盘或加密盘",
        "folder where a file lies open while it is read; best in memory or on an encrypted disk",
    ),
    "JIUJIN_READER_CPU_SECONDS": ("读取一个文件的处理器时间上限（秒）", "processor seconds to read one file"),
    "JIUJIN_READER_WALL_SECONDS": (
        "读取并存储一个文件的总时间上限（秒）",
        "seconds to read and store one file",
    ),
    "JIUJIN_READER_MEMORY_MIB": ("读取一个文件的内存上限（MiB）", "memory to read one file, MiB"),
    "JIUJIN_READER_OUTPUT_MIB": ("一个文件读出数据的上限（MiB）", "what may be read out of one file, MiB"),
    "JIUJIN_READER_OPEN_FILES": ("读取时可打开的文件数", "files open at once while reading"),
    "JIUJIN_TIME_ZONE": ("时区", "time zone of calendars and pages"),
    "JIUJIN_MAP_REVIEW_NUMBER": (
        "地图审图号；未设置时公众页面不显示地图，只用文字和表格",
        "review number of public maps; without one public pages answer in words and tables",
    ),
    "JIUJIN_PLAN_FILES_PUBLIC": (
        "公众可否下载已发布学区方案的重算文件（含每个小区的儿童数和坐标）；还须有审图号",
        "whether the public may download the files to check published zones (children and point of every unit); needs a"
        " map review number too",
    ),
    "JIUJIN_LOG_LEVEL": ("日志级别", "how much is logged"),
    "JIUJIN_PORT": ("`make demo` 与 `make serve` 的端口", "port of `make demo` and `make serve`"),
    "JIUJIN_WEB_WORKERS": ("网页进程数", "number of web processes"),
    "DATABASE_URL": (
        "正式数据库 `postgres://用户:密码@主机:端口/库名`（需 PostGIS 3.3+）；为空则使用 var/ 下的私有数据库",
        "a real server with PostGIS 3.3 or newer; empty means the private cluster under var/",
    ),
}

SETTINGS_HEAD = """# 设置 · Settings

由代码生成，请勿手改（`make docs`）。先读环境变量，再读 `JIUJIN_ENV_FILE` 所指文件
（默认 `var/jiujin.env`，每行 `名称=值`）。

Generated from the code by `make docs`. The environment comes first, then the file named by `JIUJIN_ENV_FILE`
(by default `var/jiujin.env`, a `NAME=value` a line).

| 名称 Name | 默认值 Default | 说明 | Meaning |
| --- | --- | --- | --- |
"""

ERRORS_HEAD = """# 错误代码 · Codes of refusals

由代码生成，请勿手改（`make docs`）。接口返回 `{code, message, details}`；代码长期不变，消息可以改进。

Generated from the code by `make docs`. The API answers `{code, message, details}`; a code never changes its meaning.

| 代码 Code | HTTP | 含义 Meaning | 定义处 Defined in |
| --- | --- | --- | --- |
"""


def write_settings(to: Path) -> None:
    """Write the page of settings; one without a meaning, or a meaning nobody reads, ends the program."""
    defaults = dict(_settings_read())
    if untold := sorted(SETTINGS.keys() ^ defaults.keys()):
        sys.exit(f"setup/pages.py and the code disagree about the settings {', '.join(untold)}")
    lines = (
        f"| `{name}` | {default} | {SETTINGS[name][0]} | {SETTINGS[name][1]} |\n"
        for name, default in sorted(defaults.items())
    )
    to.write_text(SETTINGS_HEAD + "".join(lines), encoding="utf-8")


def write_errors(to: Path) -> None:
    """Write the page of refusals. Raises ValueError when one code has two statuses."""
    rows: dict[tuple[str, str], int] = {}
    statuses: dict[str, int] = {}
    for kind, status in _refusals():
        if statuses.setdefault(kind.code, status) != status:
            raise ValueError(f"{kind.__qualname__}: the code {kind.code} already means {statuses[kind.code]}")
        meaning = " ".join((kind.__doc__ or "").split()).replace("|", "\\|")
        rows[kind.code, f"{meaning} | `{kind.__module__}`"] = status
    lines = (f"| `{code}` | {status} | {rest} |\n" for (code, rest), status in sorted(rows.items()))
    to.write_text(ERRORS_HEAD + "".join(lines), encoding="utf-8")


def _settings_read() -> Iterator[tuple[str, str]]:
    """Yield name and default of every setting that code reads through config/environment.py."""
    for path in sorted((*(BASE / "config").glob("*.py"), *(BASE / "setup").glob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in _READERS:
                name, *default = node.args
                yield ast.literal_eval(name), _default(default, ast.unparse(node.func))


_READERS = {f"environment.{reader}" for reader in ("text", "flag", "words")}


def _default(given: list[ast.expr], reader: str) -> str:
    if not given and reader != "environment.words":
        return "必填 required"
    if not given:
        return "空 empty"
    if isinstance(given[0], ast.Constant):
        value = given[0].value
        return {True: "`yes`", False: "`no`", "": "空 empty"}.get(value, f"`{value!s}`")
    written = ast.unparse(given[0])
    if "VAR /" in written:  # a folder under var/, written as str(VAR / "name")
        return (
            f"`var/{next(str(node.value) for node in ast.walk(given[0]) if isinstance(node, ast.Constant))}`"
        )
    return f"`{written.lower()}`"


def _refusals() -> list[tuple["type[DomainError]", int]]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from common.errors import DomainError
    from config.errors import STATUS

    for app in ("accounts", "geo_data", "zoning", "admissions"):
        package = importlib.import_module(app)
        for module in pkgutil.walk_packages(package.__path__, f"{app}."):
            if ".migrations" not in module.name:
                importlib.import_module(module.name)

    def below(kind: type[DomainError]) -> Iterator[type[DomainError]]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    kinds = sorted(set(below(DomainError)), key=lambda kind: (kind.code, kind.__qualname__))
    return [
        (kind, next(STATUS[base] for base in kind.__mro__ if base in STATUS))
        for kind in kinds
        if "code" in vars(kind)
    ]

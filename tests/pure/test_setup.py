"""Set-up makes keys once, finds words in templates that nobody marked for translation, and builds a whole image."""

import base64
import re
import stat
from pathlib import Path

from config.paths import BASE
from setup.keys import write_once
from setup.messages import _bare_words


def test_keys_are_written_once_for_the_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "jiujin.env"

    assert write_once(path) is True
    first = path.read_text()
    assert write_once(path) is False

    assert path.read_text() == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [left.name for left in path.parent.iterdir()] == ["jiujin.env"]
    settings = dict(line.split("=", 1) for line in first.splitlines() if not line.startswith("#"))
    name, key = settings["JIUJIN_SEAL_KEYS"].split(":")
    assert name == "k1"
    assert len(base64.b64decode(key)) == len(base64.b64decode(settings["JIUJIN_BLIND_INDEX_KEY"])) == 32


def test_two_installations_never_share_a_key(tmp_path: Path) -> None:
    write_once(tmp_path / "one.env")
    write_once(tmp_path / "other.env")

    one, other = ((tmp_path / name).read_text().splitlines()[1:] for name in ("one.env", "other.env"))
    assert not set(one) & set(other)


def test_words_are_found_only_where_people_would_read_them_untranslated() -> None:
    template = """{% load i18n %}{# a note #}<style>b { color: red }</style>
      <p class="big" title="bare title">{% translate "marked" %} bare text {{ value }}</p>
      {% blocktranslate %}marked too{% endblocktranslate %}<a lang="en">English</a> 12 &nbsp;"""

    assert list(_bare_words(template)) == ["bare text", "bare title"]


def test_what_the_web_server_stores_for_the_worker_lies_in_the_volume_that_both_have() -> None:
    image = (BASE / "Dockerfile").read_text(encoding="utf-8")
    services = (BASE / "compose.yaml").read_text(encoding="utf-8")
    stated = dict(re.findall(r"\b(JIUJIN_\w+)=(\S+)", image))

    for name in ("JIUJIN_FILES", "JIUJIN_UPLOADS"):
        assert stated[name].startswith("/data/"), name
        assert re.search(rf"mkdir -p [^&]*{stated[name]}\b", image), name
    assert "VOLUME /data" in image
    assert "volumes: [files:/data]" in services

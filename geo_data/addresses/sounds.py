"""How a name sounds: pinyin and initials, for people who type sounds, and for letters that only sound alike."""

from itertools import islice, product

from pypinyin import Style, lazy_pinyin

MOST_READINGS = 8
# Letters that are read in more than one way in names of places, or that many people read otherwise. The phrase's own
# reading, pypinyin's, comes first; these are added to it.
COMMON_READINGS = {
    "乐": ("le", "yue"), "朝": ("chao", "zhao"), "长": ("chang", "zhang"), "重": ("chong", "zhong"),
    "曾": ("zeng", "ceng"), "六": ("liu", "lu"), "厦": ("xia", "sha"), "堡": ("bao", "bu", "pu"),
    "行": ("xing", "hang"), "都": ("du", "dou"), "单": ("shan", "dan"), "解": ("jie", "xie"),
    "巷": ("xiang", "hang"), "盛": ("sheng", "cheng"), "番": ("fan", "pan"), "会": ("hui", "kuai"),
    "圩": ("xu", "wei"), "浒": ("hu", "xu"), "尉": ("wei", "yu"), "洞": ("dong", "tong"), "藏": ("zang", "cang"),
    "查": ("cha", "zha"), "覃": ("qin", "tan"), "埔": ("pu", "bu"), "泊": ("bo", "po"), "涡": ("guo", "wo"),
    "宿": ("su", "xiu"), "莘": ("shen", "xin"), "薄": ("bo", "bao"), "阿": ("a", "e"), "繁": ("fan", "po"),
    "大": ("da", "dai"), "车": ("che", "ju"), "石": ("shi", "dan"), "弹": ("dan", "tan"), "率": ("lu", "shuai"),
    "仇": ("qiu", "chou"), "卜": ("bu", "bo"), "陂": ("bei", "po", "pi"), "晟": ("sheng", "cheng"),
    "铅": ("qian", "yan"), "柏": ("bai", "bo"), "歙": ("she", "xi"), "蚌": ("bang", "beng"), "峪": ("yu", "gu"),
    "郇": ("xun", "huan"), "隗": ("wei", "kui"), "尹": ("yin",),
}  # fmt: skip


def readings(text: str) -> tuple[tuple[str, ...], ...]:
    """Return how a normalized name may be read, syllable by syllable; the phrase's own reading first.

    pypinyin reads the phrase (长安路: chang, 长官路: zhang); the common other readings of its letters follow, in the
    order of the letters, at most MOST_READINGS in all. ü is written u (绿: lu); figures and Latin letters stay as
    they are. Source: docs/addresses.md (sounds).
    """
    phrase = [syllable.replace("v", "u") for syllable in lazy_pinyin(text, style=Style.NORMAL, v_to_u=False)]
    if len(phrase) != len(text):  # figures and Latin letters come in runs: no letter is read by itself then
        return (tuple(phrase),)
    choices = [
        dict.fromkeys((own, *COMMON_READINGS.get(letter, ())))
        for letter, own in zip(text, phrase, strict=True)
    ]
    return tuple(islice(dict.fromkeys(product(*choices)), MOST_READINGS))


def pinyin_keys(text: str) -> tuple[str, ...]:
    """Return the name in pinyin without gaps, once per reading, none twice."""
    return tuple(dict.fromkeys("".join(syllables) for syllables in readings(text)))


def initial_keys(text: str) -> tuple[str, ...]:
    """Return the first letters of the syllables, once per reading, none twice; figures stay whole."""
    return tuple(
        dict.fromkeys(
            "".join(part if part.isdigit() else part[:1] for part in syllables)
            for syllables in readings(text)
        )
    )

"""Letters that mean the same in an address: widths, traditional forms, Chinese figures, white space."""

import re
import unicodedata
from functools import lru_cache

# Traditional forms that stand in addresses, beside their simplified ones. Not a general conversion: names of places.
TRADITIONAL = str.maketrans(
    "號棟樓單園區廠東門裏里鎮鄉莊橋華麗龍鳳廣場陽塢灣溝營蘭蘇錦繡僑聯興業豐學實驗廟寶峯峰嶺澤頭嘴臺台壩壟"
    "圍團電視衛農機關醫藥銀財稅務貿紡織鐵軌車馬魚鷹鶴鵬鴻鷺鳥龜貝長廈閣軒綠藍紅紫黃齊齋義憲憶憫慶應懷戰"
    "擇據揚撫擁攬數樂樸樹機橫檔櫻權歐歲歷殘漢湯溫滄漁潤澗濱瀾瀘燈燒營爾獅瑪環瓊畫異癥發盧監盤碩礦禮禪積穩"
    "窯窩競筆節範築簡籃糧級紀約純紙結絡經綜維網緯縣總績繞纜罷羅聖聞聲職臨舉舊莖葉蒼蓮蔣薩藝蘆處虛衝裝覽觀"
    "訊許設誠語謝議護讓賓賢賀賽贊趙躍軍輕輝輪轉農邊達遠遷還鄰鄧鄭鐘鑄鑫鑰閩閱闊陳陸隊階際隨險隱雙雜雞離雲"
    "靈靜韓項順須預頤題顏願類顧風飛飯飲館騰驛體麥點黨",
    "号栋楼单园区厂东门里里镇乡庄桥华丽龙凤广场阳坞湾沟营兰苏锦绣侨联兴业丰学实验庙宝峰峰岭泽头嘴台台坝垄"
    "围团电视卫农机关医药银财税务贸纺织铁轨车马鱼鹰鹤鹏鸿鹭鸟龟贝长厦阁轩绿蓝红紫黄齐斋义宪忆悯庆应怀战"
    "择据扬抚拥揽数乐朴树机横档樱权欧岁历残汉汤温沧渔润涧滨澜泸灯烧营尔狮玛环琼画异症发卢监盘硕矿礼禅积稳"
    "窑窝竞笔节范筑简篮粮级纪约纯纸结络经综维网纬县总绩绕缆罢罗圣闻声职临举旧茎叶苍莲蒋萨艺芦处虚冲装览观"
    "讯许设诚语谢议护让宾贤贺赛赞赵跃军轻辉轮转农边达远迁还邻邓郑钟铸鑫钥闽阅阔陈陆队阶际随险隐双杂鸡离云"
    "灵静韩项顺须预颐题颜愿类顾风飞饭饮馆腾驿体麦点党",
)
FIGURES = {mark: value for value, mark in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "○": 0}
LARGE = {
    "壹": "一",
    "贰": "二",
    "叁": "三",
    "肆": "四",
    "伍": "五",
    "陆": "六",
    "柒": "七",
    "捌": "八",
    "玖": "九",
}
COUNTED = "号栋幢座室层组期弄队排单元楼户"
NUMERAL = re.compile(rf"[零〇○一二两三四五六七八九十百]+(?=[{COUNTED}])")
HUNDREDS = re.compile(
    r"(?:([一二两三四五六七八九])百零?)?(?:([一二三四五六七八九])?(十))?([一二三四五六七八九])?"
)
AFTER_ORDINAL = re.compile(r"[第]$")
DASHES = re.compile(r"[‐-―−－—–~～]")
NOT_SPOKEN = re.compile(r"[\s,，.。、;；:：()（）\[\]【】<>《》\"'“”‘’·•/\\|_]+")
HASH = re.compile(r"(?<=\d)#(?:楼|栋|幢)?")
CHINESE = re.compile(r"[\u3400-\u9fff]")


@lru_cache(maxsize=1 << 16)
def normalized(text: str) -> str:
    """Return the text as it is compared: two spellings of one address become one.

    1. Full and half width are one, as are upper and lower case (NFKC, case fold).
    2. Traditional letters that stand in addresses become simplified ones; financial figures plain ones.
    3. White space and punctuation go; every dash is "-"; "3#" and "3#楼" are "3栋".
    4. Chinese figures before a counted word (十二号, 三栋) become digits; 三里屯 and 第三小学 stay.
    Source: docs/addresses.md (spelling).
    """
    plain = unicodedata.normalize("NFKC", text).casefold().translate(TRADITIONAL)
    plain = DASHES.sub("-", plain)
    plain = unicodedata.normalize(
        "NFKC", NOT_SPOKEN.sub("", plain)
    ).casefold()  # marks may have come together
    plain = HASH.sub("栋", plain)
    plain = re.sub(rf"[{''.join(LARGE)}](?=[{COUNTED}])", lambda found: LARGE[found[0]], plain)
    return NUMERAL.sub(lambda found: _digits(found, plain), plain)


def _digits(found: re.Match[str], plain: str) -> str:
    if AFTER_ORDINAL.search(plain[: found.start()]):
        return found[0]
    value = chinese_number(found[0])
    return found[0] if value is None else str(value)


def chinese_number(text: str) -> int | None:
    """Return the number below 1000 that Chinese figures write (十二, 一百零三, 二〇三), None when they write none.

    Source: docs/addresses.md (spelling).
    """
    if not re.search(r"[十百]", text):
        figures = [FIGURES[mark] for mark in text if mark in FIGURES]
        return int("".join(map(str, figures))) if len(figures) == len(text) and text else None
    found = HUNDREDS.fullmatch(text)
    if found is None:
        return None
    hundreds, tens, ten, ones = found.groups()
    return (
        100 * FIGURES.get(hundreds or "零", 0)
        + (10 * FIGURES.get(tens or "一", 1) if ten else 0)
        + FIGURES.get(ones or "零", 0)
    )


def has_chinese(text: str) -> bool:
    """Say whether a text holds a Chinese letter: then it is an address rather than the code of one."""
    return bool(CHINESE.search(text))

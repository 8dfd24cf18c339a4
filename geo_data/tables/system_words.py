"""Coordinate systems in plain words, as offices write them: CGCS2000 and its zones, WGS-84, map services."""

import re
import unicodedata

GEOGRAPHIC = 4490
WIDTH = re.compile(r"(3|6|三|六) ?(?:度|°|-? ?deg(?:ree)?s?)")
MERIDIAN = re.compile(r"(?:中央(?:经线|子午线)|central meridian|cm) ?[:=]? ?(\d{2,3})")
WITHOUT_NUMBER = re.compile(r"(?:不带|无|without) ?(?:带号|zone numbers?)")
ZONE = re.compile(r"第? ?(\d{2}) ?带|zone ?(\d{2})|带号? ?[:=]? ?(\d{2})|分带 ?(\d{2})")
DATUM = re.compile(r"cgcs ?2000|(?:国家|中国)2000(?:大地)?(?:坐标系?)?|2000(?:国家)?(?:大地)?坐标系?")
LONGEST = 80
PLAIN = {
    **dict.fromkeys(("wgs84", "wgs1984", "gps", "gps坐标"), "4326"),
    **dict.fromkeys(("火星", "火星坐标", "火星坐标系", "高德", "高德坐标", "高德地图", "腾讯地图"), "gcj02"),
    **dict.fromkeys(("百度", "百度坐标", "百度坐标系", "百度地图"), "bd09"),
}
# Degrees of a zone: its zones; EPSG code of the first one with the zone number in the eastings, and without;
# central meridian of zone n is `step * n - back`.
ZONES = {3: (range(25, 46), 4513, 4534, 3, 0), 6: (range(13, 24), 4491, 4502, 6, 3)}


def code_of_words(text: str) -> str | None:
    """Return an EPSG code as text, gcj02 or bd09 for plain words; None when they are not understood.

    "CGCS2000 3度带 38带" names a zone, whose number leads the eastings; "中央经线114" or "不带带号" that none does.
    Source: docs/import.md (coordinates).
    """
    words = " ".join(unicodedata.normalize("NFKC", text).casefold().replace("_", " ").split())
    plain = words.replace("-", "").replace(" ", "")
    if plain in PLAIN:
        return PLAIN[plain]
    found = DATUM.search(words)
    if found is None or len(words) > LONGEST:
        return None
    rest = words[: found.start()] + " " + words[found.end() :]
    width = WIDTH.search(rest)
    if width is None:
        return str(GEOGRAPHIC) if not re.search(r"\d", rest) else None
    degrees = {"三": 3, "六": 6}.get(width[1]) or int(width[1])
    return _zone_code(degrees, rest[: width.start()] + " " + rest[width.end() :])


def _zone_code(degrees: int, rest: str) -> str | None:
    zones, with_number, without_number, step, back = ZONES[degrees]
    meridian = MERIDIAN.search(rest)
    if meridian is not None:
        number, left = divmod(int(meridian[1]) + back, step)
        if left or number not in zones:
            return None
        return str(without_number + number - zones[0])
    zone = ZONE.search(rest) or re.search(r"(\d{2})", rest)
    number = int(next(group for group in zone.groups() if group)) if zone else 0
    if number not in zones:
        return None
    first = without_number if WITHOUT_NUMBER.search(rest) else with_number
    return str(first + number - zones[0])

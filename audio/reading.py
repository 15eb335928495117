"""Reading: a written notice becomes what a person would say, because voices read 12119 as twelve thousand.

Rules run from the special to the general; what one rule has put into words holds no figures for the next.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from audio.numerals import decimal, digits, integer, telephone

_N = r"\d+(?:\.\d+)?"
_TO = r"\s*[-~～—–−]+\s*"
_TIME = r"([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?"
_MINUS = r"[-−–]"
_DEGREES = r"\s*(?:℃|°C|摄氏度|度)"
_DIAL = r"拨打|致电|电话|热线|号码|呼叫|手机|座机|传真"
_SHORT_NUMBERS = (
    "110|112|119|120|122|12110|12119|12122|12123|12306|12315|12316|12328|12329|12333|12338|12345|12348|12350"
    "|12355|12356|12369|12377|12379|12388|12393|12395|95119|95598|96119"
)
# After one of these a number is a quantity, whatever it looks like: 110千伏, 120元.
_QUANTITY = (
    r"(?!\s*[多余来元块角人名户个家千百万亿吨公斤克两亩米里毫厘平立升瓦伏度年月日天小时分秒号楼栋层级期件台辆头只条张"
    r"次遍例起位棵株瓶箱包岁页字座处%‰℃])"
)
_TWO_OF = (
    r"(?=个|位|名|户|人|家|天|次|遍|年(?!级)|周|点|小时|分钟|万|千|亿|元|块|米|公里|斤|公斤|吨|亩|辆|台|条|张|只"
    r"|头|批|组|项|座|处)"
)

_UNITS = {
    "km/h": "公里每小时",
    "m/s": "米每秒",
    "km²": "平方公里",
    "m²": "平方米",
    "m2": "平方米",
    "㎡": "平方米",
    "m³": "立方米",
    "m3": "立方米",
    "km": "公里",
    "cm": "厘米",
    "mm": "毫米",
    "㎜": "毫米",
    "㎝": "厘米",
    "㎞": "公里",
    "kg": "公斤",
    "㎏": "公斤",
    "mg": "毫克",
    "mL": "毫升",
    "ml": "毫升",
    "kV": "千伏",
    "kW": "千瓦",
    "m": "米",
    "g": "克",
    "t": "吨",
    "L": "升",
    "V": "伏",
    "W": "瓦",
    "h": "小时",
}
_UNIT = "|".join(map(re.escape, sorted(_UNITS, key=len, reverse=True)))

_FULL_WIDTH = str.maketrans({chr(0xFF01 + n): chr(0x21 + n) for n in range(94) if chr(0x21 + n).isalnum()})
_OTHER_WIDTH = str.maketrans("％．－＋／￥", "%.-+/¥")

SENTENCE_PAUSE_MS = 600  # echoes between horns have died away by then
PARAGRAPH_PAUSE_MS = 1_200
_SENTENCE = re.compile(r"[^。！？!?；;]+[。！？!?；;]*[”’」』）)]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What is said in one breath, and the quiet after it."""

    text: str
    pause_ms: int


def readable(text: str) -> str:
    """The text with figures, units and signs put into words."""
    text = text.translate(_FULL_WIDTH).translate(_OTHER_WIDTH)
    for pattern, said in _RULES:
        text = pattern.sub(said, text)
    return text


def sentences(text: str) -> tuple[Sentence, ...]:
    """Split at full stops, question and exclamation marks, semicolons and line ends; what holds no word is left out."""
    found: list[Sentence] = []
    for paragraph in text.splitlines():
        parts = [part.strip() for part in _SENTENCE.findall(paragraph) if re.search(r"\w", part)]
        found += [Sentence(text=part, pause_ms=SENTENCE_PAUSE_MS) for part in parts[:-1]]
        found += [Sentence(text=part, pause_ms=PARAGRAPH_PAUSE_MS) for part in parts[-1:]]
    return tuple(found)


def _date(match: re.Match[str]) -> str:
    year, month, day, unit = match.groups()
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return match[0]
    return f"{digits(year)}年{integer(month)}月{integer(day)}{unit or '日'}"


def _clock(hour: str, minute: str, second: str | None) -> str:
    said = ("两" if int(hour) == 2 else integer(hour)) + "点"
    if int(minute) or second:
        said += _two_figures(minute) + "分"
    return said + (_two_figures(second) + "秒" if second else "")


def _two_figures(figures: str) -> str:
    return integer(figures) if int(figures) >= 10 or not int(figures) else "零" + integer(figures)


def _degrees(minus: str | None, figures: str) -> str:
    return ("零下" if minus else "") + decimal(figures) + "摄氏度"


def _degree_range(match: re.Match[str]) -> str:
    minus_from, low, minus_to, high = match.groups()
    if minus_from or minus_to:
        return f"{_degrees(minus_from, low)}至{_degrees(minus_to, high)}"
    return f"{decimal(low)}至{decimal(high)}摄氏度"


def _range(match: re.Match[str]) -> str:
    """3-5 is a range; 5-3 is a house number or a code."""
    low, high = match.groups()
    return f"{decimal(low)}{'至' if float(low) < float(high) else '杠'}{decimal(high)}"


def _dialled(match: re.Match[str]) -> str:
    return "，".join(telephone(group) for group in match.groups() if group)


def _dialled_after_words(match: re.Match[str]) -> str:
    return match[1] + re.sub(r"\d+", lambda number: telephone(number[0]), match[2])


def _plain(match: re.Match[str]) -> str:
    figures = match[0]
    if "." in figures or figures == "0":
        return decimal(figures)
    if len(figures) >= 8 or figures.startswith("0"):
        return telephone(figures)  # an account, an identity, a running number
    return integer(figures)


Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


def _rule(pattern: str, said: Callable[[re.Match[str]], str]) -> Rule:
    return re.compile(pattern), said


_RULES: tuple[Rule, ...] = (
    _rule(r"(?<=\d),(?=\d{3}(?!\d))", lambda m: ""),  # 1,234,567
    _rule(r"(?<=\d)[:：](?=\d)", lambda m: ":"),
    _rule(r"第\s*(\d+)", lambda m: "第" + integer(m[1])),
    # dates and times
    _rule(r"(?<!\d)(\d{4})[-/.年]\s*(\d{1,2})[-/.月]\s*(\d{1,2})(?!\d)([日号]?)", _date),
    _rule(rf"(?<!\d)((?:19|20)\d\d){_TO}((?:19|20)\d\d)(?=年)", lambda m: f"{digits(m[1])}至{digits(m[2])}"),
    _rule(r"(?<!\d)((?:19|20)\d\d)(?=年)", lambda m: digits(m[1])),
    _rule(
        rf"(?<![\d:]){_TIME}{_TO}{_TIME}(?![\d:])",
        lambda m: f"{_clock(*m.groups()[:3])}至{_clock(*m.groups()[3:])}",
    ),
    _rule(rf"(?<![\d:]){_TIME}(?![\d:])", lambda m: _clock(*m.groups())),
    # numbers to dial
    _rule(r"(?<!\d)(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?!\d)", _dialled),
    _rule(r"(?<!\d)([48]00)[- ]?(\d{3,4})[- ]?(\d{3,4})(?!\d)", _dialled),
    _rule(r"(?<!\d)[（(]?(0\d{2,3})[)）]?[- ]?(\d{7,8})(?!\d)", _dialled),
    _rule(
        rf"((?:{_DIAL})[^\d，。；,;！!？?\n]{{0,6}})(\d{{3,}}(?:[、，或和/ ]+\d{{3,}})*)(?![\d.]){_QUANTITY}",
        _dialled_after_words,
    ),
    _rule(rf"(?<![\d.])({_SHORT_NUMBERS})(?![\d.]){_QUANTITY}", _dialled),
    # parts of a hundred, degrees, money, units
    _rule(rf"({_N})%?{_TO}({_N})%", lambda m: f"百分之{decimal(m[1])}至百分之{decimal(m[2])}"),
    _rule(rf"({_N})([%‰])", lambda m: ("百分之" if m[2] == "%" else "千分之") + decimal(m[1])),
    _rule(rf"(?<!\d)({_MINUS})?({_N})(?:{_DEGREES})?{_TO}({_MINUS})?({_N})\s*(?:℃|°C)", _degree_range),
    _rule(rf"(?<!\d)({_MINUS})?({_N})\s*(?:℃|°C)", lambda m: _degrees(m[1], m[2])),
    _rule(rf"¥\s*({_N})([万亿]?)", lambda m: f"{m[1]}{m[2]}元"),
    _rule(rf"(?<=\d)\s*({_UNIT})(?![A-Za-z\d])", lambda m: _UNITS[m[1]]),
    _rule(r"(?<=[元角吨斤克米里升])/(?=[斤吨亩人户天月年个次])", lambda m: "每"),
    # pairs
    _rule(r"(?<![\d/])(\d{1,3})/(\d{1,3})(?![\d/])", lambda m: f"{integer(m[2])}分之{integer(m[1])}"),
    _rule(rf"({_N}):({_N})", lambda m: f"{decimal(m[1])}比{decimal(m[2])}"),
    _rule(rf"(?<![\dA-Za-z.-])({_N}){_TO}({_N})(?![\d.-])", _range),
    _rule(r"(?<=[年月日号时点分元米斤吨度级岁天楼])[-~～—–]+(?=\d)|[~～](?=\d)", lambda m: "至"),
    # codes, then quantities
    _rule(r"(?<=[A-Za-z])\d+|\d+(?=[A-Za-z])", lambda m: telephone(m[0])),
    _rule(r"\d+(?:\.\d+){2,}", lambda m: "点".join(map(integer, m[0].split(".")))),
    _rule(rf"(?<![\d.])2{_TWO_OF}", lambda m: "两"),
    _rule(rf"(?<![\w)）])[-−](?={_N})", lambda m: "负"),
    _rule(r"(?<=\d)\s*[+×]\s*(?=\d)", lambda m: "加" if "+" in m[0] else "乘"),
    _rule(_N, _plain),
)

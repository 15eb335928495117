"""A notice is read as a person at the microphone would read it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.numerals import integer
from audio.reading import PARAGRAPH_PAUSE_MS, SENTENCE_PAUSE_MS, readable, sentences

READINGS = """
发现火情请拨打119。 | 发现火情请拨打幺幺九。
森林火警12119，电力95598 | 森林火警幺二幺幺九，电力九五五九八
请拨打119或12119 | 请拨打幺幺九或幺二幺幺九
咨询电话：13812345678 | 咨询电话：幺三八，幺二三四，五六七八
手机 138-1234-5678 | 手机 幺三八，幺二三四，五六七八
400-123-4567 | 四零零，幺二三，四五六七
联系电话0817-2222333 | 联系电话零八幺七，二二二二三三三
（028）86543210 | 零二八，八六五四三二幺零
值班电话：6543210 | 值班电话：六五四三二幺零
１１９ | 幺幺九
2026年11月23日 | 二零二六年十一月二十三日
2026-11-23 | 二零二六年十一月二十三日
2026.3.5 | 二零二六年三月五日
２０２６年１月５日 | 二零二六年一月五日
2024-2026年 | 二零二四至二零二六年
11月23日-25日 | 十一月二十三日至二十五日
2月2日 | 二月二日
每年5-10月 | 每年五至十月
06:30 | 六点三十分
8:00-10:30 | 八点至十点三十分
14:05:09 | 十四点零五分零九秒
02：30 | 两点三十分
0:00 | 零点
完成85% | 完成百分之八十五
5%-10% | 百分之五至百分之十
0.5‰ | 千分之零点五
95％以上 | 百分之九十五以上
最高气温38.5℃ | 最高气温三十八点五摄氏度
气温5～12℃ | 气温五至十二摄氏度
-3~5℃ | 零下三摄氏度至五摄氏度
-10℃至-5℃ | 零下十摄氏度至零下五摄氏度
零下5度 | 零下五度
3-5天 | 三至五天
3000—5000元 | 三千至五千元
60岁-80岁 | 六十岁至八十岁
3-1号楼 | 三杠一号楼
第12期 | 第十二期
第02期公告 | 第二期公告
第119期 | 第一百一十九期
第2次 | 第二次
110千伏线路 | 一百一十千伏线路
120元 | 一百二十元
120多户 | 一百二十多户
缴费120.50元 | 缴费一百二十点五零元
每人¥100 | 每人一百元
12元/斤 | 十二元每斤
50km/h | 五十公里每小时
10-20mm | 十至二十毫米
面积1,234.5㎡ | 面积一千二百三十四点五平方米
共1200万元 | 共一千二百万元
1/3 | 三分之一
比例1:500 | 比例一比五百
风力7-8级 | 风力七至八级
G318国道 | G三幺八国道
川A12345 | 川A幺二三四五
2个人2天 | 两个人两天
2年级 | 二年级
20000人 | 两万人
7×24小时 | 七乘二十四小时
3.14 | 三点一四
007 | 零零七
身份证510902199001011234 | 身份证五幺零九零二幺九九零零幺零幺幺二三四
没有数字。 | 没有数字。
"""


@pytest.mark.parametrize(
    ("written", "said"), [line.split(" | ") for line in READINGS.strip().splitlines()], ids=lambda text: text
)
def test_a_text_is_read_as_people_say_it(written: str, said: str) -> None:
    assert readable(written) == said


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ("0", "零"),
        ("10", "十"),
        ("110", "一百一十"),
        ("1005", "一千零五"),
        ("10010", "一万零一十"),
        ("22000", "两万两千"),
        ("102000", "十万两千"),
        ("10000001", "一千万零一"),
        ("120000000", "一亿两千万"),
        ("1234567890123", "一二三四五六七八九零一二三"),
    ],
)
def test_an_integer_is_read_with_its_places(figures: str, said: str) -> None:
    assert integer(figures) == said


def value_of(said: str) -> int:
    """Reads an integer back, written without looking at how it was made."""
    total = group = figure = 0
    for word in said.replace("两", "二"):
        if word in "零一二三四五六七八九":
            figure = "零一二三四五六七八九".index(word)
        elif word in "十百千":
            group += (figure or 1) * 10 ** (1 + "十百千".index(word))
            figure = 0
        else:
            total += (group + figure) * {"万": 10**4, "亿": 10**8}[word]
            group = figure = 0
    return total + group + figure


@given(st.integers(0, 10**12 - 1))
def test_every_integer_means_what_it_meant(number: int) -> None:
    assert value_of(integer(str(number))) == number


@given(st.text(alphabet="0123456789-~.:/%℃年月日点元个第电话AkmV，。 ", max_size=30))
def test_whatever_is_written_no_figure_is_left_for_the_voice(text: str) -> None:
    assert not re.search("[0-9]", readable(text))


def test_a_text_is_split_where_a_speaker_breathes() -> None:
    found = sentences("各位村民：大家好！请注意。\n\n“防火”要紧。（完）谢谢；再见\n。。\n")
    assert [sentence.text for sentence in found] == [
        "各位村民：大家好！",
        "请注意。",
        "“防火”要紧。",
        "（完）谢谢；",
        "再见",
    ]
    assert [sentence.pause_ms for sentence in found] == [
        SENTENCE_PAUSE_MS,
        PARAGRAPH_PAUSE_MS,
        SENTENCE_PAUSE_MS,
        SENTENCE_PAUSE_MS,
        PARAGRAPH_PAUSE_MS,
    ]

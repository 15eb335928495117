"""Every text that people read exists in Chinese, with the same fields."""

import string
from collections.abc import Iterator

import pytest
from babel.messages.pofile import read_po

from broadcaster import language
from broadcaster.language import LOCALE, _, catalogue, preferred
from broadcaster.locale.extract import texts


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    language.use("en")


def fields(text: str) -> set[tuple[str, str | None]]:
    return {
        (name, form) for _text, name, form, _conversion in string.Formatter().parse(text) if name is not None
    }


def test_every_text_has_a_chinese_translation() -> None:
    missing = texts() - catalogue("zh_CN").keys()
    assert not missing, "run `python -m broadcaster.locale.extract` and translate these"


def test_the_catalogue_is_read_as_babel_reads_it() -> None:
    with (LOCALE / "zh_CN" / "LC_MESSAGES" / "broadcaster.po").open("rb") as file:
        entries = [entry for entry in read_po(file) if entry.id and entry.string]
    assert catalogue("zh_CN") == {entry.id: entry.string for entry in entries}


def test_no_translation_is_left_of_texts_that_are_gone() -> None:
    assert not catalogue("zh_CN").keys() - texts()


def test_translations_have_the_fields_of_their_texts() -> None:
    different = {
        english for english, chinese in catalogue("zh_CN").items() if fields(english) != fields(chinese)
    }
    assert not different


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_SG"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "en"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh_CN"),
    ],
)
def test_a_chinese_locale_prefers_chinese(environ: dict[str, str], expected: str) -> None:
    assert preferred(environ) == expected


def test_texts_come_in_the_language_in_use() -> None:
    assert _("Options") == "Options"
    language.use("zh_CN")
    assert _("Options") == "选项"
    assert _("not in any catalogue") == "not in any catalogue"


def test_an_unknown_language_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="language 'fr': expected one of en, zh_CN"):
        language.use("fr")

"""What is written in docs/: both languages say the same, links lead somewhere, pictures are those of the tables."""

import re
from pathlib import Path

import pytest

from docs import states

ROOT = Path(__file__).parents[2]
CHINESE = ROOT / "docs" / "zh_CN"
ENGLISH = {"README.md": ROOT / "README.md"}
WHOLE = ("README.md", "operators-cli.md", "running.md", "endpoint.md", "rehearsal.md")
COMMAND = re.compile(r"broadcaster ((?:--as \w+ )?[a-z]+(?: [a-z]+)?)")
OPTION = re.compile(r"--[a-z][a-z-]+")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def sections(text: str) -> list[int]:
    """The depth of each heading."""
    outside = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return [len(marks) for marks in re.findall(r"^(#+) ", outside, flags=re.MULTILINE)]


def english(name: str) -> str:
    return ENGLISH.get(name, ROOT / "docs" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", WHOLE)
def test_a_manual_has_the_same_sections_commands_and_options_in_both_languages(name: str) -> None:
    chinese = (CHINESE / name).read_text(encoding="utf-8")
    assert sections(chinese) == sections(english(name))
    assert set(OPTION.findall(chinese)) == set(OPTION.findall(english(name)))
    assert set(COMMAND.findall(chinese)) == set(COMMAND.findall(english(name)))


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *(ROOT / "docs").glob("**/*.md")], ids=lambda page: page.name
)
def test_what_a_page_points_at_is_there(page: Path) -> None:
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_pictures_of_states_are_those_of_the_tables() -> None:
    assert states.PAGE.read_text(encoding="utf-8") == states.page(), "run: python -m docs.states"


@pytest.mark.parametrize("machine", states.MACHINES, ids=lambda machine: Path(machine.path).stem)
def test_every_state_is_in_its_picture(machine: states.Machine) -> None:
    picture = states.page().split(f"## {machine.title}")[1].split("\n## ")[0]
    assert all(
        re.search(rf"^    {state} -->|--> {state}\b", picture, re.MULTILINE) for state in machine.table
    )

"""The first start on a bare machine, with a pip that notes what it was asked and installs nothing."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from rich.cells import cell_len

from broadcaster import bootstrap

PROGRAM = """
import sys
from broadcaster import bootstrap
bootstrap.enter(*sys.argv[1:2])
print("runs in", sys.prefix, *sys.argv[1:])
"""
PIP = """
import os, pathlib, sys
if "--version" in sys.argv:
    sys.exit(int(os.environ.get("NO_PIP", 0)))
with open(os.environ["PIP_NOTES"], "a") as notes:
    print(*sys.argv[1:], file=notes)
if os.environ.get("PIP_FAILS"):
    sys.exit("ERROR: no matching distribution")
"""
PYPROJECT = '[project]\nname = "x"\ndependencies = ["surely-not-installed>=1"]\n[project.optional-dependencies]\ntest = []\n'


@dataclass
class Checkout:
    """A checkout with nothing in it but the bootstrap."""

    root: Path
    environ: dict[str, str] = field(default_factory=dict)

    def start(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "broadcaster", *arguments]
        variables = os.environ | self.environ | environ
        return subprocess.run(command, cwd=self.root, env=variables, capture_output=True, text=True)

    @property
    def installs(self) -> list[str]:
        notes = self.root / "notes"
        return notes.read_text().splitlines() if notes.exists() else []


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    for folder, file, text in (
        ("broadcaster", "__init__.py", ""),
        ("broadcaster", "__main__.py", PROGRAM),
        ("fakes/pip", "__main__.py", PIP),
        ("fakes/pip", "__init__.py", ""),
        (".", "pyproject.toml", PYPROJECT),
    ):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / file).write_text(text)
    shutil.copy(bootstrap.__file__, tmp_path / "broadcaster")
    environ = {
        "PYTHONPATH": str(tmp_path / "fakes"),
        "PIP_NOTES": str(tmp_path / "notes"),
        "BROADCASTER_VENV": "",
    }
    return Checkout(tmp_path, environ)


def test_what_is_said_while_it_is_installed_fits_one_row_of_a_terminal() -> None:
    assert cell_len(f"{bootstrap.INSTALLING} 9999 s") < 80


def test_the_first_start_builds_an_environment_and_runs_in_it(checkout: Checkout) -> None:
    done = checkout.start("test", "two words")
    assert done.stdout == f"runs in {checkout.root}/.venv test two words\n"
    assert "首次启动" in done.stderr
    assert "Installing" in done.stderr
    (install,) = checkout.installs
    assert install.endswith(f"--editable {checkout.root}[test]")
    assert f"--python {checkout.root}/.venv/bin/python" in install


def test_later_starts_install_nothing_and_say_nothing(checkout: Checkout) -> None:
    checkout.start()
    done = checkout.start()
    assert (done.stdout, done.stderr) == (f"runs in {checkout.root}/.venv\n", "")
    assert len(checkout.installs) == 1


def test_an_environment_is_brought_up_to_date_when_the_project_changes(checkout: Checkout) -> None:
    checkout.start("test")
    with (checkout.root / "pyproject.toml").open("a") as project:
        project.write("# another\n")
    checkout.start()
    assert len(checkout.installs) == 2
    assert checkout.installs[1].endswith("[test]"), "what was there stays"


def test_extras_are_added_and_kept(checkout: Checkout) -> None:
    checkout.start()
    checkout.start("test")
    checkout.start()
    assert [line.rpartition(str(checkout.root))[2] for line in checkout.installs] == ["", "[test]"]


def test_the_environment_may_be_elsewhere(checkout: Checkout, tmp_path: Path) -> None:
    home = tmp_path / "far" / "away"
    assert checkout.start(BROADCASTER_VENV=str(home)).stdout == f"runs in {home}\n"
    assert not (checkout.root / ".venv").exists()


def test_from_within_its_environment_it_runs_in_place(checkout: Checkout) -> None:
    checkout.start()
    inside = [str(checkout.root / ".venv/bin/python"), "-m", "broadcaster"]
    done = subprocess.run(
        inside, cwd=checkout.root, env=os.environ | checkout.environ, capture_output=True, text=True
    )
    assert done.stdout == f"runs in {checkout.root}/.venv\n"
    assert len(checkout.installs) == 1


def test_where_everything_is_installed_already_it_runs_in_place(checkout: Checkout) -> None:
    (checkout.root / "pyproject.toml").write_text(PYPROJECT.replace("surely-not-installed", "Pytest"))
    assert checkout.start().stdout == f"runs in {sys.prefix}\n"
    assert not (checkout.root / ".venv").exists()


def test_an_installed_package_runs_in_place(checkout: Checkout) -> None:
    (checkout.root / "pyproject.toml").unlink()
    assert checkout.start().stdout == f"runs in {sys.prefix}\n"


def test_two_first_starts_at_once_build_once(checkout: Checkout) -> None:
    with ThreadPoolExecutor() as pool:
        outputs = [each.stdout for each in pool.map(lambda _: checkout.start(), range(3))]
    assert outputs == [f"runs in {checkout.root}/.venv\n"] * 3
    assert len(checkout.installs) == 1


def test_a_failed_install_tells_pips_reason_and_is_begun_afresh(checkout: Checkout) -> None:
    failed = checkout.start(PIP_FAILS="1")
    assert failed.returncode == 1
    assert "no matching distribution" in failed.stderr
    assert "PIP_INDEX_URL" in failed.stderr
    leftover = checkout.root / ".venv/lib/half-installed"
    leftover.touch()
    assert checkout.start().stdout == f"runs in {checkout.root}/.venv\n"
    assert not leftover.exists()


def test_without_pip_it_says_what_to_install(checkout: Checkout) -> None:
    done = checkout.start(NO_PIP="1")
    assert done.returncode == 1
    assert "apt install python3-pip" in done.stderr


def test_a_folder_of_something_else_is_left_alone(checkout: Checkout, tmp_path: Path) -> None:
    precious = tmp_path / "photos" / "a.jpg"
    precious.parent.mkdir()
    precious.touch()
    done = checkout.start(BROADCASTER_VENV=str(precious.parent))
    assert done.returncode == 1
    assert "holds other files" in done.stderr
    assert os.listdir(precious.parent) == ["a.jpg"]


def test_an_environment_made_by_hand_is_filled_not_cleared(checkout: Checkout) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", checkout.root / ".venv"], check=True)
    (checkout.root / ".venv/mine").touch()
    assert checkout.start().stdout == f"runs in {checkout.root}/.venv\n"
    assert (checkout.root / ".venv/mine").exists()


def test_a_folder_that_cannot_be_written_is_named(checkout: Checkout) -> None:
    (checkout.root / "file").touch()
    done = checkout.start(BROADCASTER_VENV=str(checkout.root / "file" / "venv"))
    assert done.returncode == 1
    assert f"Cannot write to {checkout.root}/file/venv: Not a directory" in done.stderr
    assert "BROADCASTER_VENV" in done.stderr


def test_an_old_python_is_told_which_one_is_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST_PYTHON", (99, 1))
    with pytest.raises(SystemExit, match=r"Python 99\.1 or newer is needed, this is 3\."):
        bootstrap.enter()


def test_it_parses_on_pythons_that_are_too_old() -> None:
    """Otherwise they would answer with a syntax error instead of the sentence."""
    import ast

    source = Path(bootstrap.__file__).read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))

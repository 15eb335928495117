"""Set-up at first start: builds a virtual environment beside the checkout and starts again inside it.

Runs on a bare machine before anything is installed: standard library only, and it must still parse on a
Python that is too old, to say so. Debian's python3 has no `ensurepip` and must not be installed into; an
environment without pip, filled by the system's pip from outside, needs neither. The file `.broadcaster`
in the environment tells what it was built for; a build that was cut short is begun afresh.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ROOT / "pyproject.toml"
OLDEST_PYTHON = (3, 11)
UNFINISHED = "unfinished"
INSTALLING = "首次启动，正在安装：约 1 分钟，300 MB。Installing: a minute, 300 MB …"  # one row of 80 cells


def enter(*extras: str) -> None:
    """Returns where the program can run: at once if all is installed, else in a new process that has it."""
    if not PROJECT.exists():
        return  # installed from a wheel
    _refuse_old_python()
    home = environment_home()
    inside = home.exists() and os.path.samefile(sys.prefix, home)
    if _is_built(home, extras) if inside and _stamp(home) else _has_requirements(extras):
        return
    python = environment(*extras)
    os.execv(python, [python, *sys.orig_argv[1:]])


def environment(*extras: str) -> str:
    """The interpreter of an environment with `extras`; builds it where needed, or exits with the reason."""
    home = environment_home()
    try:
        home.mkdir(parents=True, exist_ok=True)
        with _locked(home):
            if not _is_built(home, extras):
                _build(home, extras)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        _stop(
            f"无法写入 {home}：{error.strerror}。请腾出空间，或用 BROADCASTER_VENV 指定可写的文件夹。",
            f"Cannot write to {home}: {error.strerror}.",
            "Free some space, or name a folder that you may write to in BROADCASTER_VENV.",
        )
    return str(home / "bin" / "python")


def environment_home() -> Path:
    """Where the environment lives."""
    return Path(os.environ.get("BROADCASTER_VENV") or ROOT / ".venv").absolute()


def _build(home: Path, extras: tuple[str, ...]) -> None:
    import venv

    stamp, was = home / ".broadcaster", _stamp(home)
    if any(home.iterdir()) and not was and not (home / "pyvenv.cfg").exists():
        _stop(
            f"{home} 里已有别的文件。请用 BROADCASTER_VENV 指定另一个文件夹。",
            f"{home} holds other files. Name another folder in BROADCASTER_VENV.",
        )
    other_python = not (home / "lib" / "python{}.{}".format(*sys.version_info)).exists()
    stamp.write_text(UNFINISHED)
    venv.EnvBuilder(symlinks=True, clear=bool(was) and (other_python or was == UNFINISHED)).create(home)
    stamp.write_text(UNFINISHED)  # clearing took it away
    everything = sorted({*extras, *was.split()[1:]})
    _install(home / "bin" / "python", everything)
    stamp.write_text(" ".join([_digest(), *everything]))


def _install(python: Path, extras: list[str]) -> None:
    """Fills the environment by the pip of the Python we run on; its words are shown only when it fails."""
    pip = [getattr(sys, "_base_executable", sys.executable), "-m", "pip", "--disable-pip-version-check"]
    if subprocess.run([*pip, "--version"], capture_output=True).returncode:
        _stop(
            "没有 pip。请先安装：sudo apt install python3-pip",
            "There is no pip. Install it first: sudo apt install python3-pip",
        )
    project = str(ROOT) + ("[{}]".format(",".join(extras)) if extras else "")
    order = ["--python", str(python), "install", "-qq", "--no-input", "--editable", project]
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen([*pip, *order], stdout=words, stderr=words)
        _wait(process)
        words.seek(0)
        said = words.read().decode(errors="replace").strip().splitlines()
    if process.returncode:
        _stop(
            *([line.strip() for line in said if "ERROR" in line] or said[-8:]),
            "安装失败，pip 的说明如上。请检查网络和磁盘空间；可用 PIP_INDEX_URL 指定就近的镜像。",
            "Installing failed, pip says why above. Check the network and the free space on the disk;",
            "a mirror that you reach can be named in PIP_INDEX_URL.",
        )


def _wait(process: subprocess.Popen[bytes]) -> None:
    began, on_terminal = time.monotonic(), sys.stderr.isatty()
    print(INSTALLING, end="" if on_terminal else "\n", file=sys.stderr, flush=True)
    while on_terminal:
        try:
            process.wait(1)
            print(file=sys.stderr)
            return
        except subprocess.TimeoutExpired:
            print(f"\r{INSTALLING} {time.monotonic() - began:.0f} s", end="", file=sys.stderr, flush=True)
    process.wait()


def _is_built(home: Path, extras: tuple[str, ...]) -> bool:
    digest, *installed = (_stamp(home) or UNFINISHED).split()
    return digest == _digest() and {*extras} <= {*installed}


def _stamp(home: Path) -> str:
    """`unfinished`, or the digest and the extras installed; empty for an environment made by others."""
    try:
        return (home / ".broadcaster").read_text()
    except FileNotFoundError:
        return ""


def _digest() -> str:
    """What an environment depends on besides its extras."""
    return hashlib.sha256(
        f"{sys.version}\n{ROOT}\n{PROJECT.read_text(encoding='utf-8')}".encode()
    ).hexdigest()


def _has_requirements(extras: tuple[str, ...]) -> bool:
    """Whether the running Python has every library by name; platform conditions are not looked at."""
    import tomllib

    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(line for extra in extras for line in optional[extra])]
    names = {re.split(r"[^\w.-]", line)[0].lower() for line in wanted if ";" not in line}
    found = (
        path for folder in sys.path for path in Path(folder).glob("*.dist-info")
    )  # quicker than reading each
    return names <= {path.name.partition("-")[0].lower().replace("_", "-") for path in found}


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Of two first starts at once the second waits and finds the work done."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _refuse_old_python() -> None:
    if sys.version_info < OLDEST_PYTHON:
        needed, found = "{}.{}".format(*OLDEST_PYTHON), sys.version.split()[0]
        _stop(
            f"需要 Python {needed} 或更新的版本，现在是 {found}。",
            f"Python {needed} or newer is needed, this is {found}.",
        )


def _stop(*lines: str) -> NoReturn:
    sys.exit("\n".join(lines))

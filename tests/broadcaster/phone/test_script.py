"""The script of phones by itself: deeds are kept until the controller has answered, whatever stands in between."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from broadcaster.phone.site import HERE

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="no Node.js runs the script here")
DEEDS = [{"key": "k1", "ticket": 1, "deed": "note", "label": "Note", "made": 0, "comment": "x" * 40}]
STAND_IN = """
const kept = new Map([["deeds.1:town", process.argv[2]]]), room = Number(process.argv[4]);
globalThis.localStorage = {
  getItem: name => kept.get(name) ?? null,
  setItem: (name, text) => {
    const others = [...kept].filter(([other]) => other !== name).reduce((sum, [, held]) => sum + held.length, 0);
    if (others + text.length > room) throw new Error("QuotaExceededError");
    kept.set(name, text);
  },
};
const says = JSON.stringify({ sending: "", offline: "", sent: "" });
const element = { dataset: { who: "town", says }, classList: { contains: () => false, add() {}, remove() {} } };
globalThis.document = {
  body: element, getElementById: name => name === "bar" ? element : null, querySelectorAll: () => [], addEventListener() {},
};
globalThis.addEventListener = () => {};
globalThis.location = { href: "/phone" };
globalThis.setTimeout = () => 0;  // nothing is tried again here
const answers = JSON.parse(process.argv[3]);
globalThis.fetch = async () => {
  const [status, text] = answers.shift() ?? [503, ""];
  return new Response(text, { status });
};
process.on("exit", () => console.log(JSON.stringify(Object.fromEntries(kept))));
require(process.argv[5]);
"""


def left(tmp_path: Path, *answers: tuple[int, str], room: int = 10_000) -> dict[str, Any]:
    """What the phone still holds when the deeds have been sent once and answered so."""
    (tmp_path / "stand_in.js").write_text(STAND_IN)
    given = [json.dumps(DEEDS), json.dumps(answers), str(room), str(HERE / "phone.js")]
    assert NODE is not None
    done = subprocess.run(
        [NODE, tmp_path / "stand_in.js", *given], capture_output=True, text=True, timeout=120, check=True
    )
    return {name: json.loads(held) for name, held in json.loads(done.stdout).items()}


def test_what_the_controller_did_is_kept_no_longer(tmp_path: Path) -> None:
    assert left(tmp_path, (200, "{}")) == {"deeds.1:town": []}


def test_the_page_of_somebody_in_between_is_no_answer(tmp_path: Path) -> None:
    assert left(tmp_path, (200, "<html>Sign in to the network</html>")) == {"deeds.1:town": DEEDS}


def test_a_refusal_finds_room_on_a_full_phone(tmp_path: Path) -> None:
    held = left(tmp_path, (409, '{"why": "late"}'), room=len(json.dumps(DEEDS)) + 10)
    assert held["deeds.1:town"] == []
    assert [(each["key"], each["why"]) for each in held["refused.1:town"]] == [("k1", "late")]

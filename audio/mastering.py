"""Mastering: finding the gain that gives a programme, and each encoded form of it, the loudness asked for.

Clipping bends the curve of loudness over gain, so the gain is searched by trying: straight on through the
last two tries. What counts is measured on the encoded bytes as a player decodes them, because codecs take
loudness away (0.3 to 2 LU, depending on the voice) and overshoot peaks. A pilot of some seconds tells how
much, so that the whole is seldom made twice.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from audio.ahead import ahead
from audio.encode import encode
from audio.loudness import Meter
from audio.probe import probed
from audio.programme import Programme
from audio.progress import Report, tries_of, unreported
from audio.recording import Profile, Recording

_TOLERANCE_LU = 0.4
_SEARCH_TOLERANCE_LU = 1.0  # one more step from here is good to 0.1 LU without another look
_TRIES = 6
_FIRST_GAIN_DB = 17.0  # what compressed speech usually needs to reach -16 LUFS
_LEAST_GAIN_DB, _MOST_GAIN_DB = -30.0, 40.0
_FIRST_SLOPE, _LEAST_SLOPE = 0.9, 0.3  # LU per dB
_FIRST_CEILING_DBFS = -5.2  # of samples; between them, and after coding, peaks are 2 to 4 dB higher
_FIRST_CEILINGS_DBFS = {
    Profile.LOW_RATE: -7.4
}  # at so few bits peaks rise by 5 to 7 dB, nobody can tell how far
_CEILING_MARGIN_DB = 0.8
_PILOT_MS, _PILOTS = 20_000, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """-16 LUFS is what podcasts use for noisy places; EBU R 128's -23 LUFS is made for living rooms."""

    loudness_lufs: float = -16.0
    true_peak_dbtp: float = -1.0

    def is_met_by(self, recording: Recording) -> bool:
        off_lu = abs(recording.loudness_lufs - self.loudness_lufs)
        return off_lu <= _TOLERANCE_LU and recording.true_peak_dbtp <= self.true_peak_dbtp


class GainSearch:
    """Tries of gain and the loudness that came out, and from them the next gain to try."""

    def __init__(self, target_lufs: float, first_gain_db: float) -> None:
        self._target_lufs, self.gain_db = target_lufs, first_gain_db
        self._slope = _FIRST_SLOPE
        self._last: tuple[float, float] | None = None

    def tried(self, loudness_lufs: float) -> None:
        """Takes the result of `gain_db` and moves `gain_db` on."""
        if self._last and self._last[0] != self.gain_db:
            rise = (loudness_lufs - self._last[1]) / (self.gain_db - self._last[0])
            self._slope = min(1.0, max(_LEAST_SLOPE, rise))
        self._last = self.gain_db, loudness_lufs
        step_db = (self._target_lufs - loudness_lufs) / self._slope
        self.gain_db = min(_MOST_GAIN_DB, max(_LEAST_GAIN_DB, self.gain_db + step_db))

    def forget(self) -> None:
        """The ceiling moved: what was tried lies on another curve."""
        self._last = None


def searched_gain_db(programme: Programme, target: Target, report: Report) -> float:
    """The gain for the target loudness before encoding."""
    search = GainSearch(target.loudness_lufs, _FIRST_GAIN_DB)
    for report_try in tries_of(_TRIES, report):
        loudness_lufs = _rendered_lufs(programme, search.gain_db, report_try)
        search.tried(loudness_lufs)
        if abs(loudness_lufs - target.loudness_lufs) <= _SEARCH_TOLERANCE_LU:
            break
    report(1.0)
    return search.gain_db


def encoded(
    programme: Programme, profile: Profile, target: Target, *, gain_db: float, directory: Path, report: Report
) -> tuple[BinaryIO, Recording]:
    """The programme in one profile, on target, or as near as six tries came; the file vanishes when closed.

    `gain_db` is that of `searched_gain_db`. Raises OSError.
    """
    rendered = partial(_rendered, profile=profile, directory=directory)
    search = GainSearch(target.loudness_lufs, gain_db)
    ceiling_dbfs = _FIRST_CEILINGS_DBFS.get(profile, _FIRST_CEILING_DBFS)
    pilot = programme.pilot(_PILOT_MS)
    uncoded_lufs = _rendered_lufs(pilot, gain_db, unreported)
    for _ in range(_PILOTS):
        file, recording = rendered(pilot, search.gain_db, ceiling_dbfs, unreported)
        file.close()
        loss_lu = uncoded_lufs - recording.loudness_lufs
        search.tried(target.loudness_lufs - loss_lu)
        if abs(loss_lu) <= _SEARCH_TOLERANCE_LU:
            break
    for number, report_try in enumerate(tries_of(_TRIES, report), 1):
        file, recording = rendered(programme, search.gain_db, ceiling_dbfs, report_try)
        if target.is_met_by(recording) or number == _TRIES:
            break
        file.close()
        search.tried(recording.loudness_lufs)
        if (excess_db := recording.true_peak_dbtp - target.true_peak_dbtp) > 0:
            ceiling_dbfs -= excess_db + _CEILING_MARGIN_DB
            search.forget()
    report(1.0)
    return file, recording


def _rendered(
    programme: Programme,
    gain_db: float,
    ceiling_dbfs: float,
    report: Report,
    *,
    profile: Profile,
    directory: Path,
) -> tuple[BinaryIO, Recording]:
    file = TemporaryFile(dir=directory)  # noqa: SIM115  the caller owns it
    try:
        with ahead(programme.frames(gain_db=gain_db, ceiling_dbfs=ceiling_dbfs, report=report)) as frames:
            encode(profile, frames, file)
        return file, probed(file)
    except BaseException:
        file.close()
        raise


def _rendered_lufs(programme: Programme, gain_db: float, report: Report) -> float:
    with ahead(programme.frames(gain_db=gain_db, ceiling_dbfs=_FIRST_CEILING_DBFS, report=report)) as frames:
        return Meter(sample_format="s16").of(frames).integrated_lufs

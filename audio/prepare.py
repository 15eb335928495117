"""Prepare: a source file becomes recordings that sound alike from every pole: one loudness, one framing.

The source is decoded once into PCM on disk; the gain for the whole programme is searched by measuring only
(half a second for ten minutes); then all profiles are encoded in parallel, measured, corrected if need be.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from audio.body import taken_in
from audio.decode import SIX_HOURS_MS, Doubt
from audio.errors import full_disk_told
from audio.label import Label
from audio.library import Library
from audio.mastering import Target, encoded, searched_gain_db
from audio.programme import Framing, Programme
from audio.progress import Progress, Report, unreported
from audio.recording import Profile, Recording
from audio.source import SourceFacts

_TAKING_IN, _SEARCHING, _ENCODING = 0.15, 0.15, 0.7  # shares of the work


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to prepare."""

    profiles: tuple[Profile, ...] = tuple(Profile)
    target: Target = field(default_factory=Target)
    framing: Framing = field(default_factory=Framing)
    limit_ms: int = SIX_HOURS_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What came of a source; `doubts` are reasons for a person to listen before sending it."""

    recordings: Mapping[Profile, Recording]
    source: SourceFacts
    source_loudness_lufs: float
    doubts: frozenset[Doubt]


def prepare(
    source: Path,
    library: Library,
    *,
    now: datetime,
    title: str = "",
    recipe: Recipe = Recipe(),
    report: Report = unreported,
) -> Prepared:
    """Adds one recording per profile to the library; the same source and recipe give the same recordings.

    Takes 2 MB of disk per minute while it works. `report` is called from other threads too; what it raises
    cancels. Raises UnusableAudio (one of its children) or DiskFull.
    """
    progress = Progress(report)
    report_taking_in, report_searching = progress.part(_TAKING_IN), progress.part(_SEARCHING)
    reports = {profile: progress.part(_ENCODING / len(recipe.profiles)) for profile in recipe.profiles}
    with full_disk_told(library.root):
        body = taken_in(source, directory=library.incoming, limit_ms=recipe.limit_ms, report=report_taking_in)
        with closing(body.file), ThreadPoolExecutor(len(recipe.profiles)) as pool:
            programme = Programme(body, recipe.framing, target_lufs=recipe.target.loudness_lufs)
            gain_db = searched_gain_db(programme, recipe.target, report_searching)

            def made(profile: Profile) -> Recording:
                file, recording = encoded(
                    programme,
                    profile,
                    recipe.target,
                    gain_db=gain_db,
                    directory=library.incoming,
                    report=reports[profile],
                )
                with file:
                    label = Label(
                        recording=recording,
                        added_at=now,
                        title=title,
                        source_name=source.name,
                        profile=profile,
                    )
                    library.add(file, sha256=recording.sha256, now=now, label=label)
                return recording

            recordings = dict(zip(recipe.profiles, pool.map(made, recipe.profiles), strict=True))
    report(1.0)
    return Prepared(
        recordings=MappingProxyType(recordings),
        source=body.facts,
        source_loudness_lufs=body.loudness_lufs,
        doubts=body.doubts,
    )

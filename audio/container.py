"""Container: an audio file that the media library reads.

Files come from villagers' phones and from the open internet, so a file chooses neither the demuxer (a
disguised playlist would make the library open other files) nor a protocol.
"""

from collections.abc import Iterator
from typing import BinaryIO

import av

from audio.errors import UnreadableAudio
from audio.source import SourceFacts

_READABLE = "MP3, WAV, M4A/AAC, OGG, Opus, FLAC, WMA, AMR, 3GP"
_OPEN_OPTIONS = {
    "format_whitelist": "mp3,wav,w64,mov,mp4,m4a,3gp,3g2,mj2,ogg,amr,asf,flac,aac",
    "protocol_whitelist": "none",  # the file is handed over open; nothing that it names may be opened
}
_GUESSING_CONTAINERS = frozenset({"aac", "amr"})  # they state no duration; it is guessed from the bit rate
_PREROLL_S = 0.5  # after a seek, decoders are right only some packets later (Opus: 80 ms, RFC 7845 §4.6)


class ContainerFile:
    """A Source. Raises UnreadableAudio on opening."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._container = _opened(file, name)
        self._stream = self._container.streams.audio[0]
        self.facts = self._stated_facts()
        self.decoded_rate = int(self._stream.codec_context.sample_rate)
        self.begins_at_s = 0.0
        self.broken_packets = 0

    def frames(self, start_ms: int) -> Iterator[av.AudioFrame]:
        if (target_s := start_ms / 1000 - _PREROLL_S) <= 0:
            yield from self._decoded()
            return
        origin_s = float((self._stream.start_time or 0) * self._stream.time_base)
        self._container.seek(round((origin_s + target_s) * av.time_base))
        for number, frame in enumerate(self._decoded()):
            if number == 0:
                self.begins_at_s = frame.time - origin_s
            yield frame

    def close(self) -> None:
        self._container.close()

    def _stated_facts(self) -> SourceFacts:
        context, container = self._stream.codec_context, self._container.format.name.split(",")[0]
        declared = None if container in _GUESSING_CONTAINERS else self._container.duration
        return SourceFacts(
            container=container,
            codec=context.codec.canonical_name,
            sample_rate=_encoded_rate(context),
            channels=context.channels,
            declared_ms=None if declared is None else declared * 1000 // av.time_base,
        )

    def _decoded(self) -> Iterator[av.AudioFrame]:
        """Leaves out what cannot be decoded; stops where the container itself cannot be followed further."""
        try:
            for packet in self._container.demux(self._stream):
                try:
                    yield from packet.decode()
                except (av.error.FFmpegError, ValueError):  # ValueError: a codec that nobody knows
                    self.broken_packets += 1
        except av.error.FFmpegError:
            self.broken_packets += 1


def _opened(file: BinaryIO, name: str) -> av.container.InputContainer:
    try:
        container = av.open(file, options=_OPEN_OPTIONS)
    except (av.error.FFmpegError, UnicodeDecodeError) as error:
        raise UnreadableAudio(
            "{name} is not audio that can be read ({reason}). Expected {readable} or a SILK voice message.",
            name=name,
            reason=getattr(error, "strerror", None) or str(error),
            readable=_READABLE,
        ) from error
    if not container.streams.audio or container.streams.audio[0].codec_context is None:
        container.close()
        raise UnreadableAudio(
            "{name} holds no sound, or none that is known here. Expected {readable} or a SILK voice message.",
            name=name,
            readable=_READABLE,
        )
    return container


def _encoded_rate(context: av.AudioCodecContext) -> int:
    """Opus keeps the original rate in its header, where 0 means unknown (RFC 7845 §5.1)."""
    if context.codec.canonical_name == "opus" and context.extradata:
        return int.from_bytes(context.extradata[12:16], "little") or int(context.sample_rate)
    return int(context.sample_rate)

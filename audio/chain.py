"""Chain: a row of filters that frames pass one by one, so that memory stays flat however long the sound."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
from av.filter import Graph


class Chain:
    """Filters, each as `name=arguments` (`highpass=f=120`), for mono frames of one format and rate."""

    def __init__(self, *filters: str, sample_format: str, sample_rate: int) -> None:
        graph = Graph()
        graph.threads = 1
        source = graph.add_abuffer(
            sample_rate=sample_rate, format=sample_format, layout="mono", time_base=Fraction(1, sample_rate)
        )
        links = [
            graph.add(name, arguments) for name, _, arguments in (each.partition("=") for each in filters)
        ]
        sink = graph.add("abuffersink")
        graph.link_nodes(source, *links, sink)
        graph.configure()
        self._graph, self._source, self._sink = graph, source, sink  # the graph owns both ends

    def through(self, frames: Iterable[av.AudioFrame]) -> Iterator[av.AudioFrame]:
        """What comes out as `frames` go in one by one, then what the filters still held. Once only."""
        for frame in frames:
            yield from self._pushed(frame)
        yield from self._pushed(None)

    def _pushed(self, frame: av.AudioFrame | None) -> Iterator[av.AudioFrame]:
        self._source.push(frame)
        while True:
            try:
                yield self._sink.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return

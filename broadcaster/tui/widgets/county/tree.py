"""The county's tree: areas with what their endpoints last said rolled up; endpoints come when a village is opened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from broadcaster.desk.endpoints import EndpointView
from broadcaster.desk.today import AreaToday
from broadcaster.language import N_
from broadcaster.tui import marks
from broadcaster.tui.pinyin import matches
from schedules.places import Place, prefix_of


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaNode:
    """An area in the tree."""

    area: AreaToday


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointNode:
    """An endpoint in the tree."""

    endpoint: EndpointView


Knot = AreaNode | EndpointNode | None


class CountyTree(Tree[Knot]):
    """Town by town, village by village. Villages are laid into it when their town is opened, so that it stays quick."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", N_("Open")),
        Binding("space", "toggle_node", N_("Open or close"), show=False),
    ]
    ICON_NODE = "▸ "
    ICON_NODE_EXPANDED = "▾ "

    class VillageOpened(Message):
        """The endpoints of a village are wanted."""

        def __init__(self, village: str) -> None:
            super().__init__()
            self.village = village

    class EndpointChosen(Message):
        """One endpoint's page is wanted."""

        def __init__(self, endpoint: str) -> None:
            super().__init__()
            self.endpoint = endpoint

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__("", id=id, classes=classes)
        self.guide_depth = 2
        self.show_root = False
        self.auto_expand = False
        self._areas: dict[str, AreaToday] = {}
        self._knots: dict[str, TreeNode[Knot]] = {}

    @property
    def open_villages(self) -> list[str]:
        """The villages whose endpoints are shown."""
        return [code for code, node in self._knots.items() if node.is_expanded and _is_village(node.data)]

    def show(self, areas: Sequence[AreaToday]) -> None:
        """The areas with their endpoints; known nodes stay where they are and only change their labels."""
        if [area.code for area in areas] != list(self._areas):
            self._lay_out(areas)
        self._areas = {area.code: area for area in areas}
        for code, node in self._knots.items():
            area = self._areas[code]
            if not isinstance(node.data, AreaNode) or node.data.area != area:
                node.data = AreaNode(area=area)
                node.set_label(_area_label(area))
        if self.cursor_line < 0:
            self.cursor_line = 0

    def show_endpoints(self, village: str, endpoints: Iterable[EndpointView]) -> None:
        """The endpoints of an opened village."""
        node = self._knots.get(village)
        if node is None:
            return
        views = list(endpoints)
        known = [child.data.endpoint.id for child in node.children if isinstance(child.data, EndpointNode)]
        if known != [view.id for view in views]:
            node.remove_children()
            for view in views:
                node.add_leaf(_endpoint_label(view), EndpointNode(endpoint=view))
            return
        for child, view in zip(node.children, views, strict=True):
            if child.data != EndpointNode(endpoint=view):
                child.data = EndpointNode(endpoint=view)
                child.set_label(_endpoint_label(view))

    def go_to(self, code: str) -> None:
        """The cursor on an area, with what it lies in opened."""
        for digits in (6, 9):
            outer = self._knots.get(code[:digits].ljust(12, "0"))
            if outer is not None and outer.data is not None:
                outer.expand()
                self._lay(outer)
        node = self._knots.get(code)
        if node is not None:
            if not _is_village(node.data):
                node.expand()
                self._lay(node)
            self.call_after_refresh(self.move_cursor, node)

    def found(self, search: str) -> list[str]:
        """The codes of the areas whose name, initials or code hold what is searched for."""
        return [
            code
            for code, area in self._areas.items()
            if matches(search, area.name) or code.startswith(search)
        ]

    def action_toggle_node(self) -> None:
        """Space opens and closes."""
        if self.cursor_node is not None:
            self._toggle(self.cursor_node)

    def on_tree_node_expanded(self, event: Tree.NodeExpanded[Knot]) -> None:
        """An area was opened."""
        self._lay(event.node)
        if _is_village(event.node.data):
            assert isinstance(event.node.data, AreaNode)
            self.post_message(self.VillageOpened(event.node.data.area.code))

    def on_tree_node_selected(self, event: Tree.NodeSelected[Knot]) -> None:
        """Enter opens an area, or the page of an endpoint."""
        match event.node.data:
            case EndpointNode(endpoint=endpoint):
                self.post_message(self.EndpointChosen(endpoint.id))
            case AreaNode():
                self._toggle(event.node)

    def _toggle(self, node: TreeNode[Knot]) -> None:
        if node.allow_expand:
            node.toggle()

    def _lay_out(self, areas: Sequence[AreaToday]) -> None:
        self.clear()
        self._knots.clear()
        self._areas = {area.code: area for area in areas}
        known = set(self._areas)
        tops = [area for area in areas if not any(outer in known for outer in _outer(area.code))]
        for area in tops:
            node = self._add(self.root, area)
            node.expand()
            self._lay(node)
        self.root.expand()

    def _lay(self, node: TreeNode[Knot]) -> None:
        """The areas directly below, once."""
        if not isinstance(node.data, AreaNode) or node.children or _is_village(node.data):
            return
        code = node.data.area.code
        inside = [
            area
            for area in self._areas.values()
            if area.code != code and next(iter(self._known_outer(area.code)), None) == code
        ]
        for area in inside:
            self._add(node, area)

    def _add(self, parent: TreeNode[Knot], area: AreaToday) -> TreeNode[Knot]:
        node = parent.add(_area_label(area), AreaNode(area=area))
        self._knots[area.code] = node
        return node

    def _known_outer(self, code: str) -> list[str]:
        return [outer for outer in _outer(code) if outer in self._areas]


def _outer(code: str) -> list[str]:
    """The codes of what an area lies in, narrowest first."""
    prefix = prefix_of(Place(code))
    return [code[:digits].ljust(12, "0") for digits in (9, 6, 4, 2) if digits < len(prefix)]


def _is_village(knot: Knot) -> bool:
    return isinstance(knot, AreaNode) and knot.area.level == "village"


def _area_label(area: AreaToday) -> Text:
    mark, endpoints = marks.of_endpoints(area.endpoints), area.endpoints
    label = Text.assemble((mark.glyph, mark.style), " ", area.name)
    label.append(f"  {endpoints.connected}/{endpoints.known}", "dim")
    if endpoints.sounding:
        label.append(f"  {marks.SOUNDING.glyph}{endpoints.sounding}", "green")
    if endpoints.fetching:
        label.append(f"  {marks.FETCHING.glyph}{endpoints.fetching}", marks.FETCHING.style)
    return label


def _endpoint_label(view: EndpointView) -> Text:
    mark = marks.of_endpoint(view.presence, view.sounding, view.missing_recordings)
    return Text.assemble((mark.glyph, mark.style), " ", view.name, (f"  {view.id}", "dim"))

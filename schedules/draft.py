"""The draft of one day's plan: the working paper on which a planning goes from what stands to what is missing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from operator import attrgetter

from schedules.absences import Loss, lost_at_fixed_time, lost_in_windows
from schedules.budget import Budget
from schedules.conflicts import conflicts_of
from schedules.duty import Duty
from schedules.ground import Ground
from schedules.occupancy import Occupancy
from schedules.placement import Attempt, Outcome, Scene
from schedules.places import Place
from schedules.request import PlanRequest
from schedules.rows import Part, Row, row, rows_of
from schedules.slots import Absence, AbsentBecause, Conflict
from schedules.standing import Standing
from schedules.timetable import Programme, programme_of


class Draft:
    """One planning under way.

    `duties` come in order of precedence. `kept` are the rows that stood before, per order, and `neighbours` those of the
    neighbouring days; `known` are programmes of which the rows in `kept` are, made for the same duties on the same ground.
    """

    def __init__(
        self,
        request: PlanRequest,
        ground: Ground,
        duties: Iterable[Duty],
        kept: Mapping[str, tuple[Row, ...]],
        neighbours: Mapping[str, tuple[Row, ...]],
        known: Mapping[str, Programme],
    ) -> None:
        self.absences: list[Absence] = []
        self.conflicts: list[Conflict] = []
        self._request = request
        self._ground = ground
        self._duties = tuple(duties)
        self._neighbours = neighbours
        self._known = known
        self._scene = Scene(
            ground=ground,
            orders={order.id: order for order in request.orders},
            occupancy=Occupancy(ground),
            budget=Budget(ground),
            now=request.now,
        )
        self._kept = {
            order: [(stood, stood.begun_before(self._scene.now_ms)) for stood in rows]
            for order, rows in kept.items()
        }
        self._whole = {duty.order.id for duty in self._duties if self._may_stay_whole(duty)}
        self._facts: dict[str, list[Row]] = defaultdict(list)
        self._future: dict[str, list[Row]] = defaultdict(list)
        for order in self._kept:
            if order not in self._whole:
                self._sort(order)
        self._standing = {
            duty.order.id: self._with_facts(duty) for duty in self._duties if duty.order.id not in self._whole
        }
        self._missing: dict[str, dict[Place, list[int]]] = {}
        self._disturbing = 0  # cells held by others than whole orders, which among themselves stood before

    def place_fixed_times(self) -> None:
        """Seat what began, then the fixed times, and note the conflicts between them."""
        for order, rows in self._neighbours.items():
            self._occupy(order, rows)
        for order, kept in self._kept.items():
            for stood, begun in kept:
                if begun.plays:
                    self._seat(order, stood.place, begun)
                    self._disturbing |= 0 if order in self._whole else begun.guarded
        fixed = [duty for duty in self._duties if duty.fixed]
        for duty in fixed:
            outcome = Attempt(duty, self._standing[duty.order.id], self._scene, whole=False).made()
            self._take(duty, rows_of(outcome.plays))
            self._missing[duty.order.id] = outcome.missing
        for duty in fixed:
            self._explain_fixed(duty)

    def place_loops(self) -> None:
        """Let stand what stood, complete it, and say why not where that is not possible."""
        loops = [duty for duty in self._duties if not duty.fixed]
        for duty in loops:
            self._let_stand(duty)
        incomplete = [duty for duty in loops if duty.order.id not in self._whole]
        for duty in incomplete:
            self._complete(duty)
        for duty in incomplete:
            self._explain_loop(duty)
        for duty in self._duties:
            if duty.deaf_targets:
                self._explain_deaf(duty)

    def programmes(self) -> dict[str, Programme]:
        """What each order has: those that owe something in order of precedence, then those of which only facts are left."""
        made = {duty.order.id: self._programme(duty) for duty in self._duties}
        for order, rows in sorted(self._facts.items()):
            if order not in made:
                made[order] = programme_of(
                    rows, None, self._request.day, self._scene.now_ms, self._known.get(order), complete=False
                )
        return made

    def _programme(self, duty: Duty) -> Programme:
        order = duty.order.id
        known = self._known.get(order)
        if known and order in self._whole:
            return known
        return programme_of(
            self._standing[order].rows(),
            duty,
            self._request.day,
            self._scene.now_ms,
            known,
            complete=not self._missing[order],
        )

    def _may_stay_whole(self, duty: Duty) -> bool:
        """Whether what stood before is all that it owes and in order in itself; then only others can disturb it."""
        known = self._known.get(duty.order.id)
        return bool(known and known.complete and not duty.fixed and duty.order.id not in self._neighbours)

    def _sort(self, order: str) -> None:
        for stood, begun in self._kept[order]:
            fact, rest = stood.split(begun)
            if fact:
                self._facts[order].append(fact)
            if rest:
                self._future[order].append(rest)

    def _with_facts(self, duty: Duty) -> Standing:
        standing = Standing(duty, self._neighbours.get(duty.order.id, ()))
        for begun in self._facts.get(duty.order.id, ()):
            standing.add(begun)
        return standing

    def _let_stand(self, duty: Duty) -> None:
        """Plays that stood before stand again as far as nothing forbids it, those of wide areas first."""
        order = duty.order.id
        undisturbed = 0
        if order in self._whole:
            undisturbed = self._let_stand_whole(duty)
            if order in self._whole:
                return
        rows: Iterable[Row] = self._future.get(order, ())
        if order not in self._known:
            rows = [valid for stood in rows if (valid := duty.still_orders(stood))]
        wide_first = sorted(rows, key=attrgetter("place"))  # an area's code comes before those inside
        for stood in wide_first[:undisturbed]:
            self._standing[order].add(stood)
        for stood in wide_first[undisturbed:]:
            self._try_to_stand(duty, stood)

    def _let_stand_whole(self, duty: Duty) -> int:
        """Let rows stand up to the first that is disturbed, with which the order is no longer whole; how many stand."""
        order, scene = duty.order.id, self._scene
        undisturbed = 0
        for stood, begun in self._kept[order]:
            rest = stood.after(begun)
            if not rest.plays:
                continue
            touched = self._disturbing & rest.guarded
            is_free = not touched or not scene.occupancy.taken(stood.place) & touched
            if not is_free or scene.affordable(duty, stood.place) < rest.plays:
                self._whole.remove(order)
                self._sort(order)
                self._standing[order] = self._with_facts(duty)
                break
            self._seat(order, stood.place, rest)
            undisturbed += 1
        return undisturbed

    def _try_to_stand(self, duty: Duty, stood: Row) -> None:
        if self._is_free_for(duty, stood):
            self._take(duty, [stood])
        elif (
            self._is_in_order(duty)
            and (rest := stood.besides(self._scene.occupancy.taken(stood.place)))
            and self._is_free_for(duty, rest)
        ):
            self._take(duty, [rest])  # which is what play by play would find
        elif len(stood.plays) > 1:
            for play in stood.plays:
                self._try_to_stand(duty, row([play]))

    def _is_free_for(self, duty: Duty, stood: Row) -> bool:
        place, standing = stood.place, self._standing[duty.order.id]
        heard = standing.ordinals_around(place) | standing.heard_inside.get(place, frozenset())
        return (
            len(stood.ordinals) == len(stood.plays)
            and heard.isdisjoint(stood.ordinals)
            and self._keeps_distance(duty, stood)
            and not self._scene.occupancy.taken(place) & stood.guarded
            and self._scene.affordable(duty, place) >= len(stood.plays)
        )

    def _keeps_distance(self, duty: Duty, stood: Row) -> bool:
        """Whether the minimum gap holds in the row and around it; in a known programme it does, the eve aside."""
        if self._is_in_order(duty):
            return True
        near = self._standing[duty.order.id].too_near(stood.place)
        return stood.pause >= duty.gap and not near & stood.cells

    def _is_in_order(self, duty: Duty) -> bool:
        """Whether its plays that stood before do so as far as the order itself is concerned."""
        return duty.order.id in self._known and duty.order.id not in self._neighbours

    def _complete(self, duty: Duty) -> None:
        """Place what is missing; where that falls short, see whether moving the order's own future plays helps."""
        order, standing = duty.order.id, self._standing[duty.order.id]
        best = self._best_attempt(duty, standing)
        if not best.plays and not best.missing:
            self._missing[order] = {}
            return
        movable = [stood for stood in standing.rows() if stood.plays[0].start_ms >= self._scene.now_ms]
        if movable and any(
            self._scene.affordable(duty, leaf) and self._may_hear_more(duty, leaf, len(ordinals))
            for leaf, ordinals in best.missing.items()
        ):
            self._vacate(duty, movable)
            fresh = self._with_facts(duty)
            anew = self._best_attempt(duty, fresh)
            if anew.shortfall < best.shortfall:
                self._standing[order], best = fresh, anew
            else:
                self._occupy(order, movable)
                self._charge(order, movable)
        self._take(duty, rows_of(best.plays))
        self._missing[order] = best.missing

    def _may_hear_more(self, duty: Duty, leaf: Place, missing: int) -> bool:
        """Whether more plays than are missing might fit, if the order's own future ones stood elsewhere."""
        own = self._standing[duty.order.id].plays_around(leaf)
        return missing > duty.ordered - self._scene.still_fitting(duty, leaf, own)

    def _best_attempt(self, duty: Duty, standing: Standing) -> Outcome:
        """One play for as wide an area as possible, unless a village then hears less than it could."""
        parts = Attempt(duty, standing, self._scene, whole=False).made()
        if not parts.shortfall or all(self._ground.is_leaf(play.place) for play in parts.plays):
            return parts
        whole = Attempt(duty, standing, self._scene, whole=True).made()
        return whole if whole.shortfall < parts.shortfall else parts

    def _take(self, duty: Duty, rows: Iterable[Row]) -> None:
        rows = tuple(rows)
        self._occupy(duty.order.id, rows)
        self._charge(duty.order.id, rows)
        for taken in rows:
            self._standing[duty.order.id].add(taken)

    def _vacate(self, duty: Duty, rows: Iterable[Row]) -> None:
        for left in rows:
            self._scene.occupancy.vacate(left.place, duty.order.id, left.guarded)
            if self._scene.is_daily(duty.order.id):
                self._scene.budget.spend(left.place, -left.duration_ms)

    def _occupy(self, order: str, rows: Iterable[Row]) -> None:
        for taken in rows:
            self._scene.occupancy.seat(taken.place, order, taken.guarded)
            self._disturbing |= taken.guarded

    def _seat(self, order: str, where: Place, part: Part) -> None:
        self._scene.occupancy.seat(where, order, part.guarded)
        if self._scene.is_daily(order):
            self._scene.budget.spend(where, part.duration_ms)

    def _charge(self, order: str, rows: Iterable[Row]) -> None:
        for taken in rows if self._scene.is_daily(order) else ():
            self._scene.budget.spend(taken.place, taken.duration_ms)

    def _explain_fixed(self, duty: Duty) -> None:
        found: dict[Conflict, None] = {}
        for leaf, ordinals in self._missing[duty.order.id].items():
            for ordinal in ordinals:
                loss = lost_at_fixed_time(duty, ordinal, self._scene, leaf)
                self._miss(duty, leaf, ordinal, loss)
                if loss.because is AbsentBecause.CONFLICT:
                    found.update(dict.fromkeys(conflicts_of(duty, ordinal, leaf, loss.others, self._scene)))
        self.conflicts += found

    def _explain_loop(self, duty: Duty) -> None:
        standing = self._standing[duty.order.id]
        for leaf, ordinals in self._missing[duty.order.id].items():
            losses = lost_in_windows(duty, standing, self._scene, leaf, len(ordinals))
            each = (loss for loss in losses for _ in range(loss.plays))
            for ordinal, loss in zip(ordinals, each, strict=True):
                self._miss(duty, leaf, ordinal, loss)

    def _explain_deaf(self, duty: Duty) -> None:
        loss = Loss(plays=1, because=AbsentBecause.NO_ENDPOINT)
        for target in duty.deaf_targets:
            for leaf in self._ground.leaves(target):
                for ordinal in range(duty.ordered):
                    self._miss(duty, leaf, ordinal, loss)

    def _miss(self, duty: Duty, where: Place, ordinal: int, loss: Loss) -> None:
        for notice, version in dict.fromkeys((item.notice, item.version) for item in duty.order.items):
            self.absences.append(
                Absence(
                    order=duty.order.id,
                    notice=notice,
                    version=version,
                    place=where,
                    day=self._request.day,
                    ordinal=ordinal,
                    because=loss.because,
                    others=tuple(loss.others),
                )
            )

"""What a scenario wants to exist before its request, and the request: immutable, cheap to vary."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

import msgspec

from generator.verify.plan.values import At, Day, Raw, Value


class Move(msgspec.Struct, frozen=True):
    """One request: `rows` says which wanted row stands for which binding.

    Bindings: "self" the subject (of a create: the row to be made), "input:x" a
    reference input, "field:x" a reference field that an update sets, "link:x:n"
    the n-th row that it links to. `values` are the other inputs, or the fields
    that an update sets.
    """

    operation: str
    rows: dict[str, int] = {}
    values: dict[str, Value] = {}
    needs: tuple[int, ...] = ()  # other rows that must be complete before

    @property
    def keys(self) -> tuple[int, ...]:
        """Return every row that must be complete before."""
        return (*self.rows.values(), *self.needs)

    def with_value(self, name: str, value: Value) -> Move:
        """Return the move with one value changed."""
        return msgspec.structs.replace(self, values={**self.values, name: value})

    def with_row(self, binding: str, key: int) -> Move:
        """Return the move with one row changed."""
        return msgspec.structs.replace(self, rows={**self.rows, binding: key})


def sent_links(move: Move, collection: str) -> tuple[int, ...]:
    """Return the rows that an update links to."""
    return tuple(key for binding, key in move.rows.items() if binding.startswith(f"link:{collection}:"))


def with_links(move: Move, collection: str, keys: tuple[int, ...]) -> Move:
    """Return the update with other rows linked to; with none, an empty list is sent."""
    prefix = f"link:{collection}:"
    rows = {b: k for b, k in move.rows.items() if not b.startswith(prefix)}
    rows |= {f"{prefix}{number}": key for number, key in enumerate(keys)}
    values = {n: v for n, v in move.values.items() if n != collection}
    values = values if keys else values | {collection: Raw([])}
    return msgspec.structs.replace(move, rows=rows, values=values)


class Inside(msgspec.Struct, frozen=True):
    """A row that another operation made: the `position`-th of a wanted row's collection."""

    parent: int
    collection: str
    position: int = 0


class Want(msgspec.Struct, frozen=True):
    """A row: made by its create operation, by a flow (`maker`), or found `inside` another."""

    entity: str
    values: dict[str, Value] = {}
    refs: dict[str, int | None] = {}
    owner: int | None = None
    links: dict[str, tuple[int, ...]] = {}
    maker: Move | None = None
    inside: Inside | None = None
    early: tuple[Move, ...] = ()  # once it is there, before its owned rows
    moves: tuple[Move, ...] = ()  # once it and its owned rows are there
    first: bool = False  # made before rows that don't ask for it, and before early moves of its owner
    last: bool = False  # made once its owners have done their moves, unless one of those asks for it

    def with_value(self, name: str, value: Value) -> Want:
        """Return the want with one value changed."""
        return msgspec.structs.replace(self, values={**self.values, name: value})

    def with_ref(self, name: str, key: int | None) -> Want:
        """Return the want with one reference changed."""
        return msgspec.structs.replace(self, refs={**self.refs, name: key})

    def with_move(self, move: Move) -> Want:
        """Return the want with one more move."""
        return msgspec.structs.replace(self, moves=(*self.moves, move))

    def with_early(self, move: Move) -> Want:
        """Return the want with one more early move."""
        return msgspec.structs.replace(self, early=(*self.early, move))

    @property
    def made_by_create(self) -> bool:
        """Whether a create request of its own makes it."""
        return self.maker is None and self.inside is None


class Program(msgspec.Struct, frozen=True):
    """Wanted rows, then late moves, then the target."""

    wants: dict[int, Want] = {}
    late: tuple[Move, ...] = ()
    target: Move | None = None

    def key(self) -> str:
        """Return a text that is equal for equal programs."""
        return repr(self)

    def put(self, key: int, want: Want) -> Program:
        """Return the program with one row added or replaced."""
        return msgspec.structs.replace(self, wants={**self.wants, key: want})

    def add(self, want: Want) -> tuple[Program, int]:
        """Return the program with one more row, and its key."""
        key = max(self.wants, default=0) + 1
        return self.put(key, want), key

    def without(self, key: int) -> Program | None:
        """Return the program without a row and what that owns; None if another row or move needs it."""
        gone = {key}
        for other, want in self.wants.items():
            if want.owner in gone:
                gone.add(other)
        kept = {k: w for k, w in self.wants.items() if k not in gone}
        moves = [*self.late, *(() if self.target is None else (self.target,))]
        used = {k for m in moves for k in m.keys}
        for want in kept.values():
            used.update(all_keys(want))
        return None if used & gone else msgspec.structs.replace(self, wants=kept)

    def with_late(self, move: Move) -> Program:
        """Return the program with one more late move."""
        return msgspec.structs.replace(self, late=(*self.late, move))

    def aim(self, target: Move | None) -> Program:
        """Return the program with another target."""
        return msgspec.structs.replace(self, target=target)

    def moves(self) -> Iterator[Move]:
        """Yield every move but the target."""
        for want in self.wants.values():
            yield from () if want.maker is None else (want.maker,)
            yield from (*want.early, *want.moves)
        yield from self.late

    def owners(self, key: int) -> list[int]:
        """Return the rows that a row belongs to, the nearest first."""
        found: list[int] = []
        owner = self.wants[key].owner
        while owner is not None:
            found.append(owner)
            owner = self.wants[owner].owner
        return found

    def owned_by(self, key: int, entity: str) -> list[int]:
        """Return the wanted rows of an entity that belong to a row."""
        return [
            k
            for k, w in self.wants.items()
            if w.entity == entity and (w.owner == key or (w.inside is not None and w.inside.parent == key))
        ]


class Place(msgspec.Struct, frozen=True):
    """Where a move stands: "target", "late", "move" or "early" of a row, its "maker", its "create"."""

    kind: str
    key: int = 0
    position: int = 0

    def get(self, program: Program) -> Move | None:
        """Return the move that stands here; None for a plain create."""
        match self.kind:
            case "target":
                return program.target
            case "late":
                return program.late[self.position]
            case "move":
                return program.wants[self.key].moves[self.position]
            case "early":
                return program.wants[self.key].early[self.position]
            case "maker":
                return program.wants[self.key].maker
        return None

    def change(self, program: Program, edit: Callable[[Move], Move]) -> Program:
        """Return the program with the move that stands here edited."""
        move = self.get(program)
        if move is None:
            return program
        new = edit(move)
        match self.kind:
            case "target":
                return program.aim(new)
            case "late":
                return msgspec.structs.replace(program, late=self._put(program.late, new))
            case "maker":
                want = msgspec.structs.replace(program.wants[self.key], maker=new)
                return program.put(self.key, want)
        want = program.wants[self.key]
        if self.kind == "early":
            want = msgspec.structs.replace(want, early=self._put(want.early, new))
        else:
            want = msgspec.structs.replace(want, moves=self._put(want.moves, new))
        return program.put(self.key, want)

    def _put(self, moves: tuple[Move, ...], new: Move) -> tuple[Move, ...]:
        return (*moves[: self.position], new, *moves[self.position + 1 :])


Fresh = Callable[[Value], Value]  # gives a token a number of its own, leaves all else


def graft(
    program: Program, part: Mapping[int, Want], fresh: Fresh, places: Mapping[int, int] | None = None
) -> tuple[Program, dict[int, int]]:
    """Add the rows of another program under new keys, some in `places`; returns old key -> new key."""
    first = max(program.wants, default=0) + 1
    keys = {old: first + n for n, old in enumerate(part)} | dict(places or {})
    wants = {keys[k]: _renumber(w, keys, fresh) for k, w in part.items()}
    return msgspec.structs.replace(program, wants={**program.wants, **wants}), keys


def renewed(program: Program, fresh: Fresh) -> Program:
    """Return the program with tokens of its own."""
    same = {key: key for key in program.wants}
    wants = {k: _renumber(w, same, fresh) for k, w in program.wants.items()}
    late = tuple(_renumber_move(m, same, fresh) for m in program.late)
    return msgspec.structs.replace(program, wants=wants, late=late)


def _renumber(want: Want, keys: dict[int, int], fresh: Fresh) -> Want:
    return msgspec.structs.replace(
        want,
        values={n: fresh(v) for n, v in want.values.items()},
        refs={n: None if k is None else keys[k] for n, k in want.refs.items()},
        owner=None if want.owner is None else keys[want.owner],
        links={n: tuple(keys[k] for k in ks) for n, ks in want.links.items()},
        maker=None if want.maker is None else _renumber_move(want.maker, keys, fresh),
        inside=_renumber_inside(want.inside, keys),
        early=tuple(_renumber_move(m, keys, fresh) for m in want.early),
        moves=tuple(_renumber_move(m, keys, fresh) for m in want.moves),
    )


def _renumber_inside(inside: Inside | None, keys: dict[int, int]) -> Inside | None:
    return None if inside is None else msgspec.structs.replace(inside, parent=keys[inside.parent])


def _renumber_move(move: Move, keys: dict[int, int], fresh: Fresh) -> Move:
    rows = {b: keys[k] for b, k in move.rows.items()}
    values = {n: fresh(v) for n, v in move.values.items()}
    needs = tuple(keys[k] for k in move.needs)
    return msgspec.structs.replace(move, rows=rows, values=values, needs=needs)


def later(want: Want, days: int) -> Want:
    """Return the want with all its times shifted; past dates go back, so that they stay past."""
    for name, value in want.values.items():
        if isinstance(value, At):
            want = want.with_value(name, At(value.delta + timedelta(days=days)))
        elif isinstance(value, Day):
            want = want.with_value(name, Day(value.days + (days if value.days >= 0 else -days)))
    return want


def all_keys(want: Want) -> Iterator[int]:
    """Yield every row that a wanted row or one of its moves refers to."""
    yield from keys_of(want)
    yield from () if want.owner is None else (want.owner,)
    yield from () if want.inside is None else (want.inside.parent,)
    for move in (*want.early, *want.moves):
        yield from move.keys


def keys_of(want: Want) -> Iterator[int]:
    """Yield the rows that must be complete before this one can be made."""
    yield from (k for k in want.refs.values() if k is not None)
    for linked in want.links.values():
        yield from linked
    if want.maker is not None:
        yield from want.maker.keys

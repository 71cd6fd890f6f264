"""Rows in states that need more than one request: put as a whole where a program wants them so."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from generator.ir.index import Index
from generator.verify.plan.builder import Builder
from generator.verify.plan.values import Token, Value
from generator.verify.plan.wants import Move, Program, Want, all_keys, graft, renewed

Known = tuple[Program, int]  # a program that works, and the row in it
Place = tuple[str, str, str]  # entity, field, state
Lookup = Callable[[str, str, str], Known | None]


class Ways:
    """Puts what is known to lead to a state; what was asked for in vain is `wished` for."""

    def __init__(self, builder: Builder, lookup: Lookup) -> None:
        self._builder = builder
        self._index: Index = builder.index
        self._lookup = lookup
        self.wished: dict[Place, None] = {}
        self._copies: dict[
            str, list[Program]
        ] = {}  # with tokens of their own; the same again, as far as may be

    def into(self, program: Program, key: int, field: str, state: str) -> Iterator[Program]:
        """Yield programs in which the row is one that is known to come to the state."""
        want = program.wants[key]
        machine = next(m for m in self._index.entities[want.entity].machines if m.field == field)
        if state == machine.initial or want.inside is not None:
            return
        known = self._lookup(want.entity, field, state)
        if known is None:
            self.wished[want.entity, field, state] = None
            return
        yield from self._put(program, key, (self._copy(known[0], _tokens(program)), known[1]))

    def _copy(self, part: Program, taken: set[int]) -> Program:
        """Return the known rows with tokens that the program has not: requests seen before cost nothing."""
        copies = self._copies.setdefault(part.key(), [])
        for copy in copies:
            if taken.isdisjoint(_tokens(copy)):
                return copy
        copies.append(renewed(part, self._builder.renewer()))
        return copies[-1]

    def _put(self, program: Program, key: int, known: Known) -> Iterator[Program]:
        """Yield programs with the known row in place of another: with its own owner and with that one's."""
        part, row = known
        if part.wants[row].inside is not None:
            return
        late = tuple(replace(m, needs=tuple(k for k in part.wants if k != row)) for m in part.late)
        whole = part.put(row, replace(part.wants[row], moves=(*part.wants[row].moves, *late)))
        places = {row: key, **_same_owned(program, key, part, row)}
        grown, keys = graft(program, whole.wants, _same, places)
        old, new = program.wants[key], grown.wants[key]
        new = replace(new, values=self._merged(old, new), moves=(*new.moves, *_other_moves(old, new)))
        grown = _without_doubles(grown.put(key, new), key, set(keys.values()))
        own = _without_unused(grown, [k for k in all_keys(old) if k != key])
        led = replace(new, refs={**new.refs, **_set(old.refs)}, owner=old.owner)
        shared = _without_unused(grown.put(key, led), [k for k in all_keys(new) if k != key])
        alike = led == new or not (old.made_by_create and new.made_by_create)
        both = [own] if alike else [shared, own] if _used_elsewhere(program, key) else [own, shared]
        yield from both

    def _merged(self, old: Want, new: Want) -> dict[str, Value]:
        """Return the new row's values, and those that were chosen for the old one where any would do."""
        solved = self._builder.solved.get(old.entity)
        usual = solved[0][solved[1]].values if solved is not None else {}
        chosen = {
            n: v
            for n, v in old.values.items()
            if v != usual.get(n) and new.values.get(n) == usual.get(n) and not isinstance(v, Token)
        }
        return {**new.values, **chosen}


def _same(value: Value) -> Value:
    return value


def _tokens(program: Program) -> set[int]:
    """Return the numbers of all tokens of a program."""
    values = (w.values.values() for w in program.wants.values())
    moves = (m.values.values() for m in program.moves())
    return {v.number for held in (*values, *moves) for v in held if isinstance(v, Token)}


def _same_owned(program: Program, key: int, part: Program, row: int) -> dict[int, int]:
    """Return which known owned rows take the places of rows that others ask for."""
    found: dict[int, int] = {}
    for child, want in program.wants.items():
        if want.owner == key and program.without(child) is None:
            same = (k for k in part.owned_by(row, want.entity) if k not in found)
            brought = next(same, None)
            if brought is not None and part.wants[brought].owner == row:
                found[brought] = child
    return found


def _set(refs: dict[str, int | None]) -> dict[str, int | None]:
    return {name: key for name, key in refs.items() if key is not None}


def _other_moves(old: Want, new: Want) -> tuple[Move, ...]:
    """Return the moves of the old row that the new one has not."""
    done = {m.operation for m in (*new.early, *new.moves)}
    return tuple(m for m in (*old.early, *old.moves) if m.operation not in done)


def _used_elsewhere(program: Program, key: int) -> bool:
    """Whether what a row refers to, or its owner, is also referred to by others."""
    own = {k for k in all_keys(program.wants[key]) if k != key}
    return any(own & set(all_keys(w)) for k, w in program.wants.items() if k != key)


def _without_doubles(program: Program, key: int, grafted: set[int]) -> Program:
    """Leave out rows that the old row owned where the new one has brought its own."""
    brought = {w.entity for k, w in program.wants.items() if k in grafted and w.owner == key}
    for child, want in list(program.wants.items()):
        if want.owner == key and child not in grafted and want.entity in brought:
            program = program.without(child) or program
    return program


def _without_unused(program: Program, keys: list[int]) -> Program:
    """Leave out rows that nothing asks for any more."""
    for key in keys:
        if key in program.wants:
            program = program.without(key) or program
    return program

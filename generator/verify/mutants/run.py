"""Makes an application's mutants, or a sample of them, and tries each."""

from __future__ import annotations

import difflib
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import msgspec
from tenacity import retry, retry_if_exception_type, stop_after_attempt

from generator.core.errors import MachineError
from generator.core.ports import Formatter
from generator.ir.model import SourceMap
from generator.verify.mutants.bench import Bench, Benches
from generator.verify.mutants.code import code_mutants
from generator.verify.mutants.equivalent import Proofs, by_structure
from generator.verify.mutants.ir import Change, Emitter, changes
from generator.verify.mutants.judge import Subject, healthy, kill
from generator.verify.mutants.model import Kind, Mutant, MutationReport, Verdict

Progress = Callable[[Verdict, int, int], None]
Candidate = Mutant | Change


class Choice(msgspec.Struct, frozen=True):
    """Which mutants are tried: of some kinds, at most so many, drawn by a seed."""

    only: tuple[Kind, ...] = ()
    sample: int = 0  # 0: all
    seed: int = 0
    workers: int = 2


def run_mutants(
    subject: Subject,
    benches: Benches,
    formatter: Formatter,
    source_map: SourceMap,
    choice: Choice | None = None,
    progress: Progress | None = None,
) -> MutationReport:
    """Try the chosen mutants; verdicts come in order of the files and the IR."""
    choice = choice or Choice()
    every = candidates(subject, choice)
    with benches(subject.bundle, choice.workers) as places:
        wrong = healthy(subject, places[0])
        if wrong:
            problem = f"the application itself does not pass: {wrong}"
            return MutationReport(subject.ir.name, subject.plan.ir_digest, (), len(every), problem)
        trial = _Trial(subject, formatter, source_map, choice, progress)
        verdicts = trial.run(every, places)
    problem = "" if verdicts else "no mutant was made: that is a failure"
    return MutationReport(subject.ir.name, subject.plan.ir_digest, verdicts, len(every), problem)


def candidates(subject: Subject, choice: Choice) -> list[Candidate]:
    """Return what may be tried, in order; a change of the IR may turn out to be no mutant."""
    found: list[Candidate] = [*code_mutants(subject.bundle.files, subject.ir), *changes(subject.ir)]
    return [c for c in found if not choice.only or c.kind in choice.only]


def drawn(count: int, choice: Choice) -> list[int]:
    """Return the numbers of candidates in the order in which they are tried; a sample's is its seed's."""
    order = list(range(count))
    if choice.sample:
        random.Random(choice.seed).shuffle(order)  # noqa: S311 - a draw, not a secret
    return order


class _Trial:
    """One run over candidates by several workers."""

    def __init__(
        self,
        subject: Subject,
        formatter: Formatter,
        source_map: SourceMap,
        choice: Choice,
        progress: Progress | None,
    ) -> None:
        self._subject, self._choice, self._progress = subject, choice, progress
        self._emitter = Emitter(subject.ir, subject.bundle.files, formatter, source_map)
        self._proofs = Proofs(subject.ir, subject.guards)
        self._before = {f.path: f.text for f in subject.bundle.files}
        self._lock = threading.Lock()
        self._failed = False
        self._seen: set[tuple[tuple[str, str], ...]] = set()
        self._found: dict[int, Verdict] = {}

    def run(self, every: Sequence[Candidate], places: Sequence[Bench]) -> tuple[Verdict, ...]:
        """Try each candidate, those of a sample in the order in which they are drawn."""
        queue = self._mutants(every, drawn(len(every), self._choice))
        free: SimpleQueue[Bench] = SimpleQueue()
        for place in places:
            free.put(place)
        total = min(len(every), self._choice.sample or len(every))
        with ThreadPoolExecutor(len(places)) as threads:
            working = [threads.submit(self._work, queue, place, total) for place in places]
            try:
                for future in working:
                    future.result()
            except BaseException:  # Ctrl-C too: nobody waits for what is being tried
                self._failed = True
                for place in places:
                    place.give_up()
                raise
        return tuple(self._found[n] for n in sorted(self._found))

    def _mutants(self, every: Sequence[Candidate], order: Sequence[int]) -> Iterator[tuple[int, Mutant]]:
        made = 0
        for number in order:
            candidate = every[number]
            mutant = candidate if isinstance(candidate, Mutant) else self._emitter.mutant(candidate)
            if mutant is None or not self._is_new(mutant):
                continue
            yield number, mutant
            made += 1
            if made == self._choice.sample:
                return

    def _is_new(self, mutant: Mutant) -> bool:
        """Two changes of the IR that give the same application are one mutant."""
        known = tuple(sorted(mutant.changed.items()))
        new = known not in self._seen
        self._seen.add(known)
        return new

    def _work(self, queue: Iterator[tuple[int, Mutant]], bench: Bench, total: int) -> None:
        while True:
            with self._lock:
                item = None if self._failed else next(queue, None)
            if item is None:
                return
            number, mutant = item
            try:
                verdict = self._try(mutant, bench)
            except BaseException:
                self._failed = True  # what the others would find is not told any more
                raise
            with self._lock:
                self._found[number] = verdict
                if self._progress is not None:
                    self._progress(verdict, len(self._found), total)

    def _try(self, mutant: Mutant, bench: Bench) -> Verdict:
        began = time.perf_counter()
        reason = by_structure(mutant)
        by = "" if reason else self._shown(mutant, bench)
        if not by and not reason:
            reason = self._proofs.reason(mutant)
        return Verdict(
            mutant=mutant.id,
            level=mutant.level,
            kind=mutant.kind,
            outcome="killed" if by else "equivalent" if reason else "survived",
            place=mutant.place,
            node=mutant.node,
            what=mutant.what,
            by=by,
            reason=reason,
            diff="" if by else self._diff(mutant),
            ms=round((time.perf_counter() - began) * 1000, 1),
        )

    @retry(retry=retry_if_exception_type(MachineError), stop=stop_after_attempt(2), reraise=True)
    def _shown(self, mutant: Mutant, bench: Bench) -> str:
        """Return what sees a mutant; hours of work do not end with one process that somebody killed."""
        return kill(self._subject, mutant, bench)

    def _diff(self, mutant: Mutant) -> str:
        lines: list[str] = []
        for path, text in sorted(mutant.changed.items()):
            before = self._before.get(path, "")
            lines += difflib.unified_diff(
                before.splitlines(), text.splitlines(), f"a/{path}", f"b/{path}", "", "", 1, ""
            )
        return "\n".join(lines)

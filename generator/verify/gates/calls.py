"""Gate: whatever one module uses of another is there, and is called with arguments that fit.

And each operation of the table has a service function, which its router calls.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator

from generator.emit.operations import endpoint
from generator.emit.python import module, module_path
from generator.verify.gates.build import Build
from generator.verify.gates.modules import Function, Modules, Target
from generator.verify.model import Finding


def check(build: Build) -> list[Finding]:
    """Check each module, then each operation."""
    modules = Modules({path: tree for path, tree in build.modules.items() if path.startswith("app/")})
    return [f for name in sorted(modules.trees) for f in _module(build, modules, name)] + list(
        _operations(build, modules)
    )


def _module(build: Build, modules: Modules, name: str) -> Iterator[Finding]:
    path = modules.paths[name]
    known: dict[str, Target] = {}
    for local, target, line in modules.imports(name):
        known[local] = target
        if not modules.has(target):
            yield _missing(build, modules, target, path, line)
    rebound = _rebound(modules, name)
    known = {local: t for local, t in known.items() if local not in rebound}
    for node in modules.nodes(name, ast.expr):
        if isinstance(node, ast.Attribute) and (used := _target(node, known)) and not modules.has(used):
            yield _missing(build, modules, used, path, node.lineno)
        elif isinstance(node, ast.Call) and (used := _target(node.func, known)):
            called = modules.function(used)
            if called is not None and (problem := misfit(called, node)):
                what = f"{used.module}.{used.symbol} is called wrongly: {problem}"
                yield build.finding("arguments", what, path=path, line=node.lineno)


def _missing(build: Build, modules: Modules, target: Target, path: str, line: int) -> Finding:
    where = modules.paths[target.module]
    return build.finding("not-defined", f"{where} has no {target.symbol}", path=path, line=line)


def _target(node: ast.expr, known: dict[str, Target]) -> Target | None:
    match node:
        case ast.Name(id=name):
            return known.get(name)
        case ast.Attribute(value=ast.Name(id=name), attr=attribute):
            target = known.get(name)
            return Target(target.module, attribute) if target and not target.symbol else None
        case _:
            return None


def _rebound(modules: Modules, name: str) -> frozenset[str]:
    """Return the names that the module assigns or takes as arguments: they may mean other things."""
    stored = {n.id for n in modules.nodes(name, ast.Name) if not isinstance(n.ctx, ast.Load)}
    return frozenset(stored | {n.arg for n in modules.nodes(name, ast.arg)})


def misfit(function: Function, call: ast.Call) -> str:
    """Return why a call does not fit a function; "" if it does, or unpacks what only running shows."""
    unpacked = any(isinstance(a, ast.Starred) for a in call.args) or any(k.arg is None for k in call.keywords)
    if unpacked or function.decorator_list:
        return ""
    try:
        _signature(function.args).bind(*call.args, **{str(k.arg): k.value for k in call.keywords})
    except TypeError as error:
        return str(error)
    return ""


def _signature(args: ast.arguments) -> inspect.Signature:
    plain = [*args.posonlyargs, *args.args]
    required = len(plain) - len(args.defaults)
    parameters = []
    for n, a in enumerate(plain):
        by_place = n < len(args.posonlyargs)
        kind = inspect.Parameter.POSITIONAL_ONLY if by_place else inspect.Parameter.POSITIONAL_OR_KEYWORD
        default = inspect.Parameter.empty if n < required else None
        parameters.append(inspect.Parameter(a.arg, kind, default=default))
    if args.vararg:
        parameters.append(inspect.Parameter(args.vararg.arg, inspect.Parameter.VAR_POSITIONAL))
    for a, given in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        empty = inspect.Parameter.empty if given is None else None
        parameters.append(inspect.Parameter(a.arg, inspect.Parameter.KEYWORD_ONLY, default=empty))
    if args.kwarg:
        parameters.append(inspect.Parameter(args.kwarg.arg, inspect.Parameter.VAR_KEYWORD))
    return inspect.Signature(parameters)


def _operations(build: Build, modules: Modules) -> Iterator[Finding]:
    called: dict[str, frozenset[Target]] = {}
    for operation in build.ir.api.operations:
        wanted = endpoint(build.index, operation)
        snake = wanted.entity.snake
        service, router = module(snake, "service"), module(snake, "router")
        if router not in called:
            called[router] = _called(modules, router)
        if wanted.function not in modules.functions.get(service, {}):
            what = f"there is no function {wanted.function} for {operation.id}"
            yield build.finding("no-service", what, path=module_path(snake, "service"), node=operation.id)
        elif Target(service, wanted.function) not in called[router]:
            what = f"no handler calls {service}.{wanted.function}"
            yield build.finding("no-route", what, path=module_path(snake, "router"), node=operation.id)


def _called(modules: Modules, name: str) -> frozenset[Target]:
    if name not in modules.trees:
        return frozenset()
    known = {local: target for local, target, _ in modules.imports(name)}
    found = (_target(call.func, known) for call in modules.nodes(name, ast.Call))
    return frozenset(target for target in found if target)

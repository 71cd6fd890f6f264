"""Which enums and entities there are, and that no two of their names collide."""

from __future__ import annotations

from generator.core.names import kebab, pascal, plural, snake
from generator.core.spans import Span
from generator.expr.syntax import Name
from generator.ir.lower_context import Context, EntityDraft
from generator.ir.model import Enum
from generator.spec.model import EntitySpec, EnumSpec
from generator.spec.reader import MAX_NAME

# Words that an expression can't use as a name.
UNSPEAKABLE = frozenset({"true", "false", "null", "not", "and", "or", "in", "is", "else"})
# Names with a meaning of their own in expressions, and the key.
RESERVED_FIELDS = frozenset({"id", "self", "me", "input", "actor"}) | UNSPEAKABLE
RESERVED_ENTITIES = frozenset({"None", "True", "False"})


def declare(context: Context) -> None:
    """Register the application, every enum and every entity of the spec."""
    context.place("app", context.spec.name.span)
    for enum in context.spec.enums:
        _declare_enum(context, enum)
    for entity in context.spec.entities:
        _declare_entity(context, entity)
    if not context.entities and not context.found.lost:
        context.error("E305", "the spec has no entities", context.spec.name.span, "add `entities:`")
    _refuse_shared_tables(context)


def _declare_enum(context: Context, spec: EnumSpec) -> None:
    if spec.name.text in context.enums:
        context.error(
            "E301",
            f"the enum `{spec.name}` is declared twice",
            spec.span,
            _first(context, f"enum:{spec.name}"),
        )
        return
    add_enum(context, spec.name.text, spec.values, spec.span)


def add_enum(context: Context, name: str, values: tuple[Name, ...], span: Span, machine: str = "") -> str:
    """Register an enum; return its name."""
    if not values:
        context.error("E306", f"the enum `{name}` has no values", span)
    seen: set[str] = set()
    for value in values:
        if value.text in seen:
            context.error("E307", f"`{value}` is listed twice", value.span)
        if value.text in UNSPEAKABLE:
            context.error(
                "E308",
                f"`{value}` can't be a value: expressions read it as a word",
                value.span,
                f"write `{value.text.upper()}_`",
            )
        seen.add(value.text)
    node_id = context.place(f"enum:{name}", span)
    context.enums[name] = Enum(node_id, name, tuple(dict.fromkeys(v.text for v in values)), machine)
    return name


def add_inline_enum(
    context: Context, owner: str, name: Name, values: tuple[Name, ...], span: Span, machine: str = ""
) -> str:
    """Register the enum of one field: <Owner><Field>."""
    wanted = pascal(owner) + pascal(name.text)
    if wanted in context.enums or wanted in context.entities:
        what = "an enum" if wanted in context.enums else "an entity"
        context.error(
            "E309",
            f"the values of `{name}` make an enum `{wanted}`, but there is {what} of that name",
            name.span,
            "rename one of the two",
        )
        return wanted
    return add_enum(context, wanted, values, span, machine)


def _declare_entity(context: Context, spec: EntitySpec) -> None:
    name = spec.name.text
    if name in context.entities:
        context.error(
            "E301", f"the entity `{name}` is declared twice", spec.span, _first(context, f"entity:{name}")
        )
        return
    if name in context.enums:
        context.error(
            "E301", f"`{name}` is the name of an enum already", spec.span, _first(context, f"enum:{name}")
        )
        return
    if name in RESERVED_ENTITIES:
        context.error("E310", f"an entity can't be called `{name}`", spec.span, "rename it")
    table = spec.plural.text if spec.plural else plural(name)
    if len(table) > MAX_NAME:
        context.error(
            "E128", f"the plural `{table}` is longer than {MAX_NAME} characters", spec.span, "set `plural`"
        )
    draft = EntityDraft(spec, name, snake(name), table)
    context.place(draft.id, spec.span)
    context.entities[name] = draft


def _first(context: Context, node_id: str) -> str:
    return f"the first one is at {context.places[node_id]}"


def _refuse_shared_tables(context: Context) -> None:
    """Refuse two entities that would share a module, a table or a path."""
    seen: dict[tuple[str, str], str] = {}
    for draft in context.entities.values():
        spellings = (("module", draft.snake), ("table", draft.plural), ("path", kebab(draft.plural)))
        taken = [(what, key) for what, key in spellings if (what, key) in seen]
        for what, key in taken[:1]:
            hint = "rename one" if what == "module" else "rename one, or set `plural`"
            span = (
                draft.spec.name.span if what == "module" or not draft.spec.plural else draft.spec.plural.span
            )
            message = f"`{draft.name}` and `{seen[what, key]}` would share the {what} `{key}`"
            context.error("E311", message, span, hint)
        for spelling in spellings:
            seen.setdefault(spelling, draft.name)

"""Parse trees to the surface AST."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from lark import Token, Tree

from generator.core.spans import Span
from generator.expr import syntax as s
from generator.expr.complaints import ParseError
from generator.expr.places import Places

ParseTree = Tree[Token]

_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
_MAX_DIGITS = 60


def expression(tree: ParseTree, places: Places) -> s.Node:
    """Build an expression."""
    return _node(_subtree(tree, 0), places)


def _node(tree: ParseTree, places: Places) -> s.Node:
    span = _span(tree, places)
    kids = tree.children
    match str(tree.data):
        case "number":
            return s.Number(span, _digits(str(kids[0]), span))
        case "duration":
            return s.Duration(span, int(_digits(str(kids[0])[:-1], span)), _any(str(kids[0])[-1]))
        case "text":
            return s.Text(span, unquote(str(kids[0]), span))
        case "day":
            return s.Text(span, str(kids[0]))
        case "true" | "false":
            return s.Bool(span, tree.data == "true")
        case "null":
            return s.Null(span)
        case "path":
            return _path(tree, places)
        case "named_rows":
            return s.NamedRows(span, _path(_trees(tree)[0], places), str(kids[-1]))
        case "negate":
            return _negate(_node(_subtree(tree, 1), places), span)
        case "negation":
            return s.Not(span, _node(_subtree(tree, 1), places))
        case "call":
            args = tuple(_node(k, places) for k in kids[1:] if isinstance(k, Tree))
            return s.Call(span, str(kids[0]), args, _token_span(kids[0], places))
        case _:
            return _operation(tree, places, span)


def _operation(tree: ParseTree, places: Places, span: Span) -> s.Node:
    operands = tuple(_node(k, places) for k in tree.children if isinstance(k, Tree) and k.data != "options")
    match str(tree.data):
        case "or_expr":
            return s.Logic(span, "or", operands)
        case "and_expr":
            return s.Logic(span, "and", operands)
        case "compare":
            return s.Compare(span, _any(str(tree.children[1])), *operands)
        case "arith":
            return s.Arith(span, _any(str(tree.children[1])), *operands)
        case "is_null" | "is_not_null":
            return s.IsNull(span, operands[0], tree.data == "is_not_null")
        case "in_list" | "not_in_list":
            options = next(k for k in tree.children if isinstance(k, Tree) and k.data == "options")
            nodes = tuple(_node(k, places) for k in options.children if isinstance(k, Tree))
            return s.In(span, operands[0], nodes, tree.data == "not_in_list")
        case "in_rows" | "not_in_rows":
            return s.InRows(span, operands[0], _path(_trees(tree)[-1], places), tree.data == "not_in_rows")
        case other:
            raise AssertionError(f"grammar rule without a builder: {other}")


def _negate(operand: s.Node, span: Span) -> s.Node:
    if isinstance(operand, s.Number) and not operand.text.startswith("-"):
        return s.Number(span, "-" + operand.text)
    return s.Negate(span, operand)


def _path(tree: ParseTree, places: Places) -> s.Path:
    return s.Path(
        _span(tree, places),
        tuple(str(k) for k in tree.children),
        tuple(_token_span(k, places) for k in tree.children),
    )


def field(tree: ParseTree, places: Places) -> s.FieldForm:
    """Build a field's short form."""
    bounds: list[s.Bound] = []
    modifiers: list[s.Modifier] = []
    value: ParseTree | None = None
    for child in _trees(tree)[1:]:
        match str(child.data):
            case "bound":
                bounds.append(_bound(child, places))
            case "modifier":
                modifiers.append(s.Modifier(_span(child, places), _any(str(child.children[0]))))
            case _:
                value = child
    form = s.FieldForm(
        places.whole, _type(_subtree(tree, 0), places), tuple(bounds), tuple(_distinct(modifiers))
    )
    return form if value is None else _with_value(form, value, places)


def _distinct(modifiers: list[s.Modifier]) -> list[s.Modifier]:
    seen: set[str] = set()
    for modifier in modifiers:
        if modifier.name in seen:
            raise ParseError(f"'{modifier.name}' is written twice", modifier.span, "remove one")
        seen.add(modifier.name)
    return modifiers


def _with_value(form: s.FieldForm, tree: ParseTree, places: Places) -> s.FieldForm:
    node = _node(_subtree(tree, 0), places)
    if tree.data == "derived":
        return msgspec.structs.replace(form, derived=node)
    if isinstance(node, s.Call) and node.name == "next":
        return msgspec.structs.replace(form, counter=_counter(node))
    if form.has("snapshot"):
        return msgspec.structs.replace(form, snapshot=node)
    return msgspec.structs.replace(form, default=node)


def _counter(call: s.Call) -> s.Counter:
    match call.args:
        case ():
            return s.Counter(call.span, None)
        case (s.Path(parts=(name,), span=span),):
            return s.Counter(call.span, s.Name(span, name))
        case _:
            raise ParseError("next() takes the name of one reference field", call.span, "next(parent)")


def type_form(tree: ParseTree, places: Places) -> s.TypeForm:
    """Build a type."""
    return _type(tree, places)


def _type(tree: ParseTree, places: Places) -> s.TypeForm:
    inner = _subtree(tree, 0)
    span = _span(tree, places)
    nullable = len(tree.children) > 1
    tokens = [k for k in inner.children if isinstance(k, Token)]
    match str(inner.data):
        case "plain_type":
            return s.TypeForm(span, str(tokens[0]), nullable)
        case "reference_type":
            return s.TypeForm(span, "reference", nullable, _name(tokens[-1], places))
        case "list_type":
            return s.TypeForm(span, "list", nullable, _name(tokens[0], places))
        case "sized_type":
            return _sized(inner, str(tokens[0]), s.TypeForm(span, str(tokens[0]), nullable), places)
        case other:
            raise AssertionError(f"grammar rule without a builder: {other}")


def _sized(tree: ParseTree, word: str, form: s.TypeForm, places: Places) -> s.TypeForm:
    args = _trees(tree)
    if args[0].data == "enum_values":
        names = tuple(_name(k, places) for k in args[0].children if isinstance(k, Token))
        return s.TypeForm(form.span, word, form.nullable, values=names)
    return s.TypeForm(form.span, word, form.nullable, args=_sizes(args, places))


def _sizes(args: list[ParseTree], places: Places) -> tuple[s.Number | None, ...]:
    ends = [_signed(k, places) for k in _trees(args[0])]
    match str(args[0].data):
        case "range_both":
            return tuple(ends)
        case "range_to":
            return (None, *ends)
        case "range_from":
            return (*ends, None)
    return tuple(_signed(k, places) for k in args)


def _signed(tree: ParseTree, places: Places) -> s.Number:
    span = _span(tree, places)
    return s.Number(span, _digits("".join(str(k) for k in tree.children), span))


def _bound(tree: ParseTree, places: Places) -> s.Bound:
    word, value = tree.children
    op, span = str(word), _span(tree, places)
    if op in ("==", "!="):
        raise ParseError(f"'{op}' is not a bound", _token_span(word, places), "use >, >=, < or <=")
    if isinstance(value, Tree):
        return s.Bound(span, _any(op), _signed(value, places))
    place = _token_span(value, places)
    text = str(value) if value.type == "DATE" else unquote(str(value), place)
    return s.Bound(span, _any(op), s.Text(place, text))


def condition(tree: ParseTree, places: Places) -> s.ConditionForm:
    """Build a condition."""
    expr = _subtree(tree, 0)
    end = len(places.text)
    otherwise = None
    if len(tree.children) > 1:
        otherwise = _otherwise(_subtree(tree, 1), places)
        end = _subtree(tree, 1).meta.start_pos
    return s.ConditionForm(places.whole, _node(expr, places), places.text[:end].strip(), otherwise)


def _otherwise(tree: ParseTree, places: Places) -> s.ElseForm:
    return _answer(_trees(tree)[0], places)


def answer(tree: ParseTree, places: Places) -> s.ElseForm:
    """Build `[CODE] ["message"]`."""
    return _answer(tree, places)


def _answer(tree: ParseTree, places: Places) -> s.ElseForm:
    code, *message = tree.children
    if isinstance(code, Token) and code.type == "STRING":
        return s.ElseForm(_span(tree, places), None, unquote(str(code), _token_span(code, places)))
    place = _token_span(code, places)
    if not re.fullmatch(r"[0-9]{3}", str(code)):
        raise ParseError(f"'{str(code)[:20]}' is not a status code", place, "use 400 to 499")
    text = unquote(str(message[0]), _token_span(message[0], places)) if message else None
    return s.ElseForm(_span(tree, places), int(str(code)), text)


def effect(tree: ParseTree, places: Places) -> s.EffectForm:
    """Build an effect."""
    inner = _subtree(tree, 0)
    span = places.whole
    match str(inner.data):
        case "delete":
            return s.DeleteForm(span, _path(_trees(inner)[0], places))
        case "assign":
            target, value = _trees(inner)
            return s.AssignForm(
                span, _path(target, places), _any(str(inner.children[1])), _node(value, places)
            )
        case _:
            return _transition(inner, places)


def _transition(tree: ParseTree, places: Places) -> s.TransitionForm:
    target, states, *rest = _trees(tree)
    to = [k for k in tree.children if isinstance(k, Token)][-1]
    return s.TransitionForm(
        places.whole,
        _path(target, places),
        tuple(_name(k, places) for k in states.children if isinstance(k, Token) and k.type == "NAME"),
        _name(to, places),
        _otherwise(rest[0], places) if rest else None,
    )


def rows_as(tree: ParseTree, places: Places) -> s.RowsAs:
    """Build `ROWS as name`."""
    source, _as, name = tree.children
    if not isinstance(source, Tree):
        raise TypeError("rows_as begins with a path")
    return s.RowsAs(places.whole, _path(source, places), _name(name, places))


def unquote(token: str, span: Span) -> str:
    """Return the text of a quoted literal; a control character is refused."""

    def one(match: re.Match[str]) -> str:
        code = match.group(1)
        if code[0] == "u" and len(code) == 5:
            return chr(int(code[1:], 16))
        if code in _ESCAPED or code in ('"', "'", "\\", "/"):
            return _ESCAPED.get(code, code)
        return "\\" + code  # as in patterns: "\d+"

    text = _ESCAPE.sub(one, token[1:-1])
    if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise ParseError("this text holds a character that can't be stored", span, "remove it")
    return text


def _digits(text: str, span: Span) -> str:
    if len(text) > _MAX_DIGITS:
        raise ParseError(f"this number has more than {_MAX_DIGITS} digits", span, "shorten it")
    return text


def _name(token: Any, places: Places) -> s.Name:
    return s.Name(_token_span(token, places), str(token))


def _token_span(token: Any, places: Places) -> Span:
    return places.span(token.start_pos, token.end_pos)


def _span(tree: ParseTree, places: Places) -> Span:
    return places.span(tree.meta.start_pos, tree.meta.end_pos)


def _trees(tree: ParseTree) -> list[ParseTree]:
    return [k for k in tree.children if isinstance(k, Tree)]


def _subtree(tree: ParseTree, index: int) -> ParseTree:
    child = tree.children[index]
    if not isinstance(child, Tree):
        raise TypeError("expected a subtree")
    return child


def _any(value: str) -> Any:
    """Hand a token's text to a field whose type lists the possible texts."""
    return value

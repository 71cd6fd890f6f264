"""Keys that people bring from other languages, and what does the same here."""

from __future__ import annotations

_NO_USERS = "there are no users or roles in the language: an input says who acts, `requires` asks who it is"
_USERS = dict.fromkeys(
    ("roles", "role", "auth", "permissions", "policies", "policy", "access", "users", "security"), _NO_USERS
)
_BOUNDS = "bounds are `ge`, `le`, `gt`, `lt`; of texts `min_length`, `max_length`"

FIELD = {
    **dict.fromkeys(("min", "max", "minimum", "maximum", "range"), _BOUNDS),
    **dict.fromkeys(("length", "size", "maxlength", "max_len"), "write `max_length`, `min_length`"),
    **dict.fromkeys(
        ("required", "optional", "null", "not_null"), "write `nullable: true` for what may be left out"
    ),
    **dict.fromkeys(
        ("entity", "ref", "to", "references", "references_to"), "write `type: reference, target: Entity`"
    ),
    **dict.fromkeys(("of", "element", "item"), "write `type: list, items: Entity`"),
    **dict.fromkeys(("enum", "choices", "options"), "write `type: enum, values: [A, B]`"),
    **dict.fromkeys(("computed", "formula", "expression", "calculated"), "write `derived: EXPR`"),
    **dict.fromkeys(("regex", "regexp", "matches", "format"), "write `pattern`"),
    **dict.fromkeys(("readonly", "read_only", "generated", "auto"), "write `server: true`"),
    **dict.fromkeys(("primary_key", "pk", "key"), "every row has an `id`; further keys are `unique: true`"),
    **dict.fromkeys(("index", "indexed"), "indexes are made for what `list` filters, sorts and searches by"),
}
ENTITY = {
    **_USERS,
    **dict.fromkeys(("index", "indexes"), "indexes are made for what `list` filters, sorts and searches by"),
    **dict.fromkeys(("table", "table_name"), "tables are called like the `plural`"),
    **dict.fromkeys(
        ("owner", "owned_by", "parent", "belongs_to"),
        "the owner lists its rows: `fields: {parts: Part[] owned}`",
    ),
    **dict.fromkeys(("constraints", "checks", "validations", "invariants"), "write `rules`, `unique`"),
    **dict.fromkeys(
        ("relations", "relationships", "references"), "references are fields: `parent: -> Parent`"
    ),
    **dict.fromkeys(("filter", "sort", "search", "default_filter", "default_sort"), "write it below `list`"),
    **dict.fromkeys(
        ("flows", "actions", "transitions"), "flows stand beside `entities`; moves below `states`"
    ),
}
TOP = {
    **_USERS,
    **dict.fromkeys(("name", "title"), "write `app: name`"),
    **dict.fromkeys(("models", "types", "tables"), "write `entities`"),
    **dict.fromkeys(("actions", "operations", "services", "workflows"), "write `flows`"),
    **dict.fromkeys(("port", "page_size", "max_page_size", "config"), "write it below `settings`"),
}
FLOW = {
    **_USERS,
    **dict.fromkeys(("params", "parameters", "args", "body", "inputs"), "write `input`"),
    **dict.fromkeys(
        ("guard", "guards", "when", "if", "pre", "preconditions", "conditions"), "write `requires`"
    ),
    **dict.fromkeys(("post", "postconditions", "after"), "write `ensures`"),
    **dict.fromkeys(("do", "steps", "then", "actions"), "write `effects`"),
    **dict.fromkeys(("path", "method", "route", "url", "endpoint"), "write `http: POST /things/{id}/close`"),
    **dict.fromkeys(("return", "result", "output", "response"), "write `returns`"),
    **dict.fromkeys(("errors", "error", "raises"), 'each condition says its own: `EXPR else 409 "message"`'),
    **dict.fromkeys(("on", "subject"), "write `entity`"),
}
OPERATION = {
    **_USERS,
    **dict.fromkeys(("if", "when", "guard", "guards", "conditions"), "write `requires`"),
    **dict.fromkeys(("http", "url", "route"), "write `path`"),
}
EACH = {
    **dict.fromkeys(("if", "when", "filter"), "write `where`"),
    **dict.fromkeys(("effects", "then", "set"), "write `do: [EFFECT, …]`"),
}
BRANCH = {
    **dict.fromkeys(("do", "effects"), "write `then: [EFFECT, …]`"),
    **dict.fromkeys(("elif", "elseif", "else_if"), "write another `if` below `else`"),
}
DELETE = dict.fromkeys(("where", "if", "when"), "write `each: ROWS as row`, `where: …`, `do: [delete row]`")
UNIQUE = {
    **dict.fromkeys(("when", "where", "if", "condition"), "write `while: EXPR`"),
    **dict.fromkeys(("message", "code", "error"), "write `else: '409 \"message\"'`"),
    "name": "constraints name themselves",
}
LIST = {
    **dict.fromkeys(("page_size", "limit", "max_page_size"), "write it below `settings`"),
    **dict.fromkeys(("order", "order_by", "orderby"), "write `sort`, `default_sort`"),
}
EFFECT = {
    **dict.fromkeys(("set", "update", "assign", "change"), "`row.field = VALUE`"),
    **dict.fromkeys(("increment", "decrement"), "`row.field += 1`, `row.field -= 1`"),
    **dict.fromkeys(
        ("when", "unless", "case", "cond"), "`if: CONDITION`, `then: [EFFECT]`, `else: [EFFECT]`"
    ),
    **dict.fromkeys(("for", "foreach", "for_each", "loop", "map"), "`each: ROWS as name`, `do: [EFFECT]`"),
    **dict.fromkeys(("remove", "destroy", "clear", "drop"), "`delete: row`, `delete: row.items`"),
    **dict.fromkeys(("transition", "move", "state"), '"row.state: A -> B"'),
    **dict.fromkeys(("add", "append", "link", "connect"), "`row.links += row`; owned rows come by `create`"),
    **dict.fromkeys(("unlink", "disconnect"), "`row.links -= row`"),
    **dict.fromkeys(("insert", "new"), "`create: Entity`, `as: name`, `set: {field: EXPR}`"),
    **dict.fromkeys(
        ("fail", "raise", "error", "check", "assert", "require"), "conditions under `requires` or `ensures`"
    ),
    **dict.fromkeys(
        ("let", "var", "call", "run", "do"), "the effects themselves: nothing can be named or called"
    ),
}

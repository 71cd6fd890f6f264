"""Names that generated code could trip over: of Python, SQL, HTTP, and of its own parts."""

from __future__ import annotations

from generator.core.names import kebab, plural, snake
from tests.properties.choosing import Choices

ENTITIES = (
    "Thing", "Part", "Person", "Series", "Box", "HTTPServer", "Address", "X", "Order", "User", "Group",
    "Select", "Table", "Index", "Transaction", "Database", "Row", "Model", "Base", "Session", "Request",
    "Response", "Field", "Enum", "Date", "Decimal", "Uuid", "Any", "List", "Dict", "Type", "Class",
    "Object", "Router", "Service", "Query", "Queries", "Runtime", "Extension", "Settings", "Config", "Main",
    "Exception", "Problem", "Conflict", "Retry", "Annotated", "Literal", "Schema", "Import", "Lambda",
    "Datetime", "Violation", "Listing", "Page", "Id", "Now", "Self", "Property", "Mapped", "Column",
    "Select1", "AVeryLongNameOfAnEntityThatGoesOnAndOn",
)  # fmt: skip

FIELDS = (
    "name", "size", "label", "amount", "class", "from", "import", "def", "lambda", "pass", "order", "group",
    "user", "select", "where", "table", "primary", "check", "default", "type", "list", "dict", "int", "str",
    "len", "print", "object", "data", "now", "database", "queries", "service", "transaction", "session",
    "request", "response", "body", "row", "rows", "record", "records", "model", "schema", "metadata",
    "registry", "path", "method", "json", "copy", "index", "value", "values", "key", "keys", "items", "sum",
    "min", "max", "any", "all", "exists", "old", "async", "await", "with_", "model_config", "mapped",
    "model_fields", "validate", "construct", "query", "params", "tx", "work", "new", "entity", "column",
    "c", "t", "e", "if", "for", "matches", "unique", "server", "owned", "as", "delete", "date", "datetime",
    "decimal", "uuid", "bool", "float", "property", "none", "x", "x1", "a_b", "links", "page", "count",
    "locals", "result", "constraint", "violations", "status_code", "headers", "url", "router", "app",
    "runtime", "errors", "self_", "cls", "id_", "a_very_long_name_of_a_field_that_goes_on_and_on_and_on",
)  # fmt: skip

VALUES = (
    "A", "B", "OPEN", "CLOSED", "none", "all", "yes", "NO", "on", "off", "class", "default", "name",
    "value", "None_", "x", "Z9", "count", "PENDING", "return", "self_", "ASC", "null_", "True_", "mro",
    "auto", "length", "LONG_NAME_OF_A_VALUE",
)  # fmt: skip

FLOWS = (
    "move", "start", "update_all", "pass", "raise", "try", "import", "execute", "print", "close", "new",
    "service", "queries", "list_all", "main", "create_it", "save", "run", "insert", "delete_it", "approve",
    "next_step", "one", "all", "now", "read_all", "page", "health", "docs",
    "a_very_long_name_of_a_flow_that_goes_on_and_on",
)  # fmt: skip

INPUTS = (
    "amount", "note", "when", "class", "data", "body", "value", "row", "other", "target", "source",
    "database", "now", "path", "request", "count", "sum", "id_", "transaction", "key", "flag", "payload",
    "service", "result", "item",
)  # fmt: skip


class Names:
    """Hands out names that are not taken."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._tables: set[str] = set()

    def entity(self) -> str:
        """Return an entity's name whose module, table and path nobody has."""
        options = [n for n in ENTITIES if not {snake(n), plural(n), kebab(plural(n))} & self._tables]
        name = self._choices.pick(options)
        self._tables |= {snake(name), plural(name), kebab(plural(name))}
        return name

    def free(self, options: tuple[str, ...], taken: set[str]) -> str:
        """Return a name of the list and take it."""
        left = [n for n in options if n not in taken and f"{n}_id" not in taken] or [f"n{len(taken)}"]
        name = self._choices.pick(left)
        taken.add(name)
        return name

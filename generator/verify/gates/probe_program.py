"""The program that looks at an application from inside: it prints what it saw as one line of JSON.

Sent as text to where the application lies, so it stands alone: nothing of the
generator, and only packages that the application itself needs. Migrations come
first, in an interpreter that has imported nothing else of the application, as
in production.
"""

import asyncio
import contextlib
import importlib
import inspect
import json
import os
import re
import sys
import time
import traceback
import uuid
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

MARK = "\x1eprobe:"
ROOT = Path.cwd()
SCRATCH = "models_as_written"

seen: dict[str, Any] = {"failures": {}, "skipped": {}, "ms": {}}


def step(name: str, work: Callable[[], Any], *needs: str) -> None:
    """Do one thing and keep what it gives; a failure is kept too, and what needs it is skipped."""
    missing = [n for n in needs if n in seen["failures"] or n in seen["skipped"]]
    if missing:
        seen["skipped"][name] = missing[0]
        return
    begin = time.perf_counter()
    try:
        seen[name] = work()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, it is reported
        seen["failures"][name] = failure(error)
    seen["ms"][name] = round((time.perf_counter() - begin) * 1000, 1)


def failure(error: BaseException) -> dict[str, Any]:
    """Return what went wrong, and the lines of the application that it went through."""
    frames = [*traceback.extract_tb(error.__traceback__), *syntax_frame(error)]
    own = [(os.path.relpath(f.filename, ROOT), f.lineno) for f in frames if is_own(f.filename)]
    text = "".join(traceback.format_exception_only(error)).strip()
    return {"error": text, "frames": own, "trace": "".join(traceback.format_exception(error))[-4000:]}


def syntax_frame(error: BaseException) -> list[traceback.FrameSummary]:
    """Return where a syntax error stands: the traceback ends at who imported it."""
    if isinstance(error, SyntaxError) and error.filename:
        return [traceback.FrameSummary(error.filename, error.lineno, "")]
    return []


def is_own(path: str) -> bool:
    """Whether a file belongs to the application."""
    return Path(path).is_absolute() and Path(path).is_relative_to(ROOT)


# --- the database; QUERIES is put before this program, as are PARITY and HISTORY ----


def in_database(work: Callable[[Any], Awaitable[Any]]) -> Any:
    """Run `work` on one connection and undo what it did."""
    sqlalchemy = importlib.import_module("sqlalchemy")
    asyncio_ext = importlib.import_module("sqlalchemy.ext.asyncio")
    url = sqlalchemy.make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+asyncpg")

    async def run() -> Any:
        engine = asyncio_ext.create_async_engine(url, poolclass=sqlalchemy.NullPool)
        try:
            async with engine.connect() as connection:
                return await work(connection)
        finally:
            await engine.dispose()

    return asyncio.run(run())


async def describe(connection: Any, schema: str = "public") -> dict[str, Any]:
    """Return everything in a schema as PostgreSQL itself writes it."""
    text = importlib.import_module("sqlalchemy").text
    asked = json.loads(globals()["QUERIES"])

    async def rows(query: str) -> list[Any]:
        return [tuple(row) for row in await connection.execute(text(query), {"schema": schema})]

    kinds = ("type", "not_null", "default", "collation", "generated")
    return {
        "columns": nested(
            (t, c, dict(zip(kinds, rest, strict=True))) for t, c, *rest in await rows(asked["columns"])
        ),
        "constraints": nested(await rows(asked["constraints"])),
        "indexes": nested(
            (t, n, d.replace(f" ON {schema}.", " ON ")) for t, n, d in await rows(asked["indexes"])
        ),
        "objects": [o for (o,) in await rows(asked["objects"])],
    }


def nested(rows: Any) -> dict[str, dict[str, Any]]:
    """Return table -> name -> value."""
    found: dict[str, dict[str, Any]] = {}
    for table, name, value in rows:
        found.setdefault(table, {})[name] = value
    return found


async def describe_models(connection: Any) -> dict[str, Any]:
    """Create the models' tables in a schema of their own and return what PostgreSQL makes of them."""
    text = importlib.import_module("sqlalchemy").text
    metadata = importlib.import_module("app.base").Base.metadata
    await connection.execute(text(f"CREATE SCHEMA {SCRATCH}"))
    await connection.execute(text(f"SET LOCAL search_path TO {SCRATCH}, public"))
    await connection.run_sync(lambda sync: metadata.create_all(sync, checkfirst=False))
    return await describe(connection, SCRATCH)


# --- migrations ---------------------------------------------------------------


def alembic_config() -> Any:
    """Return Alembic's configuration as the application has it."""
    return importlib.import_module("alembic.config").Config("alembic.ini")


def upgrade() -> list[str]:
    """Go to the newest revision; returns the heads."""
    command = importlib.import_module("alembic.command")
    script = importlib.import_module("alembic.script").ScriptDirectory.from_config(alembic_config())
    command.upgrade(alembic_config(), "heads")
    return sorted(script.get_heads())


def downgrade() -> Any:
    """Go back to nothing; returns what is left."""
    importlib.import_module("alembic.command").downgrade(alembic_config(), "base")
    return in_database(describe)


def again() -> Any:
    """Go to the newest revision once more; returns what is there."""
    upgrade()
    return in_database(describe)


def drift() -> list[str]:
    """Return the operations that Alembic would still generate."""
    detected = importlib.import_module("alembic.util.exc").AutogenerateDiffsDetected
    try:
        importlib.import_module("alembic.command").check(alembic_config())
    except detected as error:
        return [operation(diff) for diff in flat(error.diffs)]
    return []


def flat(diffs: Any) -> list[Any]:
    """Return the differences without the lists that Alembic groups them in."""
    return [d for diff in diffs for d in (diff if isinstance(diff, list) else [diff])]


def operation(diff: Any) -> str:
    """Return one difference as text: what, and the names that it is about."""
    kind, *parts = diff
    words = [getattr(part, "name", None) or part for part in parts]
    return " ".join([kind, *(str(w) for w in words if isinstance(w, str))])


# --- what the database holds by itself ----------------------------------------


def parity() -> list[Any]:
    """Try what the database has to refuse; PARITY is put before this program by who sends it."""
    groups = json.loads(globals()["PARITY"])
    tried: list[Any] = in_database(lambda connection: try_groups(connection, groups))
    return tried


async def try_groups(connection: Any, groups: list[Any]) -> list[Any]:
    """Return, for each group, what came of its setup and of its trials; each begins with empty tables."""
    raw = (await connection.get_raw_connection()).driver_connection
    found = []
    for group in groups:
        transaction = raw.transaction()
        await transaction.start()
        try:
            setup = await attempt(raw, group["setup"], keep=True)
            found.append([setup, *[await attempt(raw, t["statements"], keep=False) for t in group["trials"]]])
        finally:
            await transaction.rollback()
    return found


async def attempt(raw: Any, statements: list[str], *, keep: bool) -> dict[str, Any]:
    """Run statements until one is refused; returns how many were not, and the refusal."""
    refused = importlib.import_module("asyncpg").PostgresError
    savepoint = raw.transaction()
    await savepoint.start()
    outcome: dict[str, Any] = {"accepted": 0}
    try:
        for statement in statements:
            await raw.execute(statement)
            outcome["accepted"] += 1
    except refused as error:
        await savepoint.rollback()
        named = error.column_name if error.sqlstate == "23502" else error.constraint_name
        return outcome | {"sqlstate": error.sqlstate, "constraint": named or "", "message": str(error)}
    await (savepoint.commit() if keep else savepoint.rollback())
    return outcome


# --- rows that are there when the newest revision comes -------------------------


def earlier() -> Any:
    """Go back to the revision before and put rows there; HISTORY is put before this program."""
    importlib.import_module("alembic.command").downgrade(alembic_config(), released()["before"])
    return in_database(fill)


def released() -> Any:
    """Return what was released: the revision before, rows for it, whether the newest can be undone."""
    return json.loads(globals()["HISTORY"])


async def fill(connection: Any) -> dict[str, Any]:
    """Insert the rows; returns what stands in the tables then."""
    raw = (await connection.get_raw_connection()).driver_connection
    for statement in released()["rows"]:
        await raw.execute(statement)
    return await contents(connection)


async def contents(connection: Any) -> dict[str, Any]:
    """Return table -> its rows, each as JSON."""
    raw = (await connection.get_raw_connection()).driver_connection
    objects = [o.partition(" ") for o in (await describe(connection))["objects"]]
    tables = [name for kind, _, name in objects if kind == "table" and name != "alembic_version"]
    query = 'SELECT CAST(to_json(t) AS text) FROM "{}" t'
    return {t: [json.loads(row[0]) for row in await raw.fetch(query.format(t))] for t in tables}


def later() -> Any:
    """Go to the newest revision; returns what stands in the tables then.

    Rows that contradict what it newly asks for make way for such as the newest schema takes, if any fit.
    """
    emptied: set[str] = set()
    while stopped := stopping():
        table, name = stopped
        seen.setdefault("contradicted", []).append(name)
        in_database(partial(refill, table, [] if table in emptied else released()["fitting"]))
        emptied.add(table)
        seen["earlier"] = in_database(contents)
    return in_database(contents)


def stopping() -> tuple[str, str] | None:
    """Upgrade; returns the table, and what is newly asked of its rows, where these stop it."""
    broken = importlib.import_module("sqlalchemy.exc").IntegrityError
    try:
        upgrade()
    except broken as error:
        cause = error.orig.__cause__
        name = cause.constraint_name or f"{cause.table_name}.{cause.column_name}"
        if name not in released()["asked"] or name in seen.get("contradicted", ())[:-1]:
            raise
        return released()["tables"].get(cause.table_name, cause.table_name), name
    return None


async def refill(table: str, statements: list[str], connection: Any) -> None:
    """Empty a table and what refers to it, then try to insert rows; those that don't fit are left out."""
    refused = importlib.import_module("asyncpg").PostgresError
    raw = (await connection.get_raw_connection()).driver_connection
    await raw.execute(f'TRUNCATE "{table}" CASCADE')
    for statement in statements:
        with contextlib.suppress(refused):
            await raw.execute(statement)


def back() -> bool:
    """Undo the newest revision and do it again, with the rows if that can be; leaves empty tables."""
    if released()["one_way"]:
        in_database(empty_tables)
    importlib.import_module("alembic.command").downgrade(alembic_config(), released()["before"])
    upgrade()
    in_database(empty_tables)
    return True


async def empty_tables(connection: Any) -> None:
    """Take all rows away."""
    raw = (await connection.get_raw_connection()).driver_connection
    tables = ", ".join(f'"{t}"' for t in await contents(connection))
    await connection.rollback()  # of what was only read
    if tables:
        await raw.execute(f"TRUNCATE {tables}")


# --- the application ----------------------------------------------------------


def unlisted() -> list[str]:
    """Return the tables that appear only once every models module is imported."""
    importlib.import_module("app.entities")
    metadata = importlib.import_module("app.base").Base.metadata
    known = set(metadata.tables)
    for path in sorted((ROOT / "app").glob("*/models.py")):
        importlib.import_module(f"app.{path.parent.name}.models")
    return sorted(set(metadata.tables) - known)


def imports() -> dict[str, Any]:
    """Import every module of the application; returns those that fail."""
    importlib.import_module("app.main")
    failed = {}
    for path in sorted((ROOT / "app").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        try:
            importlib.import_module(name)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, it is reported
            failed[name] = failure(error)
    return failed


def schemas() -> dict[str, Any]:
    """Return the JSON schema of every Pydantic model of the schemas modules, by path and class."""
    base: Any = importlib.import_module("pydantic").BaseModel
    found = {}
    for path in sorted((ROOT / "app").glob("*/schemas.py")):
        module = importlib.import_module(f"app.{path.parent.name}.schemas")
        for name, value in sorted(vars(module).items()):
            if inspect.isclass(value) and issubclass(value, base) and value.__module__ == module.__name__:
                model: Any = value
                found[f"{path.relative_to(ROOT).as_posix()}:{name}"] = model.model_json_schema()
    return found


def openapi() -> Any:
    """Return the application's own description."""
    return importlib.import_module("app.main").app.openapi()


def extended() -> list[tuple[str, str]]:
    """Return method and path of the operations that are there through extensions alone."""
    main, extensions = (importlib.import_module(f"app.{name}") for name in ("main", "extensions"))
    paths = main.create_app().openapi()["paths"]
    vars(extensions)["extend"] = lambda _app: None
    plain = main.create_app().openapi()["paths"]
    return [(method, path) for path in paths for method in paths[path] if method not in plain.get(path, {})]


def every_route(router: Any) -> Any:
    """Yield the routes in their order; FastAPI keeps included routers as they are."""
    for route in router.routes:
        inner = getattr(route, "original_router", None)
        yield from (route,) if inner is None else every_route(inner)


def routing() -> dict[str, Any]:
    """Return whether the router redirects, and which routes another one hides."""
    router = importlib.import_module("app.main").app.router
    full = importlib.import_module("starlette.routing").Match.FULL
    hidden, routes = [], list(every_route(router))
    for route in routes:
        for method in sorted(getattr(route, "methods", None) or ()):
            sample = re.sub(r"\{[^}]*\}", str(uuid.UUID(int=0)), route.path)
            scope = {"type": "http", "method": method, "path": sample, "headers": []}
            first = next((r for r in routes if r.matches(scope)[0] is full), route)
            if first is not route:
                hidden.append([method, route.path, first.path])
    return {"redirects": bool(router.redirect_slashes), "hidden": hidden}


step("heads", upgrade)
step("database", lambda: in_database(describe), "heads")
step("unlisted", unlisted)
step("models", lambda: in_database(describe_models), "heads", "unlisted")
step("drift", drift, "heads")
step("parity", parity, "heads")
step("empty", downgrade, "heads")
step("again", again, "empty")
if released():
    step("earlier", earlier, "again")
    step("later", later, "earlier")
    step("back", back, "later")
step("imports", imports)
step("schemas", schemas, "imports")
step("openapi", openapi, "imports")
step("routing", routing, "imports")
step("extended", extended, "openapi")
sys.stdout.write(f"\n{MARK}{json.dumps(seen)}\n")

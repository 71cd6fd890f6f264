# ruff: noqa: E501 - rows of changes read best as rows
"""Each gate has a broken build that it, and no other gate, complains about, at the right place."""

import json
from typing import NamedTuple

import httpx
import pytest
from msgspec.structs import replace

from generator.emit.bundle import Bundle
from generator.host.sandbox import ProcessSandbox
from generator.verify.gates import GATES, run_gates
from generator.verify.model import SanityReport
from tests.gates.conftest import Healthy, rebundled

MODELS, SCHEMAS = "app/account/models.py", "app/account/schemas.py"
SERVICE, ROUTER = "app/account/service.py", "app/account/router.py"
REVISION = "migrations/versions/0001_initial.py"


class Broken(NamedTuple):
    gate: str
    code: str
    path: str
    node: str
    changes: tuple[tuple[str, str], ...]


def said(report: SanityReport) -> dict[str, list[str]]:
    """Return the codes of each gate that did not pass; one that could not run has the code "skipped"."""
    return {g.gate: sorted({f.code for f in g.findings}) or ["skipped"] for g in report.gates if not g.ok}


def test_a_healthy_build_passes_every_gate(healthy: Healthy) -> None:
    report = healthy.run()
    assert report.findings == ()
    assert said(report) == {}
    assert report.ok
    assert [g.gate for g in report.gates] == [g.name for g in GATES]


WRONG = [
    (
        "lint",
        "E711",
        'def wrong(number: int | None) -> bool:\n    """Compare with nothing."""\n    return number == None\n',
    ),
    (
        "types",
        "bad-return",
        'def wrong(number: int) -> str:\n    """Return what it must not."""\n    return number\n',
    ),
]


@pytest.mark.parametrize(("gate", "code", "function"), WRONG, ids=["lint", "types"])
def test_wrong_code_is_seen_by_one_gate(healthy: Healthy, gate: str, code: str, function: str) -> None:
    text = healthy.text(SERVICE) + "\n\n" + function
    report = healthy.run(healthy.with_text(SERVICE, text))
    assert said(report) == {gate: [code]}
    assert (report.findings[0].path, report.findings[0].line) == (SERVICE, len(text.splitlines()))


EXTENSION = '''"""Routes of our own."""

from fastapi import FastAPI


async def hello(name: str = "you") -> dict[str, str]:
    """Say hello."""
    return {"hello": name}


def extend(app: FastAPI) -> None:
    """Add them."""
    app.add_api_route("/hello", hello)
'''


def test_an_extension_may_add_operations_and_nobody_else(healthy: Healthy) -> None:
    extended = healthy.with_text("app/extensions/__init__.py", EXTENSION)
    more = 'app.add_api_route("/more", health, operation_id="more")\n'
    files = [replace(f, text=f.text + more) if f.path == "app/main.py" else f for f in extended.files]
    report = healthy.run(rebundled(files))
    assert [f.message for f in report.findings] == ["GET /more is no operation of the application"]
    assert {"/hello", "/more"} <= set(json.loads(report.openapi)["paths"])


def test_a_description_that_no_json_can_carry_is_no_pass(healthy: Healthy) -> None:
    half = EXTENSION.replace('"/hello", hello', '"/hello", hello, summary="\\ud800"')
    report = healthy.run(healthy.with_text("app/extensions/__init__.py", half), without=FAST)
    assert report.openapi == ""
    assert said(report)["openapi"] == ["skipped"]
    assert "can't be read" in next(g for g in report.gates if g.gate == "openapi").skipped


def test_the_report_holds_the_served_description_the_same_bytes_each_time(healthy: Healthy) -> None:
    gates = [gate for gate in GATES if gate.name == "openapi"]
    first, again = (
        run_gates(healthy.bundle, healthy.ir, ProcessSandbox(), healthy.guards, gates) for _ in "ab"
    )
    assert first.openapi == again.openapi
    assert first.openapi.endswith("}\n")
    assert '\n  "paths": {\n' in first.openapi
    document = json.loads(first.openapi)
    fields = document["components"]["schemas"]["AccountCreate"]["properties"]
    assert list(fields) == ["name", "email", "balance", "tag_ids"]  # as the spec has them
    with ProcessSandbox().open(healthy.bundle) as session:
        session.migrate()
        session.start()
        assert document == httpx.get(f"{session.base_url}/openapi.json").json()


def test_a_module_that_cannot_be_imported_is_seen(healthy: Healthy) -> None:
    report = healthy.run(healthy.with_text("app/more.py", '"""More."""\n\nraise RuntimeError\n'))
    assert said(report) == {"imports": ["does-not-import"]}
    assert (report.findings[0].path, report.findings[0].line) == ("app/more.py", 3)


def test_an_application_that_cannot_be_imported_is_seen(healthy: Healthy) -> None:
    text = healthy.text("app/tag/router.py") + "\nraise RuntimeError\n"
    report = healthy.run(healthy.with_text("app/tag/router.py", text))
    asking = (
        "create_schemas", "empty_items", "limits", "responses", "openapi", "bodies", "lists", "routing", "statuses"
    )  # fmt: skip
    skipped = {gate: ["skipped"] for gate in asking}
    assert said(report) == {"imports": ["does-not-import"], **skipped}
    assert report.findings[0].path == "app/tag/router.py"


BROKEN = [
    Broken("parse", "does-not-parse", "compose.yaml", "app", (("services:", "services: ["),)),
    Broken(
        "create_schemas",
        "server-field",
        SCHEMAS,
        "field:Account.status",
        (("    balance: Balance\n", '    balance: Balance\n    status: AccountStatus = "OPEN"\n'),),
    ),
    Broken(
        "empty_items",
        "wants-items",
        SCHEMAS,
        "collection:Account.tags",
        (("list[Id] = Field(default_factory=list)", "list[Id] = Field(default_factory=list, min_length=1)"),),
    ),
    Broken(
        "migrations",
        "downgrade-leaves",
        REVISION,
        "entity:Tag",
        (('    op.drop_table("tags")\n', ""),),
    ),
]


@pytest.mark.parametrize("broken", BROKEN, ids=lambda b: f"{b.gate}-{b.code}")
def test_exactly_one_gate_sees_it(healthy: Healthy, broken: Broken) -> None:
    report = healthy.run(healthy.replaced(broken.path, *broken.changes))
    assert said(report) == {broken.gate: [broken.code]}
    finding = report.findings[0]
    assert (finding.source, finding.path, finding.node) == (broken.gate, broken.path, broken.node)
    assert finding.line > 0 or broken.gate in ("parse", "migrations")
    assert finding.stage


def test_a_status_that_is_not_described_is_seen(healthy: Healthy) -> None:
    report = healthy.run(healthy.replaced(ROUTER, ("status_code=201", "status_code=200")))
    assert said(report) == {"openapi": ["status-missing"], "statuses": ["undescribed"]}
    assert {f.node for f in report.findings} == {"operation:Account.create"}


def test_a_column_that_only_the_model_has_is_seen(healthy: Healthy) -> None:
    """By reflection, and by Alembic itself: the two gates are a second opinion on each other."""
    broken = healthy.replaced(
        REVISION, ('        sa.Column("balance", sa.Numeric(10, 2), nullable=False),\n', "")
    )
    check = '        sa.CheckConstraint("balance >= 0", name="ck_accounts_balance_ge"),\n'
    broken = replace_in(healthy, broken, REVISION, check, "")
    report = healthy.run(broken)
    assert said(report) == {
        "database": ["column-missing", "constraint-missing"],
        "drift": ["drift"],
        "parity": ["skipped"],
    }
    finding = next(f for f in report.findings if f.code == "column-missing")
    assert (finding.path, finding.node, finding.stage) == (REVISION, "field:Account.balance", "migrations")
    assert finding.line == 1 + healthy.text(REVISION)[
        : healthy.text(REVISION).index('op.create_table(\n        "accounts')
    ].count("\n")


def replace_in(healthy: Healthy, broken: Bundle, path: str, old: str, new: str) -> Bundle:
    return Healthy(healthy.ir, healthy.guards, broken).replaced(path, (old, new))


FAST = ("types",)  # what follows asks about the database and the files
DATABASE = [
    ("column-type", "field:Account.name", 'sa.Column("name", sa.String(80,', 'sa.Column("name", sa.String(70,'),
    ("column-not-null", "field:Account.email", 'collation="C"), nullable=False),\n        sa.Column("balance"', 'collation="C"), nullable=True),\n        sa.Column("balance"'),
    ("column-default", "field:Note.weight", 'server_default=sa.text("1")', 'server_default=sa.text("2")'),
    ("constraint-differs", "field:Note.weight", '"weight > 0"', '"weight > 1"'),
    ("constraint-missing", "field:Account.email", 'sa.UniqueConstraint("email", name="uq_accounts_email"),', ""),
    ("index-missing", "field:Account.status", '    op.create_index("ix_accounts_status", "accounts", ["status", "id"])\n', ""),
    ("index-extra", "entity:Tag", '    op.create_table(\n        "notes"', '    op.create_index("ix_more", "tags", ["label"])\n    op.create_table(\n        "notes"'),
]  # fmt: skip


def test_every_difference_between_migration_and_models_is_seen(healthy: Healthy) -> None:
    broken = healthy.replaced(REVISION, *((old, new) for _, _, old, new in DATABASE))
    report = healthy.run(broken, without=FAST)
    gate = next(g for g in report.gates if g.gate == "database")
    seen = {(f.code, f.node) for f in gate.findings}
    assert seen == {(code, node) for code, node, _, _ in DATABASE}
    assert said(report).keys() <= {"defaults", "violations", "database", "drift", "lint", "parity"}


def test_what_models_and_migration_both_lack_is_seen(healthy: Healthy) -> None:
    without = healthy.replaced(
        REVISION, ('        sa.CheckConstraint("balance >= 0", name="ck_accounts_balance_ge"),\n', "")
    )
    broken = replace_in(
        healthy,
        without,
        MODELS,
        '        sa.CheckConstraint("balance >= 0", name="ck_accounts_balance_ge"),\n',
        "",
    )
    report = healthy.run(broken, without=FAST)
    assert said(report) == {"database": ["constraint-missing"], "parity": ["accepted"]}
    assert report.findings[0].node == "field:Account.balance"


def test_a_default_that_is_no_text_is_seen(healthy: Healthy) -> None:
    """A state's default that lost its quotes, in both places."""
    old, new = 'server_default="OPEN"', "server_default=sa.text(\"upper('open')\")"
    broken = replace_in(healthy, healthy.replaced(REVISION, (old, new)), MODELS, old, new)
    report = healthy.run(broken, without=FAST)
    gate = next(g for g in report.gates if g.gate == "database")
    assert [(f.code, f.node) for f in gate.findings] == [("column-default", "field:Account.status")]


def test_a_model_that_nothing_imports_is_seen(healthy: Healthy) -> None:
    text = healthy.text("app/entities.py")
    kept = "\n".join(line for line in text.splitlines() if "tag" not in line.lower()) + "\n"
    report = healthy.run(healthy.with_text("app/entities.py", kept), without=FAST)
    assert "table-not-listed" in said(report)["database"]


def test_an_upgrade_that_crashes_is_told_with_its_line(healthy: Healthy) -> None:
    broken = healthy.replaced(
        REVISION, ('    op.create_table(\n        "tags"', '    op.create_table(\n        "accounts"')
    )
    report = healthy.run(broken, without=FAST)
    assert said(report) == {
        "migrations": ["upgrade-fails"],
        "database": ["skipped"],
        "drift": ["skipped"],
        "parity": ["skipped"],
    }
    finding = report.findings[0]
    assert (finding.path, finding.node) == (REVISION, "entity:Tag")
    assert 'relation "accounts" already exists' in finding.message


def test_a_downgrade_that_crashes_is_told(healthy: Healthy) -> None:
    report = healthy.run(
        healthy.replaced(REVISION, ('drop_table("notes")', 'drop_table("nothing")')), without=FAST
    )
    assert said(report) == {"migrations": ["downgrade-fails"]}
    assert report.findings[0].path == REVISION


def test_two_heads_are_seen(healthy: Healthy) -> None:
    second = 'from alembic import op\n\nrevision: str = "0002_other"\ndown_revision: str | None = None\n'
    steps = "\n\ndef upgrade() -> None:\n    op.execute('SELECT 1')\n\n\ndef downgrade() -> None:\n    op.execute('SELECT 1')\n"
    report = healthy.run(healthy.with_text("migrations/versions/0002_other.py", second + steps), without=FAST)
    assert said(report)["migrations"] == ["heads"]


def test_a_file_that_is_not_what_the_manifest_says_is_seen(healthy: Healthy) -> None:
    files = [replace_text(f) if f.path == "README.md" else f for f in healthy.bundle.files]
    report = healthy.run(Bundle(tuple(files), healthy.bundle.manifest), without=FAST)
    assert said(report) == {"manifest": ["hash-wrong"]}
    assert report.findings[0].path == "README.md"


def replace_text(file):
    return type(file)(file.path, "# Changed\n", file.blocks, file.once)


def test_a_manifest_with_holes_is_seen(healthy: Healthy) -> None:
    files = [f for f in healthy.bundle.files if f.path != "README.md"]
    manifest = {p: d for p, d in healthy.bundle.manifest.items() if p != "Dockerfile"}
    report = healthy.run(Bundle((*files, files[0]), manifest), without=FAST)
    assert said(report) == {"manifest": ["file-missing", "not-in-manifest", "path-twice"]}


def test_a_path_outside_is_seen_and_nothing_is_run(healthy: Healthy) -> None:
    outside = type(healthy.bundle.files[0])("../outside.py", "")
    report = healthy.run(rebundled([*healthy.bundle.files, outside]), without=FAST)
    assert said(report)["manifest"] == ["path-outside"]
    assert said(report)["migrations"] == said(report)["lint"] == ["skipped"]
    assert not report.ok


def test_a_program_that_kills_the_probe_is_no_pass(healthy: Healthy) -> None:
    broken = healthy.replaced("app/tag/models.py", ('"""\n', '"""\n\nimport os\n\nos._exit(0)\n'))
    report = healthy.run(broken, without=FAST)
    assert said(report)["migrations"] == said(report)["openapi"] == said(report)["imports"] == ["skipped"]
    assert "ended with code 0" in next(g for g in report.gates if g.gate == "imports").skipped

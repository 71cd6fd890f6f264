"""The smoke program against real HTTP: what passes, what fails and how that is told."""

import json
import os
import socket
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from rich.console import Console

from generator.verify.delivery import smoke_files
from generator.verify.report import print_smoke, smoke_table
from generator.verify.smoke import NOTHING_RAN, run_smoke
from tests.plan.helpers import ROOT, ir_of, plan_of
from tests.smoke.helpers import Wrong, served

SHOP = ROOT / "specs/shop.yaml"
PLAN = plan_of(SHOP)
IR = ir_of(SHOP)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_everything_passes_and_rows_are_sorted() -> None:
    seen: list[tuple[int, int]] = []
    with served(IR) as url:
        result = run_smoke(PLAN, url, progress=lambda row, done, total: seen.append((done, total)))
        again = run_smoke(PLAN, url)
    assert [(r.scenario, r.problem) for r in result.failures] == []
    assert result.ok
    assert again.ok
    assert len(result.rows) == len(PLAN.scenarios())
    assert [r.scenario for r in result.rows] == sorted(r.scenario for r in result.rows)
    assert seen[-1] == (len(result.rows), len(result.rows))
    assert result.ir_digest == PLAN.ir_digest


def test_a_chosen_scenario() -> None:
    with served(IR) as url:
        result = run_smoke(PLAN, url, only=("Order.pay: works",))
    (row,) = result.rows
    assert row.ok
    assert row.node == "operation:Order.pay"
    assert row.request.startswith("POST /orders/")
    assert row.expected.startswith("200 {")
    assert row.got.startswith("200 {")
    assert row.ms > 0
    assert row.curl.startswith("curl -sS -i -X POST http://127.0.0.1")


def test_nothing_chosen_is_a_failure() -> None:
    result = run_smoke(PLAN, "http://127.0.0.1:1", only=("no such scenario",))
    assert not result.ok
    assert result.problem == NOTHING_RAN


def test_nobody_answers() -> None:
    result = run_smoke(PLAN, f"http://127.0.0.1:{free_port()}", only=("Product.create",))
    assert not result.ok
    assert all(r.problem.startswith("connection refused") and r.got == "no answer" for r in result.rows)


def test_a_server_error_is_told_as_one() -> None:
    with served(IR, Wrong(fail="POST /products")) as url:
        result = run_smoke(PLAN, url, only=("Product.create: works",))
    (row,) = result.rows
    assert row.problem == "the server failed with 500"
    assert "-d" in row.curl


def test_a_server_that_closes_after_an_error_is_still_answered_for() -> None:
    """uvicorn closes the connection, unsaid, after an error that nobody handles."""
    with served(IR, Wrong(crash="POST /products")) as url:
        result = run_smoke(PLAN, url, only=("Product.create",), parallel=1)
    assert len(result.rows) > 10
    assert {row.got[:3] for row in result.rows} == {"500"}


def test_a_slow_answer_times_out() -> None:
    with served(IR, Wrong(slow="POST /customers")) as url:
        result = run_smoke(PLAN, url, only=("Customer.create: works",), timeout=0.5)
    assert result.rows[0].problem == "timed out after 0.5 s"


def test_a_wrong_value_is_named_and_so_is_the_step() -> None:
    with served(IR, Wrong(lie="total_amount")) as url:
        result = run_smoke(PLAN, url, only=("Order.cancel: works",))
    (row,) = result.rows
    assert row.problem.startswith("body.total_amount: expected ")
    assert row.problem.endswith("got 'a lie'")
    assert row.node == "operation:Cart.checkout"
    assert row.step != PLAN.scenarios()[0].target


@pytest.fixture
def delivered(tmp_path: Path) -> Path:
    for file in smoke_files(PLAN):
        path = tmp_path / file.path
        path.parent.mkdir(exist_ok=True)
        path.write_text(file.text, encoding="utf-8")
    return tmp_path


def run_program(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"]}
    return subprocess.run(
        [sys.executable, "-m", "smoke", *arguments],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_delivered_program_needs_nothing_of_ours(delivered: Path) -> None:
    sources = "".join(p.read_text() for p in (delivered / "smoke").glob("*.py"))
    assert "generator" not in sources
    with served(IR) as url:
        done = run_program(
            delivered, "--base-url", url, "--only", "Cart", "--json", "rows.json", "--junit", "rows.xml"
        )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads((delivered / "rows.json").read_text())
    assert rows
    assert all(r["ok"] for r in rows)
    suite = ET.parse(delivered / "rows.xml").getroot()
    assert suite.attrib["tests"] == str(len(rows))
    assert suite.attrib["failures"] == "0"


def test_the_delivered_program_says_what_failed(delivered: Path) -> None:
    with served(IR, Wrong(fail="POST /customers")) as url:
        done = run_program(
            delivered, "--base-url", url, "--only", "Customer.create: works", "--junit", "rows.xml"
        )
    assert done.returncode == 1
    assert "FAILED Customer.create: works" in done.stdout
    assert "curl -sS -i -X POST" in done.stdout
    failure = ET.parse(delivered / "rows.xml").getroot().find("testcase/failure")
    assert failure is not None
    assert failure.attrib["message"] == "the server failed with 500"


def test_the_delivered_program_does_not_pass_without_scenarios(delivered: Path) -> None:
    done = run_program(delivered, "--base-url", "http://127.0.0.1:1", "--only", "no such name")
    assert done.returncode == 2
    assert "no scenario was executed" in done.stdout


def test_the_report_for_people() -> None:
    with served(IR, Wrong(fail="POST /customers")) as url:
        result = run_smoke(PLAN, url, only=("Customer.create: works", "Product.create: works"))
    console = Console(record=True, width=160)
    print_smoke(result, console)
    text = console.export_text()
    assert "1 of 2 passed, 1 failed" in text
    assert "Customer.create: works" in text
    assert "curl -sS" in text


@pytest.mark.parametrize("width", [60, 80, 140])
def test_the_table_fits_the_terminal_with_all_its_columns(width: int) -> None:
    with served(IR, Wrong(fail="POST /customers")) as url:
        result = run_smoke(PLAN, url, only=("Customer", "Cart.checkout"))
    console = Console(record=True, width=width)
    console.print(smoke_table(result, width=width))
    title, *lines = console.export_text().splitlines()
    assert "failed" in title
    assert all(len(line) <= width for line in lines)
    assert all(head in lines[1] for head in ("scenario", "expected", "got", "ms"))
    rows = [line for line in lines if line.startswith("│")]
    assert len(rows) == len(result.rows)
    assert all(line.count("│") == 5 and line.rstrip(" │")[-1].isdigit() for line in rows)

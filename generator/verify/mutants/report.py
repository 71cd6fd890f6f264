"""Prints what became of mutants: a table by kind, the score, every survivor with its place and diff."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from generator.verify.mutants.model import KINDS, MutationReport, Verdict


def kind_table(report: MutationReport) -> Table:
    """Return one line per kind: made, killed, survived, equivalent."""
    table = Table(title=f"{report.app}: {score_line(report)}", title_justify="left", expand=False)
    table.add_column("kind", no_wrap=True)
    for name in ("made", "killed", "survived", "equivalent"):
        table.add_column(name, justify="right")
    for kind in KINDS:
        made = sum(v.kind == kind for v in report.verdicts)
        if made:
            counts = [report.count(o, kind) for o in ("killed", "survived", "equivalent")]
            style = "bold red" if counts[1] else ""
            table.add_row(kind.replace("_", " "), str(made), *map(str, counts), style=style)
    return table


def score_line(report: MutationReport) -> str:
    """Return the summary in one line."""
    if report.problem:
        return report.problem
    killed, lost = report.count("killed"), len(report.survivors)
    same = f", {len(report.equivalents)} equivalent" if report.equivalents else ""
    return f"{killed} of {killed + lost} mutants killed{same}, score {report.score:.1f} %"


def verdict_text(verdict: Verdict) -> str:
    """Return a survivor or an equivalent mutant as it is listed."""
    head = f"{verdict.place}: {verdict.kind.replace('_', ' ')}: {verdict.what}"
    if verdict.reason:
        return f"{head}\n  equivalent: {verdict.reason}"
    indented = "\n".join(f"  {line}" for line in verdict.diff.splitlines())
    return f"{head}\n  {verdict.node}\n{indented}"


def print_report(report: MutationReport, console: Console) -> None:
    """Print the table, who killed how many, then every equivalent mutant and every survivor."""
    console.print(kind_table(report))
    for name, count in killers(report):
        console.print(f"  {count:>5} by {escape(name)}", highlight=False)
    for title, listed in (("Equivalent", report.equivalents), ("Survived", report.survivors)):
        if listed:
            console.print(f"\n{title}:", markup=False)
        for verdict in listed:
            console.print(verdict_text(verdict), markup=False, highlight=False, soft_wrap=True)


def killers(report: MutationReport) -> list[tuple[str, int]]:
    """Return each gate, and all scenarios together, with how many mutants they have killed."""
    counts: dict[str, int] = {}
    for verdict in report.verdicts:
        if verdict.by:
            name = "scenarios" if verdict.by.startswith("scenario ") else verdict.by.partition(" (")[0]
            counts[name] = counts.get(name, 0) + 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))

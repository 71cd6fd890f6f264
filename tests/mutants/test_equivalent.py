"""Mutants that nobody can see are proven so, and their neighbours are not."""

from pathlib import Path

from generator.host.format import RuffFormatter
from generator.verify.mutants.equivalent import Proofs
from generator.verify.mutants.ir import Emitter, changes
from tests.building import compiled

SPEC = """
app: counted
entities:
  Shelf:
    fields:
      name: string(1..40)
  Volume:
    fields:
      shelf: -> Shelf immutable
      place: int = next(shelf)
      code: string(1..9)
    unique:
      - [shelf, place]
      - [shelf, code]
"""


def test_what_two_rows_with_one_number_of_a_counter_answer_is_never_seen(tmp_path: Path) -> None:
    spec = tmp_path / "counted.yaml"
    spec.write_text(SPEC, encoding="utf-8")
    made = compiled(spec, tmp_path / "state")
    ir = made["application_ir"]
    emitter = Emitter(ir, made["app_bundle"].files, RuffFormatter(), {})
    proofs = Proofs(ir, made["guard_ir"])
    reasons = {
        (m.node, m.kind): proofs.reason(m)
        for change in changes(ir)
        if change.node.startswith("unique:") and (m := emitter.mutant(change)) is not None
    }
    counted, other = "unique:Volume:shelf_place", "unique:Volume:shelf_code"
    assert "gives no number twice" in reasons[counted, "conflict_changed"]
    assert "gives no number twice" in reasons[counted, "status_changed"]
    assert reasons[counted, "constraint_dropped"] == ""
    assert {reasons[key] for key in reasons if key[0] == other} == {""}

"""The table: enough classes, and nobody that sees nothing."""

from generator.verify.gates import GATES
from tests.faults.table import FAULTS


def test_there_are_enough_classes() -> None:
    names = [fault.name for fault in FAULTS]
    assert len(names) == len(set(names)) >= 45
    assert len({fault.number for fault in FAULTS}) >= 35


def test_every_gate_sees_a_fault() -> None:
    seeing = {gate for fault in FAULTS for gate in fault.seen_by}
    assert {gate.name for gate in GATES} == seeing


def test_gates_are_named_in_their_order() -> None:
    order = [gate.name for gate in GATES]
    for fault in FAULTS:
        assert list(fault.seen_by) == sorted(fault.seen_by, key=order.index)


def test_a_fault_that_only_scenarios_see_names_one() -> None:
    assert all(bool(fault.scenario) != bool(fault.seen_by) for fault in FAULTS)

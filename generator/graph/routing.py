"""Which layers of the application enforce which kind of constraint."""

from __future__ import annotations

from enum import StrEnum

from generator.ir.model import Constraint, ConstraintType


class Layer(StrEnum):
    """Where in the application a constraint is enforced."""

    SCHEMA = "schema"  # Pydantic, before anything runs
    DATABASE = "database"  # CHECK, unique, foreign key, exclusion
    WORKFLOW = "workflow"  # a guard of one flow
    BEHAVIOR = "behavior"  # a guard of a create, update or delete
    RUNTIME = "runtime"  # a guard over rows of several entities, under locks


ARTEFACTS: dict[Layer, tuple[str, ...]] = {
    Layer.SCHEMA: ("schemas",),
    Layer.DATABASE: ("models", "migrations"),
    Layer.WORKFLOW: ("services",),
    Layer.BEHAVIOR: ("services",),
    Layer.RUNTIME: ("services",),
}

_ROUTES: dict[ConstraintType, tuple[Layer, ...]] = {
    ConstraintType.FORMAT: (Layer.SCHEMA, Layer.DATABASE),
    ConstraintType.RANGE: (Layer.SCHEMA, Layer.DATABASE),
    ConstraintType.PRESENCE: (Layer.SCHEMA, Layer.DATABASE),
    ConstraintType.UNIQUENESS: (Layer.DATABASE,),
    ConstraintType.RELATIONSHIP: (Layer.DATABASE, Layer.BEHAVIOR),
    ConstraintType.STATUS_TRANSITION: (Layer.WORKFLOW,),
    ConstraintType.STOCK_CONSTRAINT: (Layer.RUNTIME,),
    ConstraintType.WORKFLOW_CONSTRAINT: (Layer.WORKFLOW,),
    ConstraintType.CUSTOM: (Layer.BEHAVIOR,),
}

# A flow may store a text that does not match: only what clients send is held to it.
_OF_REQUESTS = frozenset({"pattern", "email", "url"})

GUARD_LAYERS = frozenset({Layer.WORKFLOW, Layer.BEHAVIOR, Layer.RUNTIME})


class UnroutableConstraintError(ValueError):
    """A constraint whose type the matrix does not know."""


class ValidationRoutingMatrix:
    """Sends each constraint to the layers that enforce it; an unknown type is an error."""

    def route(self, constraint: Constraint) -> tuple[Layer, ...]:
        """Return the layers in order of the request's way; raises UnroutableConstraintError."""
        layers = self.layers_of(constraint.type)
        if constraint.metadata.get("local") and Layer.DATABASE not in layers:
            return (*layers, Layer.DATABASE)
        if constraint.metadata.get("input") or constraint.metadata.get("format") in _OF_REQUESTS:
            return tuple(layer for layer in layers if layer is not Layer.DATABASE)
        return layers

    def layers_of(self, type_: ConstraintType | str) -> tuple[Layer, ...]:
        """Return the layers of a constraint type; raises UnroutableConstraintError."""
        try:
            return _ROUTES[ConstraintType(type_)]
        except (KeyError, ValueError):
            known = ", ".join(_ROUTES)
            raise UnroutableConstraintError(f"no layer enforces {type_!r}; known types: {known}") from None

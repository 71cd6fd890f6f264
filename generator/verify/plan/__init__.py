"""Plans scenarios from the IR alone; the reference interpreter says what each must answer."""

from generator.verify.plan.build import make_plan

__all__ = ["make_plan"]

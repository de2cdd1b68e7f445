"""Tortoise's migration executor, made quick for steps that only add.

Tortoise 1.1 copies and renders the state of every model before each operation, for the sake of the few that look at
what was there before; and whenever a table is created it renders anew every model that can be reached from it, then
builds the queries of all. With 130 tables that is half a minute of Python around a second of SQL. `StepByStep` differs
in nothing else: the plan, the transactions and the table of applied steps are Tortoise's own.
"""

from collections.abc import Iterable
from typing import Any

from tortoise.migrations import operations as ops
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.models import Model

from foundation import logs

log = logs.logger(__name__)

CONNECTIONS = {"models": "default"}
# What these do forwards to a database follows from the state after them alone; every other operation may look back.
ADDING = frozenset({ops.CreateModel, ops.AddField, ops.AddIndex, ops.AddConstraint, ops.RunSQL})


class StepByStep(MigrationExecutor):
    """Applies what is missing, in the order of the chain."""

    async def forwards(self) -> None:
        await self.migrate([MigrationTarget("models", "__latest__")], direction="forward", progress=self._tell)

    def _tell(self, what: str, app: str, name: str) -> None:
        if what == "apply_start":
            step = self.loader.disk_migrations[MigrationKey(app, name)]
            self._state.looks_back = any(type(operation) not in ADDING for operation in step.operations)
        elif what == "apply_done":
            log.info("migration_applied", step=name)

    async def _project_state(self, applied: set[MigrationKey], *, upto: MigrationKey | None = None) -> State:
        """Tortoise's own, over our kind of state (it names the class itself); it asks once, before the first step."""
        self._state = GrowingState(models={}, apps=GrowingApps(default_connections=CONNECTIONS))
        for key in self._full_plan():
            if key == upto:
                break
            if key in applied:
                await self.loader.disk_migrations[key].apply(self._state, dry_run=True)
        return self._state


class GrowingApps(StateApps):
    """Models that are read for their SQL and never queried (`GrowingState.clone` makes those that are)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._finalised: set[type[Model]] = set()

    def _build_initial_querysets(self) -> None:
        for model in self.apps.get("models", {}).values():
            if model._meta._inited and model not in self._finalised:
                model._meta.finalise_model()
                self._finalised.add(model)


class GrowingState(State):
    """The state of all models after each operation."""

    looks_back = True

    def clone(self) -> State:
        """What was there before an operation: as Tortoise makes it if the step `looks_back`, else nobody reads it."""
        if not self.looks_back:
            return self
        models = {key: model.clone() for key, model in self.models.items()}
        return State(models=models, apps=StateApps(default_connections=CONNECTIONS).clone(model_states=models))

    def reload_models(self, model_tuples: Iterable[tuple[str, str]]) -> None:
        """Render a new model alone: the models it refers to are told of it, and those that waited for it are completed.

        Nothing else of theirs changes. Any other change renders all models within reach, as Tortoise does.
        """
        wanted = set(model_tuples)
        new = {(app, name) for app, name in wanted if name not in self.apps.apps.get(app, {})}
        if new:
            self._reload(new)
        else:
            super().reload_models(wanted)

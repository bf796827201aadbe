"""Results kept step by step, so that a run that failed goes on where it stopped.

Lives here: `Stages`. May enter: an address, a plan, DataFrames by name. Never here: what a step works out.
A step is finished when Spark's own marker `_SUCCESS` stands in its folder; what has none is made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kg import conflicts
from kg.errors import Conflict
from kg.model import canonical
from kg.spark.storage import Storage

if TYPE_CHECKING:
    from pyspark import sql

PLAN, DONE = "plan.json", "_SUCCESS"


class Stages:
    """Steps of one run in one folder.

    Args:
        spark: The session.
        folder: Where steps are kept.
        plan: What is asked of what; a folder with steps of another plan is refused.
        told: Told the name of each step that is finished, and whether it was there already.

    Raises:
        Conflict: the folder holds steps of another question, or of another export.
    """

    def __init__(
        self,
        spark: sql.SparkSession,
        folder: str,
        plan: Mapping[str, Any],
        told: Callable[[str, bool], None] | None = None,
    ) -> None:
        self._spark = spark
        self._storage = Storage(spark)
        self._folder = folder.rstrip("/")
        self._told = told or (lambda _name, _there: None)
        wanted, place = canonical(dict(plan)), f"{self._folder}/{PLAN}"
        if not self._storage.has(place):
            self._storage.write(place, wanted)
        elif self._storage.read(place) != wanted:
            raise Conflict(
                conflicts.other_steps(folder),
                where="--checkpoint",
                hint="ask that question again, name another folder, or delete this one",
            )

    def step(self, name: str, schema: str, make: Callable[[], sql.DataFrame]) -> sql.DataFrame:
        """Return a step's table as it is kept; it is made when it is not there."""
        place = f"{self._folder}/{name}"
        there = self._storage.has(f"{place}/{DONE}")
        if not there:
            make().write.mode("overwrite").parquet(place)
        self._told(name, there)
        return self.together([name], schema)

    def together(self, names: Sequence[str], schema: str) -> sql.DataFrame:
        """Return several finished steps as one table."""
        return self._spark.read.schema(schema).parquet(*(f"{self._folder}/{name}" for name in names))

    def clear(self) -> None:
        """Delete the steps: the answer stands."""
        self._storage.delete(self._folder)

"""An export to Parquet as DataFrames, once its manifest and the sizes of its files have been looked at.

Lives here: `Tables`, `damage_told`. May enter: the address of an export. Never here: what is worked out of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.errors import NotFound
from kg.exporters.parquet import MANIFEST, Manifest, incomplete
from kg.later import Later
from kg.spark.session import GONE
from kg.spark.storage import Storage

if TYPE_CHECKING:
    from py4j import protocol
    from pyspark import errors, sql
else:
    errors, protocol = Later("pyspark.errors"), Later("py4j.protocol")

SCHEMAS = {
    "claims": "claim bigint, id string, subject string, relation string, object string, subject_entity int, "
    "object_entity int, sign tinyint, last boolean, takes_part boolean",
    "evidence": "claim bigint, polarity tinyint, rank smallint, weight double, ceiling double, confidence double, "
    "group string, counts boolean",
    "entities": "entity int, id string, type string, counts boolean, cause boolean, harm boolean, blocked boolean",
}
"""The columns that are read; naming them saves Spark a look into every file."""


@dataclass(frozen=True)
class Tables:
    """The tables of an export. See `kg.exporters.parquet_columns` for their columns."""

    manifest: Manifest
    claims: sql.DataFrame
    evidence: sql.DataFrame
    entities: sql.DataFrame

    @classmethod
    def read(cls, spark: sql.SparkSession, folder: str, *, verify: bool = False) -> Tables:
        """Read an export.

        Args:
            spark: The session.
            folder: Its address.
            verify: Read every file against its SHA-256; else only its size is compared.

        Raises:
            NotFound: there is nothing at that address.
            ParseFailure: a file is missing, of another size or altered, or the export is of another version.
        """
        storage, place = Storage(spark), folder.rstrip("/")
        if not storage.has(place):
            raise NotFound(f"there is nothing at {folder}", where="--input", hint="kg export FOLDER --format parquet")
        if not storage.has(f"{place}/{MANIFEST}"):
            raise incomplete(folder, f"it has no {MANIFEST}")
        manifest = Manifest.parse(storage.read(f"{place}/{MANIFEST}"), source=f"{place}/{MANIFEST}")
        for name, part in manifest.files.items():
            size = storage.size(f"{place}/{name}")
            if size != part.bytes:
                raise incomplete(folder, f"{name} " + ("is missing" if size is None else f"has {size} bytes"))
            if verify and storage.sha256(f"{place}/{name}") != part.sha256:
                raise incomplete(folder, f"{name} was altered")
        found = {
            kind: spark.read.schema(schema).parquet(
                *(f"{place}/{name}" for name in sorted(manifest.files) if name.startswith(f"{kind}/"))
            )
            for kind, schema in SCHEMAS.items()
        }
        return cls(manifest, **found)


@contextmanager
def damage_told(spark: sql.SparkSession, folder: str) -> Iterator[None]:
    """When Spark fails in the block, say so if a file of the export is not what was written.

    Raises:
        ParseFailure: names the file.

    Cost: nothing while Spark does not fail; then the export is read once.
    """
    try:
        yield
    except (errors.PySparkException, protocol.Py4JError) as fault:
        if isinstance(fault, protocol.Py4JNetworkError) or any(word in str(fault) for word in GONE):
            raise
        try:
            Tables.read(spark, folder, verify=True)
        except (errors.PySparkException, protocol.Py4JError):
            raise fault from None
        raise

"""The record: SQL tables, append-only revisions with a hash chain, migrations.

Lives here: everything that speaks SQL. May enter: `kg.errors`, `kg.ids`, `kg.model`.
Never here: rules of the ontology, beliefs, questions.
"""

from kg.record.connection import is_database
from kg.record.driver import DRIVER, DRIVER_MENDING
from kg.record.kept import Kept
from kg.record.rows import Records
from kg.record.store import Store
from kg.record.versions import Wanted

__all__ = ["DRIVER", "DRIVER_MENDING", "Kept", "Records", "Store", "Wanted", "is_database"]

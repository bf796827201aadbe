"""Small files and folders at any address that Spark can read: this disk, HDFS, an object store.

Lives here: `Storage`. May enter: addresses, texts. Never here: tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kg.spark.session import java_of

if TYPE_CHECKING:
    from pyspark import sql


class Storage:
    """Files by address, through Hadoop's file systems as Spark itself uses them."""

    def __init__(self, spark: sql.SparkSession) -> None:
        self._java: Any = java_of(spark)
        self._settings: Any = spark.sparkContext._jsc.hadoopConfiguration()

    def size(self, address: str) -> int | None:
        """Return the bytes of a file; None where there is none."""
        path, system = self._at(address)
        return int(system.getFileStatus(path).getLen()) if system.exists(path) else None

    def has(self, address: str) -> bool:
        """Say whether there is a file or folder."""
        path, system = self._at(address)
        return bool(system.exists(path))

    def names(self, folder: str) -> list[str]:
        """Return the names in a folder, sorted; none where there is no folder. Checksum files are not told."""
        path, system = self._at(folder)
        found = system.listStatus(path) if system.exists(path) else ()
        return sorted(name for one in found if not (name := str(one.getPath().getName())).endswith(".crc"))

    def read(self, address: str) -> str:
        """Return a text."""
        path, system = self._at(address)
        stream = system.open(path)
        try:
            return str(self._java.org.apache.commons.io.IOUtils.toString(stream, "UTF-8"))
        finally:
            stream.close()

    def sha256(self, address: str) -> str:
        """Return the SHA-256 of a file in hexadecimal, read once by the driver."""
        path, system = self._at(address)
        stream = system.open(path)
        try:
            return str(self._java.org.apache.commons.codec.digest.DigestUtils.sha256Hex(stream))
        finally:
            stream.close()

    def write(self, address: str, text: str) -> None:
        """Write a text that then stands there whole, or not at all."""
        path, system = self._at(address)
        beside, _ = self._at(f"{address}.part")
        stream = system.create(beside, True)
        try:
            stream.write(bytearray(text.encode()))
        finally:
            stream.close()
        system.rename(beside, path)

    def delete(self, address: str) -> None:
        """Delete a file, or a folder with all that is in it."""
        path, system = self._at(address)
        system.delete(path, True)

    def _at(self, address: str) -> tuple[Any, Any]:
        path = self._java.org.apache.hadoop.fs.Path(address)
        return path, path.getFileSystem(self._settings)

"""Packs in ZIP files: what exports write is read back, and nothing that a file says of itself is believed."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import pytest

import kg
from kg.errors import InputError
from kg.importers import pack_references, pack_zip, sources
from kg.packaged import packaged

IMPORT = "from kg.importers.pack_zip import unpacked"


def zip_of(path: Path, **files: bytes) -> Path:
    """A ZIP with these files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def empty(sqlite_url: str) -> kg.Graph:
    return kg.open(sqlite_url, empty=True, lang="en", ontology=())


def test_an_exported_pack_is_read_back(pack_graph: kg.Graph, empty: kg.Graph, tmp_path: Path) -> None:
    pack_graph.export(tmp_path / "all.pack.zip")
    report = empty.load(tmp_path / "all.pack.zip")
    assert (report["failures"], report["added"] > 800) == ([], True)
    assert empty.matrix()["cells"] == pack_graph.matrix()["cells"]
    assert empty.load(tmp_path / "all.pack.zip")["added"] == 0
    empty.store.close()


@pytest.mark.parametrize("name", ["all", "all.pack.zip"])
def test_an_exported_pack_is_read_back_however_large_it_is(
    pack_graph: kg.Graph, empty: kg.Graph, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack_graph.export(tmp_path / name, format="pack")
    for limit in (sources, "MAX_BYTES"), (pack_references, "MAX_CHARS"), (pack_references, "PART"), (sources, "PIECE"):
        monkeypatch.setattr(*limit, 5_000)
    report = empty.load(tmp_path / name)
    assert (report["failures"], report["added"]) == ([], 845)
    assert empty.snapshot.claims == pack_graph.snapshot.claims
    assert empty.snapshot.works == pack_graph.snapshot.works
    empty.store.close()


def test_a_pack_may_lie_in_a_folder_of_the_file(empty: kg.Graph, tmp_path: Path) -> None:
    seeds = Path(str(packaged("seeds", "hazards")))
    files = {f"hazards/{one.name}": one.read_bytes() for one in seeds.iterdir() if one.is_file()}
    report = empty.load(zip_of(tmp_path / "hazards.zip", **files, **{"__MACOSX/x": b"x"}))
    assert (report["failures"], len(empty.snapshot.claims)) == ([], 213)
    empty.store.close()


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "holds no pack.toml"),
        ({"a/b/pack.toml": b""}, "holds no pack.toml"),
        ({"pack.toml": b"", "a/pack.toml": b""}, "holds 2 pack.toml"),
        ({"pack.toml": b"", "../evil.yaml": b"x"}, "leads elsewhere"),
        ({"pack.toml": b"", "/etc/evil": b"x"}, "leads elsewhere"),
        ({"pack.toml": b"", "a\\..\\evil": b"x"}, "leads elsewhere"),
        ({"pack.toml": bytes(600_000), "claims.yaml": bytes(500_000)}, "claims.yaml is longer than 400000 bytes"),
        ({"pack.toml": b"", **{f"{at}.yaml": b"" for at in range(200)}}, "holds 201 files"),
    ],
)
def test_what_is_no_pack_is_refused(
    empty: kg.Graph, tmp_path: Path, files: dict[str, bytes], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pack_zip, "MAX_TOTAL", 1_000_000)
    path = zip_of(tmp_path / "x.zip", **files)
    with pytest.raises(InputError, match=said) as refused:
        empty.load(path)
    assert "no ZIP file" not in str(refused.value)
    assert str(refused.value).count("(unpack it") == 1
    assert empty.revision == 1
    assert not (tmp_path.parent / "evil.yaml").exists()
    empty.store.close()


def test_a_file_that_is_there_twice_is_refused(empty: kg.Graph, tmp_path: Path) -> None:
    for folder, again in ("", "entities.csv"), ("", "./entities.csv"), ("t/", "t//entities.csv"):
        path = tmp_path / "tables.zip"
        with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings(action="ignore"):
            archive.writestr(f"{folder}entities.csv", "id,type,label\nlora,Technique,LoRA\n")
            archive.writestr(again, "id,type,label\nmisuse,Risk,Misuse\n")
        with pytest.raises(InputError, match=r"tables\.zip holds entities\.csv twice \(make the ZIP file again"):
            empty.load(path)
    assert empty.revision == 1
    empty.store.close()


def test_broken_files_are_refused(empty: kg.Graph, tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pack.toml", b"id = 'x'" * 1000)
    whole = made.getvalue()
    spoiled = whole[:50] + bytes(byte ^ 0xFF for byte in whole[50:70]) + whole[70:]
    locked = bytearray(whole)
    locked[6] |= 1
    locked[whole.rindex(b"PK\x01\x02") + 8] |= 1
    for content in (b"", b"hello", whole[:-30], spoiled, bytes(locked)):
        (tmp_path / "x.zip").write_bytes(content)
        with pytest.raises(InputError, match="is no ZIP file that can be read"):
            empty.load(tmp_path / "x.zip")
    empty.store.close()


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGHUP])
def test_what_was_unpacked_is_gone_when_the_process_is_told_to_end(tmp_path: Path, told: signal.Signals) -> None:
    path = zip_of(tmp_path / "tables.zip", **{"entities.csv": b"id,type,label\n"})
    place = tmp_path / "tmp"
    place.mkdir()
    reads = f"with unpacked(Path({str(path)!r})) as folder: print(folder, flush=True), sys.stdin.read()"
    command = [sys.executable, "-c", f"import sys\nfrom pathlib import Path\n{IMPORT}\n{reads}"]
    own = os.environ | {"TMPDIR": str(place)}
    with subprocess.Popen(command, env=own, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert Path(run.stdout.readline().strip(), "entities.csv").exists()
        run.send_signal(told)
        assert run.wait(60) == -told
    assert list(place.iterdir()) == []


def test_who_has_asked_for_a_signal_keeps_it(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "tables.zip", **{"entities.csv": b"id,type,label\n"})
    told: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    try:
        with pack_zip.unpacked(path) as folder:
            os.kill(os.getpid(), signal.SIGTERM)
            assert (told, folder.exists()) == ([signal.SIGTERM], True)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert not folder.exists()

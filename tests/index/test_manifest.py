import json

import pytest

from corpus.errors import IndexDamaged, IndexMissing, IndexStale
from index import manifest as manifests
from index.analyser import ANALYSER
from index.encoder import HashEncoder
from index.manifest import FORMAT, DenseState, LexicalState, Manifest, Settings

SETTINGS = Settings(FORMAT, ANALYSER, "hash:64", 64)
MANIFEST = Manifest("a1b2", SETTINGS, LexicalState(7), DenseState(5, "ab" * 32))
COUNTS = {"documents": 3}


def change(folder, **fields):
    """Alter fields of the manifest in a folder."""
    path = folder / manifests.MANIFEST_FILE
    content = json.loads(path.read_text(encoding="utf-8")) | fields
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize("manifest", [MANIFEST, Manifest("a1b2", SETTINGS)])
def test_what_is_written_reads_back(tmp_path, manifest):
    manifests.write(tmp_path, manifest, counts=COUNTS)
    assert manifests.read(tmp_path) == manifest
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


def test_the_file_tells_people_what_the_folder_is(tmp_path):
    manifests.write(tmp_path, MANIFEST, counts=COUNTS)
    content = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert (content["format"], content["settings"]["encoder"]) == (FORMAT, "hash:64")
    assert content["counts"] == {"documents": 3}
    assert set(content["built_with"]) == {"python", "cewen", "faiss-cpu", "tantivy", "numpy"}


def test_settings_are_those_of_program_and_encoder():
    assert Settings.of(HashEncoder(32)) == Settings(FORMAT, ANALYSER, "hash:32", 32)


def test_settings_survive_the_library():
    assert Settings.read(SETTINGS.as_meta()) == SETTINGS


def test_a_folder_without_manifest_holds_no_index(tmp_path):
    with pytest.raises(IndexMissing, match=rf"cewen add 文件或文件夹 --index {tmp_path}。$"):
        manifests.read(tmp_path)
    with pytest.raises(IndexMissing):
        manifests.read(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "3",
        "{}",
        f'{{"format": {FORMAT}}}',
        f'{{"format": {FORMAT}, "library": "x"}}',
        "\udcff",
    ],
)
def test_an_unreadable_manifest_is_damage(tmp_path, content):
    path = tmp_path / manifests.MANIFEST_FILE
    path.write_text(content, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(IndexDamaged, match=rf"cewen rebuild --index {tmp_path}"):
        manifests.read(tmp_path)


@pytest.mark.parametrize("field", ["settings", "lexical", "dense"])
def test_a_field_with_other_contents_is_damage(tmp_path, field):
    manifests.write(tmp_path, MANIFEST, counts=COUNTS)
    change(tmp_path, **{field: {"unknown": 1}})
    with pytest.raises(IndexDamaged, match=r"manifest\.json 无法读取"):
        manifests.read(tmp_path)


def test_another_format_is_stale(tmp_path):
    manifests.write(tmp_path, MANIFEST, counts=COUNTS)
    change(tmp_path, format=FORMAT + 1, settings={"of": "another time"})
    with pytest.raises(IndexStale, match=rf"第{FORMAT + 1}版.*cewen rebuild --index {tmp_path}"):
        manifests.read(tmp_path)


def test_equal_settings_pass(tmp_path):
    manifests.check(tmp_path, SETTINGS, SETTINGS)


def test_another_encoder_is_named_with_the_way_back(tmp_path):
    wanted = Settings(FORMAT, ANALYSER, "other:8", 8)
    message = r"“hash:64”（64维）.*“other:8”（8维）.*encoder 改回“hash:64”.*cewen rebuild --index"
    with pytest.raises(IndexStale, match=message):
        manifests.check(tmp_path, SETTINGS, wanted)


def test_another_analyser_is_named(tmp_path):
    built = Settings(FORMAT, "grams-0", "hash:64", 64)
    with pytest.raises(IndexStale, match=rf"“grams-0”.*“{ANALYSER}”.*cewen rebuild --index"):
        manifests.check(tmp_path, built, SETTINGS)


def test_search_indexes_of_another_library_do_not_fit():
    assert MANIFEST.fitting("a1b2", SETTINGS) is MANIFEST
    assert MANIFEST.fitting("ffff", SETTINGS) == Manifest("ffff", SETTINGS)


def test_the_signature_changes_with_every_writing(tmp_path):
    assert manifests.signature(tmp_path) is None
    manifests.write(tmp_path, MANIFEST, counts=COUNTS)
    first = manifests.signature(tmp_path)
    assert manifests.signature(tmp_path) == first
    manifests.write(tmp_path, MANIFEST, counts=COUNTS)
    assert manifests.signature(tmp_path) != first

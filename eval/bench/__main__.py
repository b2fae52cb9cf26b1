"""``python -m eval.bench``: every benchmark on the bundled library; ``make bench`` calls it."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import click
from tqdm import tqdm

from corpus.load import BUNDLED_LIBRARY, find_files, read_document
from eval.bench.measures import asking, building, retrieval, starting
from eval.bench.reading import reading
from eval.bench.row import Note, Row, table
from eval.questions import BUNDLED_QUESTIONS, load_questions
from index.encoder import load_encoder
from index.index import Index
from rag.assistant import Assistant

NAMES = ("reading", "retrieval", "asking", "building", "starting")


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(NAMES))
@click.option(
    "--questions",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=BUNDLED_QUESTIONS,
    help="question set on the bundled library",
)
@click.option("--json", "as_json", is_flag=True, help="print JSON")
def main(names: tuple[str, ...], questions: Path, as_json: bool) -> None:
    """Measure NAMES (all by default) on the bundled library, as ratios to a baseline."""
    bar = tqdm(bar_format="{elapsed} {desc}", miniters=1)

    def note(what: str) -> None:
        bar.set_description_str(what, refresh=False)
        bar.update()

    with tempfile.TemporaryDirectory() as folder, bar:
        rows = measure(names or NAMES, questions, Path(folder), note)
    if as_json:
        print(json.dumps([asdict(row) | {"ratio": row.ratio} for row in rows]))
        return
    for name in names or NAMES:
        print(f"\n{name}\n{table([row for row in rows if row.section == name])}")


def measure(names: tuple[str, ...], questions: Path, folder: Path, note: Note) -> list[Row]:
    """Build the bundled library in ``folder`` and measure on it."""
    note("loading the encoder")
    encoder = load_encoder()
    files = find_files([BUNDLED_LIBRARY])
    index = Index.build(folder / "index", [read_document(file) for file in files], encoder)
    assistant = Assistant(index)
    asked = load_questions(questions).questions
    measures = {
        "reading": lambda: reading(files, folder, note),
        "retrieval": lambda: retrieval(assistant, asked, note),
        "asking": lambda: asking(assistant, asked, note),
        "building": lambda: building(files, encoder, folder, note),
        "starting": lambda: starting(folder / "index", note),
    }
    try:
        return [row for name in names for row in measures[name]()]
    finally:
        index.close()


if __name__ == "__main__":
    sys.exit(main())

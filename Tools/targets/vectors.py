"""What the judges say of the models of one operator that InterpreterTests has."""

import pathlib
import tempfile

import numpy as np

from oracle import process

from . import graph, tflm, vela, xnnpack

FOLDER = pathlib.Path(__file__).resolve().parent.parent.parent / "Tests" / "InterpreterTests" / "Vectors"
TARGETS = ("xnnpack", "tflm", "ethos-u55")


def cases():
    """(operator, name, bytes of the model), in the order of the files."""
    for path in sorted(FOLDER.glob("*.npz")):
        archive = np.load(path)
        for key in archive.files:
            if key.endswith("/model"):
                yield path.stem, key[:-len("/model")], archive[key].tobytes()


def marks(case):
    """One letter for each target: 1 it runs, 0 it does not, - there is no verdict."""
    operator, _, data = case
    place = next((p for p, kind in enumerate(graph.graphs(data)[0].kinds) if kind == operator), None)
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.tflite"
        path.write_bytes(data)
        for judge, *more in ((xnnpack,), (tflm,), (vela, ("ethos-u55",))):
            try:
                found.update(process.isolated(judge.judge, path, *more, seconds=120))
            except process.Crash:
                if judge is tflm:
                    found["tflm"] = False
    letters = ""
    for target in TARGETS:
        verdict = found.get(target)
        if isinstance(verdict, tuple):
            verdict = place in verdict[0] if place in verdict[1] else None
        letters += "-" if verdict is None else str(int(verdict))
    return letters


def record(jobs):
    """{operator: {target: a letter for each case}}"""
    work = list(cases())
    found = {case[:2]: answer for case, answer in process.each(work, marks, jobs, 600)}
    table = {}
    for operator, name, _ in work:
        answer = found[operator, name]
        letters = "-" * len(TARGETS) if isinstance(answer, process.Crash) else answer
        row = table.setdefault(operator, dict.fromkeys(TARGETS, ""))
        for target, letter in zip(TARGETS, letters):
            row[target] += letter
    return table

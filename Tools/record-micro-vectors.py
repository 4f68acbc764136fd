"""Records what TensorFlow Lite Micro computes for models of InterpreterTests whose integers it rounds in its own way.

`MicroVectors/OPERATOR.npz` has the outputs of the cases of `Vectors/OPERATOR.npz` that run there, under the same names;
models and inputs are those. In the environment of `make targets`.
"""

import pathlib

import numpy as np

from oracle import process
from targets import tflm
from vectors import archive

TESTS = pathlib.Path(__file__).resolve().parent.parent / "Tests" / "InterpreterTests"
OPERATORS = ("ABS", "FULLY_CONNECTED", "LEAKY_RELU", "LOGISTIC", "RELU", "RELU6", "SPACE_TO_BATCH_ND", "TANH",
             "UNIDIRECTIONAL_SEQUENCE_LSTM")


def numbered(found, prefix):
    """The arrays PREFIX0, PREFIX1 …"""
    names = []
    while f"{prefix}{len(names)}" in found:
        names.append(f"{prefix}{len(names)}")
    return [(name, found[name]) for name in names]


def outputs(work):
    """[(name, array)] of all runs of a case; None where the model does not run or has floats."""
    operator, case = work
    found = np.load(TESTS / "Vectors" / f"{operator}.npz")
    micro = tflm.runtime.Interpreter.from_bytes(found[f"{case}/model"].tobytes(), arena_size=tflm.ARENA)
    answers, run = [], 0
    while f"{case}/run{run}/out0" in found or run == 0:
        place = f"{case}/run{run}" if run else case
        for position, (_, value) in enumerate(numbered(found, f"{place}/in")):
            micro.set_input(value, position)
        micro.invoke()
        for position, (name, value) in enumerate(numbered(found, f"{place}/out")):
            if value.dtype.kind == "f":
                return None
            answers.append((name, micro.get_output(position).reshape(value.shape)))
        run += 1
    return answers


def main():
    for operator in OPERATORS:
        expected = np.load(TESTS / "Vectors" / f"{operator}.npz")
        names = [key[:-len("/model")] for key in expected.files if key.endswith("/model")]
        kept, differ = [], 0
        for _, answer in process.each([(operator, name) for name in names], outputs, 1, 60):
            if isinstance(answer, process.Crash) or answer is None:
                continue
            kept += answer
            differ += any(not np.array_equal(value, expected[name]) for name, value in answer)
        archive.write(TESTS / "MicroVectors" / f"{operator}.npz", kept)
        print(f"{operator}: {len({name.split('/')[0] for name, _ in kept})} of {len(names)} cases, {differ} not LiteRT's")


if __name__ == "__main__":
    main()

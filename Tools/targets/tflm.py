"""Whether a model loads and runs in TensorFlow Lite Micro."""

import pathlib

import numpy as np
from tflite_micro.python.tflite_micro import runtime

TARGETS = ("tflm",)
ARENA = 64 << 20


def judge(path):
    """{"tflm": whether it ran}. Inputs are ones, since some operators divide."""
    data = pathlib.Path(path).read_bytes()
    try:
        interpreter = runtime.Interpreter.from_bytes(data, arena_size=ARENA)
        position = 0
        while True:
            try:
                detail = interpreter.get_input_details(position)
            except Exception:  # there is no way to ask for the number of inputs
                break
            interpreter.set_input(np.ones(detail["shape"], detail["dtype"]), position)
            position += 1
        interpreter.invoke()
    except (RuntimeError, TypeError, ValueError):
        return {"tflm": False}
    return {"tflm": True}

"""Models in LiteRT, each in a child, since kernels abort."""

import os
import pickle
import re
import signal
import tempfile

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from vectors.recorder import RESOLVERS

PATHS = ("XNNPACK", "optimized", "reference")


def invoked(model, feeds, path):
    """(results of the model, whether XNNPACK took an operator)."""
    interpreter = Interpreter(model_content=model, experimental_op_resolver_type=RESOLVERS[path], num_threads=1)
    try:
        interpreter.allocate_tensors()
    except RuntimeError as error:
        raise RuntimeError(f"at load: {error}") from error
    for detail, value in zip(interpreter.get_input_details(), feeds):
        interpreter.set_tensor(detail["index"], value)
    results = []
    for _ in range(2):
        interpreter.invoke()
        results.append([interpreter.get_tensor(d["index"]).copy() for d in interpreter.get_output_details()])
    if any(a.tobytes() != b.tobytes() for a, b in zip(*results)):
        raise RuntimeError("the second invocation differs")
    return results[0], any("delegate" in o["op_name"].lower() for o in interpreter._get_ops_details())


def isolated(work, *arguments):
    """('ok', value), ('refused', message) or ('aborted', signal) of a call in a child."""
    with tempfile.TemporaryFile() as answer:
        child = os.fork()
        if child == 0:
            silent = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silent, 1)
            os.dup2(silent, 2)
            signal.alarm(120)
            try:
                pickle.dump(("ok", work(*arguments)), answer)
            except BaseException as error:
                pickle.dump(("refused", " ".join(str(error).split())), answer)
            answer.flush()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            return "aborted", signal.Signals(os.WTERMSIG(status)).name
        answer.seek(0)
        return pickle.load(answer)


def told(text):
    """The telling part of a message."""
    phase = "at load: " if text.startswith("at load: ") else ""
    text = text.removeprefix("at load: ")
    if (cut := text.find("tflite/kernels/")) >= 0:
        text = text[cut + len("tflite/kernels/"):]
    text = re.sub(r"( in XNNPACK delegate.*|Node number .*|\.? An older version.*| was not true.*)", "", text)
    return phase + re.sub(r"\|\|", "or", text)[:120]

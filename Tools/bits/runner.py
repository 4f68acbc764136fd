"""Models in LiteRT; `child.isolated` calls this in a child, since kernels abort."""

import re

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


def told(text):
    """The telling part of a message."""
    phase = "at load: " if text.startswith("at load: ") else ""
    text = text.removeprefix("at load: ")
    if (cut := text.find("tflite/kernels/")) >= 0:
        text = text[cut + len("tflite/kernels/"):]
    text = re.sub(r"( in XNNPACK delegate.*|Node number .*|\.? An older version.*| was not true.*)", "", text)
    return phase + re.sub(r"\|\|", "or", text)[:120]

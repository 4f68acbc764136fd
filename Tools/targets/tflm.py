"""Whether a model loads and runs in TensorFlow Lite Micro, and whether its results are ours bit for bit."""

import pathlib
import subprocess
import tempfile

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


def compare(path, optimize):
    """Kinds of operators whose results differ from LiteRT's reference although their operands are equal, where the
    results of the model differ from those of `optimize run --kernels tflm`; empty where none does. None where the model
    does not run."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType
    reference = Interpreter(model_path=str(path), experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
                            experimental_preserve_all_tensors=True)
    reference.allocate_tensors()
    random = np.random.default_rng(3)
    values = []
    for detail in reference.get_input_details():
        low, high = (-128, 128) if detail["dtype"] == np.int8 else (0, 2)
        values.append(random.integers(low, high, detail["shape"]).astype(detail["dtype"]))
    data = pathlib.Path(path).read_bytes()
    micro = runtime.Interpreter.from_bytes(data, arena_size=ARENA)
    for position, value in enumerate(values):
        micro.set_input(value, position)
    try:
        micro.invoke()
    except RuntimeError:
        return None
    own = run(path, optimize, values)
    found = [micro.get_output(position).reshape(value.shape) for position, value in enumerate(own)]
    if all(np.array_equal(a, b) for a, b in zip(own, found)):
        return []
    for detail, value in zip(reference.get_input_details(), values):
        reference.set_tensor(detail["index"], value)
    reference.invoke()
    kept = runtime.Interpreter.from_bytes(
        data, arena_size=2 * ARENA, intrepreter_config=runtime.InterpreterConfig.kPreserveAllTensors)
    for position, value in enumerate(values):
        kept.set_input(value, position)
    kept.invoke()
    differs, kinds = set(), set()
    for entry in reference._get_ops_details():
        for tensor in entry["outputs"]:
            if tensor < 0:  # what a loop does not hand on
                continue
            a, b = reference.get_tensor(tensor), kept.GetTensor(int(tensor), 0)["tensor_data"]
            if np.array_equal(a, np.reshape(b, a.shape)):
                continue
            differs.add(tensor)
            if not differs & set(entry["inputs"]):
                kinds.add(entry["op_name"])
    return sorted(kinds)


def run(path, optimize, values):
    """The results of our interpreter."""
    with tempfile.TemporaryDirectory() as folder:
        words = []
        for position, value in enumerate(values):
            np.save(f"{folder}/{position}.npy", value)
            words += ["--input", f"{folder}/{position}.npy"]
        subprocess.run([optimize, "run", str(path), *words, "-o", f"{folder}/out", "--quiet", "--threads", "1",
                        "--kernels", "tflm"], check=True, capture_output=True)
        names = sorted(pathlib.Path(folder, "out").glob("*.npy"), key=lambda name: int(name.stem))
        return [np.load(name) for name in names]

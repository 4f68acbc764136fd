"""`quantize --mode int8|int16x8`: results load and run, and the built-in interpreter computes their bits."""

import numpy as np

from . import check_interpreter, files, process, runtime, samples

MODES = ("int8", "int16x8")
SEEDS = tuple(range(1, 13))
# Operators between floats leave differences of single precision, which later rounding can turn into steps.
MIXED = 2e-2
LARGE = 1 << 20  # elements of inputs


def _random(path, kind):
    interpreter = runtime.Interpreter(model_path=str(path),
                                      experimental_op_resolver_type=runtime.RESOLVERS["plain"])
    details = interpreter.get_input_details()
    seeds = SEEDS if sum(int(np.prod(d["shape"])) for d in details) < LARGE else SEEDS[:4]
    return [[runtime.make_input(d, kind, seed) for d in details] for seed in seeds]


def _write(folder, arrays):
    """A file a sample, or a folder a sample with a file for each input."""
    for number, sample in enumerate(arrays):
        if len(sample) == 1:
            check_interpreter.saved(sample[0], folder / f"{number}.npy")
            continue
        inner = folder / f"{number}"
        inner.mkdir()
        for position, array in enumerate(sample):
            check_interpreter.saved(array, inner / f"{position:02}.npy")


def sample_folder(subject):
    """(samples, their kind, the folder that holds them): real ones of the zoo, else random; or Nones."""
    given = samples.real(subject.zoo, subject.path)
    original, kind = runtime.first_that_runs(subject.path, "plain", (5,), None if given is None else given[:1])
    if kind is None:
        return None, None, None
    if given is None and sum(a.size for a in original.results[0]) > 1 << 24:
        return None, None, None  # a test of huge sizes: its samples alone take minutes
    if given is None:
        given = process.isolated(_random, subject.path, kind, seconds=60)
    if not given[0]:
        return None, None, None  # nothing to give samples for
    folder = subject.folder / "samples"
    if not folder.exists():
        folder.mkdir()
        _write(folder, given)
    return given, kind, folder


def wide(path, seed):
    """Inputs that reach every level of the quantized inputs."""
    interpreter = runtime.Interpreter(model_path=str(path),
                                      experimental_op_resolver_type=runtime.RESOLVERS["plain"])
    random = np.random.default_rng(seed)
    found = []
    details = {d["index"]: d for d in interpreter.get_tensor_details()}
    operators = interpreter._get_ops_details()
    for detail in interpreter.get_input_details():
        value = runtime.make_input(detail, "random", seed)
        if value.dtype == np.float32:
            for operator in operators:
                if operator["op_name"] == "QUANTIZE" and list(operator["inputs"]) == [detail["index"]]:
                    target = details[operator["outputs"][0]]
                    scale, zero = target["quantization"]
                    limits = np.iinfo(target["dtype"])
                    levels = random.integers(limits.min, limits.max, value.shape, endpoint=True)
                    value = ((levels - zero) * np.float32(scale)).astype(np.float32)
                    break
        found.append(value)
    return found


def _pure(path):
    """Whether only QUANTIZE and DEQUANTIZE touch floats."""
    model = files.Model(path)
    for subgraph in model.tree.subgraphs:
        for operator in subgraph.operators:
            name = model.kind(operator)
            if name in ("QUANTIZE", "DEQUANTIZE"):
                continue
            for tensor in list(operator.inputs if operator.inputs is not None else []) + list(operator.outputs if operator.outputs is not None else []):
                if tensor >= 0 and files.TYPE_NAMES.get(subgraph.tensors[tensor].type) == "FLOAT32":
                    return False
    return True


def equal_bits(subject, path, inputs, resolver="reference", mixed=0):
    """Problems of `optimize run` against the reference kernels on these inputs. Where floats are between
    the integers, a relative distance of MIXED or of `mixed` is none."""
    reference = runtime.Run(path, resolver, samples=[inputs])
    if not reference.runs:
        return [f"{resolver} kernels: {reference.error}"]
    paths = [check_interpreter.saved(a, subject.out(f"bits{i}.npy")) for i, a in enumerate(inputs)]
    folder = subject.folder / "bits"
    call = process.call([subject.optimize, "run", str(path), *(p for f in paths for p in ("--input", str(f))),
                         "--output", str(folder), "--force"], seconds=300)
    if call.code == 2 and "no kernel" in call.err and not any(a.any() for a in reference.results[0]):
        return []  # the runtime has none either: it runs nothing and leaves zeros
    if call.code != 0:
        return [f"run: exit {call.code}: {call.said()}"]
    found = [np.load(folder / f"{i}.npy") for i in range(len(reference.results[0]))]
    if all(a.dtype == b.dtype and a.tobytes() == b.tobytes() for a, b in zip(reference.results[0], found)):
        return []
    apart = check_interpreter.distance(reference.results[0], found)
    if not _pure(path) and apart <= max(MIXED, mixed):
        return []
    return [f"bits differ from the {resolver} kernels' (relative distance {apart:.2e})"]


def mode(subject, mode, folder, original, kind, given, options=(), command=("quantize", "--effort", "1")):
    target = subject.out(f"{command[0]}{mode}{''.join(options)}.tflite")
    call = subject.call(command[0], str(subject.path), "--mode", mode, "--rep-data", str(folder), "-o", str(target),
                        "--force", "--allow-larger", *command[1:], *options, seconds=300)
    if call.code == 3:
        return [] if not target.exists() else ["exit 3 but a file was written"]
    if call.code != 0:
        return [f"exit {call.code}: {call.said()}"]
    problems = []
    for resolver in ("default", "reference", *(["plain"] if options else [])):
        after = runtime.Run(target, resolver, samples=given[:1])
        if not after.runs:
            if runtime.Run(subject.path, resolver, samples=given[:1]).runs:
                problems.append(f"{resolver} kernels: {after.error}")
            continue
        problems += [f"{resolver}: {p}" for p in runtime.unlike(original, after)]
    if problems:
        return problems
    # Reference kernels take minutes for large images.
    for seed in (3, 4) if sum(a.size for a in given[0]) < LARGE else (3,):
        problems += equal_bits(subject, target, process.isolated(wide, target, seed, seconds=60))
    return problems[:1]


def check(subject):
    if not subject.wants("static") or not subject.runs or subject.rejected:
        return
    if subject.kind in MODES or subject.kind == "uint8":
        runs = runtime.Run(subject.path, "reference", "random", (5,))
        if runs.runs:
            inputs = process.isolated(check_interpreter.inputs_of, subject.path, "random", None, seconds=60)
            subject.found("bits", equal_bits(subject, subject.path, inputs))
        return
    if not subject.is_float:
        return
    given, kind, folder = sample_folder(subject)
    if given is None:
        return
    original = runtime.Run(subject.path, "plain", samples=given[:1])
    for name in MODES:
        subject.found(name, mode(subject, name, folder, original, kind, given))

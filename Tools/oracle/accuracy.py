"""How far outputs move: against a rounded reference (float16) and official files (dynamic range)."""

import copy
import pathlib

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from . import float_weights, runtime, samples, weights, writer

FLOOR = 1e-6


def rounded_copy(before, rounded, path):
    """Writes the model with the constants in `rounded` rounded to float16 but kept float32."""
    tree = copy.deepcopy(before.tree)
    for index, buffer in enumerate(tree.buffers):  # external data moves inline
        content = before.data(index)
        buffer.data = None if content is None else np.frombuffer(content, np.uint8)
        buffer.offset = buffer.size = 0
    for subgraph, index in rounded:
        tensor = tree.subgraphs[subgraph].tensors[index]
        if tensor.type != schema.TensorType.FLOAT32:
            continue
        values = np.frombuffer(before.data(tensor.buffer), np.float32)
        tensor.buffer = writer.buffer_with(tree, weights.float16_rounded(values).tobytes())
    pathlib.Path(path).write_bytes(writer.packed(tree))


def float16(before, out, rounded, original, resolver, kind, seeds, given, folder):
    """(our error, the reference's error, problem or None)."""
    reference = folder / "reference.tflite"
    rounded_copy(before, rounded, reference)
    ours = runtime.Run(out, resolver, kind, seeds, given)
    theirs = runtime.Run(reference, resolver, kind, seeds, given)
    if not ours.runs or not theirs.runs:
        return None, None, None if ours.runs else f"does not run ({resolver}): {ours.error}"
    mine, other = (runtime.relative_error(original, run) for run in (ours, theirs))
    if mine is None or other is None:
        return mine, other, None
    limit = max(1.05 * other, FLOOR)
    return mine, other, None if mine <= limit else f"error {mine:.3g}, rounding alone gives {other:.3g}"


def official_pairs(zoo):
    """Float file → official dynamic range files made from it, all relative to the zoo folder."""
    converter = "models/ref_tf_converter_2.21/"
    pairs = {}
    for path in sorted((zoo / converter).glob("*_dynrange.tflite")):
        name = path.name.replace("_dynrange", "_float")
        home = converter + name if (zoo / converter / name).exists() else "models/imagenet_float/" + name
        if (zoo / home).exists():
            pairs.setdefault(home, []).append(converter + path.name)
    return pairs


def against_official(float_path, out, official, zoo, resolver, folder):
    """(our error, the official file's error, problem or None) over real or seeded samples.

    By chance, rounded activations take off some of what rounded weights add; a file that decodes its weights cannot
    have that. So the error of the official file's weights beside floats is a bound, too."""
    given = samples.real(zoo, float_path)
    seeds = range(11, 20)
    original, kind = runtime.first_that_runs(float_path, resolver, seeds, given)
    if kind is None:
        return None, None, None
    runs = [runtime.Run(p, resolver, kind, seeds, given) for p in (out, official)]
    for run, name in zip(runs, ("our file", "the official file")):
        if not run.runs:
            return None, None, f"{name} does not run ({resolver}): {run.error}" if run is runs[0] else None
    mine, other = (runtime.relative_error(original, run) for run in runs)
    if mine <= 1.02 * other or mine <= FLOOR:
        return mine, other, None
    decoded = folder / "decoded.tflite"
    decoded.write_bytes(float_weights.made(float_path, official)[0])
    alone = runtime.relative_error(original, runtime.Run(decoded, resolver, kind, seeds, given))
    if alone is not None and mine <= 1.02 * alone:
        return mine, other, None
    return mine, other, f"error {mine:.4g} > 1.02 × the official file's {other:.4g} ({resolver})"

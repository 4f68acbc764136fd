"""Every constant of the output against the input's: unchanged, rounded or quantized as it should be."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from . import constants, files, structure

T = schema.TensorType


def float16_rounded(values):
    return np.clip(values, -65504, 65504).astype(np.float16).astype(np.float32)


def nearest_error(values, found):
    """Squared error of max/127 rounding with the granularity that `found` has."""
    axis = found.tensor.quantization.quantizedDimension
    rest = tuple(i for i in range(values.ndim) if i != axis) if found.scales().size > 1 else None
    top = np.abs(values).max(axis=rest, keepdims=True).astype(np.float64)
    scale = np.where(top > 0, top / 127, 1.0)
    return float((((np.clip(np.round(values / scale), -127, 127) * scale) - values) ** 2).sum())


def judge_constant(old, new):
    """(problem or None, what happened) for one operand seen before and after."""
    if new is None:
        return "no longer a constant", "lost"
    if old.type not in (T.FLOAT32, T.FLOAT16):
        good = (old.raw == new.raw and old.type == new.type and old.shape == new.shape)
        return (None if good else f"type {files.TYPE_NAMES[old.type]} content changed"), "same"
    if old.shape != new.shape and new.shape != [old.elements]:  # a bias [1, 1, 1, C] becomes [C]
        return f"shape {old.shape} became {new.shape}", "changed"
    values, result = old.floats(), new.floats()
    values = values if values is None or result is None else values.reshape(new.shape)
    if values is None or result is None:
        return (None if old.raw == new.raw else "not readable"), "unread"
    if new.type == T.FLOAT32:
        return (None if values.tobytes() == result.tobytes() else "float32 values changed"), "same"
    if new.type == T.FLOAT16:
        expected = values if old.type == T.FLOAT16 else float16_rounded(values)
        good = np.array_equal(expected, result, equal_nan=True)
        return (None if good else "float16 values are not the nearest ones"), "float16"
    if new.type != T.INT8:
        return f"became {files.TYPE_NAMES[new.type]}", "changed"
    if new.zero_points().any():
        return "zero points are not 0", "int8"
    if not np.isfinite(values).all():
        return "a weight that is not finite was quantized", "int8"
    error = float(((values.astype(np.float64) - result) ** 2).sum())
    allowed = 1.02 * nearest_error(values.astype(np.float64), new) + 1e-12 * float((values ** 2).sum())
    if error > allowed:
        return f"squared error {error:.3g}, rounding needs at most {allowed:.3g}", "int8"
    return None, "int8"


class Outcome:
    """Problems and figures of one output's constants."""

    def __init__(self):
        self.problems, self.float16 = [], set()
        self.eligible = self.converted = self.floats = self.stored = self.least = 0
        self.left = []


def judge(before, after, pairs, mode):
    """Compares the constants of every aligned operator. `mode`: float16, dynamic, weights-only."""
    outcome = Outcome()
    eligible = {(s, c.index): c for s, _, _, c in constants.weight_operands(before)}
    outcome.eligible = 4 * sum(c.elements for c in eligible.values())
    done, stored, kept = set(), {}, set()
    makers = {}
    for number in range(len(before.tree.subgraphs)):
        makers[number] = [constants.producers(m, number) for m in (before, after)]
    for number, position, a, b in pairs:
        kind = before.kind(a)
        for slot, (i, j) in enumerate(zip(files.indices(a.inputs), files.indices(b.inputs))):
            old = constants.constant(before, number, i, makers[number][0])
            if old is None:
                continue
            new = constants.constant(after, number, j, makers[number][1])
            problem, what = judge_constant(old, new)
            place = f"{number}:{position} {kind} operand {slot} ({old.name})"
            if problem:
                outcome.problems.append(f"{place}: {problem}")
            if what == "float16":
                outcome.float16.add((number, old.index))
            if what == "int8":
                stored[new.tensor.buffer] = new
                done.add((number, old.index))
                outcome.problems += [f"{place}: {p}" for p in granularity(kind, slot, new, b, after, mode)]
            elif (number, old.index) in eligible and slot in constants.WEIGHTS.get(kind, []):
                kept.add((number, old.index))
    if mode == "float16":
        return outcome
    outcome.floats = 4 * sum(eligible[key].elements for key in done & set(eligible))
    outcome.converted = outcome.floats
    extra = done - set(eligible)
    elements = sum(c.elements for c in stored.values())
    counts = [c.scales().size for c in stored.values()]
    outcome.stored = elements + structure.shared_bytes(after)
    outcome.least = elements + 4 * sum(counts) + 8 * sum(set(counts))  # zero points shared by length
    outcome.floats += 4 * sum(constants.Constant(before, s, i, []).elements for s, i in extra)
    outcome.left = [eligible[key] for key in sorted(kept)]
    return outcome


PER_CHANNEL = {"CONV_2D": 0, "DEPTHWISE_CONV_2D": 3, "FULLY_CONNECTED": 0, "TRANSPOSE_CONV": 0,
               "EMBEDDING_LOOKUP": 0}


def wraps(kind, new, operator):
    """Whether the kernels' sums of rows leave the 16 bits of a lane: every second pair of eight columns has one."""
    if new.type != T.INT8 or len(new.shape) < 2:
        return False
    values = np.frombuffer(new.raw, np.int8)[:new.elements]
    if kind == "BATCH_MATMUL":
        values = values.reshape(-1, *new.shape[-2:])
        values = values if operator.builtinOptions.adjY else values.swapaxes(1, 2)
        rows = values.reshape(-1, values.shape[-1])
    else:
        rows = values.reshape(new.shape[0], -1)
    whole = rows.shape[1] // 16 * 16
    lanes = rows[:, :whole].reshape(len(rows), -1, 8, 2).sum((1, 3), dtype=np.int64)
    return bool((lanes != lanes.astype(np.int16)).any())


def any_wraps(kind, operator, new, after):
    made = constants.producers(after, new.subgraph)
    operands = (constants.constant(after, new.subgraph, i, made) for i in files.indices(operator.inputs))
    return any(o is not None and not o.through and wraps(kind, o, operator) for o in operands)


def is_decoded(kind, new, operator, after):
    """Whether DEQUANTIZE is right: a hybrid kernel slower than XNNPACK's float one, or wrong sums of rows."""
    if kind == "DEPTHWISE_CONV_2D":
        data = after.tree.subgraphs[new.subgraph].tensors[operator.inputs[0]]
        return new.shape[1] * new.shape[2] <= 25 and new.shape[3] == files.indices(data.shape)[-1]
    return kind == "CONV_2D" and wraps(kind, new, operator)


def granularity(kind, slot, new, operator, after, mode):
    """Rules of the kernels that take int8 weights directly."""
    scales = new.scales().size
    if mode == "weights-only":
        if "DEQUANTIZE" not in new.through and kind not in ("GATHER", "EMBEDDING_LOOKUP"):
            yield "int8 weight goes into the operator without DEQUANTIZE"
    elif "DEQUANTIZE" in new.through and kind in structure.HYBRID and not is_decoded(kind, new, operator, after):
        yield "int8 weight behind DEQUANTIZE, not read by the operator itself"
    if kind in PER_CHANNEL and scales > 1 and new.tensor.quantization.quantizedDimension != PER_CHANNEL[kind]:
        yield f"quantized along axis {new.tensor.quantization.quantizedDimension}"
    if kind == "DEPTHWISE_CONV_2D" and scales != new.shape[3] and not new.through:
        yield f"{scales} scales for {new.shape[3]} depthwise channels"
    if kind in structure.HYBRID and not new.through and mode != "weights-only":
        options = operator.builtinOptions
        flag = bool(getattr(options, "asymmetricQuantizeInputs", False))
        expected = mode == "dynamic" and not any_wraps(kind, operator, new, after)
        if hasattr(options, "asymmetricQuantizeInputs") and flag != expected:
            yield f"asymmetric_quantize_inputs is {flag}"

"""The scales at which LiteRT refuses an operator or ends the process, found by bisection on both paths.

    .build-oracle/bin/python Tools/runtime_limits.py [OPERATOR ...]

Prints a line for each operator, type and ratio: the least and the greatest ratio that still load and run, for the
default path (XNNPACK) and the reference kernels. Each model runs in a child, since kernels abort on some ratios.
"""

import sys

import numpy as np

from bits.child import isolated
from vectors.case import case
from vectors.recorder import RESOLVERS, run

PATHS = {"XNNPACK": "XNNPACK", "reference": "reference", "optimized": "optimized"}
BASE = 2.0 ** -5
SPAN = 44  # bits on either side of 1


def outcome(make, path):
    """'ok', 'refused: …' or 'aborted: signal'."""
    def work():
        built = make()
        run(built.model(built.shapes), [built.feeds], RESOLVERS[path])
    how, what = isolated(work)
    return "ok" if how == "ok" else f"{how}: {what[:160]}"


def values(kind, *shape):
    high = 127 if kind == "int8" else 32767
    return np.linspace(-high, high, int(np.prod(shape))).round().astype(kind).reshape(shape)


def zero(kind):
    return 3 if kind == "int8" else 0


def built(name, kind, ratio, knob, **options):
    """An operator whose `knob` is `ratio`; other scales are `BASE`."""
    version = options.pop("version", 1)
    one = case(name)
    bias = "int32" if kind == "int8" else "int64"
    x = dict(scale=BASE, zero=zero(kind))
    y = dict(kind=kind, scale=BASE, zero=zero(kind))
    if name in PRODUCTS:
        return product(one, name, kind, ratio, knob, bias)
    if name in BINARY:
        a, b = dict(x), dict(x)
        if knob == "inputs/output":
            y["scale"] = product_scale(name) / ratio
        elif knob == "input 1/input 2":
            a["scale"] = BASE * ratio
            y["scale"] = max(a["scale"], BASE)
        elif knob == "absolute":
            a["scale"] = b["scale"] = y["scale"] = BASE * ratio
        if name in ("MAXIMUM", "MINIMUM") and knob != "absolute":
            return None
        if name == "PRELU":
            one.input(values(kind, 1, 2, 2, 4), **a).const(values(kind, 1, 1, 4), **b)
        elif name == "BATCH_MATMUL":
            one.input(values(kind, 1, 4, 4), **a).input(values(kind, 1, 4, 4), **b)
        else:
            one.input(values(kind, 1, 2, 2, 4), **a).input(values(kind, 1, 2, 2, 4), **b)
        shape = [1, 4, 4] if name == "BATCH_MATMUL" else [1, 2, 2, 4]
        if name in ("ADD", "SUB") and kind == "int16":
            options["pot_scale_int16"] = False
        one.op(name, out=y, version=version, **options)
        one.shapes = [{2: shape}]
        return one
    if name == "QUANTIZE" and kind.startswith("float"):
        target = kind.split("-")[1]
        one.input(np.linspace(-3, 3, 16, dtype=np.float32).reshape(1, 16))
        one.op(name, out=dict(kind=target, scale=BASE * ratio, zero=zero(target)))
        one.shapes = [{1: [1, 16]}]
        return one
    if knob == "input/output":
        y["scale"] = BASE / ratio
    elif knob == "absolute":
        x["scale"] = y["scale"] = BASE * ratio
    if name in FIXED:
        y["scale"], y["zero"] = FIXED[name][kind]
        x["scale"] = BASE * ratio
    if name == "RSQRT" or name == "SQRT":
        x["zero"] = -128 if kind == "int8" else 0
    data = values(kind, 1, 4, 4, 4)
    if name in ("RSQRT", "SQRT", "LOG") and kind == "int16":
        data = np.abs(data)
    if name == "DEQUANTIZE":
        y = dict(kind="float32")
    one.input(data, **x)
    shape = [1, 4, 4, 4]
    if name in ("MEAN", "SUM"):
        one.ints(1, 2)
        options["keep_dims"] = True
        shape = [1, 1, 1, 4]
    elif name.startswith("RESIZE"):
        one.ints(8, 8)
        shape = [1, 8, 8, 4]
    elif name == "PAD":
        one.const(np.array([[0, 0], [1, 1], [1, 1], [0, 0]], np.int32))
        shape = [1, 6, 6, 4]
    elif name == "CONCATENATION":
        one.input(data, **x)
        options["axis"] = 3
        shape = [1, 4, 4, 8]
    elif name == "TRANSPOSE":
        one.ints(0, 2, 1, 3)
    elif name == "RESHAPE":
        one.ints(1, 16, 4, 1)
        shape = [1, 16, 4, 1]
    elif name.endswith("POOL_2D"):
        options |= dict(filter_width=2, filter_height=2, stride_w=2, stride_h=2)
        shape = [1, 2, 2, 4]
    one.op(name, out=y, version=version, **options)
    one.shapes = [{len(one.tensors) - 1: shape}]
    return one


def product_scale(name):
    return BASE * BASE if name in ("MUL", "BATCH_MATMUL", "SQUARED_DIFFERENCE") else BASE


def product(one, name, kind, ratio, knob, bias):
    sx, sw, sy = BASE, BASE, BASE * BASE
    if knob == "input·weight/output":
        sy = sx * sw / ratio
    elif knob == "absolute input":
        sx *= ratio
        sy *= ratio
    elif knob == "absolute weight":
        sw *= ratio
        sy *= ratio
    weight = dict(scale=[sw] * 4, zero=0)
    x, y = dict(scale=sx, zero=zero(kind)), dict(kind=kind, scale=sy, zero=zero(kind))
    add = dict(scale=[sx * sw] * 4, zero=0)
    shape = [1, 4, 4, 4]
    if name == "CONV_2D":
        one.input(values(kind, 1, 4, 4, 4), **x).const(values("int8", 4, 3, 3, 4), axis=0, **weight)
    elif name == "DEPTHWISE_CONV_2D":
        one.input(values(kind, 1, 4, 4, 4), **x).const(values("int8", 1, 3, 3, 4), axis=3, **weight)
    elif name == "FULLY_CONNECTED":
        one.input(values(kind, 2, 4), **x).const(values("int8", 4, 4), axis=0, **weight)
        shape = [2, 4]
    else:
        one.ints(1, 8, 8, 4).const(values("int8", 4, 3, 3, 4), axis=0, **weight).input(values(kind, 1, 4, 4, 4), **x)
        shape = [1, 8, 8, 4]
    one.const(np.arange(4).astype(bias), **add)
    options = dict(stride_w=2, stride_h=2) if name == "TRANSPOSE_CONV" else {}
    if name == "DEPTHWISE_CONV_2D":
        options["depth_multiplier"] = 1
    if kind == "int16" and name != "DEPTHWISE_CONV_2D":
        options["quantized_bias_type"] = "int64"
    one.op(name, out=y, version={"FULLY_CONNECTED": 12}.get(name, 5 if name != "TRANSPOSE_CONV" else 4), **options)
    one.shapes = [{len(one.tensors) - 1: shape}]
    return one


PRODUCTS = {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV"}
BINARY = {"ADD", "SUB", "MUL", "MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE", "PRELU", "BATCH_MATMUL", "EQUAL"} - {"EQUAL"}
FIXED = {"SOFTMAX": {"int8": (1 / 256, -128), "int16": (1 / 32768, 0)},
         "LOG_SOFTMAX": {"int8": (1 / 16, 127)},
         "LOGISTIC": {"int8": (1 / 256, -128), "int16": (1 / 32768, 0)},
         "TANH": {"int8": (1 / 128, 0), "int16": (1 / 32768, 0)},
         "L2_NORMALIZATION": {"int8": (1 / 128, 0)}}
SAME = ["RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR", "CONCATENATION", "PAD", "TRANSPOSE", "RESHAPE",
        "MAX_POOL_2D", "AVERAGE_POOL_2D"]
UNARY = ["MEAN", "LEAKY_RELU", "RELU", "RELU6", "RELU_N1_TO_1", "HARD_SWISH", "QUANTIZE", "ABS", "SQRT", "RSQRT",
         "EXP", "LOG", "ELU", "GELU", "CONCATENATION", "PAD", "RESIZE_BILINEAR", "MAX_POOL_2D", "RESHAPE"]
OPTIONS = {"SOFTMAX": dict(beta=1.0), "LEAKY_RELU": dict(alpha=0.1)}


def rows(names):
    for kind in ("int8", "int16"):
        for name in sorted(PRODUCTS):
            yield name, kind, ["input·weight/output", "absolute input", "absolute weight"]
        for name in sorted(BINARY):
            yield name, kind, ["inputs/output", "input 1/input 2", "absolute"]
        for name in FIXED:
            if kind in FIXED[name]:
                yield name, kind, ["absolute"]
        for name in dict.fromkeys(UNARY + SAME):
            yield name, kind, (["input/output"] if name in UNARY else []) + ["absolute"]
        yield "DEQUANTIZE", kind, ["absolute"]
        yield "QUANTIZE", f"float32-{kind}", ["absolute"]


def edge(name, kind, knob, path, sign):
    """The last ratio that runs going up or down from 1, and what comes after it; None where nothing fails."""
    def test(exponent):
        return outcome(lambda: built(name, kind, 2.0 ** exponent, knob, **OPTIONS.get(name, {})), path)
    span = 150 if knob.startswith("absolute") else SPAN
    top = min(span, 122) if sign > 0 else span
    good, bad = 0.0, None
    for distance in [1.0, 3.0, 7.0, 11.0, 15.0, 19.0, 23.0, 27.0, 31.0, 35.0, 44.0, 60.0, 80.0, 100.0, 117.0, 122.0, 140.0]:
        if distance > top:
            break
        if (result := test(sign * distance)) != "ok":
            bad = distance
            break
        good = distance
    if bad is None:
        return None
    while bad - good > 1 / 32:
        middle = (good + bad) / 2
        found = test(sign * middle)
        if found == "ok":
            good = middle
        else:
            bad, result = middle, found
    return 2.0 ** (sign * good), result


def main(names):
    for name, kind, knobs in rows(names):
        if names and name not in names:
            continue
        for knob in knobs:
            for path in PATHS:
                start = outcome(lambda: built(name, kind, 1.0, knob, **OPTIONS.get(name, {})), path)
                label = f"{name:24} {kind:14} {knob:20} {path:10}"
                if start != "ok":
                    print(label, "at 1:", start[:110], flush=True)
                    continue
                ends = [edge(name, kind, knob, path, sign) for sign in (-1, 1)]
                texts = ["" if e is None else f"{'below' if i == 0 else 'above'} 2^{np.log2(e[0]):.2f} {e[1][:120]}"
                         for i, e in enumerate(ends)]
                print(label, "; ".join(t for t in texts if t) or "no limit", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

"""One-operator models whose weight has 8, 4 or 2 bits, in every form that a file can hold it in.

A `Spec` says which; `made` gives the model's bytes, what is fed to it, and the numbers behind the weight.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from vectors import case as cases

from .store import KINDS, TABLES, in_blocks, with_weight

LIMITS = {8: 127, 4: 7, 2: 1}
# Operator: shape of the activation and of the weight for a size (channels in, channels out, and for convolutions
# height and width, kernel), and the weight's axis.
LAYOUTS = {
    "CONV_2D": (lambda i, o, n=0, k=3: ((2, n or 5, n or 4, i), (o, k, k, i)), 0),
    "GROUPED": (lambda i, o: ((2, 5, 4, 2 * i), (2 * o, 3, 3, i)), 0),
    "DEPTHWISE_CONV_2D": (lambda i, o, n=0, k=3: ((2, n or 5, n or 4, o), (1, k, k, o)), 3),
    "TRANSPOSE_CONV": (lambda i, o: ((2, 3, 2, i), (o, 3, 3, i)), 0),
    "CONV_3D": (lambda i, o: ((1, 3, 4, 3, i), (2, 2, 2, i, o)), 4),
    "FULLY_CONNECTED": (lambda i, o: ((3, i), (o, i)), 0),
    "BATCH_MATMUL": (lambda i, o: ((2, 3, i), (i, o)), 1),
    "BATCH_MATMUL_T": (lambda i, o: ((2, 3, i), (o, i)), 0),
    "EMBEDDING_LOOKUP": (lambda i, o: ((5, ), (o, i)), 0),
    "GATHER": (lambda i, o: ((5, ), (o, i)), 0),
}
NAMES = {"GROUPED": "CONV_2D", "BATCH_MATMUL_T": "BATCH_MATMUL"}
# The version that op_version.cc gives, by form (hybrid, int8, int16) for 4 bits; others as noted in `version_of`.
RULES = {
    "CONV_2D": (1, 7, 1),
    "GROUPED": (6, 6, 6),
    "DEPTHWISE_CONV_2D": (1, 7, 1),
    "TRANSPOSE_CONV": (3, 3, 3),
    "CONV_3D": (1, 1, 1),
    "FULLY_CONNECTED": (1, 10, 13),
    "BATCH_MATMUL": (1, 2, 3),
    "BATCH_MATMUL_T": (1, 2, 3),
    "EMBEDDING_LOOKUP": (4, 4, 4),
    "GATHER": (7, 7, 7)
}


@dataclass(frozen=True)
class Spec:
    name: str
    form: str = "hybrid"  # hybrid, decoded (DEQUANTIZE first), cast (CAST first), int8, int16
    bits: int = 4
    per: str = "channel"  # channel, tensor, equal (channels with one scale), or a block's size
    size: tuple = (8, 6)
    batch: int = 0
    bias: bool = True
    lowest: bool = False  # weights reach −8 or −2
    scale: float = None  # of every channel or block, instead of random ones
    scale_type: str = "float16"
    version: int = None
    asymmetric: bool = True
    wide_bias: bool = True
    zero: int = 0  # the weight's zero point
    options: tuple = ()
    range: int = None  # the bits that the values need, if not all
    seed: int = 1

    def label(self):
        return self.key() + " " + "x".join(map(str, self.size))

    def key(self):
        """Everything but the size."""
        more = [f"{k}={v}" for k, v in self.options]
        more += [f"batch={self.batch}"] * bool(self.batch) + ["no bias"] * (not self.bias) + ["lowest"] * self.lowest
        more += [f"scale={self.scale}"] * (self.scale is not None) + ["symmetric"] * (not self.asymmetric)
        more += [f"scales {self.scale_type}"] * (self.scale_type != "float16") + [f"zero={self.zero}"] * bool(self.zero)
        more += ["int32 bias"] * (not self.wide_bias) + [f"version={self.version}"] * (self.version is not None)
        per = f"blocks of {self.per}" if str(self.per).isdigit() else self.per
        return ", ".join([f"{self.name} {self.form} int{self.bits} {per}", *more])


@dataclass
class Made:
    spec: Spec
    model: bytes
    feeds: list
    weight: np.ndarray = None  # real values
    bias: np.ndarray = None
    x: tuple = (1.0, 0)
    y: tuple = (1.0, 0)
    options: dict = field(default_factory=dict)


def version_of(spec):
    if spec.version is not None:
        return spec.version
    if spec.bits == 2 and spec.name in ("FULLY_CONNECTED", "EMBEDDING_LOOKUP"):
        return 14 if spec.name == "FULLY_CONNECTED" else 5
    place = {"int8": 1, "int16": 2}.get(spec.form, 0)
    if spec.bits == 8:
        return {"CONV_2D": 5, "DEPTHWISE_CONV_2D": 6, "FULLY_CONNECTED": 12}.get(spec.name, RULES[spec.name][place])
    return RULES[spec.name][place]


def real_weight(spec, random):
    """(integers, scales as stored, real values) of the weight, and its axis."""
    shape = LAYOUTS[spec.name][0](*spec.size)[1]
    axis = LAYOUTS[spec.name][1]
    high = LIMITS[spec.range or spec.bits]
    values = random.integers(-high - spec.lowest, high, shape, endpoint=True)
    if spec.lowest:
        values.reshape(-1)[::3] = -high - 1
    if spec.per in ("channel", "equal"):
        count = shape[axis]
        scale = random.uniform(0.01, 0.1, count).astype(np.float32)
        if spec.per == "equal":
            scale[:] = 0.05
    elif spec.per == "tensor":
        scale = np.array([0.05], np.float32)
    else:
        rows, columns = shape
        scale = random.uniform(0.01, 0.1, (rows, max(columns // int(spec.per), 1))).astype(np.float32)
        scale = (scale.view(np.uint32) & 0xFFFF0000).view(np.float32)  # a bfloat16, as the peer writes
    if spec.scale is not None:
        scale[...] = spec.scale
    if spec.per in ("channel", "equal"):
        wide = scale.reshape([-1 if k == axis else 1 for k in range(len(shape))])
    elif spec.per == "tensor":
        wide = scale
    else:
        held = scale.astype(spec.scale_type) if spec.scale_type != "bfloat16" else scale
        wide = np.repeat(held.astype(np.float32), int(spec.per), axis=1)
        wide = np.pad(wide, ((0, 0), (0, max(0, columns - wide.shape[1]))), mode="edge")[:, :columns]
    return values, scale, (values - spec.zero) * wide.astype(np.float64), axis


def made(spec):
    random = np.random.default_rng(spec.seed)
    values, scale, weight, axis = real_weight(spec, random)
    if spec.form == "cast":
        weight = values.astype(np.float64)
    name, options = NAMES.get(spec.name, spec.name), dict(spec.options)
    shape = list(LAYOUTS[spec.name][0](*spec.size)[0])
    if spec.batch:
        shape[0] = spec.batch
    built = cases.case(spec.label())
    built.shapes = [{}]
    if spec.name in TABLES:
        return lookup(built, spec, name, values, scale, weight, axis, random)
    whole = spec.form in ("int8", "int16")
    if whole:
        x_scale, y_scale = 0.02, 0.03 * np.sqrt(1 + 2.2 * (weight**2).sum() / weight.shape[axis])
        x_zero, y_zero = (3, -5) if spec.form == "int8" else (0, 0)
        top = np.iinfo(spec.form).max
        x_scale, y_scale = (x_scale, y_scale) if spec.form == "int8" else (x_scale / 256, y_scale / 256)
        if spec.scale is not None:
            y_scale = max(10 * spec.scale * x_scale, 1e-37)
        x = random.integers(-top - 1, top, shape, endpoint=True).astype(spec.form)
        first = lambda: built.input(x, scale=x_scale, zero=x_zero)
        out = dict(kind=spec.form, scale=y_scale, zero=y_zero)
    else:
        x_scale, x_zero, y_scale, y_zero, out = 1.0, 0, 1.0, 0, "float32"
        x = (random.standard_normal(shape) + 0.3).astype(np.float32)
        first = lambda: built.input(x)
    channels = weight.shape[axis]
    result = output_shape(spec.name, shape, weight.shape)
    if spec.name == "TRANSPOSE_CONV":
        built.ints(*result)
        place = with_weight(built, spec, values, scale, axis)
        first()
        options |= dict(stride_w=2, stride_h=2)
    else:
        first()
        place = with_weight(built, spec, values, scale, axis)
    bias = None
    if not spec.name.startswith("BATCH_MATMUL"):
        if spec.bias:
            bias = random.standard_normal(channels).astype(np.float32)
            if whole:
                kind = "int32" if spec.form == "int8" or not spec.wide_bias else "int64"
                sums = (x_scale * scale).astype(np.float32)
                whole_bias = np.clip(np.round(bias.astype(np.float64) / np.maximum(sums, 1e-30)), -2**30, 2**30)
                built.const(whole_bias.astype(kind), scale=sums)
                bias = whole_bias * sums.astype(np.float64)
            else:
                built.const(bias)
        elif spec.name == "FULLY_CONNECTED":
            built.none()
    if spec.form == "hybrid" and name in ("FULLY_CONNECTED", "BATCH_MATMUL"):
        options["asymmetric_quantize_inputs"] = spec.asymmetric
    if spec.form == "int16" and name in ("CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV"):
        options["quantized_bias_type"] = "int64" if spec.wide_bias else "int32"
    if name == "DEPTHWISE_CONV_2D":
        options["depth_multiplier"] = 1
    if spec.name == "BATCH_MATMUL_T":
        options["adj_y"] = True
    built.op(name, out=out, version=version_of(spec), **options)
    built.shapes[0][len(built.tensors) - 1] = list(result)
    model = built.model(built.shapes)
    if place:
        model = in_blocks(model, [place])
    return Made(spec, model, [x], weight, bias, (x_scale, x_zero), (y_scale, y_zero), dict(spec.options))


def lookup(built, spec, name, values, scale, weight, axis, random):
    ids = random.integers(0, len(values), 5).astype(np.int32)
    ids[:3] = [len(values) - 1, 0, min(1, len(values) - 1)]
    if spec.name == "GATHER":
        place = with_weight(built, spec, values, scale, axis)
        built.input(ids).op(name, out=dict(kind=KINDS[spec.bits], scale=scale[:1], axis=0), version=version_of(spec))
        built.shapes[0][len(built.tensors) - 1] = [5, values.shape[1]]
        built.op("DEQUANTIZE", out="float32", version={8: 5, 4: 6, 2: 7}[spec.bits])
    else:
        built.input(ids)
        place = with_weight(built, spec, values, scale, axis)
        built.op(name, out="float32", version=version_of(spec))
    built.shapes[0][len(built.tensors) - 1] = [5, values.shape[1]]
    model = built.model(built.shapes)
    return Made(spec, in_blocks(model, [place]) if place else model, [ids], weight)


def output_shape(name, x, w):
    if name in ("CONV_2D", "GROUPED"):
        return [*x[:3], w[0]]
    if name == "DEPTHWISE_CONV_2D":
        return [*x[:3], w[3]]
    if name == "TRANSPOSE_CONV":
        return [x[0], 2 * x[1], 2 * x[2], w[0]]
    return [*x[:-1], w[-1] if name in ("CONV_3D", "BATCH_MATMUL") else w[0]]


def twin(spec):
    """The same numbers stored in int8."""
    return replace(spec, bits=8, range=spec.bits)

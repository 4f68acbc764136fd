"""`quantize --weights int4`: results load and run on all paths of LiteRT, the interpreter computes their bits, and
integers take half a byte each."""

import math

from ai_edge_litert import schema_py_generated as schema

from . import check_integer, check_modes, files, runtime, structure

T = schema.TensorType
SEEDS = (1, 2)
DYNAMIC = {"dynamic": [], "weights-only": ["--weights-only"]}
# Kernels of XNNPACK and those without a delegate quantize the rows of inputs in their own ways.
RESOLVERS = ("default", "plain", "reference")


def narrow(model):
    return [tensor for subgraph in model.tree.subgraphs for tensor in subgraph.tensors or [] if tensor.type == T.INT4]


def stored(model):
    """Problems of the int4 constants."""
    for tensor in narrow(model):
        data = model.data(tensor.buffer) if tensor.buffer else None
        if data is None:
            continue
        count = math.prod(tensor.shape)
        if len(data) != (count + 1) // 2:
            yield f"{tensor.name}: {len(data)} bytes for {count} integers"
        # A kernel for FULLY_CONNECTED reads -8 as +8.
        if any(byte & 15 == 8 or byte >> 4 == 8 for byte in data):
            yield f"{tensor.name}: has -8"


def one(subject, name, options, originals):
    out = subject.out(f"int4-{name}.tflite")
    ran = subject.call("quantize", subject.path, "--mode", "dynamic", "--weights", "int4", *options, "-o", out)
    if ran.code != 0:
        return [] if ran.code == 3 and not out.exists() else [f"exit {ran.code}: {ran.said()}"]
    after = files.Model(out)
    problems = [*structure.layout(after), *structure.quantized_tensors(after), *stored(after)]
    for resolver in RESOLVERS:
        original, kind = originals.get(resolver)
        if kind is None:
            continue
        result = runtime.Run(out, resolver, kind, SEEDS[:len(original.results)])
        problems += [] if result.runs else [f"does not run ({resolver}): {result.error}"]
    return problems


def check(subject):
    if not subject.wants("int4") or not subject.is_float or subject.rejected or not subject.runs:
        return
    originals = check_modes.Originals(subject)
    for name, options in DYNAMIC.items():
        subject.found(f"int4 {name}", one(subject, name, options, originals))
    given, kind, folder = check_integer.sample_folder(subject)
    if given is None:
        return
    original = runtime.Run(subject.path, "plain", samples=given[:1])
    subject.found("int4 int8", check_integer.mode(
        subject, "int8", folder, original, kind, given, ["--weights", "int4"]))

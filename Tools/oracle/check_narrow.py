"""`quantize --weights int4|int2 [--block N]`: results load and run on all paths of LiteRT, the interpreter computes what
they compute, and the integers take half or a quarter of a byte each."""

import math

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from . import check_integer, check_interpreter, check_modes, files, process, runtime, structure

T = schema.TensorType
BITS = {T.INT4: 4, T.INT2: 2}
SEEDS = (1, 2)
DYNAMIC = {
    "int4": ["--weights", "int4"],
    "int4 weights-only": ["--weights", "int4", "--weights-only"],
    "int4 blocks": ["--weights", "int4", "--block", "32"],
    "int2": ["--weights", "int2"],
    "int2 weights-only": ["--weights", "int2", "--weights-only"],
    "int2 blocks": ["--weights", "int2", "--block", "32"],
}
# Kernels of XNNPACK and those without a delegate quantize the rows of inputs in their own ways.
RESOLVERS = ("reference", "plain", "default")
# Float sums in another order than the reference kernels'.
NEAR = 1e-3
NEAR_SEEDS = tuple(range(5, 13))
# Files with so many bytes of weights in four bits must shrink by so much, scales included.
LARGE, RATIO = 1 << 20, 7


def narrow(model):
    return [(subgraph, tensor) for subgraph in model.tree.subgraphs for tensor in subgraph.tensors or []
            if tensor.type in BITS]


def blocks_of(tensor):
    """The details of blocks, or None."""
    quantization = tensor.quantization
    return quantization.details if quantization is not None and \
        quantization.detailsType == schema.QuantizationDetails.BlockwiseQuantization else None


def stored(model):
    """Problems of the constants below eight bits."""
    for subgraph, tensor in narrow(model):
        data = model.data(tensor.buffer) if tensor.buffer else None
        if data is None:
            continue
        bits, count = BITS[tensor.type], math.prod(tensor.shape)
        if len(data) != (count * bits + 7) // 8:
            yield f"{tensor.name}: {len(data)} bytes for {count} integers of {bits} bits"
        # A kernel for FULLY_CONNECTED reads -8 as +8.
        values = np.frombuffer(data, np.uint8)
        if any(((values >> shift) & (2**bits - 1) == 2**(bits - 1)).any() for shift in range(0, 8, bits)):
            yield f"{tensor.name}: has {-2**(bits - 1)}"
        if blocks_of(tensor) is not None:
            yield from (f"{tensor.name}: {problem}" for problem in blocks(model, subgraph, tensor))


def blocks(model, subgraph, tensor):
    """Problems of a block-wise tensor: what XNNPACK refuses, or what it and other kernels read differently."""
    details, (rows, columns) = blocks_of(tensor), tensor.shape
    if details.blockSize not in (32, 64, 128, 256) or columns % details.blockSize:
        yield f"blocks of {details.blockSize} in rows of {columns}"
        return
    if not 0 <= details.scales < len(subgraph.tensors) or details.zeroPoints != -1 or tensor.quantization.quantizedDimension:
        yield f"scales in {details.scales}, zero points in {details.zeroPoints}"
        return
    held = subgraph.tensors[details.scales]
    if held.type != T.FLOAT16 or list(held.shape) != [rows, columns // details.blockSize]:
        yield f"scales of type {held.type} and shape {held.shape}"
        return
    scales = np.frombuffer(model.data(held.buffer), np.float16).astype(np.float32)
    if not (np.isfinite(scales).all() and (scales >= 2.0**-14).all()):
        yield "scales not finite, positive and normal"
    if (scales.view(np.uint32) & 0xFFFF).any():
        yield "scales that bfloat16 does not have"


def computed(subject, path, name, inputs):
    """What `optimize run` computes; in a child of its own."""
    given = [check_interpreter.saved(array, subject.out(f"narrow-in{i}.npy")) for i, array in enumerate(inputs)]
    folder = subject.folder / f"narrow-{name.replace(' ', '-')}"
    flags = [part for one in given for part in ("--input", str(one))]
    call = process.call([subject.optimize, "run", str(path), *flags, "--output", str(folder), "--force"], seconds=300)
    if call.code != 0:
        return None, f"run: exit {call.code}: {call.said()}"
    return [np.load(folder / f"{i}.npy") for i in range(len(list(folder.glob("*.npy"))))], None


def near(subject, name, out, after, kind):
    """Problems of values: the interpreter has those of the reference kernels. These leave out the scales of blocks; there
    it has those of the others."""
    judges = ["plain", "default"] if any(blocks_of(tensor) for _, tensor in narrow(after)) else ["reference"]
    error, apart = 0.0, 0.0
    for seed in NEAR_SEEDS:
        inputs = process.isolated(check_interpreter.inputs_of, out, kind, None, seed, seconds=60)
        runs = {resolver: runtime.Run(out, resolver, samples=[inputs]) for resolver in RESOLVERS}
        ran = {resolver: run.results[0] for resolver, run in runs.items() if run.runs}
        judging = [judge for judge in judges if judge in ran]
        if not judging:
            return []
        found, problem = computed(subject, out, name, inputs)
        if problem:
            return [problem]
        others = [ran[resolver] for resolver in ("plain", "default") if resolver in ran]
        # Two kernels of the runtime round a row of inputs differently; ours need not be nearer to one than they are. Where
        # that makes a large difference it does so for one input and not for the next: eight of each are compared.
        apart = max([apart, *(check_interpreter.distance(ran[judging[0]], other) for other in others)])
        error = max(error, min(check_interpreter.distance(ran[judge], found) for judge in judging))
        limit = max(NEAR, 1.5 * apart)
        if error <= limit:
            break
    subject.figures[f"{name} interpreter"] = float(error)
    return [f"the interpreter is {error:.2g} away from {judging}, limit {limit:.2g}"] if error > limit else []


def shrunk(before, after):
    """Whether weights that became int4, with their scales, take a seventh of their bytes as floats."""
    integers = sum(math.prod(tensor.shape) for _, tensor in narrow(after) if tensor.type == T.INT4 and tensor.buffer)
    if integers * 4 < LARGE:
        return []
    taken = sum((math.prod(tensor.shape) + 1) // 2 + scale_bytes(after, subgraph, tensor)
                for subgraph, tensor in narrow(after) if tensor.type == T.INT4 and tensor.buffer)
    return [] if integers * 4 >= RATIO * taken else [f"int4 weights are only {integers * 4 / taken:.2f} times smaller"]


def scale_bytes(model, subgraph, tensor):
    details = blocks_of(tensor)
    if details is not None:
        return len(model.data(subgraph.tensors[details.scales].buffer))
    return 4 * len(tensor.quantization.scale if tensor.quantization.scale is not None else [])


def one(subject, name, options, originals):
    out = subject.out(f"{name.replace(' ', '-')}.tflite")
    ran = subject.call("quantize", subject.path, "--mode", "dynamic", *options, "-o", out)
    if ran.code != 0:
        return [] if ran.code == 3 and not out.exists() else [f"exit {ran.code}: {ran.said()}"]
    after = files.Model(out)
    problems = [*structure.layout(after), *structure.quantized_tensors(after), *stored(after)]
    problems += shrunk(subject.model, after)
    kind = None
    for resolver in RESOLVERS:
        original, kind = originals.get(resolver)
        if kind is None:
            continue
        result = runtime.Run(out, resolver, kind, SEEDS[:len(original.results)])
        problems += [] if result.runs else [f"does not run ({resolver}): {result.error}"]
    if kind is not None and not problems and not check_modes.random_operators(subject.model):
        problems += near(subject, name, out, after, kind)
    return problems


def check(subject):
    if not subject.wants("int4") or not subject.is_float or subject.rejected or not subject.runs:
        return
    originals = check_modes.Originals(subject)
    for name, options in DYNAMIC.items():
        subject.found(name, one(subject, name, options, originals))
    given, kind, folder = check_integer.sample_folder(subject)
    if given is None:
        return
    original = runtime.Run(subject.path, "plain", samples=given[:1])
    for mode in check_integer.MODES:
        for bits in ("int4", "int2"):
            subject.found(f"{mode} {bits}", check_integer.mode(
                subject, mode, folder, original, kind, given, ["--weights", bits]))

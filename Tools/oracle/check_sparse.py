"""`encode-sparse`: only forms that the runtime reads, smaller, and the outputs of the dense form."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from . import check_integer, check_interpreter, check_modes, constants, files, process, runtime

BLOCKS = "prune:sparsity=0.9,pattern=block:1x16"
CASES = {
    "sparse 1x4": ["prune:sparsity=0.9,pattern=block:1x4"], "sparse elements": ["prune:sparsity=0.97"],
    "sparse float16": ["prune:sparsity=0.8", "quantize:mode=float16"],
    "sparse dynamic": [BLOCKS, "quantize:mode=dynamic"],
    "sparse int8": [BLOCKS, "quantize:mode=int8,effort=1"],
    "sparse int16x8": [BLOCKS, "quantize:mode=int16x8,effort=1"],
}
T = schema.TensorType
# What FULLY_CONNECTED reads sparse: (type of the input, of the weights, block).
DIRECT = {(T.FLOAT32, T.FLOAT32, 1), (T.FLOAT32, T.FLOAT32, 4), (T.INT8, T.INT8, 16), (T.FLOAT32, T.INT8, 16)}
FLOAT, STEPS = 1e-5, 2e-2  # relative L2; integer kernels differ by steps, hybrid ones round activations


def block_of(sparsity):
    return int(sparsity.dimMetadata[-1].denseSize) if len(files.indices(sparsity.blockMap)) else 1


def readers(model):
    """Problems of operators with sparse operands, and how many weights are read directly."""
    problems, direct = [], 0
    for subgraph in model.tree.subgraphs:
        for operator in subgraph.operators or []:
            kind, version = model.kind(operator), model.tree.operatorCodes[operator.opcodeIndex].version
            operands = [subgraph.tensors[i] if i >= 0 else None for i in files.indices(operator.inputs)]
            sparse = [n for n, t in enumerate(operands) if t is not None and t.sparsity is not None]
            if kind == "FULLY_CONNECTED":
                if (version == 8) != (sparse == [1]):
                    problems.append(f"FULLY_CONNECTED version {version} with sparse operands {sparse}")
                elif sparse:
                    direct += 1
                    form = (operands[0].type, operands[1].type, block_of(operands[1].sparsity))
                    if form not in DIRECT:
                        problems.append(f"FULLY_CONNECTED does not read {form}")
            elif sparse and kind != "DENSIFY":
                problems.append(f"{kind} reads sparse operands {sparse}")
    return problems, direct


def values(model):
    """The weights in dense order, as bytes."""
    found = []
    for number in range(len(model.tree.subgraphs)):
        made_by = constants.producers(model, number)
        for operator in constants.operator_list(model, number):
            for index in files.indices(operator.inputs)[1:2]:
                constant = constants.constant(model, number, index, made_by)
                stored = None if constant is None else constant.stored()
                found.append(None if stored is None else (stored + stored.dtype.type(0)).tobytes())
    return found


def check(subject, originals):
    given, _, folder = check_integer.sample_folder(subject) if subject.runs else (None, None, None)
    kinds = {subject.model.kind(o) for g in subject.model.tree.subgraphs for o in g.operators or []}
    for case, steps in CASES.items():
        # No other operator has sparse integers.
        if "int" in case and (given is None or "FULLY_CONNECTED" not in kinds):
            continue
        # With so few samples pruning takes no time for gradients.
        data = ["--rep-data", folder, "--max-samples", "12"] if "int" in case else []
        # Without a sparse weight there is nothing to compare.
        problems = _case(subject, steps, data, given, originals)
        if problems is not None:
            subject.found(case, problems[:6])


def _case(subject, steps, data, given, originals):
    sparse, dense = subject.out("encoded.tflite"), subject.out("dense.tflite")

    def written(out, first):
        ran = subject.call("pipeline", subject.path, first, *steps[1:], *data, "-o", out, "--force", "--allow-larger",
                           seconds=600)
        left = ran.code in (2, 3) and (ran.code == 3 or not subject.runs)
        return None if left else [f"exit {ran.code}: {ran.said()}"] if ran.code else []

    failed = written(sparse, steps[0] + ",encode-sparse=true")
    if failed is None or failed:
        return failed
    after = files.Model(sparse)
    problems, direct = readers(after)
    subject.figures["sparse read directly"] = subject.figures.get("sparse read directly", 0) + direct
    if not any(t.sparsity is not None for s in after.tree.subgraphs for t in s.tensors):
        return problems or None
    failed = written(dense, steps[0])
    if failed is None or failed:  # what came with enough zeros is only encoded
        return failed or problems or None
    before = files.Model(dense)
    if values(after) != values(before):
        problems.append("weights differ from the dense file's")
    if len(after.bytes) > len(before.bytes):
        problems.append(f"{len(before.bytes)} bytes became {len(after.bytes)}")
    problems += check_modes.running(sparse, originals)
    if not problems and subject.runs:
        problems += alike(subject, sparse, dense, after, given)
    return problems


def alike(subject, sparse, dense, model, given):
    """Outputs of every resolver, and of the built-in interpreter, against the dense file's."""
    one = None if given is None else given[:1]
    reference, kind = runtime.first_that_runs(dense, "reference", (1,), one)
    if kind is None or check_modes.random_operators(subject.model):
        return []
    quantized = any(t.type in (T.INT8, T.INT16) for s in model.tree.subgraphs for t in s.tensors)
    problems, apart = [], 0.0
    for resolver in ("plain", "default"):
        run = runtime.Run(dense, resolver, kind, samples=one)
        if run.runs:
            apart = max(apart, check_interpreter.distance(reference.results[0], run.results[0]))
    limit = max(STEPS if quantized else FLOAT, 1.5 * apart)
    for resolver in runtime.RESOLVERS:
        if not runtime.Run(dense, resolver, kind, samples=one).runs:
            continue
        run = runtime.Run(sparse, resolver, kind, samples=one)
        error = check_interpreter.distance(reference.results[0], run.results[0]) if run.runs else np.inf
        if error > limit:
            problems.append(f"{resolver}: {run.error or f'{error:.2e} from the dense form, limit {limit:.2e}'}")
    inputs = given[0] if given is not None else process.isolated(
        check_interpreter.inputs_of, sparse, kind, None, seconds=60)
    if any(t.type == T.INT8 and not t.buffer for s in model.tree.subgraphs for t in s.tensors):
        return problems + check_integer.equal_bits(subject, sparse, list(inputs))
    flags = [p for i, a in enumerate(inputs) for p in ("--input", check_interpreter.saved(a, subject.out(f"s{i}.npy")))]
    folder = subject.folder / "sparse-outputs"
    call = subject.call("run", sparse, *flags, "--output", folder, "--force", seconds=300)
    if call.code != 0:
        return problems + [f"run: exit {call.code}: {call.said()}"]
    expected = runtime.Run(sparse, "reference", samples=[list(inputs)]).results[0]
    error = check_interpreter.distance(expected, [np.load(folder / f"{i}.npy") for i in range(len(expected))])
    if error > limit:
        problems.append(f"run: {error:.2e} from the runtime's outputs, limit {limit:.2e}")
    return problems

"""`optimize prune`: zeros counted by the official parser, also after quantization, and the result in LiteRT."""

import numpy as np

from . import check_integer, check_modes, check_reports, check_sparse, constants, files, runtime, samples, structure

CASES = {
    "prune": ["--sparsity", "0.5"], "prune-2:4": ["--pattern", "2:4"],
    "prune-1x4": ["--sparsity", "0.5", "--pattern", "block:1x4"],
    "prune-sparse": ["--sparsity", "0.8", "--encode-sparse"],
}
# Operators whose operand 1 is pruned without further options.
PRUNED = ("CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV", "BATCH_MATMUL", "EMBEDDING_LOOKUP")
LEAST = 256
MOST_BYTES = 250_000  # of models that are pruned with samples


def weights(model):
    """(subgraph, position among the operators that are not conversions) → Constant."""
    found = {}
    for subgraph in range(len(model.tree.subgraphs)):
        made_by = constants.producers(model, subgraph)
        for position, operator in enumerate(constants.operator_list(model, subgraph)):
            operands = files.indices(operator.inputs)
            if model.kind(operator) in PRUNED and len(operands) > 1:
                constant = constants.constant(model, subgraph, operands[1], made_by)
                if constant is not None:
                    found[subgraph, position] = constant
    return found


def named(model):
    """By the name of the tensor that the operator reads; conversions move operators, and names repeat seldom."""
    found = {}
    for subgraph in range(len(model.tree.subgraphs)):
        made_by = constants.producers(model, subgraph)
        for operator in constants.operator_list(model, subgraph):
            operands = files.indices(operator.inputs)
            if model.kind(operator) in PRUNED and len(operands) > 1:
                constant = constants.constant(model, subgraph, operands[1], made_by)
                name = files.text(model.tree.subgraphs[subgraph].tensors[operands[1]].name)
                if constant is not None and name:
                    found[subgraph, name] = None if (subgraph, name) in found else constant
    return {key: constant for key, constant in found.items() if constant is not None}


def integers_or_floats(constant):
    """Stored numbers; zero stands for zero, since weights are symmetric."""
    values = constant.stored()
    zeros = constant.zero_points()
    return values if values is None or not zeros.any() else None


def check(subject):
    if not subject.is_float or subject.version != 3 or subject.model is None or subject.rejected:
        return
    originals = check_modes.Originals(subject)
    for case, options in CASES.items():
        if subject.wants("prune"):
            one(subject, case, options, originals)
    if subject.wants("prune"):
        check_sparse.check(subject, originals)
        with_samples(subject)


def with_samples(subject):
    """The same bytes for one thread and two, with samples enough for all that pruning does with them."""
    if not subject.runs or samples.real(subject.zoo, subject.path) is None or len(subject.model.bytes) > MOST_BYTES:
        return
    folder, outs = check_integer.sample_folder(subject)[2], []
    for threads in ("1", "2"):
        out = subject.out(f"samples{threads}.tflite")
        ran = subject.call("prune", subject.path, "--sparsity", "0.5", "--rep-data", folder, "--threads", threads,
                           "-o", out, "--force", seconds=600)
        if ran.code != 0:
            subject.found("prune-samples", [f"exit {ran.code}: {ran.said()}"])
            return
        outs.append(out)
    problems = [] if outs[0].read_bytes() == outs[1].read_bytes() else ["one thread and two: other bytes"]
    after = files.Model(outs[0])
    problems += structure.layout(after)
    pruned = [c.floats() for c in weights(after).values()]
    pruned = [v for v in pruned if v is not None and v.size >= LEAST]
    count, found = sum(v.size for v in pruned), sum(int((v == 0).sum()) for v in pruned)
    if abs(found - count / 2) > len(pruned):
        problems.append(f"{found} zeros of {count}")
    subject.found("prune-samples", problems)


def one(subject, case, options, originals):
    out, report = subject.out(f"{case.replace(':', '_')}.tflite"), subject.out("prune.json")
    ran = subject.call("prune", subject.path, *options, "-o", out, "--json", report)
    if ran.code in (2, 3) and (ran.code == 3 or not subject.runs):
        subject.found(case, [] if ran.err.strip() and not out.exists() else ["no reason, or an output"])
        return
    if ran.code != 0 or not out.exists():
        subject.found(case, [f"exit {ran.code}: {ran.said()}"])
        return
    after = files.Model(out)
    problems = structure.layout(after) + structure.operator_codes(after)
    problems += structure.kept_metadata(subject.model, after) + structure.interface(subject.model, after)
    rows = (check_reports.json_of(report)[0] or {}).get("tensors") or []
    # Left alone with a reason: others read the data too, or patterns do not fit.
    left = {(r["subgraph"], r["index"]) for r in rows if r.get("reason") and r.get("sparsity") is None}
    problems += zeros(subject.model, after, options, left)
    problems += check_modes.running(out, originals)
    if case == "prune":
        problems += quantized(subject, out, after, originals)
    subject.found(case, problems[:6])


def zeros(before, after, options, left):
    """Every weight that is float in the input has the zeros that were asked for, within one; kept values stay."""
    problems, new = [], weights(after)
    for place, old in weights(before).items():
        dense, found = old.floats(), new.get(place)
        if old.type not in (files.schema.TensorType.FLOAT32, files.schema.TensorType.FLOAT16) or dense is None:
            continue
        if found is None or found.stored() is None:
            problems.append(f"{place}: the weight is gone")
            continue
        values = found.stored()
        kept = values != 0
        if not np.array_equal(values[kept].astype(np.float32), dense[kept].astype(np.float32)):
            problems.append(f"{place}: kept values changed")
        if any((place[0], index) in left for index in old.chain):
            continue
        if dense.size < LEAST:
            problems.append(f"{place}: {dense.size} elements are pruned")
        least = int((dense == 0).sum())
        if "2:4" in options:
            operator = constants.operator_list(before, place[0])[place[1]]
            by_columns = before.kind(operator) == "BATCH_MATMUL" and not operator.builtinOptions.adjY
            problems += pattern(place, values.swapaxes(-1, -2) if by_columns else values, 2, 4)
        elif "block:1x4" not in options:
            wanted = max(least, round(float(options[1]) * dense.size))
            count = int((values == 0).sum())
            if abs(count - wanted) > 1:
                problems.append(f"{place}: {count} zeros, {wanted} wanted")
    return problems


def pattern(place, values, kept, group):
    """At most `kept` of each `group` along the last axis."""
    if values.shape[-1] <= kept:
        return []
    rows = values.reshape(-1, values.shape[-1])
    padding = -rows.shape[1] % group
    padded = np.pad(rows, ((0, 0), (0, padding))).reshape(len(rows), -1, group)
    most = int((padded != 0).sum(2).max())
    return [] if most <= kept else [f"{place}: {most} of {group} stay"]


def quantized(subject, pruned, model, originals):
    """Zeros stay zeros in float16, dynamic range, int8 and int16x8."""
    problems, modes = [], {"float16": [], "dynamic": []}
    given = samples.real(subject.zoo, subject.path)
    shape = files.indices(subject.model.tree.subgraphs[0].tensors[subject.model.tree.subgraphs[0].inputs[0]].shape)
    if given is not None and all(len(g) == 1 and list(g[0].shape) == list(shape) for g in given):
        np.save(subject.folder / "prune-samples.npy", np.concatenate([g[0] for g in given]))
        for mode in ("int8", "int16x8"):
            modes[mode] = ["--rep-data", subject.folder / "prune-samples.npy", "--effort", "1"]
    before = named(model)
    for mode, options in modes.items():
        out = subject.out(f"pruned-{mode}.tflite")
        ran = subject.call("quantize", pruned, "--mode", mode, *options, "-o", out)
        if ran.code == 3:
            continue
        if ran.code != 0:
            problems.append(f"{mode} after prune: exit {ran.code}: {ran.said()}")
            continue
        after = named(files.Model(out))
        for place, old in before.items():
            found = after.get(place)
            numbers = None if found is None else integers_or_floats(found)
            if numbers is None or old.stored() is None or numbers.shape != old.stored().shape:
                continue
            lost = int((numbers[old.stored() == 0] != 0).sum())
            if lost:
                problems.append(f"{mode}: {lost} zeros of {place} are lost")
        original, kind = originals.get("default")
        if kind is not None:
            result = runtime.Run(out, "default", kind, (1,))
            if not result.runs:
                problems.append(f"{mode} after prune does not run: {result.error}")
    return problems

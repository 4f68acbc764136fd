"""`prune` and `cluster` on weights that are stored as integers or halves: decided on what they stand for, written in
what they are stored as. Judged by the official parser (all else stays byte for byte) and by LiteRT (our interpreter
gives the same results)."""

import numpy as np

from . import check_interpreter, check_modes, check_prune, check_reports, constants, files, process, runtime, structure

CLUSTERS = 16
CASES = {
    "prune": ["--sparsity", "0.5"], "prune-global": ["--sparsity", "0.5", "--scope", "global"],
    "prune-2:4": ["--pattern", "2:4"],
    "prune-sparse": ["--sparsity", "0.8", "--pattern", "block:1x16", "--encode-sparse"],
    "cluster": ["--clusters", str(CLUSTERS)], "cluster-channel": ["--clusters", str(CLUSTERS), "--per-channel"],
    "cluster-shared": ["--clusters", str(CLUSTERS), "--shared-codebook", "--entropy"],
}
STORED = ("INT8", "UINT8", "FLOAT16")
FACTOR = 2  # how much farther from LiteRT than before, or than LiteRT's own kernels from each other


def check(subject):
    if not subject.wants("stored") or subject.version != 3 or subject.model is None or subject.rejected \
            or not any(files.TYPE_NAMES.get(c.type) in STORED for c in weights(subject.model).values()):
        return
    originals = check_modes.Originals(subject)
    for case, options in CASES.items():
        subject.found(f"stored {case}", one(subject, case, options, originals)[:6])


def weights(model):
    """(subgraph, tensor) → Constant of every weight that the steps may change, direct or behind DEQUANTIZE."""
    return {(c.subgraph, c.index): c for c in check_prune.weights(model).values()}


def one(subject, case, options, originals):
    out, report = subject.out(f"stored-{case.replace(':', '_')}.tflite"), subject.out("stored.json")
    ran = subject.call(case.split("-")[0], subject.path, *options, "-o", out, "--json", report)
    if ran.code in (2, 3) and (ran.code == 3 or not subject.runs):
        return [] if ran.err.strip() and not out.exists() else ["no reason, or an output"]
    if ran.code != 0 or not out.exists():
        return [f"exit {ran.code}: {ran.said()}"]
    after = files.Model(out)
    problems = structure.layout(after) + structure.operator_codes(after) + structure.interface(subject.model, after)
    if subject.model.metadata() != after.metadata():  # wrong figures that stay are not ours
        problems += structure.kept_metadata(subject.model, after)
    rows = (check_reports.json_of(report)[0] or {}).get("tensors") or []
    changed = {(r["subgraph"], r["index"]): r for r in rows if r.get("sparsity") is not None or r.get("clusters")}
    problems += others(subject.model, after, changed)
    problems += pruned(subject.model, after, changed, options) if "prune" in case else \
        clustered(subject.model, after, changed, options)
    problems += check_modes.running(out, originals) if subject.runs else []
    return problems + interpreted(subject, out, originals)


def content(model, subgraph, index, made_by, with_bytes):
    """What an operand is: a constant as it is stored, with its bytes if they are to stay, or a computed tensor."""
    constant = constants.constant(model, subgraph, index, made_by)
    tensor = model.tree.subgraphs[subgraph].tensors[index] if constant is None else constant.tensor
    q, raw = tensor.quantization, None
    if constant is not None and with_bytes:
        dense = constant.stored() if constant.type in files.TYPES else None
        raw = constant.raw if dense is None else dense.tobytes()
    scales = None if q is None else [None if v is None else list(v) for v in (q.scale, q.zeroPoint)]
    through = [] if constant is None else [kind for kind in constant.through if kind != "DENSIFY"]
    return tensor.type, files.indices(tensor.shape), tensor.isVariable, scales, through, raw


def others(before, after, changed):
    """Every operator and operand is as it was, constants that were not changed byte for byte."""
    problems = []
    for number in range(len(before.tree.subgraphs)):
        old, new = (constants.operator_list(model, number) for model in (before, after))
        if [before.kind(o) for o in old] != [after.kind(o) for o in new]:
            return [f"subgraph {number} has other operators"]
        makers = [constants.producers(model, number) for model in (before, after)]
        for place, (a, b) in enumerate(zip(old, new)):
            for i, j in zip(files.indices(a.inputs), files.indices(b.inputs)):
                if i < 0 or j < 0:
                    continue
                held = constants.constant(before, number, i, makers[0])
                stays = held is None or (number, held.index) not in changed
                if content(before, number, i, makers[0], stays) != content(after, number, j, makers[1], stays):
                    problems.append(f"{number}:{place}: '{files.text(before.tree.subgraphs[number].tensors[i].name)}' "
                                    "is not what it was")
    return problems


def unseen(before, changed, compared):
    wanted = sum(key in changed and files.TYPE_NAMES.get(c.type) in STORED for key, c in weights(before).items())
    return [f"{wanted} weights changed, {compared} were found"] if compared < wanted else []


def pairs(before, after, changed):
    """(Constant before, after) of the changed weights that are stored in few bits."""
    new = check_prune.weights(after)
    for place, old in check_prune.weights(before).items():
        found = new.get(place)
        if (old.subgraph, old.index) in changed and files.TYPE_NAMES.get(old.type) in STORED and found is not None:
            yield place, old, found


def steps(constant):
    """Stored numbers less the zero point, and what each stands for."""
    values = constant.stored().astype(np.float64)
    if not constant.scales().size:
        return values, values
    zeros = constant.zero_points() if constant.zero_points().size else np.zeros(1, np.int64)
    values = values - constants.along(zeros, constant)
    return values, values * constants.along(constant.scales().astype(np.float64), constant)


def pruned(before, after, changed, options):
    problems, compared = [], 0
    for place, old, new in pairs(before, after, changed):
        (was, reals), (now, _) = steps(old), steps(new)
        compared += 1
        if not np.array_equal(was[now != 0], now[now != 0]):
            problems.append(f"{place}: kept integers changed")
        zeros, present = int((now == 0).sum()), int((was == 0).sum())
        if "2:4" in options:
            operator = constants.operator_list(before, place[0])[place[1]]
            by_columns = before.kind(operator) == "BATCH_MATMUL" and not operator.builtinOptions.adjY
            problems += check_prune.pattern(place, now.swapaxes(-1, -2) if by_columns else now, 2, 4)
        elif "--pattern" not in options and "--scope" not in options:
            wanted = max(present, round(float(options[1]) * now.size))
            gone, kept = np.abs(reals[(now == 0) & (was != 0)]), np.abs(reals[now != 0])
            if zeros != wanted:
                problems.append(f"{place}: {zeros} zeros, {wanted} wanted")
            if gone.size and kept.size and gone.max() > kept.min() * (1 + 1e-6):
                problems.append(f"{place}: {gone.max()} is gone, {kept.min()} is kept")
        told = changed[old.subgraph, old.index]["sparsity"]
        if abs(told - zeros / now.size) > 1e-6:
            problems.append(f"{place}: sparsity {told} in the report, {zeros / now.size} in the file")
    return problems + unseen(before, changed, compared)


def clustered(before, after, changed, options):
    problems, compared = [], 0
    for place, old, new in pairs(before, after, changed):
        (was, reals), (now, result) = steps(old), steps(new)
        compared += 1
        rows = now.reshape(now.shape[0], -1) if "--per-channel" in options else now.reshape(1, -1)
        if old.type == files.schema.TensorType.FLOAT16 and "--shared-codebook" in options:
            rows = now.reshape(now.shape[0], -1)
        most = max(np.unique(row).size for row in rows)
        if most > CLUSTERS:
            problems.append(f"{place}: {most} distinct values")
        if now[was == 0].any():
            problems.append(f"{place}: zeros are lost")
        told = changed[old.subgraph, old.index]["clusters"]
        error = np.sqrt(((result - reals) ** 2).sum() / (reals ** 2).sum())
        # A shared codebook of floats is judged by its normalised channels.
        if old.type != files.schema.TensorType.FLOAT16 and abs(told["weightError"] - error) > 1e-3 + 1e-2 * error:
            problems.append(f"{place}: error {told['weightError']} in the report, {error} in the file")
    return problems + unseen(before, changed, compared)


def interpreted(subject, out, originals):
    """`optimize run` is as near to LiteRT's reference kernels as on the model that came in."""
    kind = originals.get("reference")[1] if subject.runs else None
    apart = [distance(subject, path, kind) for path in (subject.path, out)] if kind else [None]
    if None in apart:
        return []
    limit = max(FACTOR * apart[0], check_interpreter.DYNAMIC_FLOOR)
    if apart[1] > limit and subject.kind == "dynamic-range/hybrid":
        # LiteRT's own kernels differ about as much in what they round.
        runs = [runtime.Run(out, resolver, kind, (check_interpreter.SEED,)) for resolver in ("reference", "plain")]
        between = check_interpreter.distance(*(run.results[0] for run in runs)) if all(r.runs for r in runs) else 0
        limit = max(limit, FACTOR * between)
    return [] if apart[1] <= limit else [f"optimize run is {apart[1]:.3g} from LiteRT, the limit is {limit:.3g}"]


def distance(subject, path, kind):
    """The worst output's relative error; None where one of the two does not run the model."""
    expected = runtime.Run(path, "reference", kind, (check_interpreter.SEED,))
    arrays = process.isolated(check_interpreter.inputs_of, path, kind, None, seconds=60)
    saved = [check_interpreter.saved(array, subject.out(f"stored-in{i}.npy")) for i, array in enumerate(arrays)]
    flags = [part for file in saved for part in ("--input", file)]
    folder = subject.folder / "stored-outputs"
    if not expected.runs or subject.call("run", path, *flags, "--output", folder, "--force").code != 0:
        return None
    found = [np.load(folder / f"{i}.npy") for i in range(len(expected.results[0]))]
    return check_interpreter.distance(expected.results[0], found)

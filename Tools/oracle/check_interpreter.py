"""`optimize run` against the runtime's kernels, on the same inputs."""

import numpy as np

from . import process, runtime, samples

FLOAT32 = 1e-5
DYNAMIC_FLOOR, DYNAMIC_FACTOR = 1e-3, 1.5
SEED = 5


def inputs_of(path, kind, given, seed=SEED):
    """The first sample, as LiteRT takes it; called in a child."""
    interpreter = runtime.Interpreter(
        model_path=str(path), experimental_op_resolver_type=runtime.RESOLVERS["plain"])
    details = interpreter.get_input_details()
    if given is not None:
        return list(given[0])
    return [runtime.make_input(detail, kind, seed) for detail in details]


def saved(array, path):
    """An npy file; strings as bytes."""
    array = np.asarray(array)
    np.save(path, array.astype(np.bytes_) if array.dtype.kind in "OU" else array)
    return path


def distance(reference, result):
    """The worst output's relative L2 error; infinite for other shapes, types or unequal integers."""
    worst = 0.0
    for x, y in zip(reference, result):
        if x.dtype.kind in "OSU":
            same = [bytes(a) for a in x.ravel()] == [bytes(a) for a in y.ravel()]
            worst = max(worst, 0.0 if same and x.shape == y.shape else np.inf)
            continue
        if x.shape != y.shape or x.dtype != y.dtype:
            return np.inf
        if x.dtype.kind not in "fc":
            worst = max(worst, 0.0 if np.array_equal(x, y) else np.inf)
            continue
        if not np.array_equal(np.isnan(x), np.isnan(y)):
            return np.inf
        usable = np.isfinite(x)
        if not np.array_equal(x[~usable & ~np.isnan(x)], y[~usable & ~np.isnan(x)]):
            return np.inf
        x, y = x[usable].astype(np.complex128), y[usable].astype(np.complex128)
        norm, off = np.linalg.norm(x), np.linalg.norm(x - y)
        worst = max(worst, 0.0 if off == 0 else off / norm if norm > 0 else np.inf)
    return worst


def check(subject):
    """Every float32, float16-weight and dynamic-range model that LiteRT runs is run, with its results."""
    if not subject.wants("interpret") or not subject.runs or subject.rejected:
        return
    if subject.kind not in ("float32", "float16-weights", "dynamic-range/hybrid"):
        return
    given = samples.real(subject.zoo, subject.path)
    seeds = (SEED,)
    one = None if given is None else given[:1]
    reference, kind, resolver = None, None, None
    for resolver in ("reference", "plain"):
        reference, kind = runtime.first_that_runs(subject.path, resolver, seeds, one)
        if kind is not None:
            break
    if kind is None:
        return
    inputs = process.isolated(inputs_of, subject.path, kind, one, seconds=60)
    files = [saved(array, subject.out(f"in{i}.npy")) for i, array in enumerate(inputs)]
    flags = [part for path in files for part in ("--input", str(path))]
    limit = FLOAT32
    if subject.kind == "dynamic-range/hybrid":
        plain = runtime.Run(subject.path, "plain", kind, seeds, one)
        apart = distance(reference.results[0], plain.results[0]) if plain.runs else 0.0
        limit = max(DYNAMIC_FLOOR, DYNAMIC_FACTOR * apart)
    problems = []
    for isa, threads in (("", "1"), ("", "3"), ("base", "2")):
        folder = subject.folder / f"outputs-{isa}{threads}"
        call = process.call(
            [subject.optimize, "run", str(subject.path), *flags, "--output", str(folder), "--force",
             "--threads", threads], seconds=300, environment={"OPTIMIZE_ISA": isa} if isa else None)
        if call.code != 0:
            problems.append(f"{isa or 'best'} kernels: exit {call.code}: {call.said()}")
            continue
        found = [np.load(folder / f"{i}.npy") for i in range(len(reference.results[0]))]
        error = distance(reference.results[0], found)
        if isa == "" and threads == "1":
            subject.figures["interpret"] = float(error)
            first = found
        elif isa == "" and not all(a.tobytes() == b.tobytes() for a, b in zip(first, found)):
            problems.append("three threads compute other bits than one")
        if error > limit:
            problems.append(f"{isa or 'best'} kernels: error {error:.3g}, limit {limit:.3g} ({resolver} kernels)")
    subject.found("interpret", problems)

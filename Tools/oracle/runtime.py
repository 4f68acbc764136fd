"""Running models in LiteRT: inputs, outputs, errors. Everything here is called in a child."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from . import process

RESOLVERS = {
    "default": OpResolverType.AUTO,
    "reference": OpResolverType.BUILTIN_REF,
    "plain": OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
}
KINDS = ("random", "unit", "zeros", "ones")  # tried in this order until the original runs


def make_input(detail, kind, seed):
    """Seeded values for one input: floats in [−1, 1] (unit: (0, 1]), integers 0 or 1."""
    shape, dtype = tuple(detail["shape"]), detail["dtype"]
    random = np.random.default_rng([seed, int(detail["index"])])
    if dtype in (np.object_, np.bytes_, np.str_) or np.dtype(dtype).kind in "SUO":
        return np.full(shape, b"the quick brown fox", dtype=object)
    if kind in ("zeros", "ones"):
        return np.full(shape, kind == "ones", dtype)
    if np.dtype(dtype) == np.bool_:
        return random.integers(0, 2, shape).astype(np.bool_)
    if np.dtype(dtype).kind in "iu":
        quantized = len(detail["quantization_parameters"]["scales"]) > 0
        bounds = (np.iinfo(dtype).min, np.iinfo(dtype).max) if quantized else (0, 1)
        return random.integers(bounds[0], bounds[1], shape, endpoint=True).astype(dtype)
    low = 0.01 if kind == "unit" else -1.0
    values = random.uniform(low, 1.0, shape)
    if np.dtype(dtype).kind == "c":
        values = values + 1j * random.uniform(low, 1.0, shape)
    return values.astype(dtype)


def _run(path, resolver, kind, seeds, samples):
    interpreter = Interpreter(model_path=str(path), num_threads=1,
                              experimental_op_resolver_type=RESOLVERS[resolver])
    interpreter.allocate_tensors()
    details = interpreter.get_input_details()
    results = []
    count = len(samples) if samples is not None else len(seeds)
    for number in range(count):
        for position, detail in enumerate(details):
            if samples is None:
                value = make_input(detail, kind, seeds[number])
            else:
                value = samples[number][position]
            interpreter.set_tensor(detail["index"], value)
        interpreter.invoke()
        results.append([interpreter.get_tensor(d["index"]).copy() for d in interpreter.get_output_details()])
        if number + 1 < count:
            interpreter.reset_all_variables()
    outputs = [(d["name"], tuple(int(i) for i in d["shape"]), np.dtype(d["dtype"]).name)
               for d in interpreter.get_output_details()]
    return results, outputs, interpreter.get_signature_list()


class Run:
    """Outputs of a model on given samples, or the reason why it does not run."""

    def __init__(self, path, resolver, kind="random", seeds=(1,), samples=None, seconds=90):
        self.error, self.results, self.outputs, self.signatures = None, [], [], {}
        try:
            self.results, self.outputs, self.signatures = process.isolated(
                _run, path, resolver, kind, list(seeds), samples, seconds=seconds)
        except process.Crash as crash:
            self.error = " ".join(str(crash).split())

    @property
    def runs(self):
        return self.error is None

    def finite(self):
        return self.runs and all(np.isfinite(o).all() for r in self.results for o in r
                                 if o.dtype.kind in "fc")


def first_that_runs(path, resolver, seeds, samples=None):
    """(Run of the original, input kind): finite outputs preferred; (failed Run, None) else."""
    if samples is not None:
        run = Run(path, resolver, seeds=seeds, samples=samples)
        return run, "samples" if run.runs else None
    fallback, fallback_kind = None, None
    for kind in KINDS:
        run = Run(path, resolver, kind, seeds)
        if run.finite():
            return run, kind
        if fallback is None or (run.runs and not fallback.runs):
            fallback, fallback_kind = run, kind
        if not run.runs and any(s in run.error for s in ("unresolved", "Select TensorFlow", "allocate",
                                                         "Could not open", "schema version")):
            break
    return fallback, fallback_kind if fallback.runs else None


def relative_error(reference, result):
    """Median over samples of the worst output's relative L2 error; None without float outputs."""
    errors = []
    for expected, got in zip(reference.results, result.results):
        worst = None
        for x, y in zip(expected, got):
            if x.dtype.kind not in "fc" or x.shape != y.shape or not x.size:
                continue
            usable = np.isfinite(x) & np.isfinite(y)
            x, y = x[usable].astype(np.complex128), y[usable].astype(np.complex128)
            norm, off = np.linalg.norm(x), np.linalg.norm(x - y)
            error = 0.0 if off == 0 else (off / norm if norm > 0 else np.inf)
            worst = error if worst is None else max(worst, error)
        if worst is not None:
            errors.append(worst)
    return float(np.median(errors)) if errors else None


def unlike(original, result):
    """Problems of outputs against the original's: count, names, shapes, types, signatures, finiteness."""
    problems = []
    if len(original.outputs) != len(result.outputs):
        return [f"{len(original.outputs)} outputs became {len(result.outputs)}"]
    for before, after in zip(original.outputs, result.outputs):
        if before != after:
            problems.append(f"output {before} became {after}")
    if original.signatures != result.signatures:
        problems.append(f"signatures {original.signatures} became {result.signatures}")
    for expected, got in zip(original.results, result.results):
        for (name, _, _), x, y in zip(original.outputs, expected, got):
            if x.shape != y.shape:
                problems.append(f"output {name}: shape {x.shape} became {y.shape}")
            elif x.dtype.kind in "fc" and not np.isfinite(y[np.isfinite(x)]).all():
                problems.append(f"output {name}: not finite where the original's is")
    return sorted(set(problems))

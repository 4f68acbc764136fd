"""Runs a case in LiteRT; in a child, because LiteRT aborts the process on some wrong models."""

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

RESOLVERS = {"reference": OpResolverType.BUILTIN_REF, "optimized": OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
             "XNNPACK": OpResolverType.BUILTIN}


class Wrong(Exception):
    """A case that must not become a vector."""


def value_of(interpreter, detail):
    if 0 in detail["shape"]:  # LiteRT's Python does not hand out tensors without elements
        kind = detail["dtype"]
        return np.zeros(detail["shape"], np.dtype("S1") if kind in (np.bytes_, np.object_) else kind)
    array = interpreter.get_tensor(detail["index"])
    return array.astype(np.bytes_) if array.dtype.kind in "SUO" else array


def run(model, runs, resolver):
    """(outputs of each run, shapes of all tensors of each subgraph)."""
    interpreter = Interpreter(model_content=model, experimental_op_resolver_type=resolver, num_threads=1)
    results, ready = [], False
    for feed in runs:
        details = interpreter.get_input_details()
        if len(details) != len(feed):
            raise Wrong(f"{len(details)} inputs, {len(feed)} values")
        for detail, value in zip(details, feed):
            if tuple(detail["shape"]) != value.shape:
                interpreter.resize_tensor_input(detail["index"], value.shape)
                ready = False
        if not ready:
            interpreter.allocate_tensors()
            ready = True
        for detail, value in zip(details, feed):
            if value.size:
                interpreter.set_tensor(detail["index"], value.astype(object) if value.dtype.kind == "S" else value)
        interpreter.invoke()
        results.append([value_of(interpreter, d).copy() for d in interpreter.get_output_details()])
    shapes = [{d["index"]: [int(s) for s in d["shape"]] for d in interpreter.get_tensor_details(graph)}
              for graph in range(interpreter.num_subgraphs())]
    return results, shapes


def same(first, second):
    return all(a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
               for one, two in zip(first, second, strict=True) for a, b in zip(one, two, strict=True))


def deviation(first, second):
    """The largest difference, relative to the largest magnitude of an output; inf when they differ in kind."""
    worst = 0.0
    for one, two in zip(first, second):
        for a, b in zip(one, two):
            if a.shape != b.shape or a.dtype != b.dtype:
                return np.inf
            if a.dtype.kind not in "fc":
                worst = worst if np.array_equal(a, b) else np.inf
                continue
            equal = (a == b) | (np.isnan(a) & np.isnan(b))
            if equal.all():
                continue
            with np.errstate(invalid="ignore"):
                gap = np.abs(a.astype(np.complex128) - b)[~equal].max()
            finite = np.abs(a[np.isfinite(a)])
            worst = max(worst, gap / max(finite.max(initial=0), 1e-30)) if np.isfinite(gap) else np.inf
    return float(worst)


def record(case):
    """([(key, array)], deviation of the optimized kernels or None) of a case."""
    runs = [case.feeds, *case.later]
    resolver = RESOLVERS[case.kernels]
    first, shapes = run(case.model(), runs, resolver)
    model = case.model(shapes)
    results, _ = run(model, runs, resolver)
    if not same(first, results):
        raise Wrong("two runs differ")
    if not results[0]:
        raise Wrong("no outputs")
    other = None
    if case.kernels == "reference":
        try:
            other = deviation(results, run(model, runs, RESOLVERS["optimized"])[0])
        except Exception:  # the optimized kernels may refuse what the reference ones do
            other = np.inf
    arrays = [("model", np.frombuffer(model, np.uint8))]
    for number, (feed, result) in enumerate(zip(runs, results)):
        place = f"run{number}/" if number else ""
        for letter, group in (("in", feed), ("out", result)):
            arrays += [(f"{place}{letter}{i}", value) for i, value in enumerate(group)]
    return arrays, other

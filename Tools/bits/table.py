"""The table of bits_forms.py."""

import numpy as np

from . import cases
from .models import made, twin
from .numbers import judged
from .child import isolated
from .runner import PATHS, invoked, told


def cell(one, path, eight=None):
    """(what happened, deviation or None, result or None)."""
    kind, value = isolated(invoked, one.model, one.feeds, path)
    if kind != "ok":
        return f"{kind} {told(value)}", None, None
    (result, *_), delegated = value
    how, error = judged(one, result)
    text = ("X " if delegated else "") + how
    if np.isnan(error) or error > (1 if how == "int" else 1e-4):
        text += " WRONG"
    if eight is not None and eight.tobytes() == result.tobytes():
        text += " =8"
    return text, error, result


def row(spec):
    """A cell for each path, and how the optimized kernels and XNNPACK differ from the reference ones."""
    one, cells, results = made(spec), [], []
    other = None if spec.bits == 8 or str(spec.per).isdigit() or spec.name == "GATHER" else made(twin(spec))
    for path in PATHS:
        eight = cell(other, path)[2] if other else None
        text, error, result = cell(one, path, eight)
        cells.append((text, error))
        results.append(result)
    return cells, [gap(r, results[2]) for r in results[:2]]


def gap(a, b):
    if a is None or b is None:
        return None
    with np.errstate(invalid="ignore"):
        return float(np.abs(a.astype(np.float64) - b).max() / \
                     (1 if a.dtype.kind == "i" else max(np.abs(b).max(), 1e-30)))


def summed(found):
    """One text for the cells of a path over all sizes: [(size, text, deviation)]."""
    groups = {}
    for size, text, error in found:
        groups.setdefault(text, []).append((size, error))
    parts = []
    for text, members in groups.items():
        errors = [e for _, e in members if e is not None]
        deviation = f" {np.max(errors):.1g}" if errors else ""
        sizes = "" if len(groups) == 1 else " (" + ", ".join(s for s, _ in members) + ")"
        parts.append(text + deviation + sizes)
    return "; ".join(parts)


def table(parts):
    rows = "--rows" in parts
    parts = [p for p in parts if p != "--rows"]
    groups = {}
    for spec in cases.all_cases():
        if not parts or any(p in spec.label() for p in parts):
            groups.setdefault(spec.key(), []).append(spec)
    print("| operator, form, bits, granularity | default (XNNPACK) | optimized | reference "
          "| XNNPACK, optimized to reference |")
    print("|---|---|---|---|---|")
    for key, specs in groups.items():
        found, gaps = [[], [], []], [[], []]
        for spec in specs:
            cells, apart = row(spec)
            size = "×".join(map(str, spec.size))
            for into, (text, error) in zip(found, cells):
                into.append((size, text, error))
            for into, value in zip(gaps, apart):
                into.append(value)
            if rows:
                print("|",
                      spec.label(),
                      "|",
                      " | ".join(summed([("", t, e)]) for t, e in cells),
                      "|",
                      *apart,
                      "|",
                      flush=True)
        ends = [[g for g in values if g is not None] for values in gaps]
        far = ", ".join(f"{np.max(e):.1g}" if e else "-" for e in ends)
        print("|", key, "|", " | ".join(summed(f) for f in found), "|", far, "|", flush=True)

"""containers: official readers take what commands make of .litertlm and .task files, and LiteRT the models in them."""

import pathlib

from . import containers, process

# The command, and what outputs may be away by, relative to their size: those of half the weights, or of 16 values for
# each, only have to be numbers.
MODES = {
    "rewrite": (["pipeline", "rewrite", "--allow-larger"], 0),
    "dynamic": (["quantize", "--mode", "dynamic"], 0.1),
    "float16": (["quantize", "--mode", "float16"], 0.01),
    "prune": (["prune", "--sparsity", "0.5"], 10),
    "cluster": (["cluster", "--clusters", "16"], 10),
}
SMALL = 2048  # Models below have nothing to gain.


def check(path, optimize, folder):
    """[(check, problems)] for one container."""
    results, folder = [], pathlib.Path(folder)
    for name, (mode, limit) in MODES.items():
        out = folder / f"{name}{path.suffix}"
        ran = process.call([optimize, mode[0], path, *mode[1:], "-o", out, "--quiet"])
        models = [content for content, is_model in containers.sections(path).values() if is_model]
        if ran.code == 3 and max(map(len, models)) < SMALL:
            problems = ["an output was written"] if out.exists() else []
        elif ran.code:
            problems = [f"exit {ran.code}: {ran.said()}"]
        else:
            problems = containers.compare(path, out, optimize, mode, limit, folder)
        results.append((f"container {name}", problems))
    return results

"""Records what scikit-learn's KMeans reaches on real weights, for OptimalClustersTests.

Needs scikit-learn beside the oracle's environment. Writes, for each tensor, values as float32 (a regular sample
of at most 2048) and the least squared error of 20 starts for each number of clusters.
"""

import argparse
import pathlib

import numpy as np
from oracle import check_cluster, files
from sklearn.cluster import KMeans

CLUSTERS = (2, 4, 8, 16, 32)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", default=str(pathlib.Path(__file__).resolve().parent.parent
                                             / "Tests/OptimizerTests/Vectors"))
    parser.add_argument("models", nargs="+")
    options = parser.parse_args()
    out = pathlib.Path(options.out)
    lines, parts = [], []
    for model in options.models:
        weight = max(check_cluster.weights(files.Model(model)), key=lambda w: w.elements)
        values = weight.floats().ravel()
        values = values[::max(1, values.size // 2048)][:2048]
        parts.append(values.astype(np.float32))
        for clusters in CLUSTERS:
            fitted = KMeans(clusters, n_init=20, random_state=0, max_iter=300, tol=1e-8).fit(
                values.astype(np.float64)[:, None])
            lines.append(f"{len(parts) - 1} {values.size} {clusters} {fitted.inertia_:.17g}")
    (out / "clusters.f32").write_bytes(np.concatenate(parts).tobytes())
    (out / "clusters.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

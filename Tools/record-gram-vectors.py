#!/usr/bin/env python3
"""Records what numpy makes of inputs' second moments and of symmetric systems, for OptimizerTests; run from the
package folder.

gram.txt: one case a line, as JSON: an operator's geometry, its input, and XᵀX and the sums of the rows that numpy
builds from the definition. cholesky.txt: a matrix, right sides, solutions and the inverse in float64.
"""
import json
import pathlib

import numpy as np

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Tests" / "OptimizerTests" / "Vectors"
RNG = np.random.default_rng(20)


def same(size, kernel, stride, dilation):
    output = -(-size // stride)
    missing = max(0, (output - 1) * stride + (kernel - 1) * dilation + 1 - size)
    return output, missing // 2


def valid(size, kernel, stride, dilation):
    return (size - (kernel - 1) * dilation - 1) // stride + 1, 0


def rows(image, kernel, stride, dilation, is_same):
    (ky, kx), (height, width) = kernel, image.shape[1:3]
    axis = same if is_same else valid
    (oh, top), (ow, left) = (axis(height, ky, stride, dilation), axis(width, kx, stride, dilation))
    padded = np.zeros((image.shape[0], height + 64, width + 64, image.shape[3]))
    padded[:, 32:32 + height, 32:32 + width] = image
    taps = []
    for y in range(ky):
        for x in range(kx):
            y0, x0 = 32 - top + y * dilation, 32 - left + x * dilation
            taps.append(padded[:, y0:y0 + (oh - 1) * stride + 1:stride, x0:x0 + (ow - 1) * stride + 1:stride])
    return np.stack(taps, 3), (oh, ow)  # batch, y, x, tap, channel


def transposed(image, kernel, stride, output):
    batch, height, width, channels = image.shape
    (ky, kx), (oh, ow) = kernel, output
    top = max(0, (height - 1) * stride + ky - oh) // 2
    left = max(0, (width - 1) * stride + kx - ow) // 2
    found = np.zeros((batch, oh, ow, ky * kx, channels))
    for iy in range(height):
        for ix in range(width):
            for y in range(ky):
                for x in range(kx):
                    oy, ox = iy * stride + y - top, ix * stride + x - left
                    if 0 <= oy < oh and 0 <= ox < ow:
                        found[:, oy, ox, y * kx + x] = image[:, iy, ix]
    return found, output


def case(kind, shape, kernel, stride=1, dilation=1, is_same=True, groups=1, output=None):
    image = np.round(RNG.normal(size=shape), 3).astype(np.float32).astype(np.float64)
    if kind == "TRANSPOSE_CONV":
        x, size = transposed(image, kernel, stride, output)
    else:
        x, size = rows(image, kernel, stride, dilation, is_same)
    channels = shape[3] // groups
    x = x.reshape(-1, x.shape[3], groups, channels).transpose(2, 0, 1, 3).reshape(groups, -1, x.shape[3] * channels)
    return {
        "kind": kind, "shape": list(shape), "kernel": list(kernel), "stride": stride, "dilation": dilation,
        "same": is_same, "groups": groups, "output": list(size), "rows": x.shape[1],
        "input": [round(float(v), 3) for v in image.ravel()], "sums": x.sum(1).ravel().tolist(),
        "products": np.einsum("grk,grl->gkl", x, x).ravel().tolist()}


cases = [
    case("CONV_2D", (2, 6, 5, 3), (3, 2)),
    case("CONV_2D", (1, 7, 6, 2), (3, 3), stride=2, is_same=False),
    case("CONV_2D", (1, 6, 6, 4), (3, 3), dilation=2, groups=2),
    case("CONV_2D", (1, 4, 4, 20), (1, 1)),
    case("DEPTHWISE_CONV_2D", (1, 5, 5, 3), (3, 3), stride=2, groups=3),
    case("TRANSPOSE_CONV", (1, 4, 3, 2), (3, 3), stride=2, output=(8, 6)),
    case("TRANSPOSE_CONV", (1, 3, 3, 3), (2, 4), stride=1, output=(3, 3)),
]
(FOLDER / "gram.txt").write_text("".join(json.dumps(c) + "\n" for c in cases))

lines = []
for order, spread in [(1, 1), (5, 1), (64, 2), (100, 3)]:
    x = RNG.normal(size=(order + 20, order)) * 10 ** RNG.uniform(-spread / 2, 0, size=order)
    a = (x.T @ x / len(x)).astype(np.float32).astype(np.float64)
    a += np.eye(order) * 0.01 * np.trace(a) / order
    a = a.astype(np.float32).astype(np.float64)
    b = RNG.normal(size=(3, order)).astype(np.float32).astype(np.float64)
    lines.append(json.dumps({
        "order": order, "matrix": [float("%.9g" % v) for v in a.ravel()], "right": b.ravel().tolist(),
        "solution": np.linalg.solve(a, b.T).T.ravel().tolist(),
        "inverseDiagonal": np.diag(np.linalg.inv(a)).tolist()}))
(FOLDER / "cholesky.txt").write_text("\n".join(lines) + "\n")

"""What the integers of a one-operator model come to, in numpy, and how far LiteRT's result is from that."""

import numpy as np


def taps(x, sizes, stride=1):
    """The image under every tap of a SAME-padded window: ((place in the filter), part of the image)."""
    space = x.shape[1:-1]
    out = [-(-n // stride) for n in space]
    around = [max(0, (o - 1) * stride + k - n) for o, k, n in zip(out, sizes, space)]
    x = np.pad(x, [(0, 0), *[(a // 2, a - a // 2) for a in around], (0, 0)])
    for place in np.ndindex(*sizes):
        yield place, x[(slice(None), *[slice(p, p + (o - 1) * stride + 1, stride) for p, o in zip(place, out)])]


def product(name, x, w):
    """The operator without bias, in float64."""
    if name in ("CONV_2D", "GROUPED"):
        groups, per = x.shape[-1] // w.shape[-1], w.shape[0] * w.shape[-1] // x.shape[-1]
        total = 0
        for (ky, kx), part in taps(x, w.shape[1:3]):
            total = total + np.concatenate([
                part[..., g * w.shape[-1]:(g + 1) * w.shape[-1]] @ w[g * per:(g + 1) * per, ky, kx].T
                for g in range(groups)
            ], -1)
        return total
    if name == "DEPTHWISE_CONV_2D":
        return sum(part * w[0][place] for place, part in taps(x, w.shape[1:3]))
    if name == "CONV_3D":
        return sum(part @ w[place] for place, part in taps(x, w.shape[:3]))
    if name == "TRANSPOSE_CONV":  # stride 2, SAME, 3 × 3: one row and column at the end are cut off
        n, h, v, _ = x.shape
        out = np.zeros((n, 2 * h + 1, 2 * v + 1, w.shape[0]))
        for ky, kx in np.ndindex(3, 3):
            out[:, ky:ky + 2 * h:2, kx:kx + 2 * v:2] += x @ w[:, ky, kx].T
        return out[:, :-1, :-1]
    return x @ (w if name == "BATCH_MATMUL" else w.T)


def activated(y, options):
    fused = options.get("fused")
    low, high = {"RELU": (0, np.inf), "RELU6": (0, 6), "RELU_N1_TO_1": (-1, 1)}.get(fused, (-np.inf, np.inf))
    return np.tanh(y) if fused == "TANH" else np.clip(y, low, high)


def quantized(x, name, how):
    """Activations as a hybrid kernel reads them: per row for matrices, else per image."""
    rows = x.reshape(-1, x.shape[-1]) if name in ("FULLY_CONNECTED", "BATCH_MATMUL",
                                                  "BATCH_MATMUL_T") else x.reshape(len(x), -1)
    out = np.zeros(rows.shape)
    for row, into in zip(rows, out):
        if how == "sym":
            top = np.abs(row).max()
            if top:
                q = np.clip(np.round(row * np.float32(np.float32(127) / top)), -127, 127)
                into[:] = q * np.float64(np.float32(top / np.float32(127)))
            continue
        low, high = min(0.0, float(row.min())), max(0.0, float(row.max()))
        if low == high:
            continue
        scale = (high - low) / 255
        from_low, from_high = -128 - low / scale, 127 - high / scale
        low_error, high_error = 128 + abs(low / scale), 127 + abs(high / scale)
        zero = from_low if low_error < high_error else from_high
        zero = np.clip(np.round(zero), -128, 127)
        q = np.clip(np.round(np.float32(zero) + row * np.float32(1 / np.float32(scale))), -128, 127)
        into[:] = (q - zero) * np.float64(np.float32(scale))
    return out.reshape(x.shape)


def judged(made, got):
    """(which arithmetic, deviation): LSB for integers, else relative to the greatest magnitude."""
    spec, x = made.spec, made.feeds[0]
    if spec.name in ("EMBEDDING_LOOKUP", "GATHER"):
        return "rows", apart(made.weight[x], got)
    bias = 0 if made.bias is None else made.bias
    if spec.form in ("int8", "int16"):
        real = product(spec.name,
                       (x.astype(np.float64) - made.x[1]) * np.float64(np.float32(made.x[0])), made.weight) + bias
        y = activated(real, made.options) / np.float64(np.float32(made.y[0]))
        top = np.iinfo(spec.form).max
        want = np.clip(np.floor(np.abs(y) + 0.5) * np.sign(y) + made.y[1], -top - 1, top)
        return "int", float(np.abs(want - got).max())
    found = []
    for how in ("float", "asym", "sym"):
        if spec.form in ("decoded", "cast") and how != "float":
            continue
        read = x.astype(np.float64) if how == "float" else quantized(x, spec.name, how)
        found.append((apart(activated(product(spec.name, read, made.weight) + bias, made.options), got), how))
    error, how = min(found, key=lambda f: (np.isnan(f[0]), f[0]))
    return how, error


def apart(want, got):
    if want.shape != got.shape:
        return np.inf
    if not np.isfinite(got).all():
        return np.nan
    return float(np.abs(want - got).max() / max(np.abs(want).max(), 1e-300))

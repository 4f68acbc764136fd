"""Bit for bit: the float32 arithmetic of hybrid FULLY_CONNECTED and CONV_2D with few bits, on each of LiteRT's paths.

A line for each form and path: how many of the results differ in their bits from the formulas below. They are those of
x86-64: `tensor_utils` there is the NEON code by way of SSE, and takes the range of a row in float32.
"""

from dataclasses import replace

import numpy as np

from .child import isolated
from .runner import PATHS, invoked
from .models import Spec, made, real_weight
from .numbers import taps

F, D = np.float32, np.float64


def away(x):
    """Rounded half away from zero."""
    return np.floor(np.abs(x) + x.dtype.type(0.5)) * np.sign(x)


def asymmetric(row):
    """(integers, scale, zero point) as tensor_utils::AsymmetricQuantizeFloats has them."""
    low, high = F(min(0, row.min())), F(max(0, row.max()))
    if low == high:
        return np.zeros(row.shape, int), F(1), 0
    scale = D(F(high - low)) / 255
    from_low, from_high = -128 - low / scale, 127 - high / scale
    zero = from_low if 128 + abs(low / scale) < 127 + abs(high / scale) else from_high
    zero = int(away(np.clip(D(zero), -128, 127)))
    return np.clip(away(F(zero) + row * (F(1) / F(scale))), -128, 127).astype(int), F(scale), zero


def symmetric(row):
    top = np.abs(row).max()
    if top == 0:
        return np.zeros(row.shape, int), F(1), 0
    return np.clip(away(row * (F(127) / top)), -127, 127).astype(int), F(top / F(127)), 0


def delegated(row):
    """As XNNPACK quantizes a row: scale 1 / (255 / range), both roundings half to even."""
    low, high = F(min(0, row.min())), F(max(0, row.max()))
    inverse = F(255) / F(high - low) if low != high else F(1)
    a, b = low * inverse, high * inverse
    zero = F(-128) - a if (F(-128) + a) + (F(127) + b) > 0 else F(127) - b
    zero = int(np.rint(np.clip(zero, -128, 127)))
    return np.clip(np.rint(row * inverse) + zero, -128, 127).astype(int), F(1) / inverse, zero


def fused(a, b, c):
    return F(D(a) * D(b) + D(c))


def plain(q, s, z, w, scale, bias):
    """Reference kernel, and optimized one without its own 4-bit path."""
    return F(bias + F(F(int(q @ w) - z * int(w.sum())) * F(s * scale)))


def packed(q, s, z, w, scale, bias):
    """Optimized kernel for 4 bits: weights are stored plus 7, so −8 and a neighbour of it come out as 8."""
    start = F(bias + F(F(F(-7 * int(q.sum())) * s) * scale))
    return F(start + F(F(F(int(q @ (w + 7))) * s) * scale))


def xnnpack(q, s, z, w, scale, bias):
    return fused(F(F(int(q @ w) - z * int(w.sum())) * s), scale, bias)


def blocks(q, s, z, w, scales, bias):
    """Both XNNPACK and the optimized kernel, which differ in how they quantize the row alone."""
    size, total, sums = len(w) // len(scales), F(0), F(0)
    for k, scale in enumerate(scales):
        part = slice(k * size, (k + 1) * size)
        total = F(total + F(F(int(q[part] @ w[part])) * scale))
        sums = F(sums + F(scale * F(int(w[part].sum()))))
    return F(F(F(total - F(F(z) * sums)) * s) + bias)


def rows_of(one, quantize, product, values, scale):
    out = np.zeros((len(one.feeds[0]), len(values)), F)
    for row, into in zip(one.feeds[0], out):
        q, s, z = quantize(row)
        for c, w in enumerate(values):
            into[c] = product(q, s, z, w, scale[c % len(scale)], one.bias[c])
    return out


def images_of(one, quantize, product, values, scale):
    """Reference CONV_2D: a scale for each image; outside of it the activation is zero."""
    images = []
    for image in one.feeds[0]:
        q, s, z = quantize(image.reshape(-1))
        sums = sum(part @ values[:, ky, kx].T
                   for (ky, kx), part in taps((q - z).reshape(1, *image.shape).astype(D), values.shape[1:3]))
        images.append(
            np.array(
                [product(sums[..., c].astype(F), s, scale[c % len(scale)], one.bias[c])
                 for c in range(len(values))], F))
    return np.moveaxis(np.concatenate(images, 1), 0, -1)


def scaled(sums, s, scale, bias):
    return sums * scale * s + bias


def scaled_once(sums, s, scale, bias):
    return sums * (s * scale) + bias


FULL, CONV = "FULLY_CONNECTED", "CONV_2D"
DELEGATED, OWN, PLAIN = (delegated, xnnpack), (symmetric, packed), (asymmetric, plain)
FORMS = [
    (Spec(FULL, "hybrid", 4, "channel", (62, 15)), DELEGATED, OWN, PLAIN),
    (Spec(FULL, "hybrid", 4, "channel", (62, 15), asymmetric=False), DELEGATED, OWN, (symmetric, plain)),
    (Spec(FULL, "hybrid", 4, "channel", (33, 7)), PLAIN, PLAIN, PLAIN),
    (Spec(FULL, "hybrid", 4, "channel", (30, 8)), DELEGATED, PLAIN, PLAIN),
    (Spec(FULL, "hybrid", 4, "tensor", (64, 16)), DELEGATED, OWN, PLAIN),
    (Spec(FULL, "hybrid", 2, "channel", (256, 16)), DELEGATED, PLAIN, PLAIN),
    (Spec(FULL, "hybrid", 8, "channel", (256, 16)), DELEGATED, PLAIN, PLAIN),
    (Spec(FULL, "hybrid", 4, 32, (256, 16)), (delegated, blocks), (asymmetric, blocks), None),
    (Spec(CONV, "hybrid", 4, "channel",
          (32, 16)), (asymmetric, scaled_once), (asymmetric, scaled_once), (asymmetric, scaled)),
    (Spec(CONV, "hybrid", 4, "tensor", (32, 16)), *[(symmetric, scaled_once)] * 3),
]


def exact():
    for spec, *ways in FORMS:
        for path, (quantize, product) in ((p, w) for p, w in zip(PATHS, ways) if w):
            differ = count = 0
            for seed in range(8):
                one = made(replace(spec, seed=seed))
                values, scale, _, _ = real_weight(one.spec, np.random.default_rng(seed))
                if product is blocks:
                    scale = scale.astype(np.float16).astype(F)
                kind, got = isolated(invoked, one.model, one.feeds, path)
                make = rows_of if spec.name == FULL else images_of
                want = make(one, quantize, product, values, scale)
                differ, count = differ + int((want != got[0][0]).sum()), count + want.size
            print(
                f"{spec.label():48} {path:10} {quantize.__name__:10} {product.__name__:11} {differ} of {count} differ",
                flush=True)

"""Which older runtimes compute the forms of weights right: `KernelRelease` in OpSet stands on this.

    .build-oracle/bin/python Tools/bits_forms.py releases FILE     writes models, inputs and what results may be
    PYTHONPATH=Tools OTHER/bin/python -m bits.releases FILE        has the runtime of another environment run them

where OTHER has ai-edge-litert, tflite-runtime or tensorflow-cpu of some release. A line for each form; for each path `ok`
or WRONG with the deviation, or why it did not run.
"""

import pickle
import sys

import numpy as np

from .child import isolated

FORMS = [
    ("CONV_2D", "hybrid", 4, "channel", (32, 16)), ("CONV_2D", "hybrid", 4, "tensor", (32, 16)),
    ("CONV_2D", "int8", 4, "channel", (32, 16)), ("CONV_2D", "int16", 4, "channel", (32, 16)),
    ("GROUPED", "hybrid", 4, "channel", (32, 16)), ("DEPTHWISE_CONV_2D", "int8", 4, "channel", (32, 16)),
    *[("FULLY_CONNECTED", form, bits, per, (32, 16)) for bits in (4, 2) for form in ("hybrid", "int8", "int16")
      for per in ("channel", "tensor")],
    *[("FULLY_CONNECTED", "hybrid", bits, "channel", (33, 7)) for bits in (4, 2)],
    *[(name, "hybrid", bits, size, (256, 16)) for name in ("FULLY_CONNECTED", "EMBEDDING_LOOKUP") for bits in (4, 2)
      for size in (32, 64, 128, 256) if (name, bits) != ("FULLY_CONNECTED", 2)],
    *[("EMBEDDING_LOOKUP", "hybrid", bits, per, (32, 16)) for bits in (4, 2) for per in ("channel", "tensor")],
    ("GATHER", "decoded", 4, "tensor", (32, 16)),
    *[(name, "decoded", bits, "channel", (32, 16)) for name in ("FULLY_CONNECTED", "CONV_2D") for bits in (4, 2)],
]


def write(arguments):
    """(label, model, inputs, results that are right, the tolerance) of each form."""
    from .models import Spec, made
    from .numbers import activated, product, quantized
    found = []
    for name, form, bits, per, size in FORMS:
        # The reference resolver knows int4 depthwise filters in older versions alone.
        one = made(Spec(name, form, bits, per, size, version=3 if name == "DEPTHWISE_CONV_2D" else None))
        x, bias = one.feeds[0], 0 if one.bias is None else one.bias
        if name in ("EMBEDDING_LOOKUP", "GATHER"):
            rights, limit = [one.weight[x]], 1e-5
        elif form in ("int8", "int16"):
            real = product(name, (x.astype(np.float64) - one.x[1]) * np.float64(np.float32(one.x[0])), one.weight) + bias
            y, top = real / np.float64(np.float32(one.y[0])), np.iinfo(form).max
            rights, limit = [np.clip(np.floor(np.abs(y) + 0.5) * np.sign(y) + one.y[1], -top - 1, top)], 2
        else:
            reads = [x.astype(np.float64), *(quantized(x, name, how) for how in ("asym", "sym"))]
            rights = [activated(product(name, read, one.weight) + bias, one.options) for read in reads]
            limit = 2e-3
        found.append((one.spec.label(), one.model, one.feeds, rights, limit))
    with open(arguments[0], "wb") as file:
        pickle.dump(found, file)


def paths():
    """(interpreter, resolvers) of whatever runtime there is."""
    try:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType
    except ImportError:
        try:
            from tflite_runtime.interpreter import Interpreter, OpResolverType
        except ImportError:
            import tensorflow as tf
            Interpreter, OpResolverType = tf.lite.Interpreter, tf.lite.experimental.OpResolverType
    return Interpreter, {"XNNPACK": OpResolverType.BUILTIN, "optimized": OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
                         "reference": OpResolverType.BUILTIN_REF}


def invoked(interpreter, model, feeds, resolver):
    one = interpreter(model_content=model, experimental_op_resolver_type=resolver, num_threads=1)
    one.allocate_tensors()
    for detail, value in zip(one.get_input_details(), feeds):
        one.set_tensor(detail["index"], value)
    one.invoke()
    return one.get_tensor(one.get_output_details()[0]["index"]).copy()


def told(value, rights, limit):
    apart = min(np.abs(right - value).max() / (1 if limit >= 1 else max(np.abs(right).max(), 1e-30))
                if right.shape == value.shape else np.inf for right in rights)
    return f"{'ok' if apart <= limit else 'WRONG'} {apart:.1g}"


def main():
    interpreter, resolvers = paths()
    with open(sys.argv[1], "rb") as file:
        forms = pickle.load(file)
    for label, model, feeds, rights, limit in forms:
        cells = []
        for path, resolver in resolvers.items():
            kind, value = isolated(invoked, interpreter, model, feeds, resolver, seconds=60)
            cells.append(f"{path} {told(value, rights, limit) if kind == 'ok' else f'{kind} {value[:100]}'}")
        print(label, "|", " | ".join(cells), flush=True)


if __name__ == "__main__":
    main()

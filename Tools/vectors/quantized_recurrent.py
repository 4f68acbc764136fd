"""LSTM and SVDF on int8, with states that live from one invocation to the next."""

from .case import case
from .catalog import vectors
from .quantized_elementwise import whole_range
from .values import integers

INPUT, STATE, HIDDEN = (0.021, -9), (0.0078, 5), (0.0071, -4)  # scales and zero points


class Cell:
    """The constants of an int8 LSTM, in the operator's order."""

    def __init__(self, inputs, units, outputs=None, cifg=False, peephole=False, projection=False, norm=False,
                 projection_bias=False):
        self.inputs, self.units, self.outputs = inputs, units, outputs if projection else units
        self.cifg, self.peephole, self.projection, self.norm = cifg, peephole, projection, norm
        self.projection_bias = projection_bias

    def gates(self, built, make, count=4):
        for gate in range(count):
            if gate == 0 and self.cifg:
                built.none()
            else:
                make(gate)

    def matrix(self, built, *shape, scale):
        return built.const(integers(-127, 127, *shape, kind="int8"), scale=scale)

    def constants(self, built):
        self.gates(built, lambda gate: self.matrix(built, self.units, self.inputs, scale=0.004 + 0.001 * gate))
        self.gates(built, lambda gate: self.matrix(built, self.units, self.outputs, scale=0.003 + 0.0005 * gate))
        if self.peephole:
            self.gates(built, lambda _: built.const(whole_range("int16", self.units), scale=2.1e-5), 3)
        else:
            built.none(3)
        limit = 90000 if self.norm else 15000
        self.gates(built, lambda _: built.const(integers(-limit, limit, self.units), scale=1e-4))
        if self.projection:
            self.matrix(built, self.outputs, self.units, scale=0.004)
        else:
            built.none()
        if self.projection_bias:
            built.const(integers(-9000, 9000, self.outputs), scale=0.004 * HIDDEN[0])
        else:
            built.none()

    def states(self, built, batch, exponent):
        built.variable(batch, self.outputs, kind="int8", scale=STATE[0], zero=STATE[1])
        built.variable(batch, self.units, kind="int16", scale=2.0**exponent)

    def norms(self, built):
        if self.norm:
            self.gates(built, lambda gate: built.const(integers(4000, 32000, self.units, kind="int16"),
                                                       scale=4e-5 + 1e-5 * gate))
        else:
            built.none(4)

    def intermediates(self):
        gates = [dict(kind="int16", scale=2e-4 + 3e-5 * gate) if self.norm else dict(kind="float32", shape=[0])
                 for gate in range(4)]
        scale, zero = HIDDEN if self.projection else STATE
        return [*gates, dict(kind="int8", shape=[0], scale=scale, zero=zero)]


FORMS = [("plain", {}), ("cifg", dict(cifg=True)), ("peephole", dict(peephole=True)),
         ("cifg-peephole", dict(cifg=True, peephole=True)), ("projection", dict(projection=True, outputs=4)),
         ("projection-bias", dict(projection=True, outputs=9, projection_bias=True)), ("norm", dict(norm=True)),
         ("peephole-projection", dict(peephole=True, projection=True, outputs=5)),
         ("everything", dict(peephole=True, projection=True, outputs=5, norm=True)),
         ("cifg-everything", dict(cifg=True, peephole=True, projection=True, outputs=5, norm=True))]


def lstm_case(name, label, form, batch=2, inputs=5, units=7, steps=None, exponent=-12, **options):
    cell = Cell(inputs, units, **form)
    shape = (batch, inputs) if steps is None else (
        (steps, batch, inputs) if options.get("time_major", False) else (batch, steps, inputs))
    built = case(f"int8-{label}").input(whole_range("int8", *shape), scale=INPUT[0], zero=INPUT[1])
    cell.constants(built)
    cell.states(built, batch, exponent)
    cell.norms(built)
    options.setdefault("fused", "TANH")
    built.op(name, out=dict(kind="int8", scale=STATE[0], zero=STATE[1]), intermediates=cell.intermediates(), **options)
    return built.run(whole_range("int8", *shape)).run(whole_range("int8", *shape))


@vectors("LSTM", "UNIDIRECTIONAL_SEQUENCE_LSTM")
def lstm(name):
    steps = None if name == "LSTM" else 5
    for label, form in FORMS:
        yield lstm_case(name, label, form, steps=steps)
    yield lstm_case(name, "clipped", dict(projection=True, outputs=4), steps=steps, cell_clip=0.4, proj_clip=0.2)
    yield lstm_case(name, "cell-clip", {}, steps=steps, cell_clip=0.25)
    yield lstm_case(name, "wide", {}, steps=steps, batch=1, inputs=37, units=33)
    for exponent in (-15, -11, -9):
        yield lstm_case(name, f"cells-2^{exponent}", {}, steps=steps, exponent=exponent)
    if name != "LSTM":
        for label, form in FORMS:
            yield lstm_case(name, f"{label}-time-major", form, steps=3, batch=3, time_major=True)
        yield lstm_case(name, "one-step", {}, steps=1)


@vectors("SVDF")
def svdf(name):
    def filters(label, batch=2, inputs=5, units=4, rank=1, memory=6, bias=True):
        values = lambda: whole_range("int8", batch, inputs)
        built = case(f"int8-{label}").input(values(), scale=INPUT[0], zero=INPUT[1])
        built.const(integers(-127, 127, units * rank, inputs, kind="int8"), scale=0.006)
        built.const(integers(-512, 512, units * rank, memory, kind="int16"), scale=0.0011)
        if bias:
            built.const(integers(-90000, 90000, units), scale=0.0011 * 2.5e-5)
        else:
            built.none()
        built.variable(batch, memory * units * rank, kind="int16", scale=2.5e-5)
        built.op(name, out=dict(kind="int8", scale=0.011, zero=-6), version=3, rank=rank,
                 fused="RELU")  # the kernel insists on it, and does nothing for it
        for _ in range(memory):
            built.run(values())
        return built

    yield filters("rank-1")
    yield filters("rank-2", rank=2)
    yield filters("no-bias", bias=False)
    yield filters("wide", batch=1, inputs=40, units=33, memory=3)

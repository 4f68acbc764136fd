"""LSTM, RNN and SVDF in all their forms, with states that live from one invocation to the next."""

import numpy as np

from .case import case
from .catalog import vectors
from .values import normal, uniform, weights

BOTH = (False, True)


class Cell:
    """The constants of one direction of an LSTM, in the operators' order."""

    def __init__(self, inputs, units, outputs=None, cifg=False, peephole=False, projection=False, norm=False,
                 hybrid=False, projection_bias=False, diagonal=False):
        self.inputs, self.units, self.outputs = inputs, units, outputs if projection else units
        self.cifg, self.peephole, self.projection, self.norm = cifg, peephole, projection, norm
        self.hybrid, self.projection_bias, self.diagonal = hybrid, projection_bias, diagonal

    def matrix(self, built, *shape):
        if not self.hybrid:
            return built.const(normal(*shape, scale=0.3))
        values, scale = weights(*shape, scale=0.005)
        return built.const(values, scale=scale)

    def gates(self, built, make, count=4):
        for gate in range(count):
            if gate == 0 and self.cifg:
                built.none()
            else:
                make(gate)

    def constants(self, built):
        self.gates(built, lambda _: self.matrix(built, self.units, self.inputs))
        recurrent = (self.units,) if self.diagonal else (self.units, self.outputs)
        self.gates(built, lambda _: self.matrix(built, *recurrent))
        if self.peephole:
            self.gates(built, lambda _: self.matrix(built, self.units), 3)
        else:
            built.none(3)
        self.gates(built, lambda gate: built.const(normal(self.units, scale=0.2) + np.float32(gate == 1)))
        if self.projection:
            self.matrix(built, self.outputs, self.units)
        else:
            built.none()
        return built.const(normal(self.outputs, scale=0.1)) if self.projection_bias else built.none()

    def states(self, built, batch):
        return built.variable(batch, self.outputs).variable(batch, self.units)

    def norms(self, built):
        self.gates(built, lambda _: built.const(uniform(0.5, 1.5, self.units)))


FORMS = [("plain", {}), ("cifg", dict(cifg=True)), ("peephole", dict(peephole=True)),
         ("cifg-peephole", dict(cifg=True, peephole=True)), ("projection", dict(projection=True, outputs=4)),
         ("projection-bias", dict(projection=True, outputs=4, projection_bias=True)), ("norm", dict(norm=True)),
         ("everything", dict(peephole=True, projection=True, outputs=5, norm=True)),
         ("cifg-everything", dict(cifg=True, peephole=True, projection=True, outputs=5, norm=True))]
CLIPS = dict(cell_clip=0.4, proj_clip=0.3)


def lstm_case(name, label, form, batch=2, inputs=5, units=7, steps=None, hybrid=False, version=None, **options):
    cell = Cell(inputs, units, hybrid=hybrid, **form)
    time_major = options.get("time_major", False)
    shape = (batch, inputs) if steps is None else (steps, batch, inputs) if time_major else (batch, steps, inputs)
    built = cell.constants(case(label).input(normal(*shape)))
    cell.states(built, batch)
    if cell.norm:
        cell.norms(built)
    elif name != "LSTM":
        built.none(4)
    options.setdefault("fused", "TANH")
    built.op(name, version=version or ((3 if name == "LSTM" else 2) if hybrid else 1), **options)
    return built.run(normal(*shape)).run(normal(*shape))


def lstm_forms(name, steps):
    for label, form in FORMS:
        yield lstm_case(name, label, form, steps=steps)
    yield lstm_case(name, "clipped", dict(projection=True, outputs=4), steps=steps, **CLIPS)
    yield lstm_case(name, "cell-clip", {}, steps=steps, cell_clip=0.25)
    yield lstm_case(name, "relu", {}, steps=steps, fused="RELU")
    yield lstm_case(name, "wide", {}, steps=steps, batch=1, inputs=17, units=33)
    for asymmetric in BOTH:
        for label, form in (FORMS[0], FORMS[1], FORMS[3], FORMS[4], FORMS[6], FORMS[7]):
            tail = "-asymmetric" if asymmetric else "-symmetric"
            yield lstm_case(name, f"hybrid-{label}{tail}", form, steps=steps, hybrid=True,
                            asymmetric_quantize_inputs=asymmetric)


@vectors("LSTM")
def lstm(name):
    yield from lstm_forms(name, None)
    for label, batch, inputs, units in (("basic", 2, 5, 7), ("basic-wide", 1, 17, 16)):
        built = case(label).input(normal(batch, inputs)).input(normal(batch, units))
        built.const(normal(4 * units, inputs + units, scale=0.3)).const(normal(4 * units, scale=0.2))
        built.input(normal(batch, units)).op(name, out=["float32"] * 4, version=2, kernel_type="BASIC", fused="TANH")
        for place, label in zip(built.operands[:2], ("activation", "state")):
            built.labels[label] = place
        yield built.output("activation", "state").run(normal(batch, inputs), normal(batch, units), normal(batch, units))


@vectors("UNIDIRECTIONAL_SEQUENCE_LSTM")
def unidirectional_sequence_lstm(name):
    yield from lstm_forms(name, 4)
    for label, form in (FORMS[0], FORMS[3], FORMS[7]):
        yield lstm_case(name, f"{label}-time-major", form, steps=3, batch=3, time_major=True)
    yield lstm_case(name, "hybrid-time-major", {}, steps=3, time_major=True, hybrid=True)
    yield lstm_case(name, "one-step", {}, steps=1)
    yield lstm_case(name, "diagonal", dict(diagonal=True), steps=3, version=4,
                    diagonal_recurrent_tensors=True).with_optimized()


@vectors("BIDIRECTIONAL_SEQUENCE_LSTM")
def bidirectional_sequence_lstm(name):
    def both(label, form, merge=False, time_major=False, hybrid=False, auxiliary=0, **options):
        batch, inputs, units, steps = 2, 5, 7, 4
        first, second = (Cell(inputs, units, hybrid=hybrid, **form) for _ in range(2))
        shape = (steps, batch, inputs) if time_major else (batch, steps, inputs)
        built = second.constants(first.constants(case(label).input(normal(*shape))))
        second.states(first.states(built, batch), batch)
        if auxiliary:
            built.input(normal(*shape[:2], auxiliary))
            extra = Cell(auxiliary, units, hybrid=hybrid)
            for cell in (first, second):
                cell.gates(built, lambda _: extra.matrix(built, units, auxiliary))
        else:
            built.none(9)
        built.op(name, out=["float32"] * (1 if merge else 2), version=3 if hybrid else 1, merge_outputs=merge,
                 time_major=time_major, fused="TANH", **options)
        return built.run(*[normal(*f.shape) for f in built.feeds])

    for label, form in FORMS[:6]:
        yield both(label, form)
    # Merged outputs that are not time-major are left partly uninitialised by LiteRT.
    yield both("merged-time-major", {}, merge=True, time_major=True)
    yield both("time-major", dict(peephole=True), time_major=True)
    yield both("clipped", dict(projection=True, outputs=4), **CLIPS)
    yield both("auxiliary", {}, auxiliary=3)
    yield both("cifg-auxiliary", dict(cifg=True), auxiliary=5)
    for asymmetric in BOTH:
        tail = "-asymmetric" if asymmetric else "-symmetric"
        for label, form in (FORMS[0], FORMS[3], FORMS[4]):
            yield both(f"hybrid-{label}{tail}", form, hybrid=True, asymmetric_quantize_inputs=asymmetric)


def matrix(built, hybrid, *shape):
    if not hybrid:
        return built.const(normal(*shape, scale=0.3))
    values, scale = weights(*shape, scale=0.005)
    return built.const(values, scale=scale)


@vectors("RNN", "UNIDIRECTIONAL_SEQUENCE_RNN")
def rnn(name):
    def cell(label, batch=2, inputs=5, units=7, hybrid=False, **options):
        shape = (batch, inputs) if name == "RNN" else (batch, 4, inputs)
        if options.get("time_major"):
            shape = (4, batch, inputs)
        built = case(label).input(normal(*shape))
        matrix(built, hybrid, units, inputs)
        matrix(built, hybrid, units, units).const(normal(units, scale=0.3)).variable(batch, units)
        return built.op(name, version=3 if hybrid else 1, **options).run(normal(*shape)).run(normal(*shape))

    yield cell("tanh", fused="TANH")
    yield cell("relu", fused="RELU")
    yield cell("relu6", fused="RELU6")
    yield cell("none", fused="NONE")
    yield cell("wide", batch=1, inputs=17, units=33, fused="TANH")
    if name != "RNN":
        yield cell("time-major", time_major=True, fused="TANH")
        yield cell("hybrid-time-major", hybrid=True, time_major=True, fused="TANH")
    for asymmetric in BOTH:
        tail = "-asymmetric" if asymmetric else "-symmetric"
        yield cell(f"hybrid{tail}", hybrid=True, fused="TANH", asymmetric_quantize_inputs=asymmetric)
        yield cell(f"hybrid-relu{tail}", hybrid=True, batch=3, inputs=16, fused="RELU",
                   asymmetric_quantize_inputs=asymmetric)


@vectors("BIDIRECTIONAL_SEQUENCE_RNN")
def bidirectional_sequence_rnn(name):
    def both(label, merge=False, time_major=False, hybrid=False, auxiliary=0, batch=2, inputs=5, units=7, **options):
        shape = (4, batch, inputs) if time_major else (batch, 4, inputs)
        built = case(label).input(normal(*shape))
        for width in (units, units + 2):
            matrix(built, hybrid, width, inputs)
            matrix(built, hybrid, width, width).const(normal(width, scale=0.3)).variable(batch, width)
        if auxiliary:
            built.input(normal(*shape[:2], auxiliary))
            matrix(matrix(built, hybrid, units, auxiliary), hybrid, units + 2, auxiliary)
        else:
            built.none(3)
        built.op(name, out=["float32"] * (1 if merge else 2), version=3 if hybrid else 1, merge_outputs=merge,
                 time_major=time_major, **{"fused": "TANH", **options})
        return built.run(*[normal(*f.shape) for f in built.feeds])

    yield both("plain")
    yield both("relu", fused="RELU")
    yield both("merged", merge=True)
    yield both("time-major", time_major=True)
    yield both("merged-time-major", merge=True, time_major=True)
    yield both("auxiliary", auxiliary=3)
    for asymmetric in BOTH:
        yield both(f"hybrid-{'a' * asymmetric}symmetric", hybrid=True, asymmetric_quantize_inputs=asymmetric)


@vectors("SVDF")
def svdf(name):
    def filters(label, batch=2, inputs=5, units=4, rank=1, memory=6, bias=True, hybrid=False, **options):
        built = case(label).input(normal(batch, inputs))
        matrix(built, hybrid, units * rank, inputs)
        matrix(built, hybrid, units * rank, memory)
        built = built.const(normal(units)) if bias else built.none()
        built.variable(batch, memory * units * rank).op(name, version=4 if hybrid else 1, rank=rank, **options)
        for _ in range(memory):
            built.run(normal(batch, inputs))
        return built

    yield filters("rank-1")
    yield filters("rank-2", rank=2)
    yield filters("no-bias", bias=False)
    yield filters("relu", fused="RELU")
    yield filters("wide", batch=1, inputs=17, units=33, memory=3)
    yield filters("rank-3", batch=3, rank=3, units=5, memory=4, fused="RELU")
    for asymmetric in BOTH:
        tail = "-asymmetric" if asymmetric else "-symmetric"
        yield filters(f"hybrid{tail}", hybrid=True, asymmetric_quantize_inputs=asymmetric)
        yield filters(f"hybrid-rank-2{tail}", hybrid=True, rank=2, inputs=16, memory=4, fused="RELU",
                      asymmetric_quantize_inputs=asymmetric)

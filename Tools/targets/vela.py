"""Which operators Arm's compiler Vela places on Ethos-U: those whose results no operator of the processor makes."""

import os
import pathlib
import tempfile

from ethosu.vela import vela

from . import graph

ACCELERATORS = {"ethos-u55": "ethos-u55-128", "ethos-u65": "ethos-u65-256", "ethos-u85": "ethos-u85-256"}
TARGETS = tuple(ACCELERATORS)


def compile_model(path, accelerator):
    """The subgraphs that Vela writes; None if it writes nothing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # this is a child; Vela writes pages
    with tempfile.TemporaryDirectory() as folder:
        try:
            vela.main([str(path), "--accelerator-config", accelerator, "--output-dir", folder])
        except (Exception, SystemExit):  # it fails in its statistics after the file is written
            pass
        files = list(pathlib.Path(folder).glob("*_vela.tflite"))
        return graph.graphs(files[0].read_bytes()) if files else None


def judge(path, targets=TARGETS):
    """{target: (positions of operators that run, positions that were judged)} of the first subgraph."""
    main = graph.graphs(pathlib.Path(path).read_bytes())[0]
    names = [[main.names[t] for t in tensors] for tensors in main.results]
    flat = [n for group in names for n in group]
    if len(set(flat)) != len(flat) or "ethos-u" in main.custom:
        return {}
    unseen = main.unseen()
    judged = [p for p in range(len(names)) if p not in unseen]
    found = {}
    for target in targets:
        compiled = compile_model(path, ACCELERATORS[target])
        if compiled is None:
            continue
        inside = any("ethos-u" in g.custom for g in compiled)
        outside = {g.names[t] for g in compiled[:1] for place, tensors in enumerate(g.results)
                   if g.custom[place] != "ethos-u" for t in tensors}
        # What compares floats gets another name, as if it were inside.
        floats = [any(main.types[t] in graph.FLOATS for t in main.inputs[p][:1]) for p in range(len(names))]
        found[target] = ([p for p in judged if inside and not floats[p] and not outside & set(names[p])], judged)
    return found


def parts(path, target):
    """(operators of Ethos-U, operators of the processor) that Vela makes of a model; None if it makes nothing."""
    compiled = compile_model(path, ACCELERATORS[target])
    if compiled is None:
        return None
    custom = compiled[0].custom
    return sum(name == "ethos-u" for name in custom), sum(name != "ethos-u" for name in custom)

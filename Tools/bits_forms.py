"""Which operators LiteRT runs with weights of 4 and 2 bits, in every form, on its three paths, and with what numbers.

    .build-oracle/bin/python Tools/bits_forms.py [table [--rows] [part of a row's label ...]]
    .build-oracle/bin/python Tools/bits_forms.py exact | times [OPERATOR ...] | memory | speed OPTIMIZE MODEL ...
    .build-oracle/bin/python Tools/bits_forms.py versions | recurrent | shared | tables | bias | details | elsewhere |
                                                 sums | releases | resize | align

`table`, which takes a minute: a row of Markdown for each operator, form, width and granularity (with `--rows` also for
each size), and a column for each path: the default one, the optimized kernels without XNNPACK, the reference kernels.
A cell says

    X       XNNPACK took the operator
    asym    the result is that of activations quantized on the fly with a zero point; `sym`: without; `float`: of
            activations left alone; `int`: of integers; `rows`: of a table's rows, all computed by numpy
    5e-08   the greatest deviation from that: relative to the greatest result, of integers in units
    WRONG   more than rounding: above 1e-4, or two units
    =8      the bits are those of the same numbers stored in int8, on the same path
    else    the reason why it does not load (`at load`) or run, or the signal that ended the process

and behind it the sizes (channels in × out), if not all came to the same. Every model runs in a child, twice.
"""

import sys

from bits import exact, graphs, probes, releases, speed, table, times

SECTIONS = {
    "table": table.table, "exact": exact.exact, "times": times.all_times, "memory": times.memory,
    "grown": times.grown_of, "versions": probes.versions, "recurrent": graphs.recurrent, "shared": graphs.shared,
    "tables": graphs.tables, "bias": probes.bias, "details": probes.details, "elsewhere": probes.elsewhere,
    "sums": probes.sums, "releases": releases.write, "speed": speed.speed, "resize": probes.resize,
    "align": probes.align}


def main(arguments):
    section, *rest = arguments or ["table"]
    work = SECTIONS[section]
    work(rest) if section in ("table", "times", "grown", "releases", "speed") else work()


if __name__ == "__main__":
    main(sys.argv[1:])

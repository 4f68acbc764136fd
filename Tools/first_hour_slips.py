"""What new users got wrong in their first hour, or the tool did: each with what must happen."""

import dataclasses

# Files of each slip's folder; the large one keeps a run busy while it is ended.
SETUP = """
cp {fixtures}/Models/digits_cnn.tflite model.tflite
cp {fixtures}/Models/digits_cnn_int8.tflite foreign.tflite
cp {fixtures}/Samples/digits.npz digits.npz
echo '{{"mine": true}}' > mine.json
mkdir -p pets/cat pets/dog
cp {fixtures}/Samples/digits/00_label0.npy pets/cat
cp {fixtures}/Samples/digits/03_label7.npy pets/dog
printf '\\223NUMPY\\001\\000v\\000%-117s\\n' \
  "{{'descr': '<f4', 'fortran_order': False, 'shape': (1000000, 16, 16, 1)}}" > many.npy
truncate -s 1024000128 many.npy
"""

# A long run, which the signal ends once its unfinished file is there. The run is in the foreground, since a
# shell's background commands ignore SIGINT.
ENDED = """
(for wait in $(seq 600); do ls -A | grep -q '\\.tmp' && break; sleep 0.05; done
ls -A | grep -q '\\.tmp' || echo 'no unfinished file'
kill -{signal} $(cat ../id)) &
sh -c 'echo $$ > ../id; exec optimize quantize model.tflite --mode dynamic --rep-data many.npy -o out.tflite'
"""

DYNAMIC = "optimize quantize model.tflite --mode dynamic"
INT8 = "optimize quantize model.tflite --mode int8 --rep-data digits.npz:x -q -o int8.tflite"
PAIRED = "7 tensors float32 → int8: 144.90 kB → 36.22 kB"


@dataclasses.dataclass
class Slip:
    """A script, its exit code, what it says and never says, the new files that it leaves, and a name."""
    point: int
    script: str
    code: int
    says: list
    leaves: list
    never: list = dataclasses.field(default_factory=list)
    name: str = ""


SLIPS = [
    Slip(1, f"{INT8}\noptimize report model.tflite int8.tflite", 0, [PAIRED], ["int8.tflite"]),
    Slip(1, "optimize report model.tflite foreign.tflite", 0, [PAIRED], [], ["no step asked"]),
    Slip(1, "optimize prune model.tflite --sparsity 0.5 -q\n"
         "optimize report model.tflite model.pruned.tflite", 0,
         ["float32: other values"], ["model.pruned.tflite"], ["float32 →"]),
    *(Slip(2, f"{DYNAMIC} {option}", 0, ["3.14× smaller"], ["foo"])
      for option in ("-o foo", "-o=foo", "-ofoo", "--output foo", "--output=foo")),
    *(Slip(2, f"{DYNAMIC} {option}", 64, ["error: option '-o' needs a value"], [])
      for option in ("-o=--dry-run", "-o --force", "-o --dry-run")),
    *(Slip(3, command, 64, ["error: 'mine.json' exists already", "help: --force overwrites it"], [])
      for command in (f"{DYNAMIC} -o mine.json", f"{DYNAMIC} --html mine.json",
                      f"{DYNAMIC} --json=mine.json", f"{DYNAMIC} --markdown mine.json",
                      "optimize pipeline model.tflite rewrite --save-recipe mine.json",
                      f"{INT8} --save-plan mine.json", "optimize inspect model.tflite --json=mine.json",
                      "optimize calibrate model.tflite --rep-data digits.npz:x -o mine.json")),
    *(Slip(3, f"{DYNAMIC} {option}", 64, ["error: ", "model.tflite'"], [])
      for option in ("--html model.tflite --force", "--json=model.tflite --force",
                     "-o model.tflite --force")),
    Slip(4, "optimize evaluate model.tflite --rep-data pets --labels folders", 2,
         ["'pets' has 2 folders for the 10 classes", "'cat' = 0, 'dog' = 1", "--label-names"], [],
         ["top-1"]),
    Slip(4, "printf '0 cat\\n7 dog\\n' > names.txt\noptimize evaluate model.tflite --rep-data pets "
         "--labels folders --label-names names.txt", 0, ["top-1  100.00 %"], ["names.txt"]),
    Slip(5, f"{DYNAMIC} --max-size 2MB --max-runtime 2.17 --json report.json", 0,
         ["max-runtime 2.17.0: 2.17.0 passed"], ["model.dynamic.tflite", "report.json"]),
    Slip(5, f"{DYNAMIC} --max-runtime 2.14 --quiet", 1,
         ["error: gate max-runtime failed: 2.17.0, limit 2.14.0"], []),
    Slip(6, "optimize cluster model.tflite --what-if --html page.html 2> said\n"
         "grep -c 'class=\"grid\"' page.html\nrm page.html said", 0, ["what if", "50 %"], [],
         name="--what-if on standard output, and a page with axes"),
    *(Slip(6, ENDED.format(signal=signal), code, [], [], ["no unfinished file"], f"a run that SIG{signal} ends")
      for signal, code in (("TERM", 143), ("INT", 130), ("HUP", 129))),
    Slip(6, "(" + ENDED.format(signal="KILL") + f") || true\nrm .*tmp* *tmp* || true\n{DYNAMIC}", 0,
         ["3.14× smaller"], ["model.dynamic.tflite"], ["no unfinished file"], "the run after one that SIGKILL ended"),
]

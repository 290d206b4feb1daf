# SPDX-License-Identifier: MIT
# quotefetch: build, test, install. `make help` lists the targets.
# GNU make (gmake on macOS and the BSDs). Nothing is listed by hand: a source
# file that appears in its folder is built, a test that appears is run.

VERSION := 1.0.0
PREFIX  ?= /usr/local
DESTDIR ?=

# ---- configurations -----------------------------------------------------
# `make MODE=asan` builds in build/asan with the flags below; no MODE, in build.
# Optimizer, instrumentation, and the hardening which that allows:

HARDEN := -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
HARDEN_LINK := -Wl,-z,relro,-z,now
LINUX := $(filter Linux,$(shell uname -s))

# The path is left out: the same sources give the same program everywhere.
FLAGS_release := -O3 -g -ffile-prefix-map='$(CURDIR)=.' $(HARDEN)
FLAGS_werror  := -O3 -g $(HARDEN) -Werror
FLAGS_asan    := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
FLAGS_tsan    := -O1 -g -fno-omit-frame-pointer -fsanitize=thread
FLAGS_fuzz    := $(FLAGS_asan) -fsanitize=fuzzer-no-link
FLAGS_cover   := -O0 -g --coverage -fprofile-update=atomic

MODE  ?= release
BUILD ?= build$(if $(filter-out release,$(MODE)),/$(MODE))

# ---- flags --------------------------------------------------------------
# pkg-config's answer where there is one, else the second argument.

PKG_CONFIG ?= pkg-config
pkg_cflags  = $(shell $(PKG_CONFIG) --cflags $(1) 2>/dev/null)
pkg_libs    = $(or $(shell $(PKG_CONFIG) --libs $(1) 2>/dev/null),$(2))

WARN := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wformat=2 -Wvla \
	-Wundef -Wpointer-arith -Wwrite-strings \
	$(if $(findstring clang,$(shell $(CC) --version 2>/dev/null)),-Wthread-safety)

CPPFLAGS_ALL := -Isrc -D_POSIX_C_SOURCE=200809L -DQUOTEFETCH_VERSION='"$(VERSION)"' \
	$(call pkg_cflags,libcurl libcjson libmicrohttpd) $(CPPFLAGS)
CFLAGS_ALL   := -std=c11 $(WARN) $(FLAGS_$(MODE)) $(if $(WERROR),-Werror) $(CFLAGS)
LDFLAGS_ALL  := $(FLAGS_$(MODE)) $(if $(LINUX),$(if $(findstring $(HARDEN),$(FLAGS_$(MODE))),$(HARDEN_LINK))) $(LDFLAGS)

ICONV        := $(if $(filter Darwin,$(shell uname -s)),-liconv) # elsewhere the C library's
CLIENT_LIBS  := $(call pkg_libs,libcurl,-lcurl) $(call pkg_libs,libcjson,-lcjson) $(ICONV) -pthread
SANDBOX_LIBS := $(call pkg_libs,libmicrohttpd,-lmicrohttpd) $(call pkg_libs,libwslay,-lwslay) \
	$(call pkg_libs,zlib,-lz) $(call pkg_libs,libcjson,-lcjson) $(ICONV) -pthread
UNIT_LIBS    := $(call pkg_libs,cmocka,-lcmocka)

# Tests may define __wrap_* and entry points that no header declares.
TEST_CFLAGS  := -Itests -Wno-missing-prototypes

# ---- what there is ------------------------------------------------------

obj = $(patsubst %.c,$(BUILD)/%.o,$(1))

LIB_OBJ     := $(call obj,$(foreach d,base model net provider share engine stream cli command, \
			$(wildcard src/$d/*.c)) \
			$(filter-out src/main.c,$(wildcard src/*.c)))
SANDBOX_OBJ := $(call obj,$(filter-out src/sandbox/main.c,$(wildcard src/sandbox/*.c)) \
			$(wildcard src/base/*.c))
HEADERS     := $(wildcard src/*.h src/*/*.h)

UNIT_BIN    := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/test_*.c))
PRELOAD     := $(wildcard tests/support/preload_*.c)
PRELOAD_LIB := $(if $(wildcard /proc/self),$(PRELOAD:%.c=$(BUILD)/%.so))
SUPPORT_BIN := $(patsubst %.c,$(BUILD)/%,$(filter-out $(PRELOAD),$(wildcard tests/support/*.c)))
FUZZ        := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
REPLAY_BIN  := $(FUZZ:%=$(BUILD)/tests/fuzz/replay_%)

LIB     := $(BUILD)/libquotefetch.a
SANDBOX_LIB := $(BUILD)/libsandbox.a
CLIENT  := $(BUILD)/quotefetch
SANDBOX := $(BUILD)/quotefetch-sandbox

# One job per processor, unless -j says otherwise.
JOBS ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(JOBS)
endif
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

# `make V=1` shows the commands.
say = @$(if $(V),,printf '  %-7s %s\n' $(1) $(2);)

# ---- build --------------------------------------------------------------

.PHONY: all
all: $(CLIENT) $(SANDBOX) ## build quotefetch and quotefetch-sandbox (default)

$(CLIENT): $(BUILD)/src/main.o $(LIB)
	$(call say,LD,$@) $(CC) $(LDFLAGS_ALL) -o $@ $^ $(CLIENT_LIBS)

$(SANDBOX): $(BUILD)/src/sandbox/main.o $(SANDBOX_LIB)
	$(call say,LD,$@) $(CC) $(LDFLAGS_ALL) -o $@ $^ $(SANDBOX_LIBS)

$(LIB): $(LIB_OBJ)
$(SANDBOX_LIB): $(SANDBOX_OBJ)
$(LIB) $(SANDBOX_LIB):
	$(call say,AR,$@) rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/src/%.o: src/%.c $(BUILD)/.flags | $(BUILD)/.deps
	$(call say,CC,$<) mkdir -p $(@D) && $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(BUILD)/tests/%.o: tests/%.c $(BUILD)/.flags | $(BUILD)/.deps
	$(call say,CC,$<) mkdir -p $(@D) && $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(TEST_CFLAGS) \
		-MMD -MP -c -o $@ $<

# Other flags than last time: build anew.
$(BUILD)/.flags: FORCE
	@mkdir -p $(@D); new='$(subst ','\'',$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDFLAGS_ALL))'; \
	[ "$$new" = "$$(cat $@ 2>/dev/null)" ] || printf '%s\n' "$$new" >$@

# A library that is not there is said in one line, not in a page of errors.
$(BUILD)/.deps: | $(BUILD)/.flags
	@scripts/install-deps --check build sandbox && touch $@

.PHONY: FORCE
FORCE:

-include $(wildcard $(BUILD)/src/*.d $(BUILD)/src/*/*.d $(BUILD)/tests/*/*.d)

# ---- test programs ------------------------------------------------------
# A unit test that replaces functions at link time names them on a line of its
# own:   /* wrap: malloc calloc */

wraps = $$(sed -n 's,^/\* wrap: \(.*\) \*/$$,\1,p' $(1) | tr ' ' '\n' | sed 's/^/-Wl,--wrap=/')

# The sandbox is a program of its own: its tests, test_sandbox_*, link with that.

SANDBOX_UNIT_BIN := $(filter $(BUILD)/tests/unit/test_sandbox_%,$(UNIT_BIN))
CLIENT_UNIT_BIN  := $(filter-out $(SANDBOX_UNIT_BIN),$(UNIT_BIN))

$(CLIENT_UNIT_BIN): $(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(LIB)
	$(call say,LD,$@) $(CC) $(LDFLAGS_ALL) $(call wraps,tests/unit/$*.c) -o $@ $^ $(UNIT_LIBS) $(CLIENT_LIBS)

$(SANDBOX_UNIT_BIN): $(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(SANDBOX_LIB)
	$(call say,LD,$@) $(CC) $(LDFLAGS_ALL) $(call wraps,tests/unit/$*.c) -o $@ $^ $(UNIT_LIBS) $(SANDBOX_LIBS)

$(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o $(LIB)
	$(call say,LD,$@) $(CC) $(LDFLAGS_ALL) -o $@ $^ $(CLIENT_LIBS)

$(SUPPORT_BIN): %: %.o $(LIB)
	$(call say,LD,$@) $(CC) $(LDFLAGS_ALL) -o $@ $^ $(CLIENT_LIBS)

# Loaded before a program that may be built without the sanitizers' runtime.
$(PRELOAD_LIB): $(BUILD)/%.so: %.c $(BUILD)/.flags
	$(call say,LD,$@) mkdir -p $(@D) && $(CC) -std=c11 $(WARN) $(if $(WERROR),-Werror) \
		-Wno-missing-prototypes -O2 -fPIC -shared -o $@ $< -ldl

$(REPLAY_BIN): $(BUILD)/tests/fuzz/replay_%: $(BUILD)/tests/fuzz/fuzz_%.o \
		$(BUILD)/tests/fuzz/replay_main.o $(LIB)
	$(call say,LD,$@) $(CC) $(LDFLAGS_ALL) -o $@ $^ $(CLIENT_LIBS)

$(FUZZ:%=$(BUILD)/tests/fuzz/fuzz_%): %: %.o $(LIB)
	$(call say,LD,$@) $(CC) $(LDFLAGS_ALL) -fsanitize=fuzzer -o $@ $^ $(CLIENT_LIBS)

.SECONDARY:

.PHONY: programs fuzz-programs
programs: all docs $(UNIT_BIN) $(SUPPORT_BIN) $(PRELOAD_LIB) $(REPLAY_BIN)
fuzz-programs: $(FUZZ:%=$(BUILD)/tests/fuzz/fuzz_%)

# ---- try it -------------------------------------------------------------

.PHONY: demo
demo: ## build, start the sandbox, fetch symbols.example.txt as table and JSON
	@scripts/install-deps build sandbox
	@$(MAKE) all
	@BUILD=$(BUILD) scripts/demo

# ---- test ---------------------------------------------------------------
# Suites, in the words of tests/run.

CORE_BATS   := $(wildcard tests/faults/core_*.bats)
CLI_BATS    := $(wildcard tests/cli/*.bats)
FAULT_BATS  := $(wildcard tests/faults/*.bats)
REPLAYS     := $(foreach f,$(FUZZ),"tap:corpus/$f:$(BUILD)/tests/fuzz/replay_$f tests/corpus/$f")
STATIC      := step:layers:scripts/check-layers step:lint:scripts/lint step:headers:scripts/check-headers

# Sanitizers lose their way under some kernels' address randomization.
NO_ASLR = $(shell setarch -R true 2>/dev/null && echo setarch -R)

# A sanitizer takes both processors.
RUN_SLOWLY   = $(if $(filter asan tsan,$(MODE)),-j 2)
RUN_TESTS    = tests/run -b $(BUILD) $(RUN_SLOWLY)
install_deps = @scripts/install-deps
export CC

.PHONY: check check-unit check-cli check-faults check-built
check: ## units, command line, first faults, corpora, layers, lint
	$(install_deps) build sandbox test
	@$(MAKE) check-built SUITES='$(STATIC)'

check-built: programs
	@$(NO_ASLR) $(RUN_TESTS) $(CORE_BATS) $(CLI_BATS) $(UNIT_BIN) $(REPLAYS) $(SUITES)

check-unit: ## unit tests and corpora only
	$(install_deps) build sandbox test
	@$(MAKE) programs
	@$(RUN_TESTS) $(UNIT_BIN) $(REPLAYS)

check-cli: ## command line tests only
	$(install_deps) build sandbox test
	@$(MAKE) programs
	@$(RUN_TESTS) $(CLI_BATS)

check-faults: ## the whole fault suite
	$(install_deps) build sandbox test
	@$(MAKE) programs
	@$(RUN_TESTS) $(FAULT_BATS)

.PHONY: check-all
check-all: ## check under every compiler, sanitizer and analyzer, with a table
	$(install_deps) build sandbox test checks
	@MAKE='$(MAKE)' BUILD=$(BUILD) scripts/check-all

.PHONY: check-asan check-tsan check-valgrind check-gcc check-clang check-tidy
check-asan: ## check under AddressSanitizer, LeakSanitizer and UBSan
	$(install_deps) build sandbox test
	@$(MAKE) MODE=asan BUILD=$(BUILD)/asan check-built

check-tsan: ## check under ThreadSanitizer
	$(install_deps) build sandbox test
	@$(MAKE) MODE=tsan BUILD=$(BUILD)/tsan check-built

MEMCHECK_RUNS := table json ndjson csv tsv plan unknown usage

check-valgrind: ## unit tests and some whole runs under valgrind's memcheck
	$(install_deps) build sandbox test valgrind
	@$(MAKE) programs
	@$(RUN_TESTS) -w 'scripts/memcheck --' $(UNIT_BIN) \
		$(foreach r,$(MEMCHECK_RUNS),"step:memcheck/$r:BUILD=$(BUILD) scripts/memcheck $r")

check-gcc: ## everything builds with gcc -Werror
	$(install_deps) build sandbox test
	@$(MAKE) MODE=werror BUILD=$(BUILD)/gcc-werror CC=gcc programs

check-clang: ## everything builds with clang -Werror -Wthread-safety
	$(install_deps) build sandbox test clang
	@$(MAKE) MODE=werror BUILD=$(BUILD)/clang-werror CC=clang programs

check-tidy: ## clang-tidy, every finding an error
	$(install_deps) build sandbox tidy
	@printf '%s\0' $(wildcard src/*.c src/*/*.c) | xargs -0 -n 1 -P $(JOBS) sh -c \
		'found=$$(clang-tidy --quiet "$$1" -- -std=c11 $(subst ','\'',$(CPPFLAGS_ALL)) 2>&1) || \
		{ echo "$$found"; exit 1; }' tidy

.PHONY: check-layers check-headers lint fmt
check-layers: ## who may include whom: the table in scripts/check-layers
	@scripts/check-layers

check-headers: ## each header compiles alone
	@scripts/check-headers

lint: ## banned words, white space, header guards, shellcheck
	@scripts/lint

fmt: ## clang-format src, in place; the tables of the tests are set by hand
	$(install_deps) fmt
	@clang-format -i $(wildcard src/*.[ch] src/*/*.[ch])

FUZZ_SECONDS ?= 60

.PHONY: fuzz cover soak soak-stream
fuzz: ## libFuzzer, FUZZ_SECONDS (60) for each target; FUZZ="a b" for some
	$(install_deps) build sandbox fuzz
	@$(MAKE) MODE=fuzz BUILD=$(BUILD)/fuzz CC=clang fuzz-programs
	@BUILD=$(BUILD)/fuzz $(NO_ASLR) scripts/fuzz $(FUZZ_SECONDS) $(FUZZ)

cover: ## lines and branches that check and check-faults reach; why not the rest
	$(install_deps) build sandbox test cover
	@find $(BUILD)/cover -name '*.gcda' -delete 2>/dev/null || true
	@$(MAKE) MODE=cover BUILD=$(BUILD)/cover check-built SUITES='$(filter-out $(CORE_BATS),$(FAULT_BATS))' || true
	@BUILD=$(abspath $(BUILD))/cover scripts/cover

soak: all ## random lists, faults and kills for SOAK_SECONDS (600)
	@BUILD=$(abspath $(BUILD)) scripts/soak

soak-stream: all ## SOAK_HOURS (8) of a stream in SOAK_SECONDS (600), audited
	@BUILD=$(abspath $(BUILD)) scripts/soak-stream

# ---- measure ------------------------------------------------------------

.PHONY: bench bench-quick bench-quota
bench: ## side by side with the usual ways, targets checked
	$(install_deps) build sandbox bench
	@$(MAKE) all $(BUILD)/tests/bench/bench_json
	@BUILD=$(abspath $(BUILD)) scripts/bench

bench-quick: ## the same in under three minutes
	$(install_deps) build sandbox bench
	@$(MAKE) all $(BUILD)/tests/bench/bench_json
	@BUILD=$(abspath $(BUILD)) scripts/bench --quick

bench-quota: ## share of the quota used, by processes and round trip
	$(install_deps) build sandbox bench
	@$(MAKE) all
	@BUILD=$(abspath $(BUILD)) scripts/bench-quota

.PHONY: bench-heal
bench-heal: ## what faults that heal cost, side by side with curl and Python
	$(install_deps) build sandbox bench
	@$(MAKE) all
	@BUILD=$(abspath $(BUILD)) scripts/bench-heal

# ---- install ------------------------------------------------------------
# Manual pages and completions are printed by the programs themselves, from the
# tables that drive them.

DOC       := $(BUILD)/doc
DOC_FILES := $(addprefix $(DOC)/,quotefetch.1 quotefetch-sandbox.1 quotefetch.bash \
	_quotefetch quotefetch.fish)

$(DOC)/quotefetch.1: $(CLIENT)
	$(call say,DOC,$@) mkdir -p $(@D) && $< --manual >$@

$(DOC)/quotefetch-sandbox.1: $(SANDBOX) scripts/man-of-help
	$(call say,DOC,$@) mkdir -p $(@D) && $< --help | scripts/man-of-help quotefetch-sandbox \
		'the sources of quotefetch on loopback, with made-up prices' $(VERSION) >$@

$(DOC)/quotefetch.bash: $(CLIENT)
	$(call say,DOC,$@) mkdir -p $(@D) && $< --completion bash >$@

$(DOC)/_quotefetch: $(CLIENT)
	$(call say,DOC,$@) mkdir -p $(@D) && $< --completion zsh >$@

$(DOC)/quotefetch.fish: $(CLIENT)
	$(call say,DOC,$@) mkdir -p $(@D) && $< --completion fish >$@

.PHONY: docs install uninstall deps clean help
docs: $(DOC_FILES) ## manual pages and completions, in build/doc

# What goes where, beneath PREFIX. Debian's zsh looks elsewhere.
ZSH_DIR  := share/zsh/site-functions
UNIT_DIR := $(if $(LINUX),lib/systemd/user)
DOC_DIR  := share/doc/quotefetch
INSTALLED := bin/quotefetch bin/quotefetch-sandbox \
	share/man/man1/quotefetch.1 share/man/man1/quotefetch-sandbox.1 \
	share/bash-completion/completions/quotefetch $(ZSH_DIR)/_quotefetch \
	share/fish/vendor_completions.d/quotefetch.fish \
	$(addprefix $(DOC_DIR)/,README.md LICENSE examples/crontab examples/symbols.txt) \
	$(UNIT_DIR:%=%/quotefetch.service) $(UNIT_DIR:%=%/quotefetch.timer)

beneath = '$(DESTDIR)$(PREFIX)/$(1)'
install_file = install -m 644 $(1) $(call beneath,$(2))
# Units and lines of a crontab name the program's place.
install_placed = sed 's,@bindir@,$(PREFIX)/bin,g' $(1) >$(call beneath,$(2)) && chmod 644 $(call beneath,$(2))

install: all docs ## install under PREFIX (/usr/local), staged by DESTDIR
	install -d $(foreach d,$(sort $(dir $(INSTALLED))),$(call beneath,$d))
	install -m 755 $(CLIENT) $(SANDBOX) $(call beneath,bin)
	$(call install_file,$(DOC)/quotefetch.1 $(DOC)/quotefetch-sandbox.1,share/man/man1)
	$(call install_file,$(DOC)/quotefetch.bash,share/bash-completion/completions/quotefetch)
	$(call install_file,$(DOC)/_quotefetch,$(ZSH_DIR))
	$(call install_file,$(DOC)/quotefetch.fish,share/fish/vendor_completions.d)
	$(call install_file,README.md src/LICENSE,$(DOC_DIR))
	$(call install_file,symbols.example.txt,$(DOC_DIR)/examples/symbols.txt)
	$(call install_placed,scripts/package/crontab,$(DOC_DIR)/examples/crontab)
	$(foreach u,$(UNIT_DIR:%=service timer),$(call install_placed,scripts/package/quotefetch.$u,$(UNIT_DIR)/quotefetch.$u) &&) :

# Of the directories, those that are ours alone.
uninstall: ## remove what install put there
	rm -f $(foreach f,$(INSTALLED),$(call beneath,$f))
	rmdir $(call beneath,$(DOC_DIR)/examples) $(call beneath,$(DOC_DIR)) 2>/dev/null || :

# ---- packages -----------------------------------------------------------
# All is said once: what they hold by install, what they say by scripts/package.

.PHONY: deb rpm check-packages
deb: ## build/quotefetch_VERSION_ARCH.deb
	$(install_deps) build sandbox deb
	@$(MAKE) all
	@BUILD='$(BUILD)' MAKE='$(MAKE)' scripts/package/deb

rpm: ## build/quotefetch-VERSION-1.ARCH.rpm, where rpmbuild is
	@scripts/install-deps --check rpm
	$(install_deps) build sandbox
	@$(MAKE) all
	@BUILD='$(BUILD)' MAKE='$(MAKE)' scripts/package/rpm

check-packages: ## both, in a bare Debian 12 and 13: installed, tried, removed
	@scripts/check-bare -p

.PHONY: dist
dist: ## the last commit as build/quotefetch-VERSION.tar.gz; twice the same bytes
	@mkdir -p $(BUILD)
	@git archive --format=tar --prefix=quotefetch-$(VERSION)/ HEAD | gzip -9n \
		>$(BUILD)/quotefetch-$(VERSION).tar.gz
	@echo $(BUILD)/quotefetch-$(VERSION).tar.gz

deps: ## install what building and testing need
	$(install_deps) build sandbox test

clean: ## remove build
	rm -rf '$(BUILD)'

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' Makefile

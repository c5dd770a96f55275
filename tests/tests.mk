# SPDX-License-Identifier: GPL-2.0-only
# Tests: units (cmocka), the command line, and the same units under sanitizers.
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
VALGRIND := valgrind -q --error-exitcode=9 --leak-check=full --show-leak-kinds=definite,possible \
	    --suppressions=tests/valgrind.supp

.PHONY: tests check check-unit check-cli asan valgrind lint
tests: $(TESTS)
check: all check-unit check-cli

# Each test is a program; all are run, whatever fails.
check-unit: $(TESTS)
	@failed=; for t in $(TESTS); do \
		echo "== $$t"; $(RUN_TEST) $$t || failed="$$failed $$t"; \
	done; \
	test -z "$$failed" || { echo "failed:$$failed" >&2; exit 1; }

check-cli: $(B)/nestprof
	tests/cli/run.sh $(B)/nestprof
	tests/cli/libraries.sh $(B)

# CFLAGS and LDFLAGS go by the environment, so that the Makefile still adds its own.
asan:
	CFLAGS='-O1 -g $(SANITIZE)' LDFLAGS='$(SANITIZE)' $(MAKE) B=build-asan check-unit

valgrind: $(TESTS)
	@command -v valgrind >/dev/null || { echo "make valgrind: apt-get install valgrind" >&2; exit 1; }
	$(MAKE) check-unit RUN_TEST='$(VALGRIND)'

lint:
	tests/lint.sh
	CFLAGS='-O1 -fanalyzer' $(MAKE) B=build-lint $(patsubst %.c,build-lint/%.o,$(wildcard analysis/*.c))

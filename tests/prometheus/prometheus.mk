# SPDX-License-Identifier: GPL-2.0-only
# nestprof export under Debian's prometheus and promtool.
PROMETHEUS_WORK := $(B)/prometheus
.PHONY: check-prometheus
check-prometheus: all $(B)/tests/test_export
	@command -v prometheus promtool jq openssl curl >/dev/null || { \
		echo "make check-prometheus: apt-get install prometheus jq openssl curl" >&2; exit 1; }
	rm -rf $(PROMETHEUS_WORK)
	mkdir -p $(PROMETHEUS_WORK)
	NESTPROF_METRICS=$(PROMETHEUS_WORK)/metrics $(B)/tests/test_export
	tests/prometheus/check.sh $(B)/nestprof tests/cli/data/web.rec $(PROMETHEUS_WORK)/metrics $(PROMETHEUS_WORK)

# What a scrape takes with 200 VMs of 8 vCPUs, of CPU and of memory (as root).
BENCH_EXPORT := $(patsubst %,$(LEAN)/tests/bench/%.o,bench_export busy_source memory_of)
$(B)/tests/bench_export: $(BENCH_EXPORT) $(LEAN_LIB) $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) $(filter %.o %.a,$^) -o $@ $(EXPORTER_LIBS)
.PHONY: bench-export
bench-export: $(B)/tests/bench_export
	$(B)/tests/bench_export

# What a Prometheus takes with 1,000 exporters (4 minutes).
.PHONY: bench-fleet
bench-fleet: all
	@mkdir -p $(PROMETHEUS_WORK)
	tests/prometheus/fleet.sh $(B)/nestprof tests/cli/data/web.rec $(PROMETHEUS_WORK)

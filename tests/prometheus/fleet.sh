#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Usage: fleet.sh NESTPROF RECORDING FOLDER [HOSTS [SECONDS]]
# What one Prometheus takes that scrapes so many exporters [1000] every 15 seconds. There is one
# exporter, known by as many names; to Prometheus they are as many hosts.
set -euo pipefail
nestprof=$1 recording=$2 work=$3 hosts=${4:-1000} seconds=${5:-240}
"$nestprof" export --listen 127.0.0.1:19743 --recording "$recording" 2>"$work/exporter.log" &
exporter=$!
trap 'kill $exporter $prometheus 2>/dev/null; wait' EXIT
{
	cat <<-'EOF'
	global: { scrape_interval: 15s }
	scrape_configs:
	  - job_name: fleet
	    relabel_configs:
	      - { source_labels: [__param_host], target_label: instance }
	    static_configs:
	EOF
	for i in $(seq "$hosts"); do
		echo "      - { targets: ['127.0.0.1:19743'], labels: { __param_host: 'host-$i' } }"
	done
} >"$work/fleet.yml"
prometheus --config.file="$work/fleet.yml" --storage.tsdb.path="$work/fleet" \
	--web.listen-address=127.0.0.1:19090 2>"$work/fleet.log" &
prometheus=$!
sleep "$seconds"

ask() {
	curl -s -G http://127.0.0.1:19090/api/v1/query --data-urlencode "query=$1" |
		jq -r '.data.result[0].value[1]'
}
cpu() {
	awk '{ print ($14 + $15) / 100 }' "/proc/$1/stat"
}
echo "exporters up: $(ask 'sum(up)') of $hosts; series of each: $(ask 'max(scrape_samples_scraped)')"
echo "longest scrape: $(ask 'max(scrape_duration_seconds)') s"
echo "in $seconds s: Prometheus $(cpu $prometheus) s of CPU, all exporters together $(cpu $exporter) s"
curl -s http://127.0.0.1:19090/metrics |
	awk '$1 == "prometheus_tsdb_head_series" { n = $2 } $1 == "process_resident_memory_bytes" { m = $2 }
		END { printf "Prometheus: %d series, %d MB of memory\n", n, m / 1e6 }'

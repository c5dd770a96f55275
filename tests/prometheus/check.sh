#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Usage: tests/prometheus/check.sh NESTPROF RECORDING METRICS FOLDER
# A real Prometheus scrapes nestprof export, by HTTP and by TLS with a password; what it then
# answers are the numbers of `nestprof report --json`. promtool finds nothing in METRICS (a page of
# 200 VMs with hostile names) nor in the rules. Clients that hang, flood or are not allowed.
set -uo pipefail
nestprof=$(realpath "$1") recording=$(realpath "$2") metrics=$(realpath "$3") work=$(realpath "$4")
here=$(dirname "$(realpath "$0")")
failed=0
pids=()

clean_up() {
	[ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null
	wait 2>/dev/null
}
trap clean_up EXIT
trap 'exit 130' INT TERM

complain() {
	echo "FAILED  $*"
	failed=1
}

try() { # name, command
	local name=$1
	shift
	if "$@" >"$work/said" 2>&1; then
		echo "ok      $name"
	else
		complain "$name"
		sed 's/^/    | /' "$work/said" | head -n 20
	fi
}

free_port() {
	local port
	while port=$((20000 + RANDOM)); do
		(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
	done
	echo "$port"
}

# Until the command succeeds; 60 s is forever.
wait_for() {
	for _ in $(seq 600); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.1
	done
	complain "waited in vain for: $*"
	return 1
}

export_to() { # options; waits until it listens
	"$nestprof" export --recording "$recording" "$@" 2>"$work/exporter.log" &
	pids+=($!)
	wait_for grep -q serving "$work/exporter.log"
}

status_of() { # curl's arguments
	curl -s -o /dev/null -w '%{http_code}' --max-time 20 "$@"
}

answers() { # name, status, curl's arguments
	local name=$1 want=$2 got
	shift 2
	got=$(status_of "$@")
	if [ "$got" = "$want" ]; then echo "ok      $name"; else complain "$name: $got, not $want"; fi
}

# Sum over series by labels, as Prometheus answers: "labels value" lines.
ask() { # job, query
	curl -s --max-time 20 -G "http://127.0.0.1:$prometheus/api/v1/query" --data-urlencode "query=$2" |
		jq -r '.data.result[] | "\([.metric.reason, .metric.kind // empty] | join(" ")) \(.value[1])"' |
		LC_ALL=C sort
}

same_numbers() { # job
	local job=$1 key metric
	"$nestprof" report --json "$recording" | head -n 1 >"$work/stat.json"
	for key in exits:nestprof_l2_exits to_l1:nestprof_l2_exits_to_l1 l0_only:nestprof_l2_exits_kept; do
		metric=${key#*:} key=${key%%:*}
		jq -r ".exits[] | select(.kind == \"L2\") | \"\(.reason) \(.$key)\"" "$work/stat.json" |
			LC_ALL=C sort >"$work/want"
		ask "$job" "sum by (reason) (${metric}_total{job=\"$job\"})" >"$work/got"
		[ -s "$work/want" ] || complain "$job: no exits to compare"
		try "$job: $metric as report --json has it" diff "$work/want" "$work/got"
	done
	jq -r '[.causes[] | select(.kind == "L2") | select(.cause == "VMREAD")] | group_by(.reason)[] |
		"\(.[0].reason) \(map(.exits) | add)"' "$work/stat.json" | LC_ALL=C sort >"$work/want"
	ask "$job" "sum by (reason) (nestprof_l1_exits_total{job=\"$job\",kind=\"VMREAD\"}) > 0" >"$work/got"
	try "$job: VMREADs of L1 as report --json has them" diff "$work/want" "$work/got"
	jq -r '" \(.groups[0].l0_exits)"' "$work/stat.json" >"$work/want"
	ask "$job" "sum(nestprof_l0_exits_total{job=\"$job\"})" >"$work/got"
	try "$job: L0's exits as report --json has them" diff "$work/want" "$work/got"
	jq -r '" \([.exits[].l1_trips | numbers] | add)"' "$work/stat.json" >"$work/want"
	ask "$job" "sum(nestprof_round_trip_seconds_bucket{job=\"$job\",by=\"L1\",le=\"+Inf\"})" >"$work/got"
	try "$job: round trips as report --json has them" diff "$work/want" "$work/got"
}

try "promtool: a page of 200 VMs" bash -c "promtool check metrics <'$metrics' && [ -s '$metrics' ]"
try "promtool: the rules" promtool check rules "$here/../../exporter/prometheus/nestprof.rules.yml"
try "promtool: the rules fire when they should" promtool test rules "$here/rules_test.yml"
try "the dashboard is JSON, and asks for metrics that there are" \
	"$here/dashboard.sh" "$here/../../exporter/prometheus" "$metrics"

port=$(free_port) tls=$(free_port) prometheus=$(free_port)
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
	-keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
(umask 077 && echo 'scraper:a:pass word' >"$work/auth")
export_to --listen "127.0.0.1:$port"
plain=${pids[-1]}
export_to --listen "127.0.0.1:$tls" --tls-certificate "$work/cert.pem" --tls-key "$work/key.pem" \
	--auth "$work/auth"
export_to --listen "unix:$work/socket"

answers "a unix socket" 200 --unix-socket "$work/socket" http://x/metrics
answers "TLS with the password" 200 --cacert "$work/cert.pem" -u 'scraper:a:pass word' "https://127.0.0.1:$tls/metrics"
answers "TLS with another password" 401 --cacert "$work/cert.pem" -u 'scraper:a:pass' "https://127.0.0.1:$tls/metrics"
answers "TLS without" 401 --cacert "$work/cert.pem" "https://127.0.0.1:$tls/metrics"
answers "plain HTTP where there is TLS" 000 "http://127.0.0.1:$tls/metrics"
answers "another path" 404 "http://127.0.0.1:$port/etc/passwd"
answers "POST" 405 -d x "http://127.0.0.1:$port/metrics"
answers "HEAD" 200 -I "http://127.0.0.1:$port/metrics"

cat >"$work/prometheus.yml" <<EOF
global: { scrape_interval: 1s }
rule_files: [ '$(realpath "$here/../../exporter/prometheus/nestprof.rules.yml")' ]
scrape_configs:
  - job_name: plain
    static_configs: [ { targets: [ '127.0.0.1:$port' ] } ]
  - job_name: tls
    scheme: https
    tls_config: { ca_file: '$work/cert.pem' }
    basic_auth: { username: scraper, password: 'a:pass word' }
    static_configs: [ { targets: [ '127.0.0.1:$tls' ] } ]
EOF
try "promtool: the configuration" promtool check config "$work/prometheus.yml"
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/tsdb" \
	--web.listen-address="127.0.0.1:$prometheus" 2>"$work/prometheus.log" &
pids+=($!)

scraped() { # job
	[ "$(curl -s --max-time 5 -G "http://127.0.0.1:$prometheus/api/v1/query" --data-urlencode \
		"query=up{job=\"$1\"}" | jq -r '.data.result[0].value[1]')" = 1 ]
}
for job in plain tls; do
	wait_for scraped "$job" && same_numbers "$job"
done
curl -s "http://127.0.0.1:$prometheus/api/v1/targets" | jq -r '.data.activeTargets[].lastError' |
	grep . && complain "Prometheus has something against a page"
grep -E 'level=(warn|error)' "$work/prometheus.log" | grep -v 'memory limit\|GOMAXPROCS' &&
	complain "Prometheus complains"

# Clients that connect and say nothing; a flood; then one that is served.
for _ in $(seq 40); do
	sleep 30 <>"/dev/tcp/127.0.0.1/$port" &
	pids+=($!)
done
sleep 1
answers "after 40 clients that hang" 200 --retry 5 --retry-connrefused "http://127.0.0.1:$port/metrics"
before=$(awk '{ print $14 + $15 }' "/proc/$plain/stat")
for _ in $(seq 2000); do
	printf 'url = http://127.0.0.1:%s/metrics\noutput = /dev/null\n' "$port"
done >"$work/flood"
served=$(curl -s -K "$work/flood" -w '%{http_code}\n' --parallel --parallel-max 8 2>/dev/null | grep -c 200)
after=$(awk '{ print $14 + $15 }' "/proc/$plain/stat")
kb=$(awk '/VmHWM/ { print $2 }' "/proc/$plain/status")
echo "        $served of 2000 scrapes at once: $(((after - before) * 10)) ms of CPU; the exporter's peak: $kb kB"
[ "$kb" -le 20480 ] || complain "the exporter took $kb kB, more than 20 MiB"
answers "after a flood" 200 "http://127.0.0.1:$port/metrics"

# Told to end while it is flooded, with clients that hang.
curl -s -K "$work/flood" --parallel --parallel-max 8 >/dev/null 2>&1 &
flood=$!
sleep 0.2
kill -TERM "$plain"
for _ in $(seq 50); do
	kill -0 "$plain" 2>/dev/null || break
	sleep 0.1
done
try "it ends when it is told to, flooded or not" bash -c "! kill -0 $plain 2>/dev/null"
wait "$plain"
try "... without an error" [ $? -eq 0 ]
kill "$flood" 2>/dev/null
export_to --listen "127.0.0.1:$port"

# In $as: what runs it as another user.
refused() { # name, exit code, words, options
	local name=$1 code=$2 words=$3 got=0
	shift 3
	timeout 20 ${as:-} "$nestprof" export --recording "$recording" "$@" 2>"$work/said" || got=$?
	if [ "$got" = "$code" ] && grep -q "$words" "$work/said"; then
		echo "ok      $name"
	else
		complain "$name: exit code $got; $(cat "$work/said")"
	fi
}
refused "a port in use" 1 'Address already in use' --listen "127.0.0.1:$port"
refused "a socket in use" 1 'Address already in use' --listen "unix:$work/socket"
refused "open to other hosts" 2 'open to other hosts' --listen "0.0.0.0:$(free_port)"
refused "no address" 2 'cannot listen on' --listen example
refused "a certificate that is not there" 7 'No such file' --listen "127.0.0.1:$(free_port)" \
	--tls-certificate "$work/none" --tls-key "$work/key.pem"
refused "a certificate that is none" 7 'no certificate' --listen "127.0.0.1:$(free_port)" \
	--tls-certificate "$work/prometheus.yml" --tls-key "$work/key.pem"
chmod 600 "$work/key.pem"
if [ "$(id -u)" = 0 ] && setpriv --reuid 65534 --clear-groups test -r "$work/cert.pem"; then
	as="setpriv --reuid 65534 --clear-groups" refused "a key that may not be read" 7 'Permission denied' \
		--listen "127.0.0.1:$(free_port)" --tls-certificate "$work/cert.pem" --tls-key "$work/key.pem"
else
	echo "skipped a key that may not be read: needs root, and a folder that others may enter"
fi
chmod o+r "$work/auth"
refused "a password that anybody can read" 2 'anybody can read' --auth "$work/auth"
exit $failed

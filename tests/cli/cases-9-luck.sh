# SPDX-License-Identifier: GPL-2.0-only
# Output that nobody takes, and terminals that know nothing but ASCII.
data=$here/data

stdout=/dev/full
for args in "--help" "--version" "doctor" "doctor --json" "stat --help" \
	"report $data/web.rec" "report --json $data/web.rec" "report --csv $data/web.rec" \
	"report --html $data/result.json" "report --html $data/web.rec" \
	"advise $data" "advise --json $data" "compare $data $data" "convert $data/web.rec"; do
	# shellcheck disable=SC2086
	check "$args, onto a full disk" 8 err='cannot write' errlines=1 -- $args
done
stdout=

# Names of VMs are another matter: tests/unit/test_rows.c.
was=${LC_ALL:-}
export LC_ALL=C
beyond=$(printf '[\200-\377]')
for args in "--help" "doctor" "report $data/web.rec" "advise $data" "compare $data $data"; do
	# shellcheck disable=SC2086
	check "$args, in ASCII" 0,20,21,22 no="$beyond" -- $args
done
export LC_ALL="$was"
[ -n "$was" ] || unset LC_ALL

# Results and recordings of which there is little, or none.
head -c 4000 "$data/result.json" >"$work/cut.json"
echo '{}' >"$work/empty.json"
: >"$work/none.json"
head -c 300 "$data/web.rec" >"$work/cut.rec"
for option in --html --json; do
	check "report $option: a result that was cut off" 1,2,7 err='.' errlines=1 no='</html>' -- \
		report $option "$work/cut.json"
done
check "report --html: a result of nothing" 1 err='schema is missing' errlines=1 -- \
	report --html "$work/empty.json"
check "report --html: an empty file" 7 err='none.json is no recording' errlines=1 -- \
	report --html "$work/none.json"
check "report --html: a recording that was cut off in its head" 7 err='cut.rec' errlines=1 -- \
	report --html "$work/cut.rec"
head -c 5000 "$data/web.rec" >"$work/cut.rec"
check "report --html: a recording that was cut off" 14 out='</html>' err='cut off' -- \
	report --html "$work/cut.rec"

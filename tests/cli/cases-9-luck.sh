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

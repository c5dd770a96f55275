# SPDX-License-Identifier: GPL-2.0-only
# Run in the lab's L0 (nestprof lab --l0-command), after caps.mk has put a line in front
# that sets $with_caps: stat and record as nobody with CAP_BPF and CAP_PERFMON, beside root's and
# ftrace's hist triggers. What it leaves in /out is judged by check_caps.c.
instance=/sys/kernel/tracing/instances/check
events="kvm_exit:exit_reason kvm_nested_vmexit:exit_reason kvm_nested_vmexit_inject:exit_code kvm_nested_vmenter:isa"
nestprof=$(command -v nestprof)
bpf=8000000000
perfmon=4000000000
both=c000000000

give_up() { # why
	echo "caps.sh: $1"
	cat /out/*.err
	exit 1
}

wait_for() { # pattern file
	tries=0
	until grep -q "$1" "$2" 2>/dev/null; do
		usleep 20000
		[ $((tries += 1)) -lt 3000 ] || give_up "$2 has no $1"
	done
}

# Until so many programs of it are in.
attached() { # PID, programs
	tries=0
	until [ "$(ls -l /proc/$1/fd | grep -cE "bpf_link|bpf-raw|perf_event")" -ge $2 ]; do
		usleep 20000
		[ $((tries += 1)) -lt 3000 ] || give_up "$1 does not attach"
	done
}

run_as() { # name, capabilities, options
	name=$1
	mask=$2
	shift 2
	/tmp/with_caps $mask "$nestprof" stat "$@" >"/out/$name" 2>"/out/$name.err"
	echo $? >"/out/$name.status"
}

tell() { # line
	n=$((n + 1))
	echo "$1" >&3
	tries=0
	until [ "$(grep -c "^@np [frse]" /out/l1.log)" -gt $n ]; do
		usleep 20000
		[ $((tries += 1)) -lt 3000 ] || give_up "no answer to $1"
	done
}

echo "$with_caps" | base64 -d >/tmp/with_caps
chmod +x /tmp/with_caps
modprobe kvm_intel nested=1 enable_shadow_vmcs=0 || exit 1
# Where modules have no BTF, as in 5.10, a hook is a probe, and maps are locked memory (docs/stat.md).
[ -e /sys/kernel/btf/kvm ] || {
	echo 2 >/proc/sys/kernel/perf_event_paranoid
	ulimit -l unlimited
}
run_as only_bpf $bpf
run_as only_perfmon $perfmon
run_as none 0
mkdir $instance
nestprof stat -a --fast-path --json >/out/root.json 2>/out/root.json.err &
root=$!
/tmp/with_caps $both "$nestprof" stat -a --fast-path --shadow-sync --json \
	>/out/caps.json 2>/out/caps.json.err &
caps=$!
/tmp/with_caps $both "$nestprof" stat -a --counts-only -I 1 --json \
	>/out/counts.json 2>/out/counts.json.err &
counts=$!
/tmp/with_caps $both "$nestprof" record -a -o - >/out/caps.rec 2>/out/caps.rec.err &
record=$!
/tmp/with_caps $both "$nestprof" record -a --fields -o /dev/null >/out/fields 2>/out/fields.err
echo $? >/out/fields.status
attached $root 3
attached $caps 3
attached $record 3
wait_for interval /out/counts.json
usleep 200000
for e in $events; do
	[ ! -e $instance/events/kvm/${e%:*}/hist ] ||
		echo "hist:keys=${e#*:}" >>$instance/events/kvm/${e%:*}/trigger
done
mkfifo /tmp/l1
qemu-system-x86_64 -name guest=micro -M microvm,acpi=off,rtc=on -accel kvm -cpu host -m 64 \
	-nodefaults -no-user-config -display none -serial stdio -no-reboot \
	-kernel /boot/micro </tmp/l1 >/out/l1.log 2>/out/l1.log.err &
qemu=$!
exec 3>/tmp/l1
wait_for "@np ready" /out/l1.log
n=0
run_as other $both -p $qemu -d 0.2
tell "run cpuid 300"
tell "fail 400a ff 3"
tell "fail 2800 1 2"
tell "run pio 50"
tell "run vmcall 100"
echo quit >&3
wait $qemu
exec 3>&-
sleep 1
kill -INT $root $caps $counts $record
wait $root $caps $counts $record
for e in $events; do
	[ ! -e $instance/events/kvm/${e%:*}/hist ] || {
		cat $instance/events/kvm/${e%:*}/hist >/out/hist.${e%:*}
		echo "!hist:keys=${e#*:}" >>$instance/events/kvm/${e%:*}/trigger
	}
done
rmdir $instance

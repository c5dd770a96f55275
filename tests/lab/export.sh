#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# Run in the lab's L0 (nestprof lab --l0-command), with the exporter and its libraries, which L0
# lacks, behind the last line: it serves what stat counts beside it. Judged by export_judge.sh.
lines=@lines@

# A moment of emulated time is many of ours: look often, but not for ever.
wait_for() { # pattern file
	tries=0
	until grep -q "$1" "$2" 2>/dev/null || [ $tries -ge 1000 ]; do
		usleep 20000
		tries=$((tries + 1))
	done
}

mkdir /tmp/exporter
tail -n +$((lines + 1)) "$0" | tar xz -C /tmp/exporter || exit 1
modprobe kvm_intel nested=1 enable_shadow_vmcs=0 || exit 1
ifconfig lo 127.0.0.1 up
mkfifo /tmp/in

echo "export.sh: stat and the exporter"
nestprof stat --json >/out/stat.json 2>/out/stat.err &
stat=$!
LD_LIBRARY_PATH=/tmp/exporter /tmp/exporter/nestprof-exporter --max-vcpus @vcpus@ \
	2>/out/exporter.err &
exporter=$!
wait_for serving /out/exporter.err
tries=0
until [ "$(ls -l "/proc/$stat/fd" | grep -cE "bpf_link|bpf-raw|perf_event")" -ge 2 ] || [ $tries -ge 500 ]; do
	usleep 20000
	tries=$((tries + 1))
done

echo "export.sh: L1"
qemu-system-x86_64 -name guest=web,debug-threads=on -uuid 12345678-1234-1234-1234-123456789abc \
	-M microvm,acpi=on,ioapic2=off,rtc=on -bios qboot.rom -accel kvm,kernel-irqchip=on \
	-cpu host -m 256 -nodefaults -no-user-config -display none -serial stdio -no-reboot \
	-kernel /boot/vmlinux -initrd /boot/l1.cpio \
	-append "console=ttyS0,115200 quiet mitigations=off nokaslr tsc=reliable no_timer_check cryptomgr.notests initcall_blacklist=load_system_certificate_list reboot=t panic=-1" \
	</tmp/in >/out/l1.log 2>&1 &
qemu=$!
exec 3>/tmp/in
wait_for "@np ready" /out/l1.log
echo "run cpuid 500" >&3
wait_for "@np result cpuid" /out/l1.log
# Boot and workload take L1 less than a second of emulated time: the counters of the start are
# fresh still, in which it is not.
sleep 1
wget -q -O /out/running http://127.0.0.1:9743/metrics
echo "run pio 50" >&3
wait_for "@np result pio" /out/l1.log
echo quit >&3
wait $qemu

# Its vCPU is gone, but not from what is told.
sleep 2
wget -q -O /out/ended http://127.0.0.1:9743/metrics
grep VmHWM "/proc/$exporter/status" >/out/memory
kill -INT $stat
wait $stat
kill -TERM $exporter
wait $exporter
echo $? >/out/exporter.status
exit 0

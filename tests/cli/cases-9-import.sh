# SPDX-License-Identifier: GPL-2.0-only
# Traces of perf and trace-cmd: report, fields, advise and convert on them.
corpus=$here/../fuzz/corpus-import

check "report: perf.data" 0 out='L2 exits' err='it has no nested events' -- report "$corpus/perf"
check "report: perf.data, compressed" 0 out='L2 exits' -- report "$corpus/perf-zstd"
check "report: trace.dat" 0 out='CPUID' err='which threads are one VM' -- report "$corpus/dat6"
check "report: trace.dat of version 7" 0 out='CPUID' -- report "$corpus/dat7-zlib"
check "report: lost events" 0 out='lost events: 3;' err='3 events or more were lost' -- report "$corpus/perf"
check "report: another VM of a trace" 7 err='no such virtual machine' -- report -p 1 "$corpus/perf"
for n in 600 1500 3000; do
	head -c $n "$corpus/dat6" >"$work/cut"
	check "report: a trace.dat of $n bytes" 7 err='at byte [0-9]+' errlines=1 -- report "$work/cut"
done
head -c 5500 "$corpus/dat6" >"$work/cut"
check "report: a trace.dat that was cut off" 14 out='L0 exits' err='cut off here, at byte' -- report "$work/cut"
printf '2ELIFREP01234567' >"$work/big"
check "report: a big-endian perf.data" 7 err='big-endian' -- report "$work/big"
check "fields: of a trace" 0 out='not traced' -- fields "$corpus/dat6"
check "fields: of a trace by site" 0 out='^0x[0-9a-f]+ +(read|write) +unknown .not traced.' -- fields --by site "$corpus/dat6"
check "fields: of a trace that lost events" 0 out='lost events: 3$' err='in no average' -- fields "$corpus/perf"
check "report: lost events, how many it does not tell" 0 err='does not tell how many; .* in no average' -- \
	report "$corpus/dat6-cpus-lost"
check "advise: of a trace" 7 err='recording or a trace' -- advise "$corpus/dat6"

check "convert --help" 0 out='^Usage: nestprof convert' errlines=0 -- convert --help
check "convert: no file" 2 err='which FILE' -- convert
check "convert: to what" 2 err="'xml' is none of" -- convert --to xml "$corpus/dat6"
check "convert: json" 0 out='"event":"kvm_exit"' -- convert --to json "$corpus/dat6"
check "convert: csv" 0 out='^ns,vm,pid,vcpu,cpu,event' -- convert --to csv "$corpus/dat6"
check "convert: timeline" 0 out='"traceEvents":\[' -- convert --to timeline "$corpus/dat6"
check "convert: recording" 0 -- convert --force -o "$work/a.rec" "$corpus/dat6"
check "convert: a file that exists" 2 err='--force' -- convert -o "$work/a.rec" "$corpus/dat6"
check "report: what was converted" 0 out='another tool recorded it' -- report "$work/a.rec"
check "convert: a recording" 0 out='"event":"kvm_exit"' -- convert --to json "$work/a.rec"
check "convert: no recording" 7 err='is no recording' -- convert --to json "$NESTPROF"

check "record --perf" 0 out="^perf record -a -e kvm:kvm_entry -e kvm:kvm_exit -e 'kvm:kvm_nested_\*'" -- record --perf
check "record --trace-cmd" 0 out='-o x.dat sleep 3$' -- record --trace-cmd -d 3 -o x.dat
check "record --perf --fields" 2 err='can do --fields' -- record --perf --fields

# SPDX-License-Identifier: GPL-2.0-only
# What is on the screen, and what the keys do to it.
summary_80='^L0 exits/s 9,062  L2 exits/s 909  L0 per L2 9.97  lost 0  tracing 0.12% CPU'

open_shell 80 24
start_top ""
see "$summary_80" '^all VMs .*by L0 exits, 1/s  every 0.2 s$' '^\(all\) +9,062 +909 +9.97 +100.0' \
	'^web +6,026 +604' '^Datenbank-für-Äpf[^ ]*~ +3,013' '^蛇蛇 +23' 'Enter in.*q end$'
verdict "VMs"

complaints=
keys Down Enter
see '^VM web \(PID 4711\) > vCPUs' '^\(all\) +web( +4711)? +6,026' '^0 +web( +4711)? +5,013' '^1 +web( +4711)? +1,013'
verdict "vCPUs of a VM"

complaints=
keys Down Enter
see '^VM web \(PID 4711\) > vCPU 0 > exits' '^\(all of L2.s\) +L2 +502 ' \
	'^CPUID +L2 +500 +[0-9.]+ +9.00 +7.00 +1.00 +1.00 .* 4,950$' \
	'^IO_INSTRUCTION +L2 +1 .*11.00 +9.00' "$summary_80"
verdict "exit reasons of a vCPU"

complaints=
keys Down Enter
see '> vCPU 0 > CPUID' '^\(all\) +9.00 +4,500 +100.0' '^VMREAD +7.00 +3,500 +77.8' \
	'^VMWRITE +1.00 +500' '^VMRESUME +1.00' 'to L1 500   kept by L0 0' \
	"L0, L2's exit, ns 700 .* L1, ns 450 .* L0, VMREAD/WRITE, ns 2,400" \
	'^L0, VM entry, ns 1,000   L0, into L2, ns 400' # the parts of 4,950
keys Enter # nothing is below
see '> vCPU 0 > CPUID'
verdict "what an exit costs"

complaints=
keys Left
see '> exits by reason'
keys BSpace
see 'VM web \(PID 4711\) > vCPUs' '^1 +web'
keys Escape
see '^all VMs  ' '^web +6,026'
keys Left Left Enter # the outermost; web is still selected
see 'VM web \(PID 4711\) > vCPUs'
verdict "and back"

complaints=
keys 2
see '^all VMs > vCPUs' '^0 +web' '^0 +Datenbank' '^3 +蛇蛇'
keys 3
see '^all VMs > all vCPUs > exits by reason' '^CPUID +L2 +901 '
keys 4
see 'all exits of L2' '^VMREAD +[67]\.[0-9]+ +6,343'
keys Left
see 'exits by reason'
verdict "all at any level"

first_line() { # regex: the line below "(all"
	screen
	grep -A 1 '^(all' "$work/screen" | tail -n 1 | grep -qE "$1"
}

complaints=
see 'by share, %'
until_true first_line '^CPUID' || complaint "CPUID is not first by share"
keys '>' # a column that there was no room for
see 'by to L1  ' '^exit reason .* L1 '
keys '>' '>'
see 'by L1.s exits, per exit  '
until_true first_line '^IO_INSTR' || complaint "IO_INSTRUCTION is not first by cost"
keys r
see 'by L1.s exits, per exit reversed'
until_true first_line '^EPT_VIOL' || complaint "EPT_VIOLATION is not first by cost, reversed"
keys '<' '<' '<' '<' '<' '<' '<' '<' '<' '<'
see 'by exit reason  '
until_true first_line '^CPUID' || complaint "CPUID is not first by name"
verdict "sort"

complaints=
keys / e p t
see '^only lines with: ept_' '^EPT_VIOLATION'
see_no '^CPUID'
keys BSpace BSpace BSpace i o
see 'only lines with: io_' '^IO_INST' '^EPT_VIOLATION'
keys Enter
see "only 'io'" 'q end$'
keys Escape
see_no "only 'io'"
see '^CPUID' 'exits by reason'
keys / x q
see 'only lines with: xq_'
see_no '^CPUID'
keys Escape
see '^CPUID' 'q end$'
verdict "filter"

complaints=
keys '?'
see '^Keys' 'Enter, Right +into this line' 'counting goes on' '^  q  +end'
keys Down
see_no 'Enter, Right'
keys x
see "$summary_80"
verdict "help"

complaints=
keys +
see 'every 0.5 s'
keys - -
see 'every 0.1 s'
keys - +
see 'every 0.2 s'
verdict "interval"

complaints=
size 40 10
see '^L0/s 9062 L2/s 909 L0/L2 10.0 lost 0$' '^all VMs.*every 0.2 s$' '^CPUID +L2 +901' 'q end$'
[ "$(wc -L <"$work/screen")" -le 40 ] || complaint "lines of more than 40 columns"
size 200 50
see 'L0 exits per L2 exit 9.97   lost events 0   tracing 0.12 % of a CPU, 41 ns per run$' \
	'^exit reason .* VMREAD +VMWRITE +entry +rest +mean, ns +p50, ns +p99, ns +mean, ns$' '^CPUID .* 4,950 +4,927'
size 20 5
see '^too small: wants'
size 80 24
see "$summary_80" 'q end$'
verdict "resize"

complaints=
keys 1 Home Down Down Down Down Down Up # past the end, and one up
keys Enter
see 'Datenbank'
keys q
ends_with 0
verdict "the list ends"

# The figures rise with each interval: they must stand still, and go on from
# where the counters are then.
exits_per_s() {
	screen
	sed -n 's,^L0 exits/s \([0-9\,]*\) .*,\1,p' "$work/screen" | tr -d ,
}
complaints=
start_top rising
see '^L0 exits/s [0-9]+,[0-9]+'
keys p
see 'PAUSED$'
before=$(exits_per_s)
keys Down Enter
see 'VM Datenbank|VM web|VM 蛇蛇' 'PAUSED'
sleep 1.2
[ "$(exits_per_s)" = "$before" ] || complaint "the screen does not stand still"
keys p
see_no PAUSED
after=$(exits_per_s)
[ "${after:-0}" -gt $((${before:-0} + 3 * 4000)) ] || complaint "counting stood still: $before, $after"
keys q
ends_with 0
verdict "pause"

complaints=
start_top lost
see 'lost 1,234 '
keys q
ends_with 0
verdict "lost events"

colours() {
	tm capture-pane -e -p -t top | grep -qE "$(printf '\033')\[(1;)?3[0-7]m"
}
complaints=
start_top lost
see 'lost 1,234 '
colours || complaint "no colours"
keys q
ends_with 0
start_top lost "NO_COLOR=1"
see 'lost 1,234 '
! colours || complaint "colours with NO_COLOR set"
keys q
ends_with 0
verdict "colours, and NO_COLOR"
complaints=

# SPDX-License-Identifier: GPL-2.0-only
# The untraced round trip of each workload: single level, nested with shadow
# VMCS (or what else is switched) off, nested with it on.
# gnuplot -c round_trip.gp PLOTS DATA FILE svg|png

data = ARG2
file = ARG3
kind = ARG4
load ARG1.'/common.gp'

set title 'Round trip of an exit: single level, and nested with '.switched.' off and on' font ',14'
set ylabel time_axis.(log_scale ? ', log scale' : '')
set xtics scale 0 font ',12'
set xrange [-1.8 : 3.5 * nr_workloads - 1.7]
set format y '%.0f'
if (log_scale) {
	set logscale y
	set yrange [floor_of_bars : 2 * longest]
} else {
	set yrange [0 : *]
	set offsets 0, 0, graph 0.08, 0
}
value_font = nr_workloads > 3 ? ',9' : ',11'

times = data.'/round_trip.dat'
array name[3] = ['single level', 'nested, off', 'nested, on']
array colour[3] = [8, 1, 2]

plot for [i = 1 : 3] times using ($1 + i - 2):(column(2 * i + 2)) \
		with boxes lt colour[i] title name[i], \
	for [i = 1 : 3] times using ($1 + i - 2):(column(2 * i + 2)):(stringcolumn(2 * i + 3)) \
		with labels offset 0, 0.7 font value_font notitle, \
	times using 1:(floor_of_bars):xtic(2) with points pt -1 notitle, \
	times using 1:(floor_of_bars * 1.001):3 with labels offset 0, -2.4 font ',10' notitle

# SPDX-License-Identifier: GPL-2.0-only
# The untraced round trip of each workload: single level, nested with shadow
# VMCS (or what else is switched) off, nested with it on.
# gnuplot -c round_trip.gp PLOTS DATA FILE svg|png

plots = ARG1
data = ARG2
file = ARG3
kind = ARG4
rows = data.'/round_trip.dat'
per_row = 20
load plots.'/rows.gp'

set title 'Round trips: single level, and nested with '.switched.' off and on' font ',14'
set xlabel time_axis.(log_scale ? ', log scale' : '')
set format x '%.0s %c'
set yrange [lowest + 2 : -2]
if (log_scale) {
	set logscale x
	# two parts of seven for what stands behind the bars
	set xrange [floor_of_bars : longest * (longest / floor_of_bars) ** 0.4]
} else {
	set xrange [0 : 1.35 * longest]
}
array name[3] = ['single level', 'nested, off', 'nested, on']
array colour[3] = [8, 1, 2]

plot for [i = 1 : 3] rows using (floor_of_bars):1:(floor_of_bars):(column(2 * i + 2)): \
		($1 + i - 2.45):($1 + i - 1.55) with boxxyerror lt colour[i] title name[i], \
	for [i = 1 : 2] rows using (column(2 * i + 2)):($1 + i - 2):(stringcolumn(2 * i + 3)) \
		with labels left offset 0.5, 0 font ',9' notitle, \
	rows using 8:($1 + 1):(stringcolumn(9).(strlen(stringcolumn(3)) ? \
		'   ('.stringcolumn(3).')' : '')) with labels left offset 0.5, 0 font ',9' notitle, \
	rows using (floor_of_bars):1:ytic(2) with points pt -1 notitle

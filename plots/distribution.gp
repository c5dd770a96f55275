# SPDX-License-Identifier: GPL-2.0-only
# How the round trips of a workload are distributed, shadow VMCS off above on.
# gnuplot -c distribution.gp PLOTS DATA FILE svg|png

plots = ARG1
data = ARG2
file = ARG3
kind = ARG4
rows = data.'/distribution.dat'
per_row = 20
stats rows using 9 nooutput name 'L'
load plots.'/rows.gp'

set title 'How long an exit that L1 handled takes, '.switched.' off (above) and on' font ',14'
set xlabel 'round trip while it was timed, µs of L0''s clock (log scale); lines: 1 % to 99 %'
set logscale x
set xrange [* : 1.5 * L_max]
set format x '%.0f'
is(arm, c) = strcol(2) eq arm ? column(c) : NaN
array arm[2] = ['off', 'on']

plot for [i = 1 : 2] rows using (is(arm[i], 6)):1:(is(arm[i], 4)):(is(arm[i], 8)) \
		with xerrorbars lt i lw 1.5 pt -1 notitle, \
	for [i = 1 : 2] rows using (is(arm[i], 6)):1:(is(arm[i], 5)):(is(arm[i], 7)): \
		($1 - 0.33):($1 + 0.33) with boxxyerror lt i title arm[i].': 10 % to 90 %', \
	rows using 6:1:(0):(0.33) with vectors nohead lc rgb '#000000' lw 2 notitle, \
	rows using 6:1:(0):(-0.33) with vectors nohead lc rgb '#000000' lw 2 title 'median', \
	rows using 9:1 with points pt 7 ps 0.6 lc rgb '#000000' title 'longest', \
	rows using 4:($1 + (strcol(2) eq 'off' ? 0.5 : -0.5)):ytic(3) with points pt -1 notitle

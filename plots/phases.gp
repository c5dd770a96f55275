# SPDX-License-Identifier: GPL-2.0-only
# Where the time of a round trip goes: phases one behind another, off above on.
# gnuplot -c phases.gp PLOTS DATA FILE svg|png

plots = ARG1
data = ARG2
file = ARG3
kind = ARG4
rows = data.'/phases.dat'
per_row = 22
load plots.'/rows.gp'

set title 'Where the time of an exit that L1 handled goes, '.switched.' off (above) and on' font ',14'
set xlabel '% of the mean round trip with '.switched.' off; behind the bars that mean in µs of L0''s clock'
set xrange [0 : 112]
set xtics 0, 20, 100
set format x '%.0f'
first = 4
end(c) = sum [k = first : first + c - 1] column(k)
start(c) = c == 1 ? 0 : end(c - 1)
array colour[6] = [1, 2, 5, 3, 8, 6]

plot for [c = 1 : 6] rows using (start(c)):1:(start(c)):(end(c)):($1 - 0.42):($1 + 0.42) \
		with boxxyerror lt colour[c] title phase[c], \
	rows using (end(6)):1:(sprintf('%s: %.1f', strcol(2), $10)) \
		with labels left offset 0.5, 0 font ',9' notitle, \
	rows using (0):($1 + (strcol(2) eq 'off' ? 0.5 : -0.5)):ytic(3) with points pt -1 notitle

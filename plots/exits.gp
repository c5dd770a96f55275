# SPDX-License-Identifier: GPL-2.0-only
# L0 exits per L2 exit, one behind another by reason, off above on.
# gnuplot -c exits.gp PLOTS DATA FILE svg|png

plots = ARG1
data = ARG2
file = ARG3
kind = ARG4
rows = data.'/exits.dat'
per_row = 22
load plots.'/rows.gp'

set title 'What L1 causes in L0 for each exit of L2, '.switched.' off (above) and on' font ',14'
set xlabel 'L0 exits caused by L1, per L2 exit'
set xrange [0 : *]
set offsets 0, graph 0.1, 0, 0

first = 3				# column of the first reason
columns = nr_reasons + has_others
colour(c) = c > nr_reasons ? 8 : c
end(c) = c == 0 ? 0 : sum [k = first : first + c - 1] column(k)
total = nr_reasons + first + 1

plot for [c = 1 : columns] rows index 0 using (end(c - 1)):1:(end(c - 1)):(end(c)): \
		($1 - 0.42):($1 + 0.42) with boxxyerror lt colour(c) title reason[c], \
	rows index 0 using (column(total)):1:(sprintf('%s: %.2f', strcol(2), column(total))) \
		with labels left offset 0.5, 0 font ',9' notitle, \
	rows index 1 using (0):1:ytic(2) with points pt -1 notitle

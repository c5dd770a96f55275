# SPDX-License-Identifier: GPL-2.0-only
# L0 exits per L2 exit, stacked by reason, off beside on.
# gnuplot -c exits.gp PLOTS DATA FILE svg|png

data = ARG2
file = ARG3
kind = ARG4
load ARG1.'/common.gp'

set title 'What L1 causes in L0 for each exit of L2, '.switched.' off and on' font ',14'
set ylabel 'L0 exits caused by L1, per L2 exit'
set xtics scale 0
set xrange [-0.8 : 2.5 * nr_workloads - 0.7]
set yrange [0 : *]
set offsets 0, 0, graph 0.08, 0

exits = data.'/exits.dat'
first = 3				# column of the first reason
columns = nr_reasons + has_others
colour(c) = c > nr_reasons ? 8 : c
height(c) = sum [k = first : first + c - 1] column(k)

# From the highest of the stack to the lowest: the legend in the stack's order.
plot for [c = columns : 1 : -1] exits index 0 using 1:(height(c)):xtic(2) \
		with boxes lt colour(c) title reason[c], \
	exits index 0 using 1:(column(nr_reasons + first + 1)): \
		(sprintf('%.2f', column(nr_reasons + first + 1))) \
		with labels offset 0, 0.7 notitle, \
	exits index 1 using 1:(0):2 with labels offset 0, -2.2 font ',12' notitle

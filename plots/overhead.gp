# SPDX-License-Identifier: GPL-2.0-only
# Overhead over a guest, shadow VMCS off and on, beside the same in The Turtles Project.
# gnuplot -c overhead.gp PLOTS DATA FILE svg|png

plots = ARG1
data = ARG2
file = ARG3
kind = ARG4
rows = data.'/overhead.dat'
per_row = 56
stats rows using ($4 > 0 ? $4 : 1e9) nooutput name 'H'
stats rows using ($6 > 0 ? $6 : 1e9) nooutput name 'P'
load plots.'/rows.gp'
set lmargin 26

set title 'What nesting adds to a plain guest, '.switched.' off and on' font ',14'
set xlabel 'overhead over a guest, % (log scale)'
set logscale x
set format x '%.0f'
from = 10 ** floor(log10(P_min < H_min ? P_min : H_min))
set xrange [from : *]
array what[4] = ['off', 'on', 'off, Turtles 2010', 'on, Turtles 2010']
array colour[4] = [1, 2, 6, 4]
middle(i) = $1 + (i - 2.5) * 0.21
number(c) = column(c) < 100 ? sprintf('%.1f', column(c)) : sprintf('%.0f', column(c))

plot for [i = 1 : 4] rows using (from):(column(1) + (i - 2.5) * 0.21):(from):(column(i + 2)): \
		(column(1) + (i - 3) * 0.21):(column(1) + (i - 2) * 0.21) \
		with boxxyerror lt colour[i] title what[i], \
	for [i = 1 : 4] rows using (column(i + 2)):(column(1) + (i - 2.5) * 0.21): \
		(column(i + 2) == column(i + 2) ? number(i + 2) : '') \
		with labels left offset 0.4, 0 font ',8' notitle, \
	rows using (from):1:ytic(2) with points pt -1 notitle

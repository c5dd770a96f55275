# SPDX-License-Identifier: GPL-2.0-only
# What L1 exits to L0 for, per exit of L2, by the reason of L2's exit; those with
# the most exits of L0 first.
# gnuplot -c l2_reasons.gp PLOTS DATA FILE svg|png

data = ARG2
file = ARG3
kind = ARG4
load ARG1.'/common.gp'

set title 'What L1 causes in L0 for each exit of L2, by its reason' font ',14'
# At the left, where a narrow screen begins.
set key top left outside horizontal Left reverse samplen 1.2 maxrows 1
set tmargin 6.5
set ylabel 'L0 exits caused by L1, per L2 exit'
set xtics scale 0 rotate by -20
set xrange [-0.7 : *]
set yrange [0 : *]
set offsets 0, 0.7, graph 0.08, 0

bars = data.'/l2_reasons.dat'
array part[4] = ['VMREAD', 'VMWRITE', 'VM entry', 'rest']
height(c) = sum [k = 3 : c + 2] column(k)

plot for [c = 4 : 1 : -1] bars using 1:(height(c)):xtic(2) \
		with boxes lt (c == 4 ? 8 : c) title part[c], \
	bars using 1:7:(sprintf('%.2f', column(7))) with labels offset 0, 0.7 notitle

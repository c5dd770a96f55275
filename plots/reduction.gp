# SPDX-License-Identifier: GPL-2.0-only
# What shadow VMCS removes of a workload's overhead, against how often its L2 exits.
# gnuplot -c reduction.gp PLOTS DATA FILE svg|png

data = ARG2
file = ARG3
kind = ARG4
width = 1000
load ARG1.'/common.gp'

set title 'What '.switched.' removes of the nesting overhead, and how often L2 exits' font ',14'
set xlabel 'exits of L2 per million ticks, '.switched.' off'
set ylabel 'removed of the overhead, %'
set xrange [0 : *]
set offsets 0, graph 0.15, graph 0.08, graph 0.08
set bmargin 9
set grid xtics ytics lt 1 dt 1 lc rgb '#dddddd' lw 0.7
unset key
points = data.'/reduction.dat'

plot points using 1:2 with points pt 7 ps 1.4 lc rgb '#0072b2', \
	points using 1:($3 == 0 ? $2 : NaN):4 with labels left offset 1, 0 font ',10', \
	points using 1:($3 == 1 ? $2 : NaN):4 with labels right offset -1, 0 font ',10', \
	points using 1:($3 == 2 ? $2 : NaN):4 with labels center offset 0, 0.9 font ',10', \
	points using 1:($3 == 3 ? $2 : NaN):4 with labels center offset 0, -0.9 font ',10'

# SPDX-License-Identifier: GPL-2.0-only
# Charts whose workloads are below one another: as high as they are many, so that
# each stays legible on a page. Wants `rows` (their data), `per_row` (pixels) and `plots`.

stats rows index 0 using 1 nooutput
lowest = STATS_max
nr_bars = STATS_records
width = 1000
height = 290 + per_row * (lowest + 1)
load plots.'/common.gp'

set ytics scale 0
set grid noytics xtics lt 1 dt 1 lc rgb '#dddddd' lw 0.7
set yrange [lowest + 0.8 : -0.8]
set key top center outside horizontal Left reverse samplen 1.2 maxrows 2
set bmargin 8.5
set tmargin 6.5
set lmargin 19

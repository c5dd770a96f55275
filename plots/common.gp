# SPDX-License-Identifier: GPL-2.0-only
# What the charts have in common; wants `data` (the folder), `file` (to write)
# and `kind` ("svg" or "png") to be set. vars.gp is analysis/charts.c's.

load data.'/vars.gp'

if (!exists('width')) {
	width = nr_workloads > 5 ? 200 * nr_workloads : 1000
}
if (!exists('height')) {
	height = 600
}
if (kind eq 'svg') {
	set terminal svg size width, height dynamic background '#ffffff' \
		font 'DejaVu Sans,11' fontscale 1.25
} else {
	if (strstrt(GPVAL_TERMINALS, 'pngcairo')) {
		set terminal pngcairo size width, height font 'DejaVu Sans,11'
	} else {
		set terminal png size width, height font 'DejaVu Sans' 11
	}
}
set termoption noenhanced
set output file
set encoding utf8

# Okabe and Ito's colours, told apart by all kinds of colour vision; from dark
# to light and back, so that neighbours differ in grey print too.
set linetype 1 lc rgb '#0072b2'
set linetype 2 lc rgb '#e69f00'
set linetype 3 lc rgb '#009e73'
set linetype 4 lc rgb '#f0e442'
set linetype 5 lc rgb '#d55e00'
set linetype 6 lc rgb '#56b4e9'
set linetype 7 lc rgb '#cc79a7'
set linetype 8 lc rgb '#bbbbbb'

set datafile missing 'NaN'
set style fill solid 1.0 border lc rgb '#303030'
set boxwidth 0.9
set border 3 lc rgb '#303030'
set tics nomirror out textcolor rgb '#202020'
set grid ytics lt 1 dt 1 lc rgb '#dddddd' lw 0.7
set key outside right top vertical Left reverse samplen 1.5 spacing 1.25
if (kind eq 'svg') {
	set key width 5		# svg takes letters for narrower than they are
}
set bmargin 8.5
set tmargin 4
set label 101 caption_1 at screen 0.015, character 3.4 left font ',9'
set label 102 caption_2 at screen 0.015, character 2.1 left font ',9'
set label 103 caption_3 at screen 0.015, character 0.8 left font ',9'

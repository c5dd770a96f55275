#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# turtles_doc.sh NESTPROF RESULTS UARCH DOCS KERNEL...: a page with charts of each kernel's
# latest result, and of the first one's against each other's.
set -eu
nestprof=$1 results=$2 uarch=$3 docs=$4
shift 4
mkdir -p "$docs"

result() { # kernel
	echo "$results/$1/latest"
}

# What the result says of itself: a key of .environment.
fact() { # kernel key
	sed -n "s/^ *\"$2\": \"\\(.*\\)\",*$/\\1/p" "$(result "$1")/result.json" | head -n 1
}

chart() { # kernel name text
	cp "$(result "$1")/$2.png" "$docs/$1-$2.png"
	printf '![%s](%s-%s.png)\n\n' "$3" "$1" "$2"
}

page() { # kernel
	printf '# The Turtles report: the lab, kernel %s\n\n' "$1"
	printf 'Made by `make turtles`; [turtles.md](../turtles.md) explains the columns and the model.\n\n'
	printf 'L0 is %s, L1 %s, the CPU Bochs'"'"'s %s. ' "$(fact "$1" l0_kernel)" \
		"$(fact "$1" l1_kernel)" "$(fact "$1" emulated_cpu)"
	printf 'Times are in instructions, unless they are said to be modelled.\n\n'
	printf '```\n'
	"$nestprof" report --turtles --uarch "$uarch" "$(result "$1")" | sed 1d
	printf '```\n\n'
	chart "$1" overhead "Overhead over a guest, shadow VMCS off and on, beside the paper's"
	chart "$1" round_trip 'Round trips: single level, nested with shadow VMCS off and on'
	chart "$1" exits 'L0 exits per L2 exit, by reason, shadow VMCS off and on'
	chart "$1" reduction 'What shadow VMCS removes of the overhead, and how often L2 exits'
	chart "$1" phases 'Where the time of an exit goes'
	chart "$1" distribution 'Percentiles of round trips'
}

# 15 is compare's word for: something got worse.
against() { # old new
	printf '# Kernel %s against %s as L0\n\n' "$1" "$2"
	printf 'Made by `make turtles`: `nestprof compare --format markdown` of the two results. '
	printf '[compare.md](../compare.md) says what is compared; less is better.\n\n'
	"$nestprof" compare --format markdown "$(result "$1")" "$(result "$2")" 2>/dev/null ||
		[ $? -eq 15 ]
}

first=$1
for kernel; do
	page "$kernel" >"$docs/$kernel.md"
	[ "$kernel" = "$first" ] || against "$first" "$kernel" >"$docs/$first-$kernel.md"
done

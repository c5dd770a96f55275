# SPDX-License-Identifier: GPL-2.0-only
# The Trace Event Format, as far as a timeline uses it: names of processes and threads, and
# complete events; a track for each thread that was named, and none besides.
def number: type == "number" and . >= 0;
def meta: .ph == "M" and (.name | IN("process_name", "thread_name")) and (.pid | number)
	and (.args.name | type == "string");
def slice: .ph == "X" and (.name | startswith("L")) and (.cat | IN("L0", "L1", "L2"))
	and ([.ts, .dur, .pid, .tid] | all(number));
.displayTimeUnit == "ns" and (.traceEvents | any(slice) and any(meta) and all(meta or slice))
	and ([.traceEvents[] | select(.ph == "M" and .name == "thread_name") | [.pid, .tid]]
		== ([.traceEvents[] | select(.ph == "X") | [.pid, .tid]] | unique))

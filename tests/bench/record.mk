# SPDX-License-Identifier: GPL-2.0-only
# Whether record keeps up with a source of events that leaves no CPU idle: as
# root, on any kernel since 5.17.
SOURCE := $(B)/tests/bench/record_source

$(SOURCE).bpf.o: tests/bench/record_source.bpf.c $(wildcard bpf/*.h)
	@mkdir -p $(@D)
	$(CLANG) -target bpf -mcpu=v3 -O2 -g -Wall -Werror -I. \
		-I/usr/include/$(shell $(CC) -print-multiarch) -c $< -o $@.tmp
	$(BPFTOOL) gen object $@ $@.tmp
$(SOURCE).skel.h: $(SOURCE).bpf.o
	$(BPFTOOL) gen skeleton $< name record_source > $@.tmp && mv $@.tmp $@
$(B)/tests/bench_record: $(SOURCE).skel.h

.PHONY: bench-record
bench-record: $(B)/tests/bench_record
	cd $(B) && tests/bench_record

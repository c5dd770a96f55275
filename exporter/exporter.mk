# SPDX-License-Identifier: GPL-2.0-only
# The program behind nestprof export: alone in needing an HTTP library. It has room for more vCPUs
# than the others, and keeps less of each (bpf/room.h): the BPF programs, and all that may know how
# their memory looks, are compiled once more for it.
LEAN     := $(B)/lean
LEAN_SRC := $(wildcard exporter/*.c collector/*.c collector/stat/*.c collector/record/playback.c \
	    analysis/*.c analysis/export/*.c analysis/recording/*.c analysis/import/*.c)
LEAN_OBJ := $(patsubst %.c,$(LEAN)/%.o,$(filter-out collector/main.c,$(LEAN_SRC)))
LEAN_LIB := $(B)/libnestprof-lean.a
# Of the others' libraries it needs few, and each one takes memory.
EXPORTER_LIBS = -Wl,--as-needed $(shell pkg-config --libs libmicrohttpd) $(PKG_LIBS)
LEAN_SKEL := $(LEAN)/bpf/nested.skel.h $(LEAN)/bpf/nested_at.skel.h

all: $(B)/nestprof-exporter
$(B)/nestprof-exporter: $(LEAN)/exporter/main.o $(LEAN_LIB) $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) $^ -o $@ $(EXPORTER_LIBS)
$(LEAN_LIB): $(LEAN_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^
$(LEAN)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) -DNP_LEAN -I$(LEAN) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) -c $< -o $@
$(LEAN_OBJ): | $(LEAN_SKEL) $(SKELETONS)

# What of the units' tests is about that memory is tried with it this way, too.
LEAN_TESTS := $(patsubst %,$(LEAN)/tests/%,test_session_at test_export test_fsm_model)
TESTS += $(LEAN_TESTS)
$(LEAN)/tests/%: tests/unit/%.c $(LEAN_LIB) $(LIB)
	@mkdir -p $(@D)
	$(CC) -DNP_LEAN -I$(LEAN) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) $(LDFLAGS) $(filter %.c %.a,$^) \
		-o $@ -lcmocka $(PKG_LIBS)

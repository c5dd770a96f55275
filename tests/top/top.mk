# SPDX-License-Identifier: GPL-2.0-only
# nestprof top on a real screen: tmux's.
$(B)/tests/scripted: tests/top/scripted.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) $(LDFLAGS) $(filter %.c %.a,$^) -o $@ $(PKG_LIBS)

.PHONY: check-top
tests: $(B)/tests/scripted
check: check-top
check-top: $(B)/tests/scripted
	@command -v tmux >/dev/null || { echo "make check-top: apt-get install tmux" >&2; exit 1; }
	tests/top/run.sh $(B)/tests/scripted

# SPDX-License-Identifier: GPL-2.0-only
# The program behind nestprof export: alone in needing an HTTP library.
EXPORTER := $(patsubst %.c,$(B)/%.o,$(wildcard exporter/*.c))

all: $(B)/nestprof-exporter
$(B)/nestprof-exporter: $(EXPORTER) $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) $^ -o $@ $(shell pkg-config --libs libmicrohttpd) $(PKG_LIBS)

# SPDX-License-Identifier: GPL-2.0-only
# Manual pages, completions, make install and uninstall, packages. The binary
# finds what is its own from where it is itself: no path is compiled in.
prefix  ?= /usr/local
bindir   = $(prefix)/bin
libdir   = $(prefix)/lib/nestprof
datadir  = $(prefix)/share
ownshare = $(datadir)/nestprof
docdir   = $(datadir)/doc/nestprof
unitdir  = $(prefix)/lib/systemd/system
zshdir   = $(datadir)/zsh/site-functions

VERSION  := $(shell cat VERSION)
# The day of the newest version in the change log, so that pages are reproducible.
RELEASED := $(shell grep -om1 '[0-9]*-[0-9]*-[0-9]*' CHANGELOG.md)
COMMANDS := $(shell grep -o 'X.[a-z]*, "' collector/commands.h | tr -cd 'a-z\n')
PAGES    := $(B)/man/nestprof.1 $(COMMANDS:%=$(B)/man/nestprof-%.1)
COMPLETE := $(B)/completion/nestprof $(B)/completion/_nestprof

$(B)/describe: $(patsubst %.c,$(B)/%.o,$(wildcard packaging/describe/*.c)) $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) $^ -o $@ $(PKG_LIBS)
$(B)/man/nestprof.1: docs/man/nestprof.roff $(B)/describe CHANGELOG.md
	@mkdir -p $(@D)
	$(B)/describe man nestprof $(RELEASED) $< >$@.tmp && mv $@.tmp $@
$(B)/man/nestprof-%.1: docs/man/%.roff $(B)/describe CHANGELOG.md
	@mkdir -p $(@D)
	$(B)/describe man $* $(RELEASED) $< >$@.tmp && mv $@.tmp $@
$(B)/completion/nestprof: $(B)/describe
	@mkdir -p $(@D)
	$(B)/describe bash >$@.tmp && mv $@.tmp $@
$(B)/completion/_nestprof: $(B)/describe
	@mkdir -p $(@D)
	$(B)/describe zsh >$@.tmp && mv $@.tmp $@

.PHONY: man install uninstall check-man
man: $(PAGES) $(COMPLETE)
check: check-man
check-man: all man
	tests/cli/man.sh $(B) $(COMMANDS)

install: all man
	install -Dm755 -t $(DESTDIR)$(bindir) $(B)/nestprof
	install -Dm755 -t $(DESTDIR)$(libdir) $(B)/runner $(B)/guest $(B)/micro $(B)/nestprof-exporter
	install -Dm644 -t $(DESTDIR)$(libdir) $(B)/still_time.so
	install -Dm644 -t $(DESTDIR)$(ownshare)/plots plots/*.gp
	install -Dm644 -t $(DESTDIR)$(ownshare)/prometheus exporter/prometheus/*
	sed 's|@bindir@|$(bindir)|' exporter/nestprof-exporter.service >$(B)/nestprof-exporter.service
	install -Dm644 -t $(DESTDIR)$(unitdir) $(B)/nestprof-exporter.service
	install -Dm755 -t $(DESTDIR)$(ownshare)/workloads/lab workloads/lab/init
	install -Dm644 -t $(DESTDIR)$(datadir)/man/man1 $(PAGES)
	install -Dm644 -t $(DESTDIR)$(datadir)/bash-completion/completions $(B)/completion/nestprof
	install -Dm644 -t $(DESTDIR)$(zshdir) $(B)/completion/_nestprof
	install -Dm644 -t $(DESTDIR)$(docdir) README.md CHANGELOG.md docs/*.md
	install -Dm644 -t $(DESTDIR)$(docdir)/img docs/img/*

uninstall:
	rm -f $(DESTDIR)$(bindir)/nestprof \
		$(PAGES:$(B)/man/%=$(DESTDIR)$(datadir)/man/man1/%) \
		$(DESTDIR)$(datadir)/bash-completion/completions/nestprof \
		$(DESTDIR)$(zshdir)/_nestprof $(DESTDIR)$(unitdir)/nestprof-exporter.service
	rm -rf $(DESTDIR)$(libdir) $(DESTDIR)$(ownshare) $(DESTDIR)$(docdir)

# Of what is committed. The archive is the same, to the byte, wherever it is made.
DIST := $(B)/dist/nestprof-$(VERSION)
.PHONY: dist deb
dist:
	@mkdir -p $(B)/dist
	git archive --format=tar --prefix=nestprof-$(VERSION)/ HEAD | xz -9 -T1 >$(DIST).tar.xz
	cd $(B)/dist && sha256sum nestprof-$(VERSION).tar.xz >SHA256SUMS && cat SHA256SUMS

# The package is built of the tarball, so that the tarball is known to build.
deb: dist
	@command -v dh lintian >/dev/null || { echo "make deb: apt-get install debhelper lintian" >&2; exit 1; }
	rm -rf $(B)/deb
	mkdir -p $(B)/deb
	tar -C $(B)/deb -xf $(DIST).tar.xz
	cd $(B)/deb/nestprof-$(VERSION) && dpkg-buildpackage -b -us -uc
	@# The maintainers have no address in Debian's sense.
	lintian --fail-on error,warning --info --suppress-tags bogus-mail-host $(B)/deb/nestprof_*.changes
	cd $(B)/deb && sha256sum nestprof*_amd64.deb >SHA256SUMS && cat SHA256SUMS

# The package on a fresh Debian, by debootstrap, as root. NESTPROF_DEB_LAB=1: the lab from it, too.
.PHONY: check-deb
check-deb: deb
	packaging/check-deb.sh $(B)/deb/nestprof_*.deb $(B)/deb/nestprof-exporter_*.deb

# The picture of docs/architecture.md, kept beside its source; by graphviz.
docs/img/architecture.svg: docs/img/architecture.dot
	dot -Tsvg $< -o $@

# SPDX-License-Identifier: MIT
# What is installed where: the command with its manual and completion, and the core
# with its headers for those who embed it. DESTDIR stands before every path.

prefix ?= /usr/local
bindir = $(prefix)/bin
libdir = $(prefix)/lib
includedir = $(prefix)/include
datadir = $(prefix)/share
mandir = $(datadir)/man

MANUALS := $(wildcard docs/man/*.1)
PUBLIC_HEADERS := $(wildcard core/include/rootport/*.h)
COMPLETION := tools/completion/rootport.bash
PC := $(BUILD)/rootport.pc

install: $(LIBRARY) $(TOOL)
	@mkdir -p $(BUILD)
	@sed -e 's,@prefix@,$(prefix),' -e 's,@libdir@,$(libdir),' \
		-e 's,@includedir@,$(includedir),' -e 's,@version@,$(VERSION),' \
		core/rootport.pc.in > $(PC)
	install -d $(DESTDIR)$(bindir) $(DESTDIR)$(libdir)/pkgconfig \
		$(DESTDIR)$(includedir)/rootport $(DESTDIR)$(mandir)/man1 \
		$(DESTDIR)$(datadir)/bash-completion/completions
	install -m 755 $(TOOL) $(DESTDIR)$(bindir)
	install -m 644 $(LIBRARY) $(DESTDIR)$(libdir)
	install -m 644 $(PC) $(DESTDIR)$(libdir)/pkgconfig
	install -m 644 $(PUBLIC_HEADERS) $(DESTDIR)$(includedir)/rootport
	install -m 644 $(MANUALS) $(DESTDIR)$(mandir)/man1
	install -m 644 $(COMPLETION) $(DESTDIR)$(datadir)/bash-completion/completions/rootport

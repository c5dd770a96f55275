// SPDX-License-Identifier: GPL-2.0-only
#include "collector/lab/recipe.h"

#include <sha256.h>
#include <stdint.h>
#include <string.h>

/* Counts up when stage.c makes something else from the same packages. */
static const char version[] = "5";

const char recipe_kernel[] = "linux-image-cloud-amd64";

const struct recipe_package recipe_packages[] = {
	{ "qemu-system-x86", NULL, NULL },
	{ "busybox-static", NULL, NULL },
	{ "kmod", NULL, NULL },
	{ "bochs", NULL, NULL },
	{ "bochs-term", NULL, NULL },
	{ "bochsbios", NULL, NULL },
	{ "vgabios", NULL, NULL },
	{ "libarchive13", "libarchive.so.13", NULL },
	{ "libbpf1", "libbpf.so.1", NULL },
	{ "libelf1", "libelf.so.1", NULL },
	{ "libjansson4", "libjansson.so.4", NULL },
	{ "libkmod2", "libkmod.so.2", NULL },
	{ "libmd0", "libmd.so.0", NULL },
	{ "libncursesw6", "libncursesw.so.6", NULL },
	{ "libsmartcols1", "libsmartcols.so.1", NULL },
	{ "libtinfo6", "libtinfo.so.6", NULL },
	{ "libtraceevent1", "libtraceevent.so.1", NULL },
	{ "libxxhash0", "libxxhash.so.0", NULL },
	{ "libzstd1", "libzstd.so.1", NULL },
	{ "zlib1g", "libz.so.1", NULL },
	{ "linux-perf", NULL, "usr/bin/perf" },
	{ "trace-cmd", NULL, "usr/bin/trace-cmd" },
	{ NULL, NULL, NULL },
};

bool recipe_takes(const struct recipe_package *p, unsigned parts)
{
	return parts & IMAGE_TRACERS || !p->tracer;
}

static void add(SHA256_CTX *c, const char *text)
{
	/* With its NUL, so that the words cannot run into each other. */
	SHA256Update(c, (const uint8_t *)text, strlen(text) + 1);
}

void recipe_hash(unsigned parts, char out[65])
{
	SHA256_CTX c;

	SHA256Init(&c);
	add(&c, version);
	for (const struct recipe_package *p = recipe_packages; p->name; p++)
		if (recipe_takes(p, parts))
			add(&c, p->name);
	if (parts & IMAGE_QEMU)
		add(&c, "QEMU");
	SHA256End(&c, out);
}

void recipe_content_hash(const char *manifest, unsigned parts, char out[65])
{
	SHA256_CTX c;

	recipe_hash(parts, out);
	SHA256Init(&c);
	add(&c, out);
	add(&c, manifest);
	SHA256End(&c, out);
}

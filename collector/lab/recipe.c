// SPDX-License-Identifier: GPL-2.0-only
#include "collector/lab/recipe.h"

#include <sha256.h>
#include <stdint.h>
#include <string.h>

/* Counts up when stage.c makes something else from the same packages. */
static const char version[] = "5";

const char recipe_kernel[] = "linux-image-cloud-amd64";

const struct recipe_package recipe_packages[] = {
	{ "qemu-system-x86", NULL },
	{ "busybox-static", NULL },
	{ "kmod", NULL },
	{ "bochs", NULL },
	{ "bochs-term", NULL },
	{ "bochsbios", NULL },
	{ "vgabios", NULL },
	{ "libarchive13", "libarchive.so.13" },
	{ "libbpf1", "libbpf.so.1" },
	{ "libelf1", "libelf.so.1" },
	{ "libjansson4", "libjansson.so.4" },
	{ "libkmod2", "libkmod.so.2" },
	{ "libmd0", "libmd.so.0" },
	{ "libncursesw6", "libncursesw.so.6" },
	{ "libsmartcols1", "libsmartcols.so.1" },
	{ "libtinfo6", "libtinfo.so.6" },
	{ "libxxhash0", "libxxhash.so.0" },
	{ "libzstd1", "libzstd.so.1" },
	{ NULL, NULL },
};

static void add(SHA256_CTX *c, const char *text)
{
	/* With its NUL, so that the words cannot run into each other. */
	SHA256Update(c, (const uint8_t *)text, strlen(text) + 1);
}

void recipe_hash(char out[65])
{
	SHA256_CTX c;

	SHA256Init(&c);
	add(&c, version);
	for (const struct recipe_package *p = recipe_packages; p->name; p++)
		add(&c, p->name);
	SHA256End(&c, out);
}

void recipe_content_hash(const char *manifest, char out[65])
{
	SHA256_CTX c;

	recipe_hash(out);
	SHA256Init(&c);
	add(&c, out);
	add(&c, manifest);
	SHA256End(&c, out);
}

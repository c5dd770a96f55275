// SPDX-License-Identifier: GPL-2.0-only
#include "collector/kernel_image.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"

/* Offsets in a bzImage: Linux Documentation/arch/x86/boot.rst. */
enum {
	SETUP_SECTS = 0x1f1,
	HEADER_MAGIC = 0x202,
	HEADER_VERSION = 0x206,
	PAYLOAD_OFFSET = 0x248,
	PAYLOAD_LENGTH = 0x24c,
	HEADER_END = 0x268,
	PAYLOAD_SINCE = 0x208, /* the boot protocol that has the payload fields */
};

static uint32_t le32(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static int find_payload(const char *data, size_t size, const char **payload, size_t *length)
{
	uint32_t setup, offset, len;
	uint64_t start;

	if (size < HEADER_END || memcmp(data + HEADER_MAGIC, "HdrS", 4))
		return -ENOEXEC;
	if ((le32(data + HEADER_VERSION) & 0xffff) < PAYLOAD_SINCE)
		return -ENOEXEC;
	setup = (unsigned char)data[SETUP_SECTS] ? (unsigned char)data[SETUP_SECTS] : 4;
	offset = le32(data + PAYLOAD_OFFSET);
	len = le32(data + PAYLOAD_LENGTH);
	start = (uint64_t)(setup + 1) * 512 + offset;
	if (start > size || len > size - start)
		return -ENOEXEC;
	*payload = data + start;
	*length = len;
	return 0;
}

static int read_stream(struct archive *a, char *out, size_t size)
{
	size_t have = 0;

	while (have < size) {
		ssize_t n = archive_read_data(a, out + have, size - have);

		if (n <= 0)
			return -ENOEXEC;
		have += n;
	}
	return 0;
}

/* The payload ends in the size of what it holds; but for gzip, that is no part of the stream. */
static int decompress(const char *payload, size_t length, char **out, size_t *size)
{
	bool gzip = length > 6 && !memcmp(payload, "\x1f\x8b", 2);
	struct archive *a = archive_read_new();
	struct archive_entry *entry;
	int err = 0;

	*size = length > 4 ? le32(payload + length - 4) : 0;
	*out = *size && *size <= KERNEL_LARGEST ? malloc(*size) : NULL;
	if (!a || !*out)
		err = *size && *size <= KERNEL_LARGEST ? -ENOMEM : -ENOEXEC;
	if (!err) {
		archive_read_support_filter_all(a);
		archive_read_support_format_raw(a);
		if (archive_read_open_memory(a, payload, gzip ? length : length - 4) ||
		    archive_read_next_header(a, &entry) != ARCHIVE_OK)
			err = -ENOEXEC;
	}
	if (!err)
		err = read_stream(a, *out, *size);
	archive_read_free(a);
	return err;
}

static int take_elf(struct kernel_image *k, char *data, size_t size)
{
	const char *payload;
	size_t length;
	int err;

	if (size >= SELFMAG && !memcmp(data, ELFMAG, SELFMAG)) {
		k->elf = data;
		k->elf_size = size;
		return 0;
	}
	err = find_payload(data, size, &payload, &length);
	if (!err)
		err = decompress(payload, length, &k->elf, &k->elf_size);
	free(data);
	return err;
}

/* Debug information would be most of a vmlinux, and nothing here reads it. */
static void drop_sections(struct kernel_image *k)
{
	Elf64_Ehdr *h = (void *)k->elf;
	unsigned n = 0;
	const Elf64_Phdr *s = kernel_image_segments(k, &n);
	size_t used = h->e_phoff + n * sizeof(*s);

	for (; n; n--, s++)
		if (s->p_offset + s->p_filesz > used)
			used = s->p_offset + s->p_filesz;
	h->e_shoff = 0;
	h->e_shnum = h->e_shstrndx = 0;
	k->elf_size = used;
}

/* From the banner, "Linux version 6.1.0-1-amd64 (...". */
static void find_release(struct kernel_image *k)
{
	static const char banner[] = "Linux version ";
	const char *p = k->elf, *end = k->elf + k->elf_size;

	while ((p = memmem(p, end - p, banner, strlen(banner)))) {
		const char *space;

		p += strlen(banner);
		space = memchr(p, ' ', end - p);
		if (!space || *p < '0' || *p > '9' || space - p >= (long)sizeof(k->release))
			continue;
		snprintf(k->release, sizeof(k->release), "%.*s", (int)(space - p), p);
		return;
	}
}

int kernel_image_load(struct kernel_image *k, const char *path)
{
	char *data;
	size_t size;
	int err;

	memset(k, 0, sizeof(*k));
	err = fs_read(path, &data, &size);
	if (err)
		return fail(NP_EXIT_MISSING, err, "kernel image %s: %s; give a readable one",
			    path, strerror(-err));
	err = take_elf(k, data, size);
	if (!err)
		err = kernel_image_layout(k);
	if (err)
		err = fail(NP_EXIT_MISSING, err,
			   "%s is no x86-64 Linux kernel (neither a bzImage nor an ELF file)",
			   path);
	else if (!k->entry)
		err = fail(NP_EXIT_MISSING, -ENOEXEC,
			   "kernel %s has no PVH entry point (CONFIG_PVH is off); take another",
			   path);
	if (err) {
		kernel_image_free(k);
		return err;
	}
	drop_sections(k);
	find_release(k);
	return 0;
}

void kernel_image_free(struct kernel_image *k)
{
	free(k->elf);
	memset(k, 0, sizeof(*k));
}

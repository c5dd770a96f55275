// SPDX-License-Identifier: GPL-2.0-only
/* What of a kernel's ELF file goes where; nothing but libc, for the runner has it, too. */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/kernel_image.h"

#define PVH_ENTRY_NOTE 18 /* XEN_ELFNOTE_PHYS32_ENTRY */

static uint32_t le32(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

const Elf64_Phdr *kernel_image_segments(const struct kernel_image *k, unsigned *n)
{
	const Elf64_Ehdr *h = (const void *)k->elf;

	if (k->elf_size < sizeof(*h) || memcmp(h->e_ident, ELFMAG, SELFMAG) ||
	    h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_machine != EM_X86_64 ||
	    h->e_phentsize != sizeof(Elf64_Phdr) || h->e_phoff > k->elf_size ||
	    h->e_phnum > (k->elf_size - h->e_phoff) / sizeof(Elf64_Phdr) || h->e_phoff % 8)
		return NULL;
	*n = h->e_phnum;
	return (const void *)(k->elf + h->e_phoff);
}

static uint32_t find_pvh_entry(const char *notes, size_t size)
{
	while (size >= sizeof(Elf64_Nhdr)) {
		const Elf64_Nhdr *n = (const void *)notes;
		size_t name = (n->n_namesz + 3ul) & ~3ul, desc = (n->n_descsz + 3ul) & ~3ul;
		const char *at = notes + sizeof(*n);

		if (name > size - sizeof(*n) || desc > size - sizeof(*n) - name)
			return 0;
		if (n->n_type == PVH_ENTRY_NOTE && n->n_namesz == 4 && !memcmp(at, "Xen", 4) &&
		    n->n_descsz >= 4)
			return le32(at + name);
		notes += sizeof(*n) + name + desc;
		size -= sizeof(*n) + name + desc;
	}
	return 0;
}

static void include_segment(struct kernel_image *k, const Elf64_Phdr *s)
{
	if (!k->end || s->p_paddr < k->base)
		k->base = s->p_paddr;
	if (s->p_paddr + s->p_memsz > k->end)
		k->end = s->p_paddr + s->p_memsz;
	if (s->p_paddr + s->p_filesz > k->file_end)
		k->file_end = s->p_paddr + s->p_filesz;
}

int kernel_image_layout(struct kernel_image *k)
{
	unsigned n = 0;
	const Elf64_Phdr *s = kernel_image_segments(k, &n);

	if (!s)
		return -ENOEXEC;
	for (; n; n--, s++) {
		if (s->p_offset > k->elf_size || s->p_filesz > k->elf_size - s->p_offset ||
		    s->p_filesz > s->p_memsz || s->p_paddr > UINT32_MAX ||
		    s->p_memsz > KERNEL_LARGEST)
			return -ENOEXEC;
		if (s->p_type == PT_LOAD)
			include_segment(k, s);
		if (s->p_type == PT_NOTE && !k->entry && s->p_offset % 4 == 0)
			k->entry = find_pvh_entry(k->elf + s->p_offset, s->p_filesz);
	}
	if (!k->end || k->file_end - k->base > KERNEL_LARGEST)
		return -ENOEXEC;
	return 0;
}

int kernel_image_flatten(const struct kernel_image *k, char **flat, size_t *size)
{
	*size = k->file_end - k->base;
	*flat = calloc(1, *size);
	if (!*flat)
		return -ENOMEM;
	kernel_image_place(k, *flat);
	return 0;
}

void kernel_image_place(const struct kernel_image *k, char *at)
{
	unsigned n = 0;
	const Elf64_Phdr *s = kernel_image_segments(k, &n);

	for (; n; n--, s++)
		if (s->p_type == PT_LOAD)
			memcpy(at + (s->p_paddr - k->base), k->elf + s->p_offset, s->p_filesz);
}

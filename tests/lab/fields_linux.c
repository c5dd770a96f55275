// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM as L1: every instruction that was told is, in the kvm-intel module of that kernel,
 * a VMREAD or VMWRITE with such an operand, and of that field where the code before it
 * has a constant for it. capstone says so, not our decoder.
 */
#include <fcntl.h>
#include <gelf.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "collector/base/fsutil.h"
#include "collector/lab/cache.h"
#include "tests/lab/check_fields.h"
#include "tests/lab/field_constant.h"
#include "tests/unit/capstone_insn.h"

struct module {
	int fd;
	Elf *elf;
	Elf_Data *symbols;
	size_t nr_symbols, strings; /* the section with their names */
};

static void open_module(struct module *m, const char *path)
{
	Elf_Scn *section = NULL;

	elf_version(EV_CURRENT);
	m->fd = open(path, O_RDONLY);
	m->elf = elf_begin(m->fd, ELF_C_READ, NULL);
	assert_non_null(m->elf);
	while ((section = elf_nextscn(m->elf, section))) {
		GElf_Shdr h;

		gelf_getshdr(section, &h);
		if (h.sh_type != SHT_SYMTAB)
			continue;
		m->symbols = elf_getdata(section, NULL);
		m->nr_symbols = h.sh_size / h.sh_entsize;
		m->strings = h.sh_link;
	}
	assert_non_null(m->symbols);
}

static void close_module(struct module *m)
{
	elf_end(m->elf);
	close(m->fd);
}

/* A function's code, as far as the section has it. */
static size_t code_of(const struct module *m, const GElf_Sym *s, const unsigned char **code)
{
	Elf_Scn *section = elf_getscn(m->elf, s->st_shndx);
	Elf_Data *data = section ? elf_getdata(section, NULL) : NULL;

	if (!data || !data->d_buf || s->st_value >= data->d_size)
		return 0;
	*code = (unsigned char *)data->d_buf + s->st_value;
	return s->st_size < data->d_size - s->st_value ? s->st_size : data->d_size - s->st_value;
}

static bool is_that_access(const struct other_opinion *o, const unsigned char *bytes, size_t len,
			   const struct np_access *a)
{
	unsigned int wanted = a->write ? X86_INS_VMWRITE : X86_INS_VMREAD;
	uint64_t at = 0;
	bool memory = false;

	if (!cs_disasm_iter(o->handle, &bytes, &len, &at, o->insn) || o->insn->id != wanted)
		return false;
	for (int i = 0; i < o->insn->detail->x86.op_count; i++)
		memory |= o->insn->detail->x86.operands[i].type == X86_OP_MEM;
	return memory == a->memory;
}

enum has { HAS_NOT, HAS_INSTRUCTION, HAS_FIELD };

/* Copies of code have the constants that it was given. */
static enum has code_has(const struct other_opinion *o, const unsigned char *code, size_t size,
			 uint64_t offset, const struct np_access *a)
{
	uint64_t field;

	if (offset >= size || !is_that_access(o, code + offset, size - offset, a))
		return HAS_NOT;
	if (!field_constant(o, code, size, offset, &field))
		return HAS_INSTRUCTION;
	return field == a->field ? HAS_FIELD : HAS_NOT;
}

/* Static functions of one name may be several: one of them must have it there. */
static enum has module_has(const struct module *m, const struct other_opinion *o,
			   const struct np_access *a)
{
	enum has best = HAS_NOT;
	const char *plus = strrchr(a->symbol, '+');
	uint64_t offset = plus ? strtoull(plus + 1, NULL, 16) : 0;

	for (size_t i = 0; plus && i < m->nr_symbols; i++) {
		const unsigned char *code;
		const char *name;
		GElf_Sym s;
		enum has has;
		size_t size;

		gelf_getsym(m->symbols, i, &s);
		name = elf_strptr(m->elf, m->strings, s.st_name);
		if (GELF_ST_TYPE(s.st_info) != STT_FUNC ||
		    strncmp(name, a->symbol, plus - a->symbol) ||
		    name[plus - a->symbol])
			continue;
		size = code_of(m, &s, &code);
		has = code_has(o, code, size, offset, a);
		best = has > best ? has : best;
	}
	return best;
}

/* The lab's cache has the kernels' modules; kernel.json beside them says which kernel. */
static void find_module(const char *release, char out[NP_PATH])
{
	char cache[NP_PATH], pattern[NP_PATH], wanted[128];
	glob_t found = { 0 };

	snprintf(wanted, sizeof(wanted), "\"release\": \"%s\"", release);
	assert_int_equal(lab_cache_dir(cache), 0);
	fs_path(pattern, "%s/kernel-*/kernel.json", cache);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	out[0] = '\0';
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char *text, *path = found.gl_pathv[i], module[NP_PATH];

		assert_int_equal(fs_read(path, &text, NULL), 0);
		fs_path(module, "%.*s/modules/kernel/kvm-intel.ko",
			(int)(strrchr(path, '/') - path), path);
		/* The same kernel is there for AMD's CPUs, with other modules. */
		if (strstr(text, wanted) && !access(module, R_OK))
			strcpy(out, module);
		free(text);
	}
	globfree(&found);
	assert_true(out[0]);
}

struct checked {
	uint32_t sites, fields;
};

static struct checked check_sites(const struct module *m, const struct other_opinion *o,
				  const struct np_fields *f)
{
	struct checked n = { 0 };

	for (uint32_t i = 0; i < f->nr; i++) {
		const struct np_access *a = &f->access[i];
		enum has has;

		if (!a->symbol)
			fail_msg("0x%llx is in no function of L1's KVM",
				 (unsigned long long)a->address);
		has = module_has(m, o, a);
		if (!has)
			fail_msg("%s is no %s%s of 0x%llx in L1's module", a->symbol,
				 a->write ? "VMWRITE" : "VMREAD", a->memory ? " of memory" : "",
				 (unsigned long long)a->field);
		n.sites++;
		n.fields += has == HAS_FIELD;
	}
	return n;
}

void check_fields_linux(const char *result)
{
	struct np_result *r = check_fields_load(result);
	char path[NP_PATH];
	struct other_opinion o;
	struct module m = { 0 };

	find_module(np_result_env(r, "l1_kernel"), path);
	open_module(&m, path);
	opinion_open(&o, 64);
	for (uint32_t a = 0; a < r->nr_arms; a++)
		for (uint32_t i = 0; i < r->arms[a]->nr_workloads; i++) {
			const struct np_workload_result *w = r->arms[a]->workloads[i];
			struct checked n;

			check_fields_totals(w);
			n = check_sites(&m, &o, &w->fields);
			printf("%s %s: %llu VMREADs and %llu VMWRITEs, as the collector counted; "
			       "unknown 0; %u instructions and fields, all in kvm-intel.ko, %u "
			       "with that constant before them\n",
			       r->arms[a]->name, w->name,
			       (unsigned long long)np_fields_total(&w->fields, false),
			       (unsigned long long)np_fields_total(&w->fields, true), n.sites,
			       n.fields);
			assert_true(n.fields > 0);
		}
	assert_true(r->nr_arms > 0);
	opinion_close(&o);
	close_module(&m);
	np_result_free(r);
}

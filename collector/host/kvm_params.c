// SPDX-License-Identifier: GPL-2.0-only
#include "collector/host/kvm_params.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "collector/host/hostfs.h"
#include "collector/host/vendor.h"

int kvm_param_read(const char *name, char value[NP_NAME])
{
	char line[256];
	int err = host_read_line(line, sizeof(line), KVM_SYSFS "/parameters/%s",
				 kvm_module_name(), name);

	if (err)
		return err;
	if (strlen(line) >= NP_NAME)
		return -EOVERFLOW;
	strcpy(value, line);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct np_param *)a)->name, ((const struct np_param *)b)->name);
}

int kvm_params_read(struct kvm_params *all)
{
	char path[NP_PATH];
	struct dirent *e;
	DIR *d;

	all->n = 0;
	if (host_path(path, KVM_SYSFS "/parameters", kvm_module_name()) < 0)
		return -ENAMETOOLONG;
	d = opendir(path);
	if (!d)
		return -errno;
	while ((e = readdir(d)) && all->n < KVM_PARAMS_MAX) {
		struct np_param *p = &all->p[all->n];

		if (e->d_name[0] == '.' || strlen(e->d_name) >= NP_NAME)
			continue;
		strcpy(p->name, e->d_name);
		if (kvm_param_read(p->name, p->value) == 0)
			all->n++;
	}
	closedir(d);
	qsort(all->p, all->n, sizeof(all->p[0]), by_name);
	return 0;
}

/* What the kernel's bool parameters take; -1: no truth value. */
static int truth(const char *value)
{
	if (value[0] && !value[1] && strchr("Yy1", value[0]))
		return 1;
	if (value[0] && !value[1] && strchr("Nn0", value[0]))
		return 0;
	return -1;
}

static bool number(const char *value, long long *n)
{
	char *end;

	errno = 0;
	*n = strtoll(value, &end, 0);
	return end != value && !*end && !errno;
}

bool kvm_param_same(const char *a, const char *b)
{
	long long x, y;

	if (strcmp(a, b) == 0)
		return true;
	if (truth(a) >= 0 && truth(a) == truth(b))
		return true;
	return number(a, &x) && number(b, &y) && x == y;
}

void kvm_params_differing(const struct kvm_params *wanted, struct kvm_params *differing)
{
	char now[NP_NAME];

	differing->n = 0;
	for (uint32_t i = 0; i < wanted->n; i++) {
		const struct np_param *p = &wanted->p[i];

		if (kvm_param_read(p->name, now) < 0 || !kvm_param_same(now, p->value))
			differing->p[differing->n++] = *p;
	}
}

bool kvm_param_writable(const char *name)
{
	char path[NP_PATH];
	struct stat st;

	/* By its mode: root could open a file for writing that has no store(). */
	return host_path(path, KVM_SYSFS "/parameters/%s", kvm_module_name(), name) == 0 &&
	       stat(path, &st) == 0 && (st.st_mode & 0200);
}

int kvm_param_write(const char *name, const char *value)
{
	char path[NP_PATH];
	int err = host_path(path, KVM_SYSFS "/parameters/%s", kvm_module_name(), name);

	return err ? err : fs_write(path, value, strlen(value));
}

static bool one_word(const char *s)
{
	if (!*s)
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("_-+.,:", *s))
			return false;
	return true;
}

int kvm_params_options(const struct np_param *p, uint32_t n, char *options, size_t size)
{
	size_t len = 0;

	options[0] = '\0';
	for (uint32_t i = 0; i < n; i++) {
		if (!one_word(p[i].name) || !one_word(p[i].value))
			return -EINVAL;
		len += snprintf(options + len, size - len, "%s%s=%s", i ? " " : "", p[i].name,
				p[i].value);
		if (len >= size)
			return -E2BIG;
	}
	return 0;
}

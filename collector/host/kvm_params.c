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

/* NULL: it is the vendor's module's; else its name in kvm. */
static const char *of_common(const char *name)
{
	size_t len = strlen(KVM_COMMON_PREFIX);

	return strncmp(name, KVM_COMMON_PREFIX, len) ? NULL : name + len;
}

static int param_path(char path[NP_PATH], const char *name)
{
	const char *common = of_common(name);

	return host_path(path, KVM_SYSFS "/parameters/%s", common ? KVM_COMMON : kvm_module_name(),
			 common ?: name);
}

int kvm_param_read(const char *name, char value[NP_NAME])
{
	char path[NP_PATH], line[256];
	int err = param_path(path, name);

	if (!err)
		err = fs_read_line(path, line, sizeof(line));
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

static bool name_param(char name[NP_NAME], const char *prefix, const char *file)
{
	return file[0] != '.' && snprintf(name, NP_NAME, "%s%s", prefix, file) < NP_NAME;
}

static int add_folder(struct kvm_params *all, const char *module, const char *prefix)
{
	char path[NP_PATH];
	struct dirent *e;
	DIR *d;

	if (host_path(path, KVM_SYSFS "/parameters", module) < 0)
		return -ENAMETOOLONG;
	d = opendir(path);
	if (!d)
		return -errno;
	while ((e = readdir(d)) && all->n < KVM_PARAMS_MAX) {
		struct np_param *p = &all->p[all->n];

		if (name_param(p->name, prefix, e->d_name) &&
		    kvm_param_read(p->name, p->value) == 0)
			all->n++;
	}
	closedir(d);
	return 0;
}

int kvm_params_read(struct kvm_params *all)
{
	int err;

	all->n = 0;
	err = add_folder(all, kvm_module_name(), "");
	if (!err)
		add_folder(all, KVM_COMMON, KVM_COMMON_PREFIX); /* kvm may have none */
	qsort(all->p, all->n, sizeof(all->p[0]), by_name);
	return err;
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
	return param_path(path, name) == 0 && stat(path, &st) == 0 && (st.st_mode & 0200);
}

int kvm_param_write(const char *name, const char *value)
{
	char path[NP_PATH];
	int err = param_path(path, name);

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

static int add_option(char options[KVM_OPTIONS_MAX], const char *name, const char *value)
{
	size_t len = strlen(options);
	int n;

	if (!one_word(name) || !one_word(value))
		return -EINVAL;
	n = snprintf(options + len, KVM_OPTIONS_MAX - len, "%s%s=%s", len ? " " : "", name, value);
	return len + n < KVM_OPTIONS_MAX ? 0 : -E2BIG;
}

int kvm_params_options(const struct np_param *p, uint32_t n, struct kvm_options *options)
{
	int err = 0;

	options->own[0] = options->common[0] = '\0';
	for (uint32_t i = 0; !err && i < n; i++) {
		const char *common = of_common(p[i].name);

		err = add_option(common ? options->common : options->own, common ?: p[i].name,
				 p[i].value);
	}
	return err;
}

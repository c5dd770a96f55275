/* SPDX-License-Identifier: GPL-2.0-only */
/* A fake host with a kernel on it: loading kvm_intel writes its files in /sys. */
#ifndef NESTPROF_FAKE_KERNEL_H
#define NESTPROF_FAKE_KERNEL_H

#include "collector/base/fail.h"
#include "collector/host/journal.h"
#include "collector/host/kvm_module.h"
#include "collector/host/loader.h"
#include "tests/unit/fake_host.h"

/* What the fake kernel makes of a load. */
static struct {
	int loads, unloads;
	int busy_for; /* unloads that fail with -EAGAIN first; -1: always */
	int load_error;
	bool no_file;
	const char *forced;  /* "name=value" that hardware forces */
	const char *config;  /* what modprobe.d says */
	const char *refused; /* an option that makes the load fail */
	char last_options[256];
	int common_loads; /* of kvm */
	char common_options[256];
} kernel;

static inline void set_param_of(const char *module, const char *name, const char *value,
				mode_t mode)
{
	char path[NP_PATH], full[NP_PATH];

	snprintf(path, sizeof(path), "%s/parameters/%s", module, name);
	fake_remove(path); /* read-only for who is not root */
	fake_file(path, "%s\n", value);
	assert_int_equal(host_path(full, "%s", path), 0);
	assert_int_equal(chmod(full, mode), 0);
}

static inline void set_param(const char *name, const char *value, mode_t mode)
{
	set_param_of(KVM_INTEL, name, value, mode);
}

static inline const char *param(const char *name)
{
	static char value[NP_NAME];

	assert_int_equal(kvm_module_param(name, value), 0);
	return value;
}

static inline void apply_to(const char *module, const char *options)
{
	char copy[256], path[64], *save, *word;

	snprintf(copy, sizeof(copy), "%s", options ? options : "");
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		char *eq = strchr(word, '=');

		*eq = '\0';
		snprintf(path, sizeof(path), "%s/parameters/%s", module, word);
		if (!host_exists("%s", path))
			continue; /* as the kernel: an unknown one is ignored */
		set_param_of(module, word,
			     !strcmp(eq + 1, "1")	? "Y"
			     : !strcmp(eq + 1, "0") ? "N"
						    : eq + 1,
			     0444);
	}
}

static inline void apply(const char *options)
{
	apply_to(KVM_INTEL, options);
}

static inline int fake_find(const char *module)
{
	assert_string_equal(module, "kvm_intel");
	return kernel.no_file ? -ENOENT : 0;
}

static inline int fake_load_common(const char *options)
{
	assert_false(host_exists(KVM_COMMON));
	kernel.common_loads++;
	snprintf(kernel.common_options, sizeof(kernel.common_options), "%s", options);
	set_param_of(KVM_COMMON, "tdp_mmu", "Y", 0444);
	set_param_of(KVM_COMMON, "halt_poll_ns", "200000", 0644);
	apply_to(KVM_COMMON, options);
	return 0;
}

static inline int fake_load(const char *module, const char *options)
{
	if (!strcmp(module, "kvm"))
		return fake_load_common(options);
	assert_string_equal(module, "kvm_intel");
	assert_false(host_exists(KVM_INTEL));
	kernel.loads++;
	snprintf(kernel.last_options, sizeof(kernel.last_options), "%s", options);
	if (kernel.load_error)
		return kernel.load_error;
	if (!host_exists(KVM_COMMON))
		fake_load_common(""); /* as what it depends on */
	if (kernel.refused && strstr(options, kernel.refused))
		return -EINVAL;
	fake_file(KVM_INTEL "/initstate", "live\n");
	set_param("nested", "Y", 0444);
	set_param("enable_shadow_vmcs", "Y", 0444);
	set_param("ple_gap", "128", 0444);
	set_param("vmentry_l1d_flush", "not required", 0644);
	apply(kernel.config);
	apply(options);
	apply(kernel.forced);
	return 0;
}

static inline int fake_unload(const char *module)
{
	if (!strcmp(module, "kvm")) {
		assert_false(host_exists(KVM_INTEL));
		fake_remove(KVM_COMMON);
		return 0;
	}
	assert_string_equal(module, "kvm_intel");
	if (kernel.busy_for) {
		kernel.busy_for -= kernel.busy_for > 0;
		return -EAGAIN;
	}
	kernel.unloads++;
	fake_remove(KVM_INTEL);
	return 0;
}

static const struct loader fake_loader = {
	.find = fake_find,
	.load = fake_load,
	.unload = fake_unload,
	.patience_ms = 100,
};

static inline int fake_kernel_setup(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	fail_clear();
	fake_host_new();
	fake_file("/proc/sys/kernel/random/boot_id", "b00t\n");
	fake_process(getpid(), "test (me", NULL);
	assert_int_equal(fake_load("kvm_intel", ""), 0);
	kernel.loads = kernel.common_loads = 0;
	kvm_module_use_loader(&fake_loader);
	return 0;
}

static inline int fake_kernel_teardown(void **state)
{
	(void)state;
	kvm_module_restore();
	ab_lock_drop();
	fake_host_free();
	return 0;
}

static const struct np_param shadow_off[] = { { "nested", "1" }, { "enable_shadow_vmcs", "0" } };
static const struct np_param shadow_on[] = { { "nested", "1" }, { "enable_shadow_vmcs", "1" } };

static inline void assert_nothing_left(void)
{
	assert_false(host_exists(JOURNAL_DIR));
}

static inline void assert_failed(int err, enum np_exit code, const char *text)
{
	assert_true(err < 0);
	assert_int_equal(fail_code(), code);
	if (!strstr(fail_text(), text))
		assert_string_equal(fail_text(), text); /* fails, and shows both */
	assert_null(strchr(fail_text(), '\n'));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_kernel_setup, fake_kernel_teardown)

#endif

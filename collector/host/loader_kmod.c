// SPDX-License-Identifier: GPL-2.0-only
#include "collector/host/loader.h"

#include <errno.h>
#include <libkmod.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

/* libkmod prints to stderr by default: what failed is our caller's to say. */
static void silent(void *data, int priority, const char *file, int line, const char *fn,
		   const char *format, va_list ap)
{
	(void)data, (void)priority, (void)file, (void)line, (void)fn, (void)format, (void)ap;
}

static struct kmod_ctx *open_kmod(void)
{
	struct kmod_ctx *ctx = kmod_new(NULL, NULL);

	if (ctx)
		kmod_set_log_fn(ctx, silent, NULL);
	return ctx;
}

/* On disk, for this kernel. */
static int with_file(const char *name, int (*action)(struct kmod_module *m, const char *options),
		     const char *options)
{
	struct kmod_ctx *ctx = open_kmod();
	struct kmod_list *list = NULL;
	int err = ctx ? kmod_module_new_from_lookup(ctx, name, &list) : -ENOMEM;

	if (!err && !list)
		err = -ENOENT;
	if (!err) {
		struct kmod_module *m = kmod_module_get_module(list);

		err = action(m, options);
		kmod_module_unref(m);
	}
	kmod_module_unref_list(list);
	kmod_unref(ctx);
	return err;
}

static int has_file(struct kmod_module *m, const char *options)
{
	const char *path = kmod_module_get_path(m);

	(void)options;
	return path && access(path, R_OK) == 0 ? 0 : -ENOENT;
}

static int insert(struct kmod_module *m, const char *options)
{
	/* An install command could do anything but load it with these options. */
	unsigned int flags = KMOD_PROBE_IGNORE_COMMAND | KMOD_PROBE_FAIL_ON_LOADED;

	return kmod_module_probe_insert_module(m, flags, options, NULL, NULL, NULL);
}

static int find(const char *module)
{
	return with_file(module, has_file, NULL);
}

static int load(const char *module, const char *options)
{
	return with_file(module, insert, options);
}

static int unload(const char *module)
{
	struct kmod_ctx *ctx = open_kmod();
	struct kmod_module *m = NULL;
	int err = ctx ? kmod_module_new_from_name(ctx, module, &m) : -ENOMEM;

	if (!err)
		err = kmod_module_remove_module(m, KMOD_REMOVE_NOLOG);
	kmod_module_unref(m);
	kmod_unref(ctx);
	return err;
}

const struct loader loader_kmod = {
	.find = find,
	.load = load,
	.unload = unload,
	.patience_ms = 3000,
};

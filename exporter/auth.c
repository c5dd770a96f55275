// SPDX-License-Identifier: GPL-2.0-only
#include "exporter/auth.h"

#include <errno.h>
#include <sha256.h>
#include <string.h>
#include <sys/stat.h>

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"

#define MAX_LINE 512

static void hash(uint8_t out[32], const char *user, const char *password)
{
	SHA256_CTX c;

	SHA256Init(&c);
	SHA256Update(&c, (const uint8_t *)user, strlen(user));
	SHA256Update(&c, (const uint8_t *)":", 1);
	SHA256Update(&c, (const uint8_t *)password, strlen(password));
	SHA256Final(out, &c);
}

int auth_read(struct auth *a, const char *file)
{
	char line[MAX_LINE] = "", *colon;
	struct stat st;
	int err;

	*a = (struct auth){ .wanted = file };
	if (!file)
		return 0;
	if (stat(file, &st) < 0)
		return fail(NP_EXIT_MISSING, -errno, "%s: %s", file, strerror(errno));
	if (st.st_mode & S_IROTH)
		return fail(NP_EXIT_USAGE, -EPERM, "%s: anybody can read the password; chmod o-r",
			    file);
	err = fs_read_line(file, line, sizeof(line));
	if (err)
		return fail(NP_EXIT_MISSING, err, "%s: %s", file, strerror(-err));
	colon = strchr(line, ':');
	if (!colon || colon == line || !colon[1])
		return fail(NP_EXIT_USAGE, -EINVAL, "%s: its first line is not user:password",
			    file);
	*colon = '\0';
	hash(a->hash, line, colon + 1);
	explicit_bzero(line, sizeof(line));
	return 0;
}

bool auth_allows(const struct auth *a, const char *user, const char *password)
{
	uint8_t given[32], differ = 0;

	if (!a->wanted)
		return true;
	if (!user || !password)
		return false;
	hash(given, user, password);
	for (size_t i = 0; i < sizeof(given); i++)
		differ |= given[i] ^ a->hash[i];
	return !differ;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/utf8.h"

int np_utf8_length(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	static const unsigned int least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	int len = *p < 0x80 ? 1 : *p >= 0xf0 && *p < 0xf8 ? 4 : *p >= 0xe0 ? 3 : *p >= 0xc0 ? 2 : 0;
	unsigned int c = len == 1 ? *p : *p & (0x7f >> len);

	if (*p >= 0xf8)
		return 0;
	for (int i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (!len || (len > 1 && c < least[len]) || c > 0x10fffd || (c >= 0xd800 && c < 0xe000) ||
	    (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c < 0xfdf0))
		return 0;
	return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0) ? 0 : len;
}

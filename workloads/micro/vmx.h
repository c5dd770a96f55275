/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdbool.h>
bool vmx_begin(void);

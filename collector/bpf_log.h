/* SPDX-License-Identifier: GPL-2.0-only */
/* What libbpf has to say, kept from the terminal: of it all, the decisive line. */
#ifndef NESTPROF_BPF_LOG_H
#define NESTPROF_BPF_LOG_H

/* Takes over libbpf's messages, and forgets what was said before. */
void bpf_log_catch(void);

/* The first warning, and the verifier's last word where there is one; or "". */
const char *bpf_log_line(void);

#endif

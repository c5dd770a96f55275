/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What nestprof (in L0) and the workload runner (in L1, or in L0 for the arm
 * "single") say to each other: text lines over L1's serial port or a pipe.
 * The runner's lines start with "@np " so that a kernel's messages on the same
 * console cannot be taken for them.
 *
 *   runner:   @np ready <uname -r>
 *   nestprof: run <workload> <iterations> [<seconds>]
 *   runner:   @np result <workload> <iterations> <ticks>
 *         or  @np error <text>
 *   nestprof: prepare <workload> [<seconds>]
 *   runner:   @np prepared <workload>
 *   nestprof: symbol <address in this kernel, hexadecimal>
 *   runner:   @np symbol <function>+0x<offset>, or @np symbol -
 *   nestprof: quit
 *
 * The micro-hypervisor (workloads/micro/) says "micro" for its kernel's release
 * and serves two verbs more, each answered with itself and the whole of what
 * L1 does per exit of L2 (sequence.h there has the language):
 *
 *   nestprof: sequence [<accesses>], or - for none besides what it must
 *   runner:   @np sequence <all accesses>
 *   nestprof: sites
 *   runner:   @np sites <addresses of their instructions, hexadecimal>
 *
 * And one that makes L1 try to enter L2 with another value in a field of the VMCS, so often
 * as is said. The answer has how each failed: "error N" (a VM-instruction error),
 * "invalid" (VMfailInvalid) or "exit N" (an exit reason, without its bit 31):
 *
 *   nestprof: fail <field> <value> <times>       (hexadecimal, the first two)
 *   runner:   @np fail <field> <value> <times> <how>
 *
 * A workload with a Linux as L2 is given up after so many seconds. It runs in the Linux that
 * is up; "prepare" boots one if none is, and runs the workload if it has not run there yet,
 * so that nothing is done for the first time when it is measured. Micro-workloads end it. Its
 * kernel and initramfs are NP_L2_KERNEL and NP_L2_INITRD in L1's initramfs, else the runner's
 * two arguments.
 *
 * With NP_NATIVE as its first argument it runs workloads as processes of its own kernel,
 * without a guest; its second is then the init of a Linux that is L2, if one is.
 *
 * An error instead of "ready" is the runner's last word: it ends.
 *
 * <ticks> is the time-stamp counter's growth over all iterations, read by the
 * workload's own code, inside the guest, before the first and after the last.
 * NP_WARM_UP more iterations come before them, untimed, so that nothing is
 * done for the first time within that interval; whoever counts exits sees
 * <iterations> + NP_WARM_UP of them, and two HLT.
 */
#ifndef NESTPROF_PROTOCOL_H
#define NESTPROF_PROTOCOL_H

#define NP_SAYS "@np "
#define NP_READY "ready"
#define NP_RUN "run"
#define NP_RESULT "result"
#define NP_ERROR "error"
#define NP_QUIT "quit"
#define NP_NATIVE "native"
#define NP_PREPARE "prepare"
#define NP_PREPARED "prepared"
#define NP_SYMBOL "symbol"
#define NP_SEQUENCE "sequence"
#define NP_NO_ACCESSES "-"
#define NP_SITES "sites"
#define NP_FAIL "fail"
#define NP_MICRO "micro"
#define NP_LINE_MAX 256
#define NP_WARM_UP 16
#define NP_RUN_HALTS 2
#define NP_L2_KERNEL "/boot/vmlinux"
#define NP_L2_INITRD "/boot/l2.cpio"
#define NP_MAX_ITERATIONS 0xffffffffu

#endif

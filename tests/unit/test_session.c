// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which programs are chosen for which kernel, what is said of a kernel that
 * lacks something, and whether this machine's verifier accepts the programs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* cmocka's macro; fail() is the project's */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bpf/nested_fsm.h"
#include "collector/base/fail.h"
#include "collector/bpf_log.h"
#include "collector/session.h"
#include "tests/unit/fake_btf.h"

#include "bpf/nested.skel.h"

static int clear(void **state)
{
	(void)state;
	fail_clear();
	return 0;
}

static int judge(const struct fake_kernel *k, struct kvm_hooks *h)
{
	struct kvm_btf btf;
	int err;

	fake_btf_make(&btf, k);
	err = kvm_btf_judge(&btf, h);
	kvm_btf_close(&btf);
	return err;
}

static void expect_refusal(const struct fake_kernel *k, const char *named)
{
	struct kvm_hooks h;

	fail_clear();
	assert_true(judge(k, &h) < 0);
	assert_int_equal(fail_code(), NP_EXIT_NO_BTF);
	assert_non_null(strstr(fail_text(), "kernel 9.9-fake: "));
	if (!strstr(fail_text(), named))
		print_error("\"%s\" does not name \"%s\"\n", fail_text(), named);
	assert_non_null(strstr(fail_text(), named));
	assert_null(strchr(fail_text(), '\n'));
}

static void kernels_that_do(void **state)
{
	static const struct {
		struct fake_kernel kernel;
		struct kvm_hooks hooks;
	} known[] = {
		{ { .reason = IN_UNION }, { .vmenter_is_event = true } },
		{ { .reason = IN_VT }, { .vmenter_is_event = true } },
		{ { .no_guest_mode = true }, { .vmenter_is_event = true } },
		{ { .no_vmcs02 = true }, { .vmenter_is_event = true } },
		/* 5.15: the reason is an argument, and the entry event is SVM's */
		{ { .exit_args = "ivi", .nested_args = "ivi", .reason = IN_U32,
		    .vmenter_args = "", .vmenter_function = true },
		  { .exit_has_reason = true } },
	};
	struct kvm_hooks h;

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_int_equal(judge(&known[i].kernel, &h), 0);
		assert_int_equal(h.exit_has_reason, known[i].hooks.exit_has_reason);
		assert_int_equal(h.vmenter_is_event, known[i].hooks.vmenter_is_event);
	}
	assert_null(fail_text());
}

static void kernels_on_amd(void **state)
{
	struct kvm_hooks h;

	(void)state;
	assert_int_equal(judge(&(struct fake_kernel){ .no_vcpu_vmx = true, .amd = true }, &h), 0);
	assert_int_equal(h.isa, NP_ISA_SVM);
	assert_int_equal(h.at.vmcb, 24);
	assert_int_equal(h.at.vmcb02, 32);
	assert_int_equal(h.reason, REASON_BY_READ);
	assert_true(h.infers);
	assert_true(h.vmenter_is_event);
	assert_int_equal(judge(&(struct fake_kernel){ .no_vcpu_vmx = true, .amd = true,
						       .keeps_types = true }, &h), 0);
	assert_int_equal(h.reason, REASON_BY_KPTR);
	assert_int_equal(judge(&(struct fake_kernel){ .reason = IN_UNION }, &h), 0);
	assert_int_equal(h.isa, NP_ISA_VMX);
}

/* Debian's 5.10: vmlinux has BTF, KVM's modules have none. */
static void kernels_without_btf_of_modules(void **state)
{
	const struct fake_kernel modules_bare = { .exit_args = "", .nested_args = "",
						  .inject_args = "", .vmenter_args = "",
						  .no_vcpu_vmx = true, .intel = true };
	struct fake_kernel other = modules_bare;
	struct kvm_hooks h;

	(void)state;
	assert_int_equal(judge(&modules_bare, &h), 0);
	assert_true(h.unchecked);
	assert_int_equal(judge(&(struct fake_kernel){ .intel = true }, &h), 0);
	assert_false(h.unchecked);
	other.no_notifiers = true;
	expect_refusal(&other, "task_struct.preempt_notifiers");
	other = modules_bare;
	other.intel = false;
	expect_refusal(&other, "tracepoint kvm_exit is in no BTF");
}

static void kernels_that_lack_something(void **state)
{
	static const struct {
		struct fake_kernel kernel;
		const char *named;
	} lacking[] = {
		{ { .exit_args = "" }, "tracepoint kvm_exit is in no BTF" },
		{ { .exit_args = "viv" }, "tracepoint kvm_exit has arguments" },
		{ { .nested_args = "" }, "kvm_nested_vmexit" },
		{ { .nested_args = "ivi" }, "kvm_nested_vmexit has arguments" },
		{ { .inject_args = "" }, "kvm_nested_vmexit_inject is in no" },
		{ { .inject_args = "iiiii" }, "kvm_nested_vmexit_inject has" },
		{ { .vmenter_args = "iiiiii" }, "kvm_nested_vmenter has" },
		{ { .vmenter_args = "" }, "nested_vmx_enter_non_root_mode" },
		{ { .no_vcpu_vmx = true }, "struct vcpu_vmx is in no BTF" },
		{ { .no_vcpu_vmx = true, .amd = true, .no_vcpu_svm = true },
		  "struct vcpu_svm is in no BTF" },
		{ { .no_vcpu_vmx = true, .amd = true, .no_vmcb = true }, "no vcpu_svm.vmcb," },
		{ { .no_vcpu_vmx = true, .amd = true, .no_vmcb02 = true },
		  "no vcpu_svm.nested.vmcb02.ptr," },
		{ { .no_vcpu_vmx = true, .amd = true, .no_guest_mode = true },
		  "no kvm_vcpu.stat.guest_mode," },
		{ { .amd = true, .exit_args = "ivi", .nested_args = "ivi" }, "Linux 5.15" },
		{ { .amd = true, .vmenter_args = "" }, "Linux 5.15" },
		{ { .reason = IN_U32 }, "vcpu_vmx.exit_reason" },
		{ { .reason = NOWHERE }, "vcpu_vmx.vt.exit_reason" },
		{ { .no_guest_mode = true, .no_vmcs02 = true }, "stat.guest_mode" },
		{ { .no_notifiers = true }, "task_struct.preempt_notifiers" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lacking) / sizeof(lacking[0]); i++)
		expect_refusal(&lacking[i].kernel, lacking[i].named);
}

static void say(enum libbpf_print_level level, const char *fmt, ...)
{
	libbpf_print_fn_t catcher = libbpf_set_print(NULL);
	va_list ap;

	libbpf_set_print(catcher);
	va_start(ap, fmt);
	catcher(level, fmt, ap);
	va_end(ap);
}

static void decisive_line_of_a_chatter(void **state)
{
	(void)state;
	bpf_log_catch();
	assert_string_equal(bpf_log_line(), "");
	say(LIBBPF_INFO, "libbpf: loading something\n");
	say(LIBBPF_WARN, "libbpf: prog 'p': BPF program load failed: Permission denied\n");
	say(LIBBPF_WARN, "libbpf: prog 'p': -- BEGIN PROG LOAD LOG --\n0: (79) r1 = 1\n"
			 "R1 invalid mem access 'scalar'\nprocessed 1 insns (limit 1000000)\n"
			 "-- END PROG LOAD LOG --\n");
	say(LIBBPF_WARN, "libbpf: failed to load object 'nested_bpf'\n");
	assert_string_equal(bpf_log_line(), "prog 'p': BPF program load failed: Permission "
					    "denied: R1 invalid mem access 'scalar'");
	bpf_log_catch();
	assert_string_equal(bpf_log_line(), "");
}

/*
 * This machine's BTF with a struct vcpu_vmx added, for KVM here may be
 * another backend's: then the programs can be verified, if not used.
 */
static bool write_btf(char path[], bool in_vt)
{
	struct btf *vmlinux = btf__load_vmlinux_btf(), *b = btf__new_empty();
	int vcpu = vmlinux ? btf__find_by_name_kind(vmlinux, "kvm_vcpu", BTF_KIND_STRUCT) : -1;
	int fd = vcpu > 0 ? mkstemp(path) : -1, size, u32, reason, vt, vmcs12, smm, nested;
	const void *raw;
	__u32 len = 0;
	bool done = false;

	if (fd >= 0 && btf__add_btf(b, vmlinux) > 0) {
		size = btf__type_by_id(b, vcpu)->size;
		u32 = btf__find_by_name_kind(b, "unsigned int", BTF_KIND_INT);
		reason = btf__add_union(b, "vmx_exit_reason", 4);
		btf__add_field(b, "full", u32, 0, 0);
		vt = btf__add_struct(b, "vcpu_vt", 8);
		btf__add_field(b, "exit_reason", reason, 32, 0);
		btf__add_struct(b, "vmcs12", 4);
		btf__add_field(b, "vm_exit_reason", u32, 0, 0);
		vmcs12 = btf__add_ptr(b, btf__type_cnt(b) - 1);
		smm = btf__add_struct(b, "", 4);
		btf__add_field(b, "guest_mode", u32, 0, 0);
		nested = btf__add_struct(b, "nested_vmx", 16);
		btf__add_field(b, "cached_vmcs12", vmcs12, 0, 0);
		btf__add_field(b, "smm", smm, 64, 0);
		btf__add_struct(b, "vcpu_vmx", size + 24);
		btf__add_field(b, "vcpu", vcpu, 0, 0);
		btf__add_field(b, "nested", nested, (size + 8) * 8, 0);
		btf__add_field(b, in_vt ? "vt" : "exit_reason", in_vt ? vt : reason, size * 8, 0);
		raw = btf__raw_data(b, &len);
		done = raw && write(fd, raw, len) == (ssize_t)len;
	}
	if (fd >= 0)
		close(fd);
	btf__free(b);
	btf__free(vmlinux);
	return done;
}

static bool can_verify(void)
{
	struct btf *vmlinux = btf__load_vmlinux_btf();
	bool can = vmlinux && geteuid() == 0 &&
		   btf__find_by_name_kind(vmlinux, "btf_trace_kvm_exit", BTF_KIND_TYPEDEF) > 0;

	btf__free(vmlinux);
	return can;
}

static void choose_untimed(struct nested_bpf *skel)
{
	bpf_program__set_autoload(skel->progs.exit_cast, true);
	bpf_program__set_autoload(skel->progs.inject, true);
	bpf_program__set_autoload(skel->progs.vmenter, true);
	bpf_program__set_autoload(skel->progs.nested_vmexit, true);
	bpf_map__set_autocreate(skel->maps.typed, false);
	bpf_map__set_autocreate(skel->maps.typed_svm, false);
}

static void choose_timed(struct nested_bpf *skel)
{
	bpf_program__set_autoload(skel->progs.exit_cast_timed, true);
	bpf_program__set_autoload(skel->progs.inject_timed, true);
	bpf_program__set_autoload(skel->progs.vmenter_timed, true);
	bpf_program__set_autoload(skel->progs.entry_timed, true);
	bpf_map__set_autocreate(skel->maps.typed, false);
	bpf_map__set_autocreate(skel->maps.typed_svm, false);
}

static void choose_accesses(struct nested_bpf *skel)
{
	bpf_program__set_autoload(skel->progs.exit_cast_accesses, true);
	bpf_program__set_autoload(skel->progs.exit_read_accesses, true);
	bpf_program__set_autoload(skel->progs.entry_access, true);
	bpf_map__set_autocreate(skel->maps.typed, false);
	bpf_map__set_autocreate(skel->maps.typed_svm, false);
}

static void choose_by_read(struct nested_bpf *skel)
{
	bpf_program__set_autoload(skel->progs.exit_read, true);
	bpf_program__set_autoload(skel->progs.exit_read_timed, true);
	bpf_map__set_autocreate(skel->maps.typed, false);
	bpf_map__set_autocreate(skel->maps.typed_svm, false);
}

/* These need no type of kvm_amd's. */
static void choose_svm_hooks(struct nested_bpf *skel)
{
	bpf_program__set_autoload(skel->progs.svm_exit_cast, true);
	bpf_program__set_autoload(skel->progs.svm_exit_cast_timed, true);
	bpf_program__set_autoload(skel->progs.svm_exit_read, true);
	bpf_program__set_autoload(skel->progs.svm_exit_read_timed, true);
	bpf_program__set_autoload(skel->progs.svm_entry_timed, true);
	bpf_map__set_autocreate(skel->maps.typed, false);
	bpf_map__set_autocreate(skel->maps.typed_svm, false);
	skel->rodata->kvm_isa = NP_ISA_SVM;
}

static void verify(bool in_vt, bool infers, void (*choose)(struct nested_bpf *skel))
{
	char path[] = "/tmp/nestprof-btf-XXXXXX";
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = path);
	struct nested_bpf *skel;
	int err;

	assert_true(write_btf(path, in_vt));
	bpf_log_catch();
	skel = nested_bpf__open_opts(&opts);
	assert_non_null(skel);
	choose(skel);
	skel->rodata->infers = infers;
	err = nested_bpf__load(skel);
	unlink(path);
	if (err)
		print_error("%s\n", bpf_log_line());
	assert_int_equal(err, 0);
	assert_int_equal(nested_bpf__attach(skel), 0);
	nested_bpf__detach(skel);
	nested_bpf__destroy(skel);
}

/* They need the BTF of vmlinux alone; what they probe may not be here. */
static void verify_unchecked(void)
{
	struct nested_bpf *skel = nested_bpf__open();
	int err;

	assert_non_null(skel);
	bpf_log_catch();
	bpf_map__set_autocreate(skel->maps.typed, false);
	bpf_map__set_autocreate(skel->maps.typed_svm, false);
	bpf_program__set_autoload(skel->progs.exit_unchecked, true);
	bpf_program__set_autoload(skel->progs.nested_vmexit_unchecked, true);
	bpf_program__set_autoload(skel->progs.nested_vmexit_inject_unchecked, true);
	bpf_program__set_autoload(skel->progs.nested_vmenter_returns, true);
	err = nested_bpf__load(skel);
	if (err)
		print_error("%s\n", bpf_log_line());
	assert_int_equal(err, 0);
	/* Here kvm_exit is (vcpu, isa): a program that reads three arguments is turned away. */
	assert_int_equal(nested_bpf__attach(skel), -EINVAL);
	nested_bpf__destroy(skel);
}

static void verifier_accepts_the_programs(void **state)
{
	(void)state;
	if (!can_verify())
		skip(); /* needs root, and kvm built into this kernel */
	for (int in_vt = 0; in_vt < 2; in_vt++) {
		verify(in_vt, true, choose_untimed);
		verify(in_vt, true, choose_timed);
		verify(in_vt, true, choose_accesses);
		verify(in_vt, true, choose_by_read);
		verify(in_vt, false, choose_by_read);
		verify(in_vt, true, choose_svm_hooks);
	}
	verify_unchecked();
}

/* Either it works, or the one line says what this kernel or user lacks. */
static void session_on_this_machine(void **state)
{
	struct np_account *a = calloc(1, sizeof(*a));
	struct session *s;
	struct utsname u;
	int err = session_open(&s, getpid());

	(void)state;
	uname(&u);
	if (err) {
		assert_null(s);
		assert_null(strchr(fail_text(), '\n'));
		assert_true(fail_code() == NP_EXIT_NO_BTF || fail_code() == NP_EXIT_PRIVILEGE);
		assert_true(fail_code() == NP_EXIT_PRIVILEGE ||
			    strstr(fail_text(), u.release) != NULL);
	} else {
		for (int i = 0; i < 2; i++) {
			assert_int_equal(session_attach(s), 0);
			session_detach(s);
		}
		assert_int_equal(session_read(s, a), 0);
		assert_int_equal(a->totals.exits, 0); /* we run no VM */
	}
	session_close(s);
	free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(kernels_that_do, clear),
		cmocka_unit_test_setup(kernels_on_amd, clear),
		cmocka_unit_test_setup(kernels_without_btf_of_modules, clear),
		cmocka_unit_test_setup(kernels_that_lack_something, clear),
		cmocka_unit_test_setup(decisive_line_of_a_chatter, clear),
		cmocka_unit_test_setup(verifier_accepts_the_programs, clear),
		cmocka_unit_test_setup(session_on_this_machine, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

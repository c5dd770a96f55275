# SPDX-License-Identifier: GPL-2.0-only
# The two vendors' CPUs, and what is confused about them: told before anything starts.
check "lab: a CPU of a third vendor" 2 err="--cpu: 'via' is neither intel nor amd" -- lab --cpu via
check "lab: an arm of Intel's on AMD's CPU" 2 \
	err='arm shadow-off sets a parameter of kvm_intel, and KVM is kvm_amd here' errlines=1 -- \
	lab --cpu amd --arms shadow-off
check "lab: an arm of AMD's on Intel's CPU" 2 \
	err='arm vgif-on sets a parameter of kvm_amd, and KVM is kvm_intel here' errlines=1 -- \
	lab --arms single,vgif-on
check "lab: a feature that QEMU does not emulate" 2 \
	err='arm vls-on: QEMU emulates no CPU with vls' errlines=1 -- lab --cpu amd --arms vls-off,vls-on
check "lab: another" 2 err='arm avic-on: QEMU emulates no CPU with avic' errlines=1 -- \
	lab --cpu amd --arms avic-on
check "lab: VMCS fields of a CPU without any" 2 err='--fields needs VMX, and this CPU has SVM' \
	errlines=1 -- lab --cpu amd --fields
check "lab: the micro-hypervisor, which is VMX's" 2 err='--l1 micro needs VMX' errlines=1 -- \
	lab --cpu amd --l1 micro
check "lab: calibration, which needs it" 2 err='needs VMX' errlines=1 -- lab --cpu amd --calibrate
check "lab: what L0's timers would distort, and nothing else" 2 \
	err="hlt: nothing else to run: with QEMU's emulation a timer" errlines=1 -- \
	lab --cpu amd --workloads hlt
check "lab: a model of exits of other CPUs" 2 err='--uarch needs VMX, and this CPU has SVM' \
	errlines=1 -- lab --cpu amd --turtles --uarch haswell
check "lab: a CPU that would add features" 2 err='cpu-model' errlines=1 -- \
	lab --cpu amd --cpu-model='EPYC,-svm'
check "ab: its help names the arms of both" 0 out='vgif-on' out='shadow-on' -- ab --help

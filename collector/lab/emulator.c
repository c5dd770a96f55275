// SPDX-License-Identifier: GPL-2.0-only
#include "collector/lab/emulator.h"

const struct emulator *emulator_of(enum np_isa isa)
{
	return isa == NP_ISA_SVM ? &emulator_qemu : &emulator_bochs;
}

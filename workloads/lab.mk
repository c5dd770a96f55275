# SPDX-License-Identifier: GPL-2.0-only
# The two boot stages of the lab's disk: freestanding 16 and 32-bit code.
BOOT_FLAGS := -m32 -Os -std=gnu17 -Wall -Wextra -Werror -Wno-int-to-pointer-cast -ffreestanding -fno-pic \
	-fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables -I.

$(B)/boot/%.o: workloads/lab/%.S workloads/lab/bootinfo.h
	@mkdir -p $(@D)
	$(CC) -m32 -I. -c $< -o $@
$(B)/boot/%.o: workloads/lab/%.c workloads/lab/bootinfo.h
	@mkdir -p $(@D)
	$(CC) $(BOOT_FLAGS) -c $< -o $@
$(B)/boot/stage1.bin: $(B)/boot/stage1.o
	$(LD) -m elf_i386 -e _start -Ttext 0x7c00 --oformat binary $< -o $@
$(B)/boot/stage2.bin: $(B)/boot/stage2.o
	$(LD) -m elf_i386 -e stage2_main --oformat binary -T workloads/lab/stage2.ld $< -o $@

# Preloaded into the emulator; needs nothing of a C library.
$(B)/still_time.so: workloads/lab/still_time.c
	@mkdir -p $(@D)
	$(CC) -std=gnu17 -Wall -Wextra -Werror -O2 -g -shared -fPIC -nostdlib -fno-stack-protector $< -o $@

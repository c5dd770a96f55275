/* SPDX-License-Identifier: GPL-2.0-only */
/* L2's PCI bus: a host bridge, and the disk (disk.h). */
#ifndef NESTPROF_RUNNER_PCI_H
#define NESTPROF_RUNNER_PCI_H

#include <stdbool.h>
#include <stdint.h>

#include "workloads/runner/disk.h"

#define PCI_DISK_IRQ 10

struct pci {
	uint32_t address;   /* of the register that is accessed */
	uint32_t disk_ports; /* where they begin; BAR 0 */
	uint16_t disk_command;
	struct disk *disk;
};

void pci_init(struct pci *p, struct disk *d);

/* An access of the guest's to a port; false: to none of these. */
bool pci_read(struct pci *p, uint16_t port, uint32_t size, uint32_t *value);
bool pci_write(struct pci *p, uint16_t port, uint32_t size, uint32_t value);

#endif

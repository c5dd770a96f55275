// SPDX-License-Identifier: GPL-2.0-only
/* PCI Local Bus Specification 3.0, configuration mechanism 1. */
#include "workloads/runner/pci.h"

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA 0xcfc
#define ENABLED (1u << 31)
#define DISK_PORTS_AT 0x6000
#define IS_PORTS 1u

enum { BRIDGE = 0, DISK = 1 << 11 }; /* bus, device and function, as in the address */
enum { ID = 0, COMMAND = 4, CLASS = 8, BAR0 = 0x10, SUBSYSTEM = 0x2c, INTERRUPT = 0x3c };

#define BRIDGE_ID 0x12378086 /* without a host bridge of Intel's, Linux believes in no bus */
#define BRIDGE_CLASS 0x06000000
#define DISK_ID 0x10011af4
#define DISK_CLASS 0x01800000
#define DISK_SUBSYSTEM 0x00021af4 /* virtio's number of block devices */
#define DISK_INTERRUPT (0x100 | PCI_DISK_IRQ)

void pci_init(struct pci *p, struct disk *d)
{
	*p = (struct pci){ .disk_ports = DISK_PORTS_AT, .disk = d };
}

static uint32_t bridge_register(uint32_t reg)
{
	return reg == ID ? BRIDGE_ID : reg == CLASS ? BRIDGE_CLASS : 0;
}

static uint32_t disk_register(const struct pci *p, uint32_t reg)
{
	switch (reg) {
	case ID:
		return DISK_ID;
	case COMMAND:
		return p->disk_command;
	case CLASS:
		return DISK_CLASS;
	case BAR0:
		return p->disk_ports | IS_PORTS;
	case SUBSYSTEM:
		return DISK_SUBSYSTEM;
	case INTERRUPT:
		return DISK_INTERRUPT;
	default:
		return 0;
	}
}

static uint32_t config_register(const struct pci *p)
{
	uint32_t device = p->address & 0xffff00, reg = p->address & 0xfc;

	if (!(p->address & ENABLED))
		return UINT32_MAX;
	if (device == BRIDGE)
		return bridge_register(reg);
	return device == DISK ? disk_register(p, reg) : UINT32_MAX;
}

static void write_register(struct pci *p, uint32_t value)
{
	if (!(p->address & ENABLED) || (p->address & 0xffff00) != DISK)
		return;
	if ((p->address & 0xfc) == COMMAND)
		p->disk_command = value;
	if ((p->address & 0xfc) == BAR0)
		p->disk_ports = value & ~(DISK_PORTS - 1u) & 0xffff;
}

static bool is_disk(const struct pci *p, uint16_t port)
{
	return port >= p->disk_ports && port - p->disk_ports < DISK_PORTS;
}

bool pci_read(struct pci *p, uint16_t port, uint32_t size, uint32_t *value)
{
	if (port == CONFIG_ADDRESS && size == 4)
		*value = p->address;
	else if (port >= CONFIG_DATA && port < CONFIG_DATA + 4)
		*value = config_register(p) >> 8 * (port - CONFIG_DATA);
	else if (is_disk(p, port))
		*value = disk_read(p->disk, port - p->disk_ports, size);
	else
		return false;
	return true;
}

bool pci_write(struct pci *p, uint16_t port, uint32_t size, uint32_t value)
{
	if (port == CONFIG_ADDRESS && size == 4)
		p->address = value;
	else if (port == CONFIG_DATA)
		write_register(p, value);
	else if (is_disk(p, port))
		disk_write(p->disk, port - p->disk_ports, value);
	else
		return port > CONFIG_DATA && port < CONFIG_DATA + 4;
	return true;
}

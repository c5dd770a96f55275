// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/micro/console.h"

#include "workloads/micro/machine.h"
#include "workloads/micro/text.h"
#include "workloads/micro/traps.h"
#include "workloads/runner/protocol.h"

#define COM1 0x3f8
#define COM1_IRQ 4

/* The 16550A's registers, and what is needed of their bits. */
enum { DATA, INTERRUPTS, FIFO, LINE, MODEM, STATUS };
enum { DIVISOR_LOW = DATA, DIVISOR_HIGH = INTERRUPTS };
#define LINE_8N1 0x03
#define LINE_DIVISOR 0x80
#define INTERRUPT_ON_INPUT 0x01
#define FIFO_ON 0x01
#define MODEM_DTR_RTS_OUT2 0x0b /* OUT2 lets the interrupt through */
#define STATUS_INPUT 0x01
#define STATUS_ROOM 0x20

/* The two 8259A. */
#define PIC1 0x20
#define PIC2 0xa0
#define PIC_INIT 0x11
#define PIC_CASCADE 2
#define PIC_8086_AUTO_EOI 0x03

/* The local APIC: its LINT0 is where the PICs are connected. */
#define APIC_BASE 0xfee00000ul
#define APIC_SPURIOUS 0x0f0
#define APIC_LINT0 0x350
#define APIC_ENABLED 0x100
#define APIC_EXTERNAL 0x700

static void apic_write(uint32_t at, uint32_t value)
{
	*(volatile uint32_t *)(APIC_BASE + at) = value;
}

static void apic_begin(void)
{
	apic_write(APIC_SPURIOUS, APIC_ENABLED | (TRAPS_IRQ_BASE + 15));
	apic_write(APIC_LINT0, APIC_EXTERNAL);
}

/* The serial port's interrupt alone; it needs no acknowledgement. */
static void pics_begin(void)
{
	outb(PIC1, PIC_INIT);
	outb(PIC2, PIC_INIT);
	outb(PIC1 + 1, TRAPS_IRQ_BASE);
	outb(PIC2 + 1, TRAPS_IRQ_BASE + 8);
	outb(PIC1 + 1, 1 << PIC_CASCADE);
	outb(PIC2 + 1, PIC_CASCADE);
	outb(PIC1 + 1, PIC_8086_AUTO_EOI);
	outb(PIC2 + 1, PIC_8086_AUTO_EOI);
	outb(PIC1 + 1, (uint8_t)~(1 << COM1_IRQ));
	outb(PIC2 + 1, 0xff);
}

void console_begin(void)
{
	apic_begin();
	pics_begin();
	outb(COM1 + LINE, LINE_DIVISOR);
	outb(COM1 + DIVISOR_LOW, 1); /* 115200 */
	outb(COM1 + DIVISOR_HIGH, 0);
	outb(COM1 + LINE, LINE_8N1);
	outb(COM1 + FIFO, FIFO_ON);
	outb(COM1 + MODEM, MODEM_DTR_RTS_OUT2);
}

/* An interrupt between the look and HLT is not missed: STI lets it in only after HLT began. */
static char read_byte(void)
{
	while (!(inb(COM1 + STATUS) & STATUS_INPUT))
		asm volatile("sti; hlt; cli");
	return inb(COM1 + DATA);
}

/*
 * An interrupt for input that was read already is still pending. L0 would see
 * to it at each entry of L2, which costs half a round trip: take it now.
 */
static void take_pending_interrupt(void)
{
	outb(COM1 + INTERRUPTS, 0);
	asm volatile("sti; nop; cli");
}

bool console_read_line(char *line, size_t size)
{
	size_t len = 0;
	char c;

	outb(COM1 + INTERRUPTS, INTERRUPT_ON_INPUT);
	while ((c = read_byte()) != '\n')
		if (len < size)
			line[len++] = c;
	take_pending_interrupt();
	if (len == size)
		return false;
	line[len] = '\0';
	return true;
}

static void write_text(const char *text)
{
	for (; *text; text++) {
		while (!(inb(COM1 + STATUS) & STATUS_ROOM))
			;
		outb(COM1 + DATA, *text);
	}
}

static void write_line(const char *start, const char *fmt, va_list ap)
{
	char line[NP_LINE_MAX - sizeof(NP_SAYS NP_ERROR " ")];

	text_format(line, sizeof(line), fmt, ap);
	write_text(start);
	write_text(line);
	write_text("\n");
}

void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_line(NP_SAYS, fmt, ap);
	va_end(ap);
}

bool complain(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_line(NP_SAYS NP_ERROR " ", fmt, ap);
	va_end(ap);
	return false;
}

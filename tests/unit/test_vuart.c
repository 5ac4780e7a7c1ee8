/* SPDX-License-Identifier: MIT */
/*
 * The serial port against the PC16550D data sheet, and as drivers probe it: the
 * steps of the tests named after Linux are those of its 8250 driver.
 */
#include "guest/vuart.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { RBR = 0, THR = 0, DLL = 0, IER = 1, DLM = 1, IIR = 2, FCR = 2, LCR = 3 };
enum { MCR = 4, LSR = 5, MSR = 6, SCR = 7 };

enum { ERBFI = 1, ETBEI = 2, ELSI = 4, EDSSI = 8 };
enum { DTR = 1, RTS = 2, OUT1 = 4, OUT2 = 8, LOOP = 16 };

/* A guest with its serial port, the interrupt line, and what it sent. */
struct fixture {
    struct vuart uart;
    struct vuart_effects effects; /* of the last access */
    bool is_irq_high;
    unsigned edges; /* rising ones, since last asked */
    char sent[64];
    unsigned sent_count;
};

static int setup(void **state)
{
    static struct fixture fixture;

    memset(&fixture, 0, sizeof(fixture));
    vuart_init(&fixture.uart);
    *state = &fixture;
    return 0;
}

static void take_effects(struct fixture *f)
{
    if (f->effects.irq == VUART_IRQ_RAISED) {
        f->is_irq_high = true;
        f->edges++;
    } else if (f->effects.irq == VUART_IRQ_LOWERED) {
        assert_true(f->is_irq_high);
        f->is_irq_high = false;
    }
    if (f->effects.is_byte_sent) {
        assert_in_range(f->sent_count, 0, sizeof(f->sent) - 2);
        f->sent[f->sent_count++] = (char)f->effects.byte;
    }
}

static uint8_t in(struct fixture *f, unsigned offset)
{
    uint8_t value = vuart_read(&f->uart, offset, &f->effects);

    assert_false(f->effects.is_byte_sent);
    take_effects(f);
    return value;
}

static void out(struct fixture *f, unsigned offset, unsigned value)
{
    vuart_write(&f->uart, offset, (uint8_t)value, &f->effects);
    take_effects(f);
}

static void receive(struct fixture *f, char byte)
{
    vuart_receive(&f->uart, (uint8_t)byte, &f->effects);
    take_effects(f);
}

static unsigned take_edges(struct fixture *f)
{
    unsigned edges = f->edges;

    f->edges = 0;
    return edges;
}

static void registers_after_reset(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(in(f, IER), 0);
    assert_int_equal(in(f, IIR), 0x01);
    assert_int_equal(in(f, LCR), 0);
    assert_int_equal(in(f, MCR), 0);
    assert_int_equal(in(f, LSR), 0x60);
    assert_int_equal(in(f, MSR), 0xb0);
    assert_int_equal(in(f, RBR), 0);
    assert_false(f->is_irq_high);
}

static void only_defined_bits_are_kept(void **state)
{
    struct fixture *f = *state;

    out(f, IER, 0xff);
    out(f, MCR, 0xff);
    out(f, SCR, 0xa5);
    out(f, LCR, 0x7f);
    assert_int_equal(in(f, IER), 0x0f);
    assert_int_equal(in(f, MCR), 0x1f);
    assert_int_equal(in(f, SCR), 0xa5);
    assert_int_equal(in(f, LCR), 0x7f);
}

static void the_divisor_is_behind_dlab(void **state)
{
    struct fixture *f = *state;

    out(f, IER, 5);
    out(f, LCR, 0x83);
    out(f, DLL, 0x12);
    out(f, DLM, 0x34);
    assert_int_equal(in(f, DLL), 0x12);
    assert_int_equal(in(f, DLM), 0x34);
    out(f, LCR, 0x03);
    assert_int_equal(in(f, IER), 5);
    assert_int_equal(in(f, RBR), 0);
    assert_int_equal(f->sent_count, 0);
}

static void line_and_modem_status_ignore_writes(void **state)
{
    struct fixture *f = *state;

    out(f, LSR, 0xff);
    out(f, MSR, 0xff);
    assert_int_equal(in(f, LSR), 0x60);
    assert_int_equal(in(f, MSR), 0xb0);
}

static void the_mode_of_the_fifos_shows_in_iir(void **state)
{
    struct fixture *f = *state;

    out(f, FCR, 0x01);
    assert_int_equal(in(f, IIR), 0xc1);
    out(f, FCR, 0xc6); /* without the enable nothing counts */
    assert_int_equal(in(f, IIR), 0x01);
}

static void what_is_written_is_sent(void **state)
{
    struct fixture *f = *state;

    for (const char *c = "hello"; *c != '\0'; c++) {
        assert_int_equal(in(f, LSR) & 0x60, 0x60);
        out(f, THR, (uint8_t)*c);
    }
    assert_string_equal(f->sent, "hello");
    assert_int_equal(take_edges(f), 0);
}

/* Reception */

static void the_fifo_keeps_sixteen_bytes_in_order(void **state)
{
    struct fixture *f = *state;

    out(f, FCR, 0x01);
    for (unsigned round = 0; round < 3; round++) {
        assert_int_equal(vuart_receive_room(&f->uart), 16);
        for (unsigned i = 0; i < 16; i++)
            receive(f, (char)('a' + i));
        assert_int_equal(vuart_receive_room(&f->uart), 0);
        for (unsigned i = 0; i < 16; i++) {
            assert_int_equal(in(f, LSR), 0x61);
            assert_int_equal(in(f, RBR), 'a' + i);
        }
        assert_int_equal(in(f, LSR), 0x60);
        receive(f, 'x'); /* so that the next round begins elsewhere */
        assert_int_equal(in(f, RBR), 'x');
    }
}

static void an_overrun_of_the_fifo_loses_the_new_byte(void **state)
{
    struct fixture *f = *state;

    out(f, FCR, 0x01);
    for (unsigned i = 0; i < 17; i++)
        receive(f, (char)('a' + i));
    assert_int_equal(in(f, LSR), 0x63);
    assert_int_equal(in(f, LSR), 0x61); /* reading clears it */
    for (unsigned i = 0; i < 16; i++)
        assert_int_equal(in(f, RBR), 'a' + i);
}

static void an_overrun_without_fifo_loses_the_old_byte(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(vuart_receive_room(&f->uart), 1);
    receive(f, 'a');
    assert_int_equal(vuart_receive_room(&f->uart), 0);
    receive(f, 'b');
    assert_int_equal(in(f, LSR), 0x63);
    assert_int_equal(in(f, RBR), 'b');
    assert_int_equal(in(f, LSR), 0x60);
}

static void fifo_resets_clear_what_was_received(void **state)
{
    struct fixture *f = *state;

    out(f, FCR, 0x01);
    receive(f, 'a');
    out(f, FCR, 0x05); /* the transmitter's */
    assert_int_equal(in(f, LSR), 0x61);
    out(f, FCR, 0x03);
    assert_int_equal(in(f, LSR), 0x60);
    receive(f, 'a');
    out(f, FCR, 0x00); /* and so does leaving the mode */
    assert_int_equal(in(f, LSR), 0x60);
}

static void received_data_interrupts_by_trigger_level(void **state)
{
    static const uint8_t levels[] = {1, 4, 8, 14};
    struct fixture *f = *state;

    out(f, MCR, OUT2);
    out(f, IER, ERBFI);
    for (unsigned i = 0; i < 4; i++) {
        out(f, FCR, 0x03 | i << 6);
        for (unsigned count = 1; count <= 16; count++) {
            receive(f, 'x');
            assert_int_equal(in(f, IIR), count < levels[i] ? 0xcc : 0xc4);
        }
        assert_true(f->is_irq_high);
        assert_int_equal(take_edges(f), 1);
        for (unsigned count = 0; count < 16; count++)
            (void)in(f, RBR);
        assert_int_equal(in(f, IIR), 0xc1);
        assert_false(f->is_irq_high);
    }
}

/* Interrupts */

/* As a driver that was interrupted: until there is no more to do. */
static void identify(struct fixture *f, unsigned expected)
{
    assert_true(f->is_irq_high);
    assert_int_equal(in(f, IIR), expected);
}

static void enabling_thre_interrupts_at_once(void **state)
{
    struct fixture *f = *state;

    out(f, MCR, OUT2);
    out(f, IER, ETBEI);
    assert_int_equal(take_edges(f), 1);
    identify(f, 0x02);
    assert_false(f->is_irq_high); /* reading IIR takes it back */
    assert_int_equal(in(f, IIR), 0x01);
    out(f, IER, ETBEI); /* it is enabled already */
    assert_int_equal(take_edges(f), 0);
    out(f, IER, 0);
    out(f, IER, ETBEI);
    assert_int_equal(take_edges(f), 1);
}

static void disabling_thre_takes_it_back(void **state)
{
    struct fixture *f = *state;

    out(f, MCR, OUT2);
    out(f, IER, ETBEI);
    out(f, IER, 0);
    assert_false(f->is_irq_high);
    assert_int_equal(in(f, IIR), 0x01);
}

static void every_byte_written_raises_thre_again(void **state)
{
    struct fixture *f = *state;

    out(f, MCR, OUT2);
    out(f, IER, ETBEI);
    identify(f, 0x02);
    (void)take_edges(f);
    for (unsigned i = 0; i < 3; i++) {
        out(f, THR, 'x');
        assert_int_equal(take_edges(f), 1);
        identify(f, 0x02);
    }
}

/* An edge-triggered input must see that the second THRE is another one. */
static void a_byte_written_before_iir_was_read_is_an_edge_too(void **state)
{
    struct fixture *f = *state;

    out(f, MCR, OUT2);
    out(f, IER, ETBEI);
    assert_true(f->is_irq_high);
    (void)take_edges(f);
    out(f, THR, 'x');
    assert_true(f->is_irq_high);
    assert_int_equal(take_edges(f), 1);
}

static void reading_iir_for_another_reason_leaves_thre(void **state)
{
    struct fixture *f = *state;

    out(f, MCR, OUT2);
    out(f, IER, ERBFI | ETBEI);
    receive(f, 'x');
    identify(f, 0x04);
    identify(f, 0x04);
    assert_int_equal(in(f, RBR), 'x');
    identify(f, 0x02);
    assert_false(f->is_irq_high);
}

static void priorities_are_those_of_table_three(void **state)
{
    struct fixture *f = *state;

    out(f, MCR, LOOP | OUT2);
    out(f, MCR, OUT2); /* modem inputs moved */
    receive(f, 'a');
    receive(f, 'b'); /* and an overrun */
    out(f, IER, ERBFI | ETBEI | ELSI | EDSSI);
    identify(f, 0x06);
    (void)in(f, LSR);
    identify(f, 0x04);
    (void)in(f, RBR);
    identify(f, 0x02);
    identify(f, 0x00);
    (void)in(f, MSR);
    assert_false(f->is_irq_high);
    assert_int_equal(take_edges(f), 1);
    assert_int_equal(in(f, IIR), 0x01);
}

static void out2_gates_the_interrupt(void **state)
{
    struct fixture *f = *state;

    out(f, IER, ERBFI);
    receive(f, 'x');
    assert_int_equal(in(f, IIR), 0x04);
    assert_false(f->is_irq_high);
    out(f, MCR, OUT2);
    assert_true(f->is_irq_high);
    out(f, MCR, OUT2 | LOOP);
    assert_false(f->is_irq_high);
}

/* Loopback */

static void loopback_connects_the_modem_lines(void **state)
{
    static const struct {
        uint8_t mcr;
        uint8_t msr;
    } lines[] = {{RTS, 0x10}, {DTR, 0x20}, {OUT1, 0x40}, {OUT2, 0x80}};
    struct fixture *f = *state;

    for (unsigned i = 0; i < 4; i++) {
        out(f, MCR, LOOP | lines[i].mcr);
        assert_int_equal(in(f, MSR) & 0xf0, lines[i].msr);
    }
    out(f, MCR, 0);
    assert_int_equal(in(f, MSR) & 0xf0, 0xb0);
}

static void modem_deltas_say_what_moved(void **state)
{
    struct fixture *f = *state;

    out(f, MCR, LOOP | RTS | DTR | OUT2);
    assert_int_equal(in(f, MSR), 0xb0);
    out(f, MCR, LOOP | DTR | OUT2);
    assert_int_equal(in(f, MSR), 0xa1);
    assert_int_equal(in(f, MSR), 0xa0); /* reading clears them */
    out(f, MCR, LOOP | OUT2);
    assert_int_equal(in(f, MSR), 0x82);
    out(f, MCR, LOOP | OUT1);
    assert_int_equal(in(f, MSR), 0x48); /* of RI only the end counts */
    out(f, MCR, LOOP);
    assert_int_equal(in(f, MSR), 0x04);
}

static void loopback_hears_itself_and_nobody_else(void **state)
{
    struct fixture *f = *state;

    out(f, MCR, LOOP);
    out(f, THR, 'x');
    assert_int_equal(f->sent_count, 0);
    assert_int_equal(vuart_receive_room(&f->uart), 0);
    receive(f, 'y');
    assert_int_equal(in(f, LSR), 0x61);
    assert_int_equal(in(f, RBR), 'x');
    assert_int_equal(in(f, LSR), 0x60);
}

/* Linux */

static void linux_autoconfig_finds_a_16550a(void **state)
{
    struct fixture *f = *state;

    out(f, IER, 0);
    assert_int_equal(in(f, IER) & 0x0f, 0);
    out(f, IER, 0x0f);
    assert_int_equal(in(f, IER) & 0x0f, 0x0f);
    out(f, IER, 0);

    out(f, MCR, LOOP | OUT2 | RTS);
    assert_int_equal(in(f, MSR) & 0xf0, 0x90);
    out(f, MCR, 0);

    out(f, LCR, 0xbf);
    out(f, FCR, 0); /* an EFR, where there is one */
    out(f, LCR, 0);
    out(f, FCR, 0x01);
    assert_int_equal(in(f, IIR) >> 6, 3); /* a 16550A or better */
}

static void linux_finds_nothing_better_than_a_16550a(void **state)
{
    struct fixture *f = *state;

    out(f, FCR, 0x01);
    out(f, LCR, 0x80);
    assert_int_not_equal(in(f, IIR), 0); /* no EFR of a 16650 */
    out(f, LCR, 0xbf);
    assert_int_not_equal(in(f, IIR), 0);

    out(f, LCR, 0); /* no bank of a super I/O chip: MCR's loop is not in EXCR1 */
    out(f, MCR, LOOP);
    out(f, LCR, 0xe0);
    assert_int_equal(in(f, IIR) & LOOP, 0);
    out(f, LCR, 0);
    out(f, MCR, 0);

    out(f, FCR, 0x21); /* no FIFO of 64 bytes */
    assert_int_equal(in(f, IIR) >> 5, 6);
    out(f, FCR, 0x01);
    out(f, LCR, 0x80);
    out(f, FCR, 0x21);
    assert_int_equal(in(f, IIR) >> 5, 6);
    out(f, LCR, 0);

    out(f, IER, 0x40); /* no unit enable of an XScale */
    assert_int_equal(in(f, IER) & 0x40, 0);
}

static void linux_startup_finds_no_bug(void **state)
{
    struct fixture *f = *state;

    out(f, FCR, 0x01);
    out(f, FCR, 0x07);
    out(f, FCR, 0);
    (void)in(f, LSR);
    (void)in(f, RBR);
    (void)in(f, IIR);
    (void)in(f, MSR);
    assert_int_not_equal(in(f, LSR), 0xff);

    out(f, IER, ETBEI); /* THRE interrupts again each time it is enabled */
    assert_int_equal(in(f, IIR) & 1, 0);
    out(f, IER, 0);
    out(f, IER, ETBEI);
    assert_int_equal(in(f, IIR) & 1, 0);
    out(f, IER, 0);

    out(f, LCR, 0x03);
    out(f, MCR, OUT2);
    out(f, IER, ETBEI);
    assert_int_equal(in(f, LSR) & 0x40, 0x40);
    assert_int_equal(in(f, IIR) & 1, 0);
    out(f, IER, 0);
}

/* The driver's interrupt handler: returns what it had to send less what it sent. */
static const char *handle_interrupt(struct fixture *f, const char *text)
{
    while (!(in(f, IIR) & 1)) {
        uint8_t status = in(f, LSR);

        while (status & 0x01) {
            (void)in(f, RBR);
            status = in(f, LSR);
        }
        for (unsigned room = 16; (status & 0x20) && *text != '\0' && room > 0; room--)
            out(f, THR, (uint8_t)*text++);
        if (*text == '\0')
            out(f, IER, ERBFI | ELSI);
    }
    return text;
}

static void linux_sends_by_interrupts_alone(void **state)
{
    static const char message[] = "The quick brown fox jumps over it, says the log.";
    const char *rest = message;
    struct fixture *f = *state;

    out(f, FCR, 0x81);
    out(f, MCR, OUT2 | RTS | DTR);
    out(f, IER, ERBFI | ELSI);
    out(f, IER, ERBFI | ELSI | ETBEI);
    while (take_edges(f) != 0) /* an edge-triggered input runs the handler */
        rest = handle_interrupt(f, rest);
    assert_string_equal(f->sent, message);
    assert_false(f->is_irq_high);
}

static void no_byte_waits_without_an_interrupt(void **state)
{
    struct fixture *f = *state;

    out(f, FCR, 0x81);
    out(f, MCR, OUT2);
    out(f, IER, ERBFI | ELSI);
    for (unsigned i = 0; i < 40; i++) {
        receive(f, 'x');
        assert_int_equal(take_edges(f), 1);
        (void)handle_interrupt(f, "");
        assert_int_equal(in(f, LSR) & 1, 0);
        assert_false(f->is_irq_high);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(registers_after_reset, setup),
        cmocka_unit_test_setup(only_defined_bits_are_kept, setup),
        cmocka_unit_test_setup(the_divisor_is_behind_dlab, setup),
        cmocka_unit_test_setup(line_and_modem_status_ignore_writes, setup),
        cmocka_unit_test_setup(the_mode_of_the_fifos_shows_in_iir, setup),
        cmocka_unit_test_setup(what_is_written_is_sent, setup),
        cmocka_unit_test_setup(the_fifo_keeps_sixteen_bytes_in_order, setup),
        cmocka_unit_test_setup(an_overrun_of_the_fifo_loses_the_new_byte, setup),
        cmocka_unit_test_setup(an_overrun_without_fifo_loses_the_old_byte, setup),
        cmocka_unit_test_setup(fifo_resets_clear_what_was_received, setup),
        cmocka_unit_test_setup(received_data_interrupts_by_trigger_level, setup),
        cmocka_unit_test_setup(enabling_thre_interrupts_at_once, setup),
        cmocka_unit_test_setup(disabling_thre_takes_it_back, setup),
        cmocka_unit_test_setup(every_byte_written_raises_thre_again, setup),
        cmocka_unit_test_setup(a_byte_written_before_iir_was_read_is_an_edge_too, setup),
        cmocka_unit_test_setup(reading_iir_for_another_reason_leaves_thre, setup),
        cmocka_unit_test_setup(priorities_are_those_of_table_three, setup),
        cmocka_unit_test_setup(out2_gates_the_interrupt, setup),
        cmocka_unit_test_setup(loopback_connects_the_modem_lines, setup),
        cmocka_unit_test_setup(modem_deltas_say_what_moved, setup),
        cmocka_unit_test_setup(loopback_hears_itself_and_nobody_else, setup),
        cmocka_unit_test_setup(linux_autoconfig_finds_a_16550a, setup),
        cmocka_unit_test_setup(linux_finds_nothing_better_than_a_16550a, setup),
        cmocka_unit_test_setup(linux_startup_finds_no_bug, setup),
        cmocka_unit_test_setup(linux_sends_by_interrupts_alone, setup),
        cmocka_unit_test_setup(no_byte_waits_without_an_interrupt, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

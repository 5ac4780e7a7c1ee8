/* SPDX-License-Identifier: MIT */
/*
 * The root port's state machine: what a slot, its link and its interrupt do
 * upon each event. Its registers are laid out in rootport_image.c.
 */
#include <rootport/pci_regs.h>
#include <rootport/rootport.h>

#include "rootport_image.h"

/* The state of Slot Status, and the events; the others belong to parts not there. */
#define PRESENT      RP_PCI_PCIE_SLOT_STATUS_PRESENT
#define EVENT_BUTTON RP_PCI_PCIE_SLOT_STATUS_BUTTON
#define EVENT_PDC    RP_PCI_PCIE_SLOT_STATUS_PRESENCE
#define EVENT_DLLSC  RP_PCI_PCIE_SLOT_STATUS_LINK_STATE

static uint32_t get16(const struct rp_rootport *port, uint16_t reg)
{
    return rp_image_read(port->image, reg, 2);
}

/* The bits of @mask in the 16-bit register at @reg become what they are in @bits. */
static void set16(struct rp_rootport *port, uint16_t reg, uint32_t mask, uint32_t bits)
{
    unsigned shift = reg % 4u * 8u;
    uint32_t old_value = port->image->dword[reg / 4];
    uint32_t new_value = (old_value & ~(mask << shift)) | (bits & mask) << shift;

    if (new_value != old_value)
        rp_image_store(port->image, reg & 0xffcu, new_value);
}

/* Whether any of @bits is set in the 16-bit register at @reg. */
static bool is_set(const struct rp_rootport *port, uint16_t reg, uint32_t bits)
{
    return (get16(port, reg) & bits) != 0;
}

static uint32_t power_indicator(const struct rp_rootport *port)
{
    return rp_field_get(RP_PCI_PCIE_SLOT_CONTROL_POWER_INDICATOR,
                        get16(port, REG_SLOT_CONTROL));
}

static bool is_in_d0(const struct rp_rootport *port)
{
    return rp_type1_is_in_d0(port->image);
}

bool rp_rootport_is_forwarding(const struct rp_rootport *port)
{
    return is_set(port, REG_LINK_STATUS, RP_PCI_PCIE_LINK_STATUS_ACTIVE) &&
           is_in_d0(port);
}

bool rp_rootport_is_decoding_memory(const struct rp_rootport *port)
{
    return rp_type1_is_decoding_memory(port->image) && rp_rootport_is_forwarding(port);
}

static bool is_held_in_reset(const struct rp_rootport *port)
{
    return rp_type1_is_held_in_reset(port->image);
}

static bool is_link_disabled(const struct rp_rootport *port)
{
    return is_set(port, REG_LINK_CONTROL, RP_PCI_PCIE_LINK_CONTROL_DISABLE);
}

/* --- interrupt: 6.7.3.4 ------------------------------------------------------ */

/* The enables stand at the bits of their events, but for the link's. */
_Static_assert(EVENT_BUTTON == RP_PCI_PCIE_SLOT_CONTROL_BUTTON &&
                   EVENT_PDC == RP_PCI_PCIE_SLOT_CONTROL_PRESENCE,
               "has_enabled_event() takes one for the other");

static bool has_enabled_event(const struct rp_rootport *port)
{
    uint32_t control = get16(port, REG_SLOT_CONTROL);
    uint32_t enabled = control & (EVENT_BUTTON | EVENT_PDC);

    if ((control & RP_PCI_PCIE_SLOT_CONTROL_LINK_STATE) != 0)
        enabled |= EVENT_DLLSC;
    return (control & RP_PCI_PCIE_SLOT_CONTROL_INTERRUPT) != 0 &&
           is_set(port, REG_SLOT_STATUS, enabled);
}

/* What makes the port interrupt, each on its own: 6.7.3.4 and 6.2.4.1.2. */
#define ASSERTED_SLOT   0x1u
#define ASSERTED_ERRORS 0x2u

/* The events of the last two severities stand next to each other, as their enables. */
_Static_assert(RP_PCI_AER_ROOT_STATUS_CORRECTABLE == RP_ERROR_CORRECTABLE &&
                   RP_PCI_AER_ROOT_STATUS_NONFATAL >> 4 == RP_ERROR_NONFATAL &&
                   RP_PCI_AER_ROOT_STATUS_FATAL >> 4 == RP_ERROR_FATAL,
               "has_enabled_error() takes one for the other");

static bool has_enabled_error(const struct rp_rootport *port)
{
    uint32_t status = port->image->dword[REG_ROOT_ERROR_STATUS / 4];
    uint32_t received = (status & RP_ERROR_CORRECTABLE) |
                        (status >> 4 & (RP_ERROR_NONFATAL | RP_ERROR_FATAL));

    return (received & port->image->dword[REG_ROOT_ERROR_COMMAND / 4]) != 0;
}

/* A message is a memory write of the port's: MSI on, bus master, D0. */
static bool can_send_message(const struct rp_rootport *port)
{
    return is_set(port, REG_MSI_CONTROL, RP_PCI_MSI_CONTROL_ENABLE) &&
           is_set(port, RP_PCI_COMMAND, RP_PCI_COMMAND_BUS_MASTER) && is_in_d0(port);
}

/*
 * One message on each edge of either expression, be it an event, an enable
 * or an unmasking that completes it. While masked the vector is pending, and no
 * longer so once its cause is gone (7.7.1.8).
 */
static void update_interrupt(struct rp_rootport *port,
                             struct rp_rootport_actions *actions)
{
    uint32_t wanted = (has_enabled_event(port) ? ASSERTED_SLOT : 0) |
                      (has_enabled_error(port) ? ASSERTED_ERRORS : 0);
    bool is_masked = is_set(port, REG_MSI_MASK, MSI_VECTOR_0);

    if (!can_send_message(port))
        wanted = 0;
    set16(port, REG_MSI_PENDING, MSI_VECTOR_0,
          wanted != 0 && is_masked ? MSI_VECTOR_0 : 0);
    if (is_masked)
        wanted = 0;
    if ((wanted & ~(uint32_t)port->asserted) != 0) {
        actions->set |= RP_ROOTPORT_SEND_MSI;
        actions->msi_address.value =
            port->image->dword[REG_MSI_ADDRESS / 4] |
            (uint64_t)port->image->dword[REG_MSI_ADDRESS_UPPER / 4] << 32;
        actions->msi_data = (uint16_t)get16(port, REG_MSI_DATA);
    }
    port->asserted = (uint8_t)wanted;
}

/* --- slot and link ----------------------------------------------------------- */

/* What every event ends with. */
static void settle(struct rp_rootport *port, struct rp_rootport_actions *actions)
{
    bool is_forwarding = rp_rootport_is_forwarding(port);

    if (is_forwarding != port->was_forwarding)
        actions->set |= RP_ROOTPORT_FORWARDING_CHANGED;
    port->was_forwarding = is_forwarding;
    update_interrupt(port, actions);
}

/*
 * Brings Data Link Layer Link Active up to date. Returns the event that its
 * change is, which a secondary bus reset hides from beginning to end: the guest
 * asked for it, and a stale event would read as a removal.
 */
static uint32_t update_link(struct rp_rootport *port)
{
    bool was_up = is_set(port, REG_LINK_STATUS, RP_PCI_PCIE_LINK_STATUS_ACTIVE);
    bool is_up = port->state != RP_ROOTPORT_EMPTY && !port->is_resetting &&
                 !is_held_in_reset(port) && !is_link_disabled(port);

    if (is_up == was_up)
        return 0;
    set16(port, REG_LINK_STATUS, RP_PCI_PCIE_LINK_STATUS_ACTIVE,
          is_up ? RP_PCI_PCIE_LINK_STATUS_ACTIVE : 0);

    bool is_hidden = port->is_link_event_hidden;
    if (is_up)
        port->is_link_event_hidden = false;
    return is_hidden ? 0 : EVENT_DLLSC;
}

/* State and events in one store, after the link: no event is seen before its cause. */
static void set_presence(struct rp_rootport *port, uint32_t present, uint32_t events)
{
    set16(port, REG_SLOT_STATUS, PRESENT | events, present | events);
}

static void raise_events(struct rp_rootport *port, uint32_t events)
{
    set16(port, REG_SLOT_STATUS, events, events);
}

/* A link that goes down resets what is behind it (6.6.1). One reset at a time will do. */
static void reset_child(struct rp_rootport *port, struct rp_rootport_actions *actions)
{
    bool is_leaving =
        port->state == RP_ROOTPORT_EMPTY || port->state == RP_ROOTPORT_RELEASED;

    if (is_leaving || port->is_resetting)
        return;
    port->is_resetting = true;
    actions->set |= RP_ROOTPORT_RESET_CHILD;
}

static void enter(struct rp_rootport *port, enum rp_rootport_state state,
                  enum rp_rootport_outcome outcome, struct rp_rootport_actions *actions)
{
    port->state = state;
    port->is_cancelling = false;
    port->has_blinked = false;
    port->was_there_at_reset = false;
    if (outcome != RP_OUTCOME_NONE) {
        actions->set |= RP_ROOTPORT_REPORT;
        actions->outcome = outcome;
    }
    if (state == RP_ROOTPORT_RELEASED)
        actions->set |= RP_ROOTPORT_DETACH_CHILD;
}

static void become_empty(struct rp_rootport *port, struct rp_rootport_actions *actions)
{
    enter(port, RP_ROOTPORT_EMPTY, RP_OUTCOME_NONE, actions);
    port->is_resetting = false;
    port->is_link_event_hidden = false;
    set_presence(port, 0, update_link(port) | EVENT_PDC);
}

/* --- what the guest writes --------------------------------------------------- */

/* The indicators before and after a write. */
struct indicators {
    uint32_t old_power;
    uint32_t power;
    uint32_t old_attention;
    uint32_t attention;
};

static bool has_turned(uint32_t old_code, uint32_t code, uint32_t wanted)
{
    return code == wanted && old_code != wanted;
}

static bool power_has_turned(const struct indicators *now, uint32_t code)
{
    return has_turned(now->old_power, now->power, code);
}

/*
 * Linux shows that it could not enable a slot with the power indicator off and
 * attention on: in one write or, before 5.5, in two.
 */
static bool has_given_up(const struct indicators *now)
{
    return now->power == RP_PCI_PCIE_INDICATOR_OFF &&
           now->attention == RP_PCI_PCIE_INDICATOR_ON &&
           (now->old_power != now->power || now->old_attention != now->attention);
}

static void follow_arriving(struct rp_rootport *port, const struct indicators *now,
                            struct rp_rootport_actions *actions)
{
    if (power_has_turned(now, RP_PCI_PCIE_INDICATOR_ON))
        enter(port, RP_ROOTPORT_ON, RP_OUTCOME_ENABLED, actions);
    else if (has_given_up(now))
        enter(port, RP_ROOTPORT_FAILED, RP_OUTCOME_FAILED, actions);
    else if (power_has_turned(now, RP_PCI_PCIE_INDICATOR_BLINK))
        port->has_blinked = true;
    else if (power_has_turned(now, RP_PCI_PCIE_INDICATOR_OFF) && port->has_blinked)
        /* Without a blink it is the end of an earlier, surprising, removal. */
        enter(port, RP_ROOTPORT_GUEST_RELEASED, RP_OUTCOME_GUEST_RELEASED, actions);
}

static void follow_on(struct rp_rootport *port, const struct indicators *now,
                      struct rp_rootport_actions *actions)
{
    if (!power_has_turned(now, RP_PCI_PCIE_INDICATOR_OFF))
        return;
    if (has_turned(now->old_attention, now->attention, RP_PCI_PCIE_INDICATOR_ON))
        enter(port, RP_ROOTPORT_FAILED, RP_OUTCOME_FAILED, actions);
    else
        enter(port, RP_ROOTPORT_GUEST_RELEASED, RP_OUTCOME_GUEST_RELEASED, actions);
}

/* The guest has done with the child, but may take it again. */
static void follow_off(struct rp_rootport *port, const struct indicators *now,
                       struct rp_rootport_actions *actions)
{
    if (power_has_turned(now, RP_PCI_PCIE_INDICATOR_ON)) {
        enter(port, RP_ROOTPORT_ON, RP_OUTCOME_ENABLED, actions);
    } else if (power_has_turned(now, RP_PCI_PCIE_INDICATOR_BLINK)) {
        enter(port, RP_ROOTPORT_ARRIVING, RP_OUTCOME_NONE, actions);
        port->has_blinked = true;
    } else if (port->state == RP_ROOTPORT_GUEST_RELEASED && has_given_up(now)) {
        enter(port, RP_ROOTPORT_FAILED, RP_OUTCOME_FAILED, actions);
    }
}

static void follow_asked(struct rp_rootport *port, const struct indicators *now,
                         struct rp_rootport_actions *actions)
{
    if (power_has_turned(now, RP_PCI_PCIE_INDICATOR_OFF))
        enter(port, RP_ROOTPORT_RELEASED, RP_OUTCOME_RELEASED, actions);
    else if (power_has_turned(now, RP_PCI_PCIE_INDICATOR_ON))
        enter(port, RP_ROOTPORT_ON, RP_OUTCOME_CANCELLED, actions);
    else if (power_has_turned(now, RP_PCI_PCIE_INDICATOR_BLINK))
        enter(port, RP_ROOTPORT_GRACE, RP_OUTCOME_NONE, actions);
}

static void follow_indicators(struct rp_rootport *port, const struct indicators *now,
                              struct rp_rootport_actions *actions)
{
    switch (port->state) {
    case RP_ROOTPORT_EMPTY:
    case RP_ROOTPORT_RELEASED:
        break;
    case RP_ROOTPORT_ARRIVING:
        follow_arriving(port, now, actions);
        break;
    case RP_ROOTPORT_ON:
        follow_on(port, now, actions);
        break;
    case RP_ROOTPORT_FAILED:
    case RP_ROOTPORT_GUEST_RELEASED:
        follow_off(port, now, actions);
        break;
    case RP_ROOTPORT_ASKED:
    case RP_ROOTPORT_GRACE:
        follow_asked(port, now, actions);
        break;
    }
}

/*
 * A child that was there when the guest was reset is found by its scan, and the
 * driver then leaves the indicators alone. All that shows is that it begins to
 * listen.
 */
static bool has_begun_listening(uint32_t old_control, uint32_t control)
{
    return (control & ~old_control & RP_PCI_PCIE_SLOT_CONTROL_INTERRUPT) != 0;
}

static void slot_written(struct rp_rootport *port, uint32_t old_control, uint32_t control,
                         struct rp_rootport_actions *actions)
{
    struct indicators now = {
        .old_power = rp_field_get(RP_PCI_PCIE_SLOT_CONTROL_POWER_INDICATOR, old_control),
        .power = rp_field_get(RP_PCI_PCIE_SLOT_CONTROL_POWER_INDICATOR, control),
        .old_attention =
            rp_field_get(RP_PCI_PCIE_SLOT_CONTROL_ATTENTION_INDICATOR, old_control),
        .attention = rp_field_get(RP_PCI_PCIE_SLOT_CONTROL_ATTENTION_INDICATOR, control),
    };

    if (port->was_there_at_reset && has_begun_listening(old_control, control))
        enter(port, RP_ROOTPORT_ON, RP_OUTCOME_ENABLED, actions);
    else
        follow_indicators(port, &now, actions);
}

static void bridge_control_written(struct rp_rootport *port, uint32_t changed,
                                   struct rp_rootport_actions *actions)
{
    if ((changed & RP_PCI_BRIDGE_CONTROL_SECONDARY_RESET) == 0)
        return;
    if (is_held_in_reset(port)) {
        if (is_set(port, REG_LINK_STATUS, RP_PCI_PCIE_LINK_STATUS_ACTIVE))
            port->is_link_event_hidden = true;
        reset_child(port, actions);
    }
    raise_events(port, update_link(port));
}

static void link_control_written(struct rp_rootport *port, uint32_t changed,
                                 struct rp_rootport_actions *actions)
{
    if ((changed & RP_PCI_PCIE_LINK_CONTROL_DISABLE) == 0)
        return;
    port->is_link_event_hidden = false;
    if (is_link_disabled(port))
        reset_child(port, actions);
    raise_events(port, update_link(port));
}

/* What follows from a dword that a write has changed. */
static void follow_change(struct rp_rootport *port, const struct rp_image_change *change,
                          struct rp_rootport_actions *actions)
{
    uint32_t changed = change->old_value ^ change->new_value;

    actions->set |= rp_type1_follow(change);
    switch (change->reg) {
    case RP_PCI_INTERRUPT_LINE:
        bridge_control_written(port, changed >> 16, actions);
        break;
    case REG_LINK_CONTROL:
        link_control_written(port, changed, actions);
        break;
    case REG_SLOT_CONTROL:
        slot_written(port, change->old_value, change->new_value, actions);
        break;
    default:
        break;
    }
}

uint32_t rp_rootport_read(const struct rp_rootport *port, uint16_t reg, unsigned width)
{
    return rp_image_read(port->image, reg, width);
}

void rp_rootport_write(struct rp_rootport *port, uint16_t reg, unsigned width,
                       uint32_t value, struct rp_rootport_actions *out_actions)
{
    *out_actions = (struct rp_rootport_actions){.set = 0};
    if (!rp_image_is_natural(reg, width))
        return;

    struct rp_image_change change =
        rp_rootport_image_apply(port->image, reg, width, value);
    if (change.new_value == change.old_value)
        return;
    rp_image_store(port->image, change.reg, change.new_value);
    follow_change(port, &change, out_actions);
    settle(port, out_actions);
}

/* --- what the embedder wants ------------------------------------------------- */

enum rp_status rp_rootport_init(struct rp_rootport *port, struct rp_image *image,
                                const struct rp_rootport_config *config)
{
    if (!rp_rootport_image_is_valid_config(config))
        return RP_ERR_INVALID;

    *port = (struct rp_rootport){.image = image, .config = *config};
    rp_rootport_image_build(image, config);
    return RP_OK;
}

/* A child survives the guest's reset: presence, link, the indicator of a slot in use. */
static void show_survivor(struct rp_rootport *port, uint32_t link_status)
{
    uint32_t mask = RP_PCI_PCIE_SLOT_CONTROL_POWER_INDICATOR;

    set16(port, REG_LINK_STATUS, LINK_STATUS_NEGOTIATED, link_status);
    (void)update_link(port);
    set_presence(port, PRESENT, 0);
    if (port->state == RP_ROOTPORT_ARRIVING)
        set16(port, REG_SLOT_CONTROL, mask,
              rp_field_set(mask, 0, RP_PCI_PCIE_INDICATOR_ON));
}

static void enter_after_reset(struct rp_rootport *port,
                              struct rp_rootport_actions *actions)
{
    switch (port->state) {
    case RP_ROOTPORT_EMPTY:
    case RP_ROOTPORT_RELEASED:
        break;
    case RP_ROOTPORT_ASKED:
    case RP_ROOTPORT_GRACE:
        /* Nothing in the guest uses the child now. */
        enter(port, RP_ROOTPORT_RELEASED, RP_OUTCOME_RELEASED, actions);
        break;
    case RP_ROOTPORT_ARRIVING:
    case RP_ROOTPORT_ON:
    case RP_ROOTPORT_FAILED:
    case RP_ROOTPORT_GUEST_RELEASED:
        enter(port, RP_ROOTPORT_ARRIVING, RP_OUTCOME_NONE, actions);
        port->was_there_at_reset = true;
        break;
    }
}

void rp_rootport_reset(struct rp_rootport *port, struct rp_rootport_actions *out_actions)
{
    uint32_t link_status = get16(port, REG_LINK_STATUS);

    *out_actions = (struct rp_rootport_actions){.set = RP_ROOTPORT_BUSES_CHANGED |
                                                       RP_ROOTPORT_WINDOWS_CHANGED};
    port->is_resetting = false;
    port->is_link_event_hidden = false;
    rp_rootport_image_build(port->image, &port->config);
    enter_after_reset(port, out_actions);
    if (port->state != RP_ROOTPORT_EMPTY)
        show_survivor(port, link_status);
    settle(port, out_actions);
}

static struct rp_rootport_link clamp(struct rp_rootport_link link,
                                     struct rp_rootport_link max)
{
    uint8_t speed = link.speed != 0 ? link.speed : 1;
    uint8_t width = link.width != 0 ? link.width : 1;

    return (struct rp_rootport_link){
        .speed = speed < max.speed ? speed : max.speed,
        .width = width < max.width ? width : max.width,
    };
}

enum rp_status rp_rootport_plug(struct rp_rootport *port, struct rp_rootport_link link,
                                struct rp_rootport_actions *out_actions)
{
    *out_actions = (struct rp_rootport_actions){.set = 0};
    if (port->state != RP_ROOTPORT_EMPTY)
        return RP_ERR_EXISTS;

    struct rp_rootport_link trained = clamp(link, port->config.max_link);
    set16(port, REG_LINK_STATUS, LINK_STATUS_NEGOTIATED,
          rp_field_set(RP_PCI_PCIE_LINK_STATUS_WIDTH, trained.speed, trained.width));
    enter(port, RP_ROOTPORT_ARRIVING, RP_OUTCOME_NONE, out_actions);
    set_presence(port, PRESENT, update_link(port) | EVENT_PDC);
    settle(port, out_actions);
    return RP_OK;
}

static enum rp_status press_button(struct rp_rootport *port)
{
    uint32_t needed =
        RP_PCI_PCIE_SLOT_CONTROL_INTERRUPT | RP_PCI_PCIE_SLOT_CONTROL_BUTTON;
    bool is_heard = (get16(port, REG_SLOT_CONTROL) & needed) == needed;

    if (!port->config.has_button || !is_heard)
        return RP_ERR_UNSUPPORTED;
    if (is_set(port, REG_SLOT_STATUS, EVENT_BUTTON))
        return RP_ERR_BUSY; /* the last press is not even seen */
    raise_events(port, EVENT_BUTTON);
    return RP_OK;
}

/* A press while the guest works on the slot would be lost, or would cancel that work. */
static bool is_guest_at_work(const struct rp_rootport *port)
{
    bool is_arrival_unseen =
        port->state == RP_ROOTPORT_ARRIVING && is_set(port, REG_SLOT_STATUS, EVENT_PDC);

    return is_arrival_unseen || power_indicator(port) == RP_PCI_PCIE_INDICATOR_BLINK;
}

static enum rp_status ask(struct rp_rootport *port, struct rp_rootport_actions *actions)
{
    bool is_busy = is_guest_at_work(port);
    enum rp_status status = is_busy ? RP_ERR_BUSY : press_button(port);

    if (status == RP_OK)
        enter(port, RP_ROOTPORT_ASKED, RP_OUTCOME_NONE, actions);
    return status;
}

enum rp_status rp_rootport_unplug(struct rp_rootport *port,
                                  struct rp_rootport_actions *out_actions)
{
    enum rp_status status = RP_ERR_NO_DEVICE;

    *out_actions = (struct rp_rootport_actions){.set = 0};
    switch (port->state) {
    case RP_ROOTPORT_EMPTY:
        break;
    case RP_ROOTPORT_ARRIVING:
    case RP_ROOTPORT_ON:
        status = ask(port, out_actions);
        break;
    case RP_ROOTPORT_FAILED:
    case RP_ROOTPORT_GUEST_RELEASED:
        enter(port, RP_ROOTPORT_RELEASED, RP_OUTCOME_RELEASED, out_actions);
        status = RP_OK;
        break;
    case RP_ROOTPORT_ASKED:
    case RP_ROOTPORT_GRACE:
    case RP_ROOTPORT_RELEASED:
        status = RP_ERR_BUSY;
        break;
    }
    settle(port, out_actions);
    return status;
}

static enum rp_status press_again(struct rp_rootport *port)
{
    if (port->is_cancelling)
        return RP_ERR_BUSY; /* a third press would ask anew */

    enum rp_status status = press_button(port);
    port->is_cancelling = status == RP_OK;
    return status;
}

enum rp_status rp_rootport_cancel_unplug(struct rp_rootport *port,
                                         struct rp_rootport_actions *out_actions)
{
    enum rp_status status = RP_ERR_INVALID;

    *out_actions = (struct rp_rootport_actions){.set = 0};
    if (port->state == RP_ROOTPORT_RELEASED) {
        status = RP_ERR_BUSY;
    } else if (port->state == RP_ROOTPORT_GRACE) {
        status = press_again(port);
    } else if (port->state == RP_ROOTPORT_ASKED) {
        set16(port, REG_SLOT_STATUS, EVENT_BUTTON, 0);
        enter(port, RP_ROOTPORT_ON, RP_OUTCOME_NONE, out_actions);
        status = RP_OK;
    }
    settle(port, out_actions);
    return status;
}

enum rp_status rp_rootport_unplug_now(struct rp_rootport *port,
                                      struct rp_rootport_actions *out_actions)
{
    *out_actions = (struct rp_rootport_actions){.set = 0};
    if (port->state == RP_ROOTPORT_EMPTY)
        return RP_ERR_NO_DEVICE;
    if (port->state == RP_ROOTPORT_RELEASED)
        return RP_ERR_BUSY;

    become_empty(port, out_actions);
    out_actions->set |= RP_ROOTPORT_DETACH_CHILD;
    settle(port, out_actions);
    return RP_OK;
}

enum rp_status rp_rootport_finish_detach(struct rp_rootport *port,
                                         struct rp_rootport_actions *out_actions)
{
    *out_actions = (struct rp_rootport_actions){.set = 0};
    if (port->state != RP_ROOTPORT_RELEASED)
        return RP_ERR_INVALID;

    become_empty(port, out_actions);
    settle(port, out_actions);
    return RP_OK;
}

enum rp_status rp_rootport_finish_reset(struct rp_rootport *port,
                                        struct rp_rootport_actions *out_actions)
{
    *out_actions = (struct rp_rootport_actions){.set = 0};
    if (!port->is_resetting)
        return RP_ERR_INVALID;

    port->is_resetting = false;
    raise_events(port, update_link(port));
    settle(port, out_actions);
    return RP_OK;
}

/* --- errors: 6.2.4.1.2 -------------------------------------------------------- */

static void receive(struct rp_rootport *port, uint32_t severity, uint16_t source)
{
    uint32_t status = port->image->dword[REG_ROOT_ERROR_STATUS / 4];
    uint32_t received = RP_PCI_AER_ROOT_STATUS_UNCORRECTABLE;
    uint16_t source_reg = REG_ERROR_SOURCE + 2;

    if (severity == RP_ERROR_CORRECTABLE) {
        received = RP_PCI_AER_ROOT_STATUS_CORRECTABLE;
        source_reg = REG_ERROR_SOURCE;
    }
    if ((status & received) == 0)
        set16(port, source_reg, UINT16_MAX, source);
    if ((status & received) == 0 && severity == RP_ERROR_FATAL)
        status |= RP_PCI_AER_ROOT_STATUS_FIRST_FATAL;
    status |= received | ((status & received) << 1 & RP_PCI_AER_ROOT_STATUS_MULTIPLE);
    if (severity != RP_ERROR_CORRECTABLE)
        status |= severity << 4;
    rp_image_store(port->image, REG_ROOT_ERROR_STATUS, status);
}

void rp_rootport_receive(struct rp_rootport *port, uint32_t errors, uint16_t source,
                         struct rp_rootport_actions *out_actions)
{
    *out_actions = (struct rp_rootport_actions){.set = 0};
    if (!is_set(port, RP_PCI_BRIDGE_CONTROL, RP_PCI_BRIDGE_CONTROL_SERR))
        return;
    for (uint32_t severity = RP_ERROR_CORRECTABLE; severity <= RP_ERROR_FATAL;
         severity <<= 1)
        if ((errors & severity) != 0)
            receive(port, severity, source);
    settle(port, out_actions);
}

/* --- in place of the machine's ------------------------------------------------ */

void rp_rootport_init_stand_in(struct rp_rootport *port, struct rp_image *image,
                               uint8_t next)
{
    *port = (struct rp_rootport){.image = image};
    rp_rootport_image_build(image, &port->config);
    set16(port, RP_PCI_COMMAND, UINT16_MAX, RP_PCI_COMMAND_BUS_MASTER);
    set16(port, RP_PCI_BRIDGE_CONTROL, UINT16_MAX, RP_PCI_BRIDGE_CONTROL_SERR);
    rp_image_store(image, CAP_MSI, type1_capability_header(RP_PCI_CAP_ID_MSI, next));
}

uint16_t rp_rootport_stand_in_reg(unsigned msi, unsigned aer, unsigned reg)
{
    if (reg - msi < RP_PCI_MSI_DATA_32BIT)
        return (uint16_t)(CAP_MSI + reg - msi);
    if (reg - msi < RP_PCI_MSI_MASK_32BIT)
        return (uint16_t)(REG_MSI_DATA - RP_PCI_MSI_DATA_32BIT + reg - msi);
    if (reg - aer - RP_PCI_AER_ROOT_COMMAND < RP_PCI_AER_ROOT_SIZE)
        return (uint16_t)(EXTCAP_AER + reg - aer);
    return 0;
}

uint32_t rp_rootport_stand_in_hides(unsigned pcie, unsigned msix, unsigned reg)
{
    if (reg == pcie)
        return RP_PCI_PCIE_CAPABILITIES_INTERRUPT_MESSAGE << 16;
    return msix != 0 && reg == msix ? UINT8_MAX : 0;
}

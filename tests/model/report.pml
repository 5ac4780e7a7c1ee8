/* SPDX-License-Identifier: MIT */
/*
 * Report against assignment, detach, accesses in flight and seal, on a CPU each.
 *
 * One ECAM region with two functions behind it: function 0 can be given to a guest,
 * function 1 stays the hardware domain's. Each atomic or d_step block is what the
 * code does in one store or under the machine's lock in one piece; a label or a
 * comment names the C function. README.md says how the two are kept together, and what
 * the BREAK_ macros are for.
 *
 * The hardware answers the same always: with the region both functions have 4096
 * bytes, without it 256. What is modelled is who may see which, and when.
 */

#define FUNCTIONS 2
#define SHARED    0 /* the function that a guest may get */

#define NOBODY   0
#define HARDWARE 1
#define GUEST    2

#define SMALL 1 /* 256 bytes */
#define LARGE 2 /* 4096 bytes */
#define TORN  3 /* no verdict that anybody evaluated: I1 */

#define VIEWS 2

/* ---- The machine's state --------------------------------------------------- */

bool lock;                /* the machine's lock: reports, seal, assignment */
bool is_sealed;
bool is_enabled;          /* the region: rp_ecam_window() finds it */
bool is_mapped;           /* its window is mapped */
byte verdict[FUNCTIONS];  /* rp_function.verdict, one word */
bool is_final[FUNCTIONS];
byte pending[FUNCTIONS];  /* rp_function.pending */
byte owner[FUNCTIONS];

/* ---- The guest's view of the shared function -------------------------------- */

byte view;                /* published: 0 none, else 1 + index */
byte view_size[VIEWS];
bool view_alive[VIEWS];
bool in_guest;            /* the CPU has entered its guest: no access is under way */
bool in_hardware;         /* likewise another CPU of the hardware domain */
bool dma_open;            /* the function's DMA and interrupts reach the guest */
bool is_dirty;            /* state of its last owner is left in it */

/* ---- What the properties compare with ---------------------------------------- */

byte size_given;          /* what the guest was given */
byte reports;             /* bounds the search */

#define LOCK   atomic { !lock -> lock = true }
#define UNLOCK lock = false

/* The verdict if the region were enabled or not: rp_extcfg_evaluate(). */
#define EVALUATED(enabled) (enabled -> LARGE : SMALL)

/* ---- The reporting hardware domain: core/report.c ------------------------------ */

proctype reporter()
{
    bool wanted, was_enabled, is_busy;
    byte f, before0, before1;

    do
    :: reports < 2 ->
        reports++;
        if
        :: wanted = true
        :: wanted = false
        fi;

        /* rp_report_begin(): checks, and what it would do. */
        LOCK;
        if
        :: is_sealed -> UNLOCK; goto next
        :: !is_sealed && wanted == is_enabled -> UNLOCK; goto next /* no news: I4 */
        :: else
        fi;
        if
        :: wanted -> is_mapped = true
        :: else
        fi;
        was_enabled = is_enabled;
        before0 = verdict[0];
        before1 = verdict[1];
        UNLOCK;

        /* rp_report_step(): evaluate_next() stores nothing that a reader sees. */
        f = 0;
        do
        :: f < FUNCTIONS ->
            LOCK;
            d_step {
                pending[f] = (is_final[f] -> verdict[f] : EVALUATED(wanted));
#ifdef BREAK_I1
                verdict[f] = TORN;
#endif
            }
#ifdef BREAK_I1
            verdict[f] = before0;
#endif
            UNLOCK;
            f++
        :: else -> break
        od;

        LOCK;
        if
        :: is_sealed ->
#ifndef BREAK_I5
            goto refused;
#endif
        :: else
        fi;
        /* check_again(): functions may have been given away since their turn. */
        is_busy = false;
        atomic {
            f = 0;
            do
            :: f < FUNCTIONS ->
                if
#ifndef BREAK_I2
                :: owner[f] == GUEST && pending[f] != verdict[f] -> is_busy = true
#endif
                :: !wanted && is_final[f] && verdict[f] == LARGE -> is_busy = true
                :: else
                fi;
                f++
            :: else -> break
            od;
            f = 0
        }
        if
        :: is_busy -> goto refused
        :: else
        fi;
        /* take_effect(): the window comes first, and goes last. */
        assert(!is_sealed); /* I5 */
        if
        :: wanted -> is_enabled = true
        :: else
        fi;
        do
        :: f < FUNCTIONS ->
            /* rp_scan_publish(): one store, never of a final verdict */
            if
            :: !is_final[f] -> verdict[f] = pending[f]
            :: else
            fi;
            f++
        :: else -> break
        od;
        if
        :: !wanted ->
            is_enabled = false;
            /* The embedder unmaps once no access can be under way. */
#ifndef BREAK_WINDOW
            in_guest;
            in_hardware;
#endif
            is_mapped = false
        :: else
        fi;
        UNLOCK;
        goto next;

refused:
        /* rp_report_cancel(): as if nothing had been. I3 */
        atomic {
            if
            :: wanted -> is_mapped = false
            :: else
            fi;
#ifdef BREAK_I3
            verdict[1] = pending[1];
#endif
            assert(is_enabled == was_enabled);
            assert(verdict[0] == before0 && verdict[1] == before1);
        }
        UNLOCK;
next:
        skip
    :: else -> break
    od
}

/* ---- The control domain gives and takes: guest/function.c, guest/pci_plug.c ------ */

proctype control()
{
    byte rounds, next_view;

    do
    :: rounds < 2 ->
        /* function_give(): owner and size in one piece with the verdict they rest on. */
        LOCK;
        d_step {
            assert(owner[SHARED] == NOBODY);
            assert(!dma_open); /* I8 */
            is_dirty = false;  /* reset before it is given */
            owner[SHARED] = GUEST;
            size_given = verdict[SHARED];
        }
        UNLOCK;
        /* Built aside, published whole: I7. */
        view_size[next_view] = size_given;
        view_alive[next_view] = true;
        assert(!is_dirty); /* I8 */
        dma_open = true;
        view = 1 + next_view;

        /* pci_detach_child(): the topology no longer leads to the view ... */
        is_dirty = true;
        view = 0;
        /* ... function_take_back(): block, then wait for the last reader, then free. */
#ifndef BREAK_I8
        dma_open = false;
#endif
#ifndef BREAK_I7
        in_guest;
#endif
        view_alive[next_view] = false;
        LOCK;
        d_step {
            owner[SHARED] = NOBODY;
            size_given = 0;
        }
        UNLOCK;
        next_view = 1 - next_view;
        rounds++
    :: else -> break
    od
}

/* ---- A CPU of the guest accesses configuration space: guest/pci_access.c ---------- */

proctype access()
{
    byte mine, size, accesses;

    do
    :: accesses < 2 ->
        in_guest = false; /* an exit */
        mine = view;
        if
        :: mine != 0 ->
            assert(view_alive[mine - 1]);
            size = view_size[mine - 1];
            /* rp_cfg_direct: a register above 255 goes through the region's window */
            if
            :: size == LARGE && is_enabled ->
                assert(is_mapped)
            :: else
            fi;
            assert(view_alive[mine - 1]); /* the same layout to the end: I7 */
            assert(view_size[mine - 1] == size)
        :: else
        fi;
        mine = 0;
        in_guest = true; /* the next entry */
        accesses++
    :: else -> break
    od
}

/* A CPU of the hardware domain, which sees the machine as it is at that moment. */
proctype hardware_access()
{
    byte accesses;

    do
    :: accesses < 2 ->
        in_hardware = false;
        if
        :: is_enabled -> /* rp_ecam_window() */
            assert(is_mapped) /* the access itself */
        :: else
        fi;
        in_hardware = true;
        accesses++
    :: else -> break
    od
}

/* ---- The seal: rp_report_seal() --------------------------------------------------- */

proctype sealer()
{
    LOCK;
    is_sealed = true;
    is_final[0] = true;
    is_final[1] = true;
    UNLOCK
}

/* ---- What every reader sees at every moment ---------------------------------------- */

proctype reader()
{
end:
    do
    :: atomic {
           assert(verdict[0] == SMALL || verdict[0] == LARGE); /* I1 */
           assert(verdict[1] == SMALL || verdict[1] == LARGE);
           assert(owner[SHARED] != GUEST || verdict[SHARED] == size_given); /* I2 */
           assert(owner[SHARED] == GUEST || !dma_open) /* I8 */
       }
    od
}

init {
    atomic {
        verdict[0] = SMALL;
        verdict[1] = SMALL;
        owner[1] = HARDWARE;
        in_guest = true;
        in_hardware = true;
        run reporter();
        run control();
        run access();
        run hardware_access();
        run sealer();
        run reader()
    }
}

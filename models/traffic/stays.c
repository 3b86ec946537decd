#include "stays.h"

#include <math.h>
#include <stdlib.h>

#include "abandon.h"
#include "arena.h"
#include "arrivals.h"
#include "call.h"
#include "column.h"
#include "held.h"
#include "timer.h"

enum { CHUNK = 64 };

enum stay_state {
  STAY_OVER,    /* there is no session */
  STAY_OPENING, /* one is asked for, or is open and the user does not know yet */
  STAY_OPEN,
  STAY_PAUSING, /* before one is asked for again */
};

enum stay_timer_kind {
  TIMER_LATE = 0x100, /* the opening has had its time */
  TIMER_KNOWN,        /* the user learns that it is open */
  TIMER_AGAIN,        /* a pause is over */
  TIMER_THINK,
};

struct stay {
  uint64_t number;  /* of the request that began it */
  uint64_t ends_ns; /* 0: its time has not begun */
  uint64_t lasts_ns;
  uint32_t session, session_stamp; /* slot of the call; 0: there is none */
  uint32_t waits, waits_stamp;     /* slot of a request; 0: none waits */
  uint32_t drawn, asked, tries, next_free;
  uint8_t state;
  bool is_open; /* whether or not the user knows */
  bool busy;    /* a request of it waits or is under way */
  struct timer link, think;
};

#define AT(field) offsetof(struct stay_config, field)

const struct param stay_params[] = {
    {.name = "lasts",
     .type = PARAM_TIME_DIST,
     .offset = AT(lasts),
     .min = 1,
     .required = true,
     .doc = "How long a user works, from when the session is open, drawn for each."},
    {.name = "holds",
     .type = PARAM_REF,
     .offset = AT(holds),
     .doc = "Where the connection is held; behind balancers it is at the member that they chose. "
            "Without it the client's `target`."},
    {.name = "think",
     .type = PARAM_TIME_DIST,
     .offset = AT(think),
     .fallback = "0ms",
     .doc = "With open arrivals: from an answer to the user's next request on the session, drawn "
            "each time. Without it each user asks once. The users of `closed` have their own."},
    {.name = "attempts",
     .type = PARAM_COUNT,
     .offset = AT(attempts),
     .fallback = "1",
     .min = 1,
     .max = INFINITY,
     .doc = "Openings in a row that may fail, the first included; then the session is over."},
    {.name = "backoff",
     .type = PARAM_BACKOFF,
     .offset = AT(backoff),
     .fallback = "1s",
     .doc = "Pause before each further opening (gRPC: 1 s at first, 1.6 times as long each time up "
            "to 120 s, jitter 20 %: its document connection-backoff)."},
    {.name = "again",
     .type = PARAM_TIME_DIST,
     .offset = AT(again),
     .fallback = "0ms",
     .doc = "Pause before a session that was lost is opened again, drawn each time: spreads those "
            "who come back after a deployment."},
    {.name = "renew",
     .type = PARAM_TIME_DIST,
     .offset = AT(renew),
     .fallback = "0ms",
     .doc = "How old a connection gets before its user moves to another one, drawn each time, so "
            "that they spread out again (gRPC: MAX_CONNECTION_AGE, endless by default). Without it "
            "they stay where they are."},
    {0},
};

/* --- which ---------------------------------------------------------------------------------- */

void stays_init(struct sim *sim, struct member *member, struct stays *stays,
                const struct stay_config *config, struct component *target, uint64_t timeout_ns,
                uint64_t base) {
  stays->config = config;
  if (!config->given) return;
  stays->at = config->holds == REF_NONE ? target : &sim->component[config->holds];
  stays->timeout_ns = timeout_ns;
  stays->base = base;
  stays->draws = sim_stream(sim, member->component, "session");
}

void stays_free(struct stays *stays) {
  for (uint32_t i = 0; i < stays->chunks; i++) free(stays->chunk[i]);
  free(stays->chunk);
}

static struct stay *stay_at(const struct stays *stays, uint32_t stay) {
  return &stays->chunk[stay / CHUNK][stay % CHUNK];
}

static void make_room(struct stays *stays, uint32_t stay) {
  while (stays->chunks <= stay / CHUNK) {
    stays->chunk = mem_resize(stays->chunk, (stays->chunks + 1) * sizeof *stays->chunk);
    stays->chunk[stays->chunks++] = mem_zeroed(CHUNK, sizeof(struct stay));
  }
}

uint32_t stay_of_number(struct sim *sim, struct stays *stays, uint64_t number) {
  (void)sim;
  uint32_t which;
  if (stays->are_closed) {
    which = (uint32_t)(number >> ARRIVALS_USER_SHIFT);
    make_room(stays, which);
  } else if (stays->free) {
    which = stays->free - 1;
    stays->free = stay_at(stays, which)->next_free;
  } else {
    which = stays->used++;
    make_room(stays, which);
  }
  struct stay *s = stay_at(stays, which);
  s->number = number;
  if (!stays->are_closed) s->drawn = s->asked = 0;
  return which;
}

uint64_t stay_number(const struct stays *stays, uint32_t stay) {
  return stay_at(stays, stay)->number;
}

uint32_t stay_of(const struct sim *sim, const struct frame *call) {
  return (uint32_t)column_get(sim, call, COLUMN_JOURNEY) - 1;
}

/* Who came and has nothing more to do leaves. */
static void leave_if_over(const struct sim *sim, struct stays *stays, uint32_t which) {
  struct stay *s = stay_at(stays, which);
  if (stays->are_closed || s->state != STAY_OVER || s->busy || timer_is_set(sim, &s->think)) return;
  s->next_free = stays->free;
  stays->free = which + 1;
}

static uint64_t draw(const struct stays *stays, struct stay *s, const struct dist *of) {
  struct draws draws = draws_begin(stays->draws, stays->base + s->number, s->drawn++);
  return dist_draw_whole(of, &draws);
}

static bool is_given(const struct dist *dist) {
  return dist->kind != DIST_CONSTANT || dist->a > 0;
}

/* --- the session ---------------------------------------------------------------------------- */

static void ask_for_session(struct sim *sim, struct member *member, struct stays *stays,
                            uint32_t which) {
  struct stay *s = stay_at(stays, which);
  uint64_t left_ns = s->ends_ns ? s->ends_ns - sim->now_ns : s->lasts_ns;
  if (is_given(&stays->config->renew)) {
    uint64_t renew_ns = draw(stays, s, &stays->config->renew);
    if (renew_ns < left_ns) left_ns = renew_ns;
  }
  uint64_t key = rng_mix(stays->base + s->number + ++s->drawn * UINT64_C(0xd1342543de82ef95));
  struct frame *session = held_new(sim, member, key, left_ns, which + 1u);
  s->state = STAY_OPENING;
  s->is_open = false;
  s->session = frame_slot(sim, session);
  s->session_stamp = session->stamp;
  if (stays->timeout_ns != TIME_NEVER) {
    timer_set(sim, member, &s->link, stays->timeout_ns, TIMER_LATE, which);
  }
  held_open(sim, session, stays->at);
}

static void begin(struct sim *sim, struct member *member, struct stays *stays, uint32_t which) {
  struct stay *s = stay_at(stays, which);
  s->ends_ns = 0;
  s->tries = 0;
  s->lasts_ns = draw(stays, s, &stays->config->lasts);
  ask_for_session(sim, member, stays, which);
}

static void pause(struct sim *sim, struct member *member, struct stays *stays, uint32_t which,
                  uint64_t pause_ns) {
  struct stay *s = stay_at(stays, which);
  s->state = STAY_PAUSING;
  timer_set(sim, member, &s->link, pause_ns, TIMER_AGAIN, which);
}

/* Nothing more is tried; the request that waits ends like that. */
static void give_up(struct sim *sim, struct stays *stays, uint32_t which, enum outcome outcome) {
  struct stay *s = stay_at(stays, which);
  s->state = STAY_OVER;
  stays->given_up++;
  struct frame *call = s->waits ? frame_at(sim, s->waits) : NULL;
  s->waits = 0;
  if (call == NULL) {
    leave_if_over(sim, stays, which);
  } else {
    held_fail(sim, call, outcome);
  }
}

static void failed(struct sim *sim, struct member *member, struct stays *stays, uint32_t which,
                   enum outcome outcome) {
  struct stay *s = stay_at(stays, which);
  stays->failed++;
  s->session = 0;
  if (++s->tries >= stays->config->attempts) {
    give_up(sim, stays, which, outcome);
    return;
  }
  uint64_t key = stays->base + s->number;
  pause(sim, member, stays, which,
        backoff_ns(&stays->config->backoff, stays->draws, key, s->tries));
}

/* Its time is over; who has a request that waits goes on all the same. */
static void is_over(struct sim *sim, struct member *member, struct stays *stays, uint32_t which) {
  struct stay *s = stay_at(stays, which);
  if (s->waits) {
    begin(sim, member, stays, which);
    return;
  }
  s->state = STAY_OVER;
  leave_if_over(sim, stays, which);
}

static void ask_again(struct sim *sim, struct member *member, struct stays *stays, uint32_t which) {
  const struct stay *s = stay_at(stays, which);
  if (s->ends_ns && s->ends_ns <= sim->now_ns) {
    is_over(sim, member, stays, which);
  } else {
    ask_for_session(sim, member, stays, which);
  }
}

static bool is_of(const struct sim *sim, const struct stay *s, const struct frame *session) {
  return s->session == frame_slot(sim, session) && s->session_stamp == session->stamp;
}

void stay_opens(struct sim *sim, struct member *member, struct stays *stays,
                const struct frame *session, uint64_t in_ns) {
  uint32_t which = (uint32_t)held_mark(sim, session) - 1;
  struct stay *s = stay_at(stays, which);
  if (!is_of(sim, s, session)) return;
  s->is_open = true;
  if (s->ends_ns == 0) s->ends_ns = sim->now_ns + s->lasts_ns;
  timer_set(sim, member, &s->link, in_ns, TIMER_KNOWN, which);
}

void stay_ended(struct sim *sim, struct member *member, struct stays *stays,
                const struct frame *session, enum outcome outcome) {
  uint32_t which = (uint32_t)held_mark(sim, session) - 1;
  struct stay *s = stay_at(stays, which);
  if (!is_of(sim, s, session)) return;
  if (s->state == STAY_OPEN) level_down(&stays->open, sim->now_ns);
  timer_stop(&s->link);
  s->session = 0;
  if (!s->is_open) {
    failed(sim, member, stays, which, outcome == OUTCOME_OK ? OUTCOME_REFUSED : outcome);
  } else if (outcome != OUTCOME_OK) {
    stays->lost++;
    pause(sim, member, stays, which, draw(stays, s, &stays->config->again));
  } else {
    stays->renewed += s->ends_ns > sim->now_ns;
    ask_again(sim, member, stays, which);
  }
}

/* --- requests ------------------------------------------------------------------------------- */

bool stay_takes(struct sim *sim, struct member *member, struct stays *stays, uint32_t which,
                struct frame *call) {
  struct stay *s = stay_at(stays, which);
  s->busy = true;
  s->asked++;
  if (s->state == STAY_OPEN) return true;
  trace_mark(sim, call, PART_SESSION);
  s->waits = frame_slot(sim, call);
  if (s->state == STAY_OVER) begin(sim, member, stays, which);
  return false;
}

void stay_mark(struct sim *sim, struct frame *call, uint32_t which) {
  column_set(sim, call, COLUMN_JOURNEY, which + 1u);
}

struct member *stay_use(struct sim *sim, const struct stays *stays, uint32_t which,
                        struct frame *call, const struct component *target) {
  const struct stay *s = stay_at(stays, which);
  const struct frame *session = frame_at(sim, s->session);
  return session->stamp == s->session_stamp ? held_use(sim, call, session, target) : NULL;
}

void stay_answered(struct sim *sim, struct member *member, struct stays *stays, uint32_t which) {
  struct stay *s = stay_at(stays, which);
  s->busy = false;
  if (!stays->are_closed && s->state != STAY_OVER && is_given(&stays->config->think)) {
    uint64_t think_ns = draw(stays, s, &stays->config->think);
    timer_set(sim, member, &s->think, think_ns, TIMER_THINK, which);
  }
  leave_if_over(sim, stays, which);
}

bool stay_timer(const struct timer *timer) {
  return timer->what >= TIMER_LATE && timer->what <= TIMER_THINK;
}

static enum stay_news is_known(struct sim *sim, struct stays *stays, uint32_t which,
                               struct frame **call) {
  struct stay *s = stay_at(stays, which);
  s->state = STAY_OPEN;
  s->tries = 0;
  stays->opened++;
  level_up(&stays->open, sim->now_ns);
  if (s->waits == 0) return STAY_NOTHING;
  *call = frame_at(sim, s->waits);
  s->waits = 0;
  return STAY_MAY_SEND;
}

static enum stay_news thought(const struct sim *sim, struct stays *stays, uint32_t which,
                              uint64_t *key) {
  const struct stay *s = stay_at(stays, which);
  if (s->state == STAY_OVER || s->ends_ns <= sim->now_ns) {
    leave_if_over(sim, stays, which);
    return STAY_NOTHING;
  }
  *key = rng_mix(stays->base + s->number + s->asked * UINT64_C(0x9e3779b97f4a7c15));
  return STAY_ASKS;
}

enum stay_news stay_due(struct sim *sim, struct member *member, struct stays *stays,
                        struct timer *timer, struct frame **call, uint64_t *key) {
  uint32_t which = timer->data;
  struct stay *s = stay_at(stays, which);
  switch ((enum stay_timer_kind)timer->what) {
    case TIMER_KNOWN:
      return is_known(sim, stays, which, call);
    case TIMER_THINK:
      return thought(sim, stays, which, key);
    case TIMER_AGAIN:
      ask_again(sim, member, stays, which);
      return STAY_NOTHING;
    case TIMER_LATE: {
      struct call_ref session = {s->session, s->session_stamp};
      s->session = 0;
      call_abandon(sim, session);
      failed(sim, member, stays, which, OUTCOME_TIMEOUT);
      return STAY_NOTHING;
    }
  }
  return STAY_NOTHING;
}

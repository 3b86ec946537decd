#include "service_calls.h"

#include "arena.h"
#include "call.h"
#include "column.h"
#include "conditional.h"
#include "service_state.h"

/* Same request, same service, same call: the same key, no matter who calls or what else is done. */
#define KEY_STEP UINT64_C(0x9e3779b97f4a7c15)
#define KEY_STEP_INVERSE UINT64_C(0xf1de83e19937733d) /* modulo 2^64 */
static_assert(KEY_STEP * KEY_STEP_INVERSE == 1, "each undoes the other");

static uint64_t child_key(const struct member *member, const struct frame *call, uint32_t which,
                          uint32_t copy) {
  const struct service_state *s = member->state;
  return rng_mix(call->key ^ s->name_hash) + ((uint64_t)which << 32 | copy) * KEY_STEP;
}

/* Which of the program's calls has that key, and below that which copy of it. */
static uint64_t made_of(const struct sim *sim, const struct member *member,
                        const struct frame *call, const struct frame *child) {
  uint64_t base = rng_mix(call->key ^ member->component->name_hash);
  return (outbound_key(sim, child) - base) * KEY_STEP_INVERSE;
}

static uint32_t which_call(const struct sim *sim, const struct member *member,
                           const struct frame *call, const struct frame *child) {
  return (uint32_t)(made_of(sim, member, call, child) >> 32);
}

/* The same request, also when it is tried again, and the same call of it: the same identity. */
static void identify(struct sim *sim, const struct member *member, const struct frame *call,
                     const struct frame *child, uint32_t which, uint32_t copy) {
  if (!column_wanted(sim, COLUMN_IDENTITY)) return;
  const struct service_state *s = member->state;
  uint64_t of = column_get(sim, call, COLUMN_IDENTITY);
  if (of == 0) return;
  uint64_t by = rng_mix(s->name_hash) + ((uint64_t)which << 32 | copy) * KEY_STEP;
  column_set(sim, child, COLUMN_IDENTITY, rng_mix(of ^ rng_mix(by ^ call->op)) | 1);
}

/* The write is for the version that the handler has read; without one, for the first. */
static void expect(struct sim *sim, const struct frame *call, const struct frame *child) {
  if (!column_wanted(sim, COLUMN_EXPECTS)) return;
  uint64_t seen = column_get(sim, call, COLUMN_SEEN);
  column_set(sim, child, COLUMN_EXPECTS, seen ? seen : COMPARE_UNREAD);
}

static enum acks acks_of(const struct program_call *spec) {
  if (spec->acks.word != HOW_MANY_NUMBER) return ACKS_ALL;
  return spec->acks.number == 0 ? ACKS_NONE : ACKS_LEADER;
}

bool service_waits_for(const struct program_call *spec) {
  return !spec->publishes || acks_of(spec) != ACKS_NONE;
}

void service_send_unheard(struct sim *sim, struct member *member, struct frame *call,
                          const struct program_call *spec, uint32_t which) {
  struct frame *child = call_new(sim, member, NULL);
  child->key = child_key(member, call, which, 0);
  child->item = spec->keyed ? call->item : 0;
  child->op = spec->op != OP_INHERIT ? (uint8_t)spec->op : call->op;
  column_set(sim, child, COLUMN_ACKS, ACKS_NONE);
  struct component *to = &sim->component[spec->component];
  call_send(sim, child, component_pick(to, child), TIME_NEVER);
}

void service_send(struct sim *sim, struct member *member, struct frame *call,
                  const struct program_call *spec, uint32_t which, uint32_t copy) {
  if (__builtin_expect(spec->publishes, 0)) column_set(sim, call, COLUMN_DELAY, spec->delay_ns);
  struct frame *child = call_new(sim, member, call);
  child->key = child_key(member, call, which, copy);
  if (__builtin_expect(spec->publishes, 0) && !spec->keyed) child->item = 0;
  if (__builtin_expect(spec->publishes, 0) && column_wanted(sim, COLUMN_ACKS)) {
    column_set(sim, child, COLUMN_ACKS, acks_of(spec));
  }
  child->site = call->pc;
  if (spec->op != OP_INHERIT) child->op = (uint8_t)spec->op;
  if (__builtin_expect(sim->columns != NULL, 0)) identify(sim, member, call, child, which, copy);
  if (__builtin_expect(spec->if_unchanged, 0)) expect(sim, call, child);
  const struct service_state *s = member->state;
  struct outbound *out = s->out ? s->out[s->plan[call->op].first_call + which] : NULL;
  if (__builtin_expect(out != NULL, 0)) {
    if (spec->each) {
      outbound_send_to(sim, out, child, &sim->component[spec->component].member[copy]);
    } else {
      outbound_send(sim, out, child);
    }
    return;
  }
  if (__builtin_expect(spec->locks, 0) && !spec->keyed) child->item = 0;
  struct component *to = &sim->component[spec->component];
  struct member *picked = spec->each ? &to->member[copy] : component_pick(to, child);
  if (__builtin_expect(spec->part > 0, 0)) {
    struct service_state *own = member->state;
    picked = coordinator_sends(sim, member, &own->coordinator, call, child, spec, picked);
  }
  if (__builtin_expect(spec->locks, 0)) locker_asks(sim, child, spec);
  outbound_send_plain(sim, child, picked, spec->policy.timeout_ns);
}

void service_send_then(struct sim *sim, struct member *member, struct frame *call,
                       const struct plan *plan) {
  const struct service_state *s = member->state;
  if (plan->then_to == MEMBER_NONE || s->out != NULL) {
    service_send(sim, member, call, plan->then, 0, 0);
    return;
  }
  struct frame *child = call_new(sim, member, call);
  child->key = child_key(member, call, 0, 0);
  child->site = call->pc;
  if (plan->then_op != OP_INHERIT) child->op = (uint8_t)plan->then_op;
  if (__builtin_expect(sim->columns != NULL, 0)) identify(sim, member, call, child, 0, 0);
  outbound_send_plain(sim, child, &sim->member[plan->then_to], plan->then_timeout_ns);
}

uint32_t service_calls_in(const struct sim *sim, const struct program *program,
                          const struct step *step) {
  uint64_t n = 0;
  for (uint32_t i = 0; i < step->count; i++) {
    n += program_call_copies(sim->spec, &program->call[step->first + i]);
  }
  return (uint32_t)n;
}

bool service_passes_over(const struct sim *sim, const struct program_call *call, uint32_t copy) {
  const struct component *to = &sim->component[call->component];
  if (!call->each || to->choice == NULL || to->choices == 0 || to->kind->pick) return false;
  return !to->member[copy].listed;
}

enum verdict service_judge(const struct sim *sim, const struct program *program,
                           const struct step *step, const struct frame *call) {
  uint32_t left_out = (uint32_t)(call->due_ns >> 32);
  uint32_t all = service_calls_in(sim, program, step) - left_out;
  uint32_t need = step->need ? step->need : all;
  uint32_t failed = (uint32_t)call->due_ns, succeeded = all - call->pending - failed;
  if (succeeded >= need) return GOES_ON;
  return all - failed < need ? FAILS : STILL_WAITS;
}

double service_message_bytes(struct sim *sim, struct member *member, struct frame *call,
                             struct frame *child, bool answer) {
  (void)sim;
  const struct service_state *s = member->state;
  if (call == NULL) return 0; /* a message that nobody waits for */
  const struct program *program = s->plan[call->op].program;
  const struct step *step = &program->step[child->site];
  if (step->kind != STEP_CALL && step->kind != STEP_PARALLEL) return 0;
  uint32_t which = which_call(sim, member, call, child);
  assert(which - step->first < step->count);
  const struct program_call *spec = &program->call[which];
  struct draws draws =
      draws_begin(answer ? s->shared->response : s->shared->request, child->key, 0);
  return dist_draw(answer ? &spec->response : &spec->request, &draws);
}

/* --- policies ------------------------------------------------------------------------------- */

/* Whether a call still waits in the step that made the calls marked `site`. */
static bool wants(struct sim *sim, struct member *member, const struct frame *call, uint16_t site) {
  (void)sim, (void)member;
  return call->pc == site && frame_state(call) == FRAME_WAITING;
}

/* A further try of a call to every member goes to the member that had the first one. */
static struct outbound *pick_again(struct sim *sim, struct member *member, struct frame *call,
                                   struct frame *child, struct member **to) {
  const struct service_state *s = member->state;
  const struct plan *plan = &s->plan[call->op];
  uint64_t made = made_of(sim, member, call, child);
  uint32_t which = (uint32_t)(made >> 32), copy = (uint32_t)made;
  *to = &sim->component[plan->program->call[which].component].member[copy];
  return s->out[plan->first_call + which];
}

void service_add_policies(struct sim *sim, struct member *member) {
  struct service_state *s = member->state;
  uint32_t calls = 0, declared = 0;
  for (uint32_t i = 0; i < s->config->on.n; i++) calls += s->config->on.handler[i].program.calls;
  struct outbound **out = arena_alloc(sim->arena, (calls + 1) * sizeof(struct outbound *));
  calls = 0;
  for (uint32_t i = 0; i < s->config->on.n; i++) {
    const struct program *program = &s->config->on.handler[i].program;
    for (uint32_t k = 0; k < program->calls; k++) {
      const struct program_call *call = &program->call[k];
      struct component *to = &sim->component[call->component];
      out[calls] = outbound_new(
          sim, member, to, to->spec->name, &call->policy,
          (struct outbound_hooks){.wants = wants, .pick = call->each ? pick_again : NULL});
      declared += out[calls++] != NULL;
    }
  }
  if (declared > 0) s->out = out;
}

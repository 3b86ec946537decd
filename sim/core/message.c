#include "message.h"

#include <inttypes.h>
#include <stdio.h>

#include "call.h"
#include "checks.h"
#include "column.h"
#include "engine.h"
#include "network/certificate.h"
#include "network/connection.h"

/* Of one member, since time 0. */
struct message_flow {
  uint64_t sent, lost, broken, unanswered; /* as sender */
  uint64_t received, ended;                /* as receiver */
};

struct messages {
  struct message_flow *flow, *at_warmup; /* by member */
};

static struct message_flow *flow_of(const struct sim *sim, uint32_t member) {
  return &sim->messages->flow[member];
}

void messages_init(struct sim *sim) {
  bool any = false;
  for (uint32_t c = 0; c < sim->spec->components; c++) {
    const struct kind *kind = sim->spec->component[c].kind;
    any |= component_sends(&sim->spec->component[c]);
    sim_assert(sim, MEMBER_NONE, !kind->messages || (kind->on_message && kind->on_answer),
               "a kind with messages hears them and their answers");
  }
  if (!any) return;
  column_want(sim, COLUMN_SENT_BY);
  column_want(sim, COLUMN_BODY);
  sim->messages = arena_alloc(sim->arena, sizeof *sim->messages);
  sim->messages->flow = arena_lines(sim->arena, sim->members, sizeof *sim->messages->flow);
  sim->messages->at_warmup = arena_lines(sim->arena, sim->members, sizeof *sim->messages->flow);
}

/* --- what a message is ---------------------------------------------------------------------- */

/* The sender, what it sent, and a bit that says that it is a message: a ping has no entry. */
static uint64_t entry(const struct member *from, uint8_t what) {
  return UINT64_C(1) << 63 | (uint64_t)what << 32 | from->id;
}

static uint64_t entry_of(const struct sim *sim, const struct frame *call) {
  return sim->messages ? column_get(sim, call, COLUMN_SENT_BY) : 0;
}

static bool is_ping(const struct sim *sim, const struct frame *call) {
  return entry_of(sim, call) == 0;
}

bool message_is_probe(const struct sim *sim, const struct frame *call) {
  if (call->flags & CALL_MESSAGE) return is_ping(sim, call);
  return call->flags & CALL_ROOT && sim->member[call->parent].kind->probes;
}

uint8_t message_what(const struct sim *sim, const struct frame *message) {
  return (uint8_t)(entry_of(sim, message) >> 32);
}

static uint32_t sender_id(const struct sim *sim, const struct frame *message) {
  return (uint32_t)entry_of(sim, message);
}

struct member *message_sender(const struct sim *sim, const struct frame *message) {
  return &sim->member[sender_id(sim, message)];
}

uint64_t message_body(const struct sim *sim, const struct frame *message) {
  return column_get(sim, message, COLUMN_BODY);
}

void message_set_body(struct sim *sim, struct frame *message, uint64_t body) {
  column_set(sim, message, COLUMN_BODY, body);
}

/* --- sending -------------------------------------------------------------------------------- */

static uint64_t identity(const struct member *member) {
  return rng_mix(member->component->name_hash + member->index);
}

static uint64_t key_of(const struct sim *sim, const struct member *from, const struct member *to,
                       const struct message *message) {
  uint64_t key = message->parent ? message->parent->key : sim->now_ns;
  key = rng_mix(rng_mix(key + identity(from)) + identity(to));
  key = rng_mix(rng_mix(key + message->what) + message->item);
  key += message->draw ? message->draw : message->body;
  return key_attempt(rng_mix(key), message->attempt);
}

void message_send(struct sim *sim, struct member *from, struct member *to,
                  const struct message *message) {
  bool one_way = message->timeout_ns == MESSAGE_ONE_WAY;
  sim_assert(sim, from->id, sim->messages && from->kind->messages && to->kind == from->kind,
             "messages go among the members of a kind that declares them");
  sim_assert(sim, from->id, !(one_way && message->parent), "a call waits for an answer");
  struct frame *call = call_new(sim, from, message->parent);
  call->key = key_of(sim, from, to, message);
  call->item = message->item;
  call->site = message->site;
  call->flags |= CALL_MESSAGE;
  if (one_way) call->flags |= CALL_ABANDONED | CALL_DETACHED;
  column_set(sim, call, COLUMN_SENT_BY, entry(from, message->what));
  column_set(sim, call, COLUMN_BODY, message->body);
  flow_of(sim, from->id)->sent++;
  call_post(sim, call, from, to, one_way ? TIME_NEVER : message->timeout_ns);
}

uint32_t message_peers(const struct member *member) {
  return member->component->choices - (member->listed ? 1 : 0);
}

uint32_t message_broadcast(struct sim *sim, struct member *from, const struct message *message) {
  for (uint32_t i = 0; i < from->component->choices; i++) {
    struct member *to = component_choice(from->component, i);
    if (to != from) message_send(sim, from, to, message);
  }
  return message_peers(from);
}

void member_ping(struct sim *sim, struct member *from, struct member *to, uint16_t site,
                 uint64_t key, uint64_t timeout_ns) {
  member_ask(sim, from, to, site, key, 0, timeout_ns);
}

void member_ask(struct sim *sim, struct member *from, struct member *to, uint16_t site,
                uint64_t key, uint32_t item, uint64_t timeout_ns) {
  struct frame *ping = call_new(sim, from, NULL);
  ping->item = item;
  ping->flags |= CALL_MESSAGE;
  ping->site = site;
  ping->key = key;
  call_send(sim, ping, to, timeout_ns);
}

/* --- on its way ----------------------------------------------------------------------------- */

void message_arrived(struct sim *sim, struct member *to, struct frame *call) {
  if (connection_is_work(sim, call)) {
    to->kind->on_connection(sim, to, call, connection_work_ns(sim, call));
    return;
  }
  if (is_ping(sim, call)) {
    call_reply_uncounted(sim, call, OUTCOME_OK);
    return;
  }
  flow_of(sim, to->id)->received++;
  trace_mark(sim, call, PART_SERVICE);
  uint32_t stamp = call->stamp;
  to->kind->on_message(sim, to, call);
  if (call->stamp == stamp && frame_state(call) == FRAME_TRAVELLING) {
    call_reply(sim, call, OUTCOME_OK);
  }
}

void message_lost(struct sim *sim, const struct frame *call) {
  if (!is_ping(sim, call)) flow_of(sim, sender_id(sim, call))->lost++;
}

void message_ended(struct sim *sim, const struct frame *call, bool broken) {
  if (is_ping(sim, call)) return; /* work for a connection */
  flow_of(sim, frame_callee(call))->ended++;
  if (broken) flow_of(sim, sender_id(sim, call))->broken++;
}

void message_answered(struct sim *sim, struct member *maker, struct frame *parent,
                      struct frame *call, enum outcome outcome) {
  if (outcome != OUTCOME_OK && !is_ping(sim, call)) flow_of(sim, maker->id)->unanswered++;
  if (__builtin_expect(call->item != 0, 0) && is_ping(sim, call) &&
      certificate_heard(sim, call, outcome)) {
    return;
  }
  maker->kind->on_answer(sim, maker, parent, call, outcome);
}

/* --- results -------------------------------------------------------------------------------- */

void messages_reset(struct sim *sim) {
  for (uint32_t i = 0; sim->messages && i < sim->members; i++) {
    sim->messages->at_warmup[i] = sim->messages->flow[i];
  }
}

const struct metric_def message_metrics[] = {
    {"messages.sent", "", "Messages of the component's members among themselves."},
    {"messages.received", "", "Messages that reached a member, which heard them."},
    {"messages.lost", "",
     "Messages that reached nobody (lost on the way, cut off, refused), or were lost with the "
     "member that had them."},
    {"messages.unanswered", "",
     "Messages whose sender waited for an answer and got none in time, or a refusal."},
    {0},
};

void messages_collect(struct sim *sim, const struct component *component, struct metrics *out) {
  if (!component_sends(component->spec)) return;
  double sent = 0, received = 0, lost = 0, unanswered = 0;
  for (uint32_t i = 0; i < component->members; i++) {
    const struct message_flow *now = flow_of(sim, component->member[i].id);
    const struct message_flow *before = &sim->messages->at_warmup[component->member[i].id];
    sent += (double)(now->sent - before->sent);
    received += (double)(now->received - before->received);
    lost += (double)(now->lost + now->broken - before->lost - before->broken);
    unanswered += (double)(now->unanswered - before->unanswered);
  }
  const char *name = component->spec->name;
  metric_counted(out, UNIT_COUNT, sent, 1, "%s.messages.sent", name);
  metric_counted(out, UNIT_COUNT, received, 1, "%s.messages.received", name);
  metric_counted(out, UNIT_COUNT, lost, 1, "%s.messages.lost", name);
  metric_counted(out, UNIT_COUNT, unanswered, 1, "%s.messages.unanswered", name);
}

/* --- conservation --------------------------------------------------------------------------- */

/* Every message reached its member, was lost, or is on its way; what reached a member ended there
 * or is still there. */
void messages_check(struct sim *sim, struct checks *out) {
  if (!sim->messages) return;
  struct message_flow all = {0};
  for (uint32_t i = 0; i < sim->members; i++) {
    const struct message_flow *flow = flow_of(sim, i);
    all.sent += flow->sent;
    all.lost += flow->lost;
    all.received += flow->received;
    all.ended += flow->ended;
  }
  uint64_t under_way = 0, there = 0;
  uint32_t slot;
  for (struct frame *f = frame_first(sim, &slot); f; f = frame_following(sim, &slot)) {
    if (!(f->flags & CALL_MESSAGE) || is_ping(sim, f)) continue;
    under_way += frame_state(f) == FRAME_TRAVELLING || frame_state(f) == FRAME_HELD_UP;
    there += frame_is_handled(f);
  }
  bool pass = all.sent == all.received + all.lost + under_way && all.received == all.ended + there;
  struct check *check = check_add(out, pass);
  snprintf(check->name, sizeof check->name, "conservation:messages");
  snprintf(check->detail, sizeof check->detail,
           "%" PRIu64 " messages sent = %" PRIu64 " received + %" PRIu64 " lost + %" PRIu64
           " under way; received = %" PRIu64 " ended + %" PRIu64 " there",
           all.sent, all.received, all.lost, under_way, all.ended, there);
}

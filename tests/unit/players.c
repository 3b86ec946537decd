/* The two kinds that exist only here: a sender and a recorder. */
#include <string.h>

#include "call.h"
#include "scene.h"

/* --- the sender ----------------------------------------------------------------------------- */

struct sender_config {
  struct shot *shots;
  uint32_t n;
  bool has_policy;
  struct outbound_config policy;
};

struct sender_state {
  uint32_t ended; /* shots */
  struct outbound *out;
};

static void sender_init(struct sim *sim, struct member *member) {
  const struct sender_config *config = member->component->config;
  struct sender_state *s = member->state;
  if (!config->has_policy) return;
  struct component *to = &sim->component[spec_find(sim->spec, config->shots[0].to)];
  s->out =
      outbound_new(sim, member, to, to->spec->name, &config->policy, (struct outbound_hooks){0});
}

static void sender_start(struct sim *sim, struct member *member) {
  const struct sender_config *config = member->component->config;
  for (uint32_t i = 0; i < config->n; i++) {
    config->shots[i].ended = 0;
    config->shots[i].ended_ns = TIME_NEVER;
    sim_schedule(sim, member, config->shots[i].at_ns, i);
  }
}

static void sender_on_event(struct sim *sim, struct member *member, uint32_t i) {
  const struct sender_config *config = member->component->config;
  const struct shot *shot = &config->shots[i];
  struct component *to = &sim->component[spec_find(sim->spec, shot->to)];
  struct frame *call = call_new(sim, member, NULL);
  call->key = shot->key ? shot->key : i + 1;
  call->item = shot->item;
  call->op = shot->op ? (uint8_t)spec_find_op(sim->spec, shot->op) : OP_DEFAULT;
  call->site = (uint16_t)i;
  struct member *member_to =
      shot->member ? &to->member[shot->member - 1] : component_pick(to, call);
  const struct sender_state *s = member->state;
  if (s->out) {
    outbound_send(sim, s->out, call);
    return;
  }
  outbound_send_plain(sim, call, member_to, shot->timeout_ns ? shot->timeout_ns : TIME_NEVER);
}

static void sender_on_reply(struct sim *sim, struct member *member, struct frame *parent,
                            struct frame *call, enum outcome outcome) {
  (void)parent;
  if (outbound_takes(sim, call, outcome)) return;
  const struct sender_config *config = member->component->config;
  struct shot *shot = &config->shots[call->site];
  shot->ended++;
  shot->rank = ++((struct sender_state *)member->state)->ended;
  shot->ended_ns = sim->now_ns;
  shot->outcome = outcome;
}

static double sender_message_bytes(struct sim *sim, struct member *member, struct frame *parent,
                                   struct frame *call, bool answer) {
  (void)sim;
  (void)parent;
  const struct sender_config *config = member->component->config;
  const struct shot *shot = &config->shots[call->site];
  return answer ? shot->response_bytes : shot->request_bytes;
}

static const struct kind kind_sender = {
    .name = "sender",
    .config_size = sizeof(struct sender_config),
    .state_size = sizeof(struct sender_state),
    .is_source = true,
    .init = sender_init,
    .start = sender_start,
    .on_event = sender_on_event,
    .on_reply = sender_on_reply,
    .message_bytes = sender_message_bytes,
};

void sender_policy(struct node *sender, struct outbound_config policy) {
  struct sender_config *config = sender->config;
  config->has_policy = true;
  config->policy = policy;
}

struct node *scene_add_sender(struct scene *scene, const char *name, struct shot *shots,
                              uint32_t n) {
  assert_true(n <= 32767);
  struct node *node = scene_add_node(scene, &kind_sender, name, 1);
  *(struct sender_config *)node->config = (struct sender_config){.shots = shots, .n = n};
  for (uint32_t i = 0; i < n; i++) {
    if (shots[i].op) scene_op(scene, shots[i].op);
  }
  return node;
}

/* --- the recorder --------------------------------------------------------------------------- */

struct recorder_config {
  struct recorder *recorder;
  uint32_t target;
};

static void recorder_init(struct sim *sim, struct member *member) {
  (void)sim;
  ((const struct recorder_config *)member->component->config)->recorder->n = 0;
}

static void recorder_answer(struct sim *sim, struct member *member, struct frame *call,
                            enum outcome outcome) {
  struct recorder *r = ((const struct recorder_config *)member->component->config)->recorder;
  struct record *record = &r->record[call->mark_ns];
  record->ended_ns = sim->now_ns;
  record->outcome = outcome;
  call_reply(sim, call, outcome);
}

static enum outcome own_outcome(const struct recorder *r, const struct frame *call) {
  if (call->mark_ns >= r->fails) return OUTCOME_OK;
  return r->failure == OUTCOME_OK ? OUTCOME_FAILED : r->failure;
}

static void recorder_on_call(struct sim *sim, struct member *member, struct frame *call) {
  const struct recorder_config *config = member->component->config;
  struct recorder *r = config->recorder;
  if (r->n == r->capacity) {
    r->capacity = r->capacity ? 2 * r->capacity : 64;
    r->record = mem_resize(r->record, r->capacity * sizeof *r->record);
  }
  call->mark_ns = r->n; /* without a station the field is free */
  r->record[r->n++] = (struct record){.at_ns = sim->now_ns,
                                      .ended_ns = TIME_NEVER,
                                      .key = call->key,
                                      .item = call->item,
                                      .member = member->index,
                                      .depth = sim->depth,
                                      .op = call->op};
  uint64_t delay_ns = r->delay_ns + r->ns_per_item * call->item;
  if (r->mute) {
    frame_set_state(sim, call, FRAME_WAITING);
  } else if (config->target != REF_NONE) {
    struct frame *onward = call_new(sim, member, call);
    call_send(sim, onward, component_pick(&sim->component[config->target], onward), TIME_NEVER);
  } else if (delay_ns) {
    call_work(sim, member, call, delay_ns);
  } else {
    recorder_answer(sim, member, call, own_outcome(r, call));
  }
}

static void recorder_on_timer(struct sim *sim, struct member *member, struct frame *call) {
  const struct recorder_config *config = member->component->config;
  recorder_answer(sim, member, call, own_outcome(config->recorder, call));
}

static void recorder_on_reply(struct sim *sim, struct member *member, struct frame *parent,
                              struct frame *call, enum outcome outcome) {
  (void)call;
  recorder_answer(sim, member, parent, outcome);
}

static const struct kind kind_recorder = {
    .name = "recorder",
    .config_size = sizeof(struct recorder_config),
    .init = recorder_init,
    .on_call = recorder_on_call,
    .on_reply = recorder_on_reply,
    .on_timer = recorder_on_timer,
};

struct node *scene_add_recorder(struct scene *scene, const char *name, uint32_t instances,
                                struct recorder *recorder) {
  struct node *node = scene_add_node(scene, &kind_recorder, name, instances);
  struct recorder_config *config = node->config;
  *config = (struct recorder_config){recorder, REF_NONE};
  if (recorder->target) scene_fix_later(scene, &config->target, recorder->target);
  scene->recorder[scene->recorders++] = recorder;
  return node;
}

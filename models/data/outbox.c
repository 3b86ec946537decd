#include "outbox.h"

#include <math.h>
#include <stdlib.h>

#include "arena.h"
#include "call.h"
#include "checks.h"
#include "column.h"
#include "copy_outbox.h"

#define AT(field) offsetof(struct outbox_config, field)

const struct param outbox_params[] = {
    {.name = "topic",
     .type = PARAM_REF,
     .offset = AT(topic),
     .required = true,
     .doc = "Where the messages go. Each has the operation and the key of its write."},
    {.name = "ops",
     .type = PARAM_OPS,
     .offset = AT(ops),
     .doc = "Operations whose writes leave a message. If not given: all."},
    {.name = "every",
     .type = PARAM_DURATION,
     .offset = AT(every_ns),
     .fallback = "500ms",
     .min = 1000,
     .doc = "How often the relay looks for messages (Debezium's poll.interval.ms is 500 ms)."},
    {.name = "batch",
     .type = PARAM_COUNT,
     .offset = AT(batch),
     .fallback = "100",
     .min = 1,
     .max = UINT16_MAX,
     .doc =
         "How many it publishes at once at most; it waits for all of them before the next ones."},
    {0},
};

/* When it sends again what vanished on the way, or whose acknowledgement did: the first
 * retransmission of TCP (RFC 6298, 2.1). A topic that has it and takes its time is waited for. */
#define AGAIN_NS UINT64_C(1000000000)

struct outbox {
  const struct outbox_config *config;
  struct member *member;
  struct component *topic;
  struct outbox_meters *meters;
  const struct copy *copy; /* or NULL */
  struct outbox_row *row;  /* a ring, the oldest first */
  uint32_t first, n, capacity;
  uint32_t batch, under_way; /* of the batch so many are not answered */
  bool took, broken;         /* the topic took some of it; it took nothing of the last one */
  struct timer next;
  uint64_t written, published, left; /* since time 0 */
  const uint64_t *safe_ns;           /* NULL: nothing is shipped; else */
  struct outbox_row *kept;           /* what was published since then, in the order of writing */
  uint32_t n_kept, kept_capacity;
};

bool outbox_valid(const struct spec *spec, const struct outbox_config *config, struct error *err) {
  if (!config->given) return true;
  const struct component_spec *to = &spec->component[config->topic];
  if (to->kind->keeps_messages) return true;
  return error_set(err, "outbox.topic is \"%s\", a %s; messages go to a topic", to->name,
                   to->kind->name);
}

struct outbox *outbox_new(struct sim *sim, struct member *member,
                          const struct outbox_config *config, struct outbox_meters *meters) {
  if (!config->given) return NULL;
  column_want(sim, COLUMN_MESSAGE);
  struct outbox *o = arena_alloc(sim->arena, sizeof *o);
  *o = (struct outbox){.config = config,
                       .member = member,
                       .topic = &sim->component[config->topic],
                       .meters = meters};
  return o;
}

void outbox_free(struct outbox *o) {
  if (!o) return;
  free(o->row);
  free(o->kept);
}

static struct outbox_row *row_at(const struct outbox *o, uint32_t i) {
  return &o->row[(o->first + i) % o->capacity];
}

bool outbox_takes(const struct outbox_config *config, int op) {
  if (!config->given || config->ops.n == 0) return config->given;
  for (uint32_t i = 0; i < config->ops.n; i++) {
    if (config->ops.ops[i] == op) return true;
  }
  return false;
}

bool outbox_write_down(const struct sim *sim, const struct outbox *o, const struct frame *write,
                       struct outbox_row *row) {
  if (!outbox_takes(o->config, write->op)) return false;
  *row = (struct outbox_row){.identity = rng_mix(write->key ^ o->member->component->name_hash) | 1,
                             .at_ns = sim->now_ns,
                             .item = write->item,
                             .op = write->op,
                             .whose = whose_of(sim, write)};
  return true;
}

void outbox_put(struct sim *sim, struct outbox *o, const struct outbox_row *message) {
  if (o->n == o->capacity) {
    uint32_t capacity = o->capacity ? 2 * o->capacity : 64;
    struct outbox_row *row = mem_alloc(capacity * sizeof *row);
    for (uint32_t i = 0; i < o->n; i++) row[i] = *row_at(o, i);
    free(o->row);
    o->row = row;
    o->first = 0;
    o->capacity = capacity;
  }
  *row_at(o, o->n++) = *message;
  o->written++;
  level_set(&o->meters->waiting, sim->now_ns, o->n);
}

void outbox_add(struct sim *sim, struct outbox *o, const struct frame *write) {
  struct outbox_row row;
  if (outbox_write_down(sim, o, write, &row)) outbox_put(sim, o, &row);
}

void outbox_set_copy(struct outbox *o, const struct copy *copy) {
  o->copy = copy;
}

void outbox_clear(struct sim *sim, struct outbox *o) {
  for (uint32_t i = 0; i < o->n; i++) o->left += !row_at(o, i)->published;
  o->n = o->batch = o->under_way = 0;
  level_set(&o->meters->waiting, sim->now_ns, 0);
}

void outbox_note_lost(struct outbox *o) {
  o->meters->void_++;
}

uint32_t outbox_first(const struct outbox *o) {
  for (uint32_t i = 0; i < o->n; i++) {
    if (!row_at(o, i)->published) return row_at(o, i)->position;
  }
  return 0;
}

/* The key of a call tells which try of which message it is. */
static uint64_t key_of(const struct outbox_row *row) {
  return rng_mix(row->identity + row->tries * UINT64_C(0x9e3779b97f4a7c15));
}

static void publish(struct sim *sim, struct outbox *o, uint32_t i) {
  struct outbox_row *row = row_at(o, i);
  o->meters->again += row->tries > 0;
  row->tries++;
  if (o->copy) copy_outbox_sent(o->copy, row->write, row->tries);
  struct frame *call = call_new(sim, o->member, NULL);
  call->key = key_of(row);
  call->item = row->item;
  call->op = row->op;
  call->site = (uint16_t)i;
  column_set(sim, call, COLUMN_MESSAGE, row->identity);
  whose_tell(sim, &row->whose, call);
  call_send(sim, call, component_pick(o->topic, call), TIME_NEVER);
}

uint64_t outbox_missed_ns(const struct sim *sim, const struct frame *call) {
  (void)sim;
  return call->flags & CALL_MESSAGE ? TIME_NEVER : AGAIN_NS;
}

/* How many of the first ones may be published. */
static uint32_t ready(const struct outbox *o) {
  uint32_t most = o->n < o->config->batch ? o->n : (uint32_t)o->config->batch;
  if (o->copy == NULL) return most;
  uint32_t until = copy_outbox_until(o->copy), n = 0;
  while (n < most && row_at(o, n)->position <= until) n++;
  return n;
}

static void publish_batch(struct sim *sim, struct outbox *o) {
  o->batch = ready(o);
  if (o->broken && o->batch > 0) o->batch = 1; /* to see if it is there again */
  o->under_way = 0;
  o->took = false;
  for (uint32_t i = 0; i < o->batch; i++) o->under_way += !row_at(o, i)->published;
  /* An answer may come before the next one is sent; the last one ends this batch. */
  for (uint32_t i = 0, left = o->under_way; left > 0; i++) {
    if (row_at(o, i)->published) continue;
    left--;
    publish(sim, o, i);
  }
}

void outbox_begin(struct sim *sim, struct outbox *o) {
  o->batch = o->under_way = 0; /* what became of these it does not know */
  timer_set(sim, o->member, &o->next, o->config->every_ns, 0, 0);
}

bool outbox_due(struct sim *sim, struct outbox *o, const struct timer *timer) {
  if (timer != &o->next) return false;
  timer_set(sim, o->member, &o->next, o->config->every_ns, 0, 0);
  if (o->under_way == 0) publish_batch(sim, o);
  return true;
}

/* --- data that are restored ------------------------------------------------------------------- */

void outbox_set_safe(struct outbox *o, const uint64_t *safe_ns) {
  o->safe_ns = safe_ns;
}

/* Nothing that is safe has to be kept. */
static void forget_safe(struct outbox *o) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < o->n_kept; i++) {
    if (o->kept[i].published_ns > *o->safe_ns) o->kept[n++] = o->kept[i];
  }
  o->n_kept = n;
}

static void keep(struct outbox *o, const struct outbox_row *row) {
  if (o->n_kept == o->kept_capacity) forget_safe(o);
  if (2 * o->n_kept >= o->kept_capacity) {
    o->kept_capacity = o->kept_capacity ? 2 * o->kept_capacity : 64;
    o->kept = mem_resize(o->kept, o->kept_capacity * sizeof *o->kept);
  }
  o->kept[o->n_kept++] = *row;
}

/* Whether it was written later than what is safe; else it waits again if it was published later. */
static bool is_lost(struct outbox *o, struct outbox_row *row) {
  if (row->at_ns > *o->safe_ns) {
    *(row->published ? &o->meters->void_ : &o->left) += 1;
    return true;
  }
  if (row->published && row->published_ns > *o->safe_ns) {
    row->published = false;
    row->relayed = true;
    o->published--;
  }
  return false;
}

void outbox_lose(struct sim *sim, struct outbox *o) {
  uint32_t n = o->n;
  struct outbox_row *row = mem_alloc((n + 1) * sizeof *row);
  for (uint32_t i = 0; i < n; i++) row[i] = *row_at(o, i);
  o->n = o->batch = o->under_way = 0;
  uint64_t written = o->written;
  forget_safe(o);
  for (uint32_t i = 0; i < o->n_kept; i++) {
    if (!is_lost(o, &o->kept[i])) outbox_put(sim, o, &o->kept[i]);
  }
  o->n_kept = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (!is_lost(o, &row[i])) outbox_put(sim, o, &row[i]);
  }
  free(row);
  o->written = written;
  level_set(&o->meters->waiting, sim->now_ns, o->n);
}

void outbox_heard(struct sim *sim, struct outbox *o, const struct frame *call,
                  enum outcome outcome) {
  uint32_t i = call->site;
  if (i >= o->batch) return; /* of a former life */
  struct outbox_row *row = row_at(o, i);
  if (row->published || call->key != key_of(row)) return;
  o->under_way--;
  if (outcome == OUTCOME_OK) {
    row->published = o->took = true;
    row->published_ns = sim->now_ns;
    o->published++;
    if (o->copy) copy_outbox_published(o->copy, row->write);
    if (!row->relayed) {
      o->meters->relayed++;
      hist_add(&o->meters->delay, sim->now_ns - row->at_ns);
    }
  }
  if (o->under_way > 0) return;
  bool all = true;
  for (uint32_t k = 0; k < o->batch; k++) all &= row_at(o, k)->published;
  bool goes_on = all && (o->batch == o->config->batch || o->broken);
  o->broken = !o->took;
  while (o->n > 0 && row_at(o, 0)->published) {
    if (o->safe_ns) keep(o, row_at(o, 0));
    o->first = (o->first + 1) % o->capacity;
    o->n--;
  }
  o->batch = 0;
  level_set(&o->meters->waiting, sim->now_ns, o->n);
  if (goes_on && o->n > 0) publish_batch(sim, o);
}

void outbox_check(const struct outbox *o, struct checks *out) {
  uint64_t waiting = 0;
  for (uint32_t i = 0; i < o->n; i++) waiting += !row_at(o, i)->published;
  check_member(out, o->member, "outbox", o->written == o->published + waiting + o->left,
               "%llu messages written down = %llu published + %llu that wait + %llu left to others",
               (unsigned long long)o->written, (unsigned long long)o->published,
               (unsigned long long)waiting, (unsigned long long)o->left);
}

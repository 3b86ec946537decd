/* disk: channels that find data, and a bandwidth that they share. */
#include <math.h>
#include <string.h>

#include "arena.h"
#include "call.h"
#include "checks.h"
#include "cores.h"
#include "dist_make.h"
#include "fault_def.h"
#include "outline.h"
#include "sim.h"
#include "station.h"

struct disk_config {
  uint64_t channels, queue, batch, linger_ns;
  struct dist access, seek, rotate;
  double bits_per_s; /* 0: any amount at once */
  struct priorities sequential_ops;
};

/* A call that found a channel leads its batch; those that are taken along are linked to it. While
 * they are there, the station counts a worker more for each of them, so that what is free are
 * channels. */
struct disk_state {
  const struct disk_config *config;
  struct stream access, seek, rotate;
  struct cores wire; /* carries one byte after the other */
  struct station station;
  struct frame *gathering; /* waits for others to come along; NULL: none */
  uint64_t riders;
  uint64_t batches, done, sequential;
};

enum phase { GATHERS, FINDS };

static bool lists(const struct disk_config *config, int op) {
  for (uint32_t i = 0; i < config->sequential_ops.n; i++) {
    if (config->sequential_ops.ops[i] == op) return true;
  }
  return false;
}

static uint64_t find_ns(struct disk_state *d, const struct frame *call) {
  const struct disk_config *c = d->config;
  uint64_t ns = dist_draw_keyed(&c->access, &d->access, call->key, 0);
  if (lists(c, call->op)) {
    d->sequential++;
    return ns;
  }
  return ns + dist_draw_keyed(&c->seek, &d->seek, call->key, 0) +
         dist_draw_keyed(&c->rotate, &d->rotate, call->key, 0);
}

static void set_busy(struct sim *sim, struct disk_state *d) {
  level_set(&d->station.own.busy, sim->now_ns, d->station.held - d->riders);
}

/* All that the batch's leader takes along. */
static double batch_bytes(struct sim *sim, struct frame *leader) {
  double bytes = 0;
  for (struct frame *f = leader;; f = frame_at(sim, f->next)) {
    bytes += call_bytes(sim, f, false) + call_bytes(sim, f, true);
    if (f->next == SLOT_NONE) return bytes;
  }
}

/* The leader goes, with those that wait by now. */
static void go(struct sim *sim, struct member *member, struct frame *leader) {
  struct disk_state *d = member->state;
  struct frame *last = leader;
  if (d->gathering == leader) d->gathering = NULL;
  leader->next = SLOT_NONE;
  for (uint64_t n = 1; n < d->config->batch && d->station.queued > 0; n++) {
    struct frame *rider = station_take_along(sim, &d->station);
    frame_set_state(sim, rider, FRAME_SHARING);
    trace_mark(sim, rider, PART_SERVICE);
    rider->next = SLOT_NONE;
    last->next = frame_slot(sim, rider);
    last = rider;
    d->riders++;
  }
  set_busy(sim, d);
  d->batches++;
  leader->pc = FINDS;
  call_work(sim, member, leader, find_ns(d, leader));
}

/* A channel is free for it. */
static void start(struct sim *sim, struct member *member, struct frame *leader) {
  struct disk_state *d = member->state;
  leader->next = SLOT_NONE;
  set_busy(sim, d);
  if (d->config->linger_ns == 0 || d->station.queued + 1 >= d->config->batch) {
    go(sim, member, leader);
    return;
  }
  d->gathering = leader;
  leader->pc = GATHERS;
  call_sleep(sim, member, leader, d->config->linger_ns);
  trace_mark(sim, leader, PART_QUEUE);
}

static void disk_on_call(struct sim *sim, struct member *member, struct frame *call) {
  struct disk_state *d = member->state;
  call->pc = GATHERS;
  switch (station_enter(sim, &d->station, call, 0, false)) {
    case STATION_STARTED:
      start(sim, member, call);
      break;
    case STATION_QUEUED:
      if (d->gathering && d->station.queued + 1 >= d->config->batch) go(sim, member, d->gathering);
      break;
    case STATION_FULL:
      call_reply(sim, call, OUTCOME_REFUSED);
      break;
  }
}

/* The whole batch is done at once. Answers go last, when the state is in order. */
static void end_batch(struct sim *sim, struct member *member, struct frame *leader) {
  struct disk_state *d = member->state;
  uint32_t rider = leader->next;
  for (uint32_t slot = rider; slot != SLOT_NONE; slot = frame_at(sim, slot)->next) {
    station_let_go(sim, &d->station, frame_at(sim, slot));
    d->riders--;
    d->done++;
  }
  d->done++;
  struct frame *next = station_leave(sim, &d->station, leader);
  set_busy(sim, d);
  if (next) start(sim, member, next);
  call_reply(sim, leader, OUTCOME_OK);
  while (rider != SLOT_NONE) {
    struct frame *f = frame_at(sim, rider);
    rider = f->next;
    call_reply(sim, f, OUTCOME_OK);
  }
}

static void disk_on_timer(struct sim *sim, struct member *member, struct frame *call) {
  struct disk_state *d = member->state;
  if (call->pc == GATHERS) {
    go(sim, member, call);
    return;
  }
  double bytes = d->config->bits_per_s > 0 ? batch_bytes(sim, call) : 0;
  if (bytes <= 0) {
    end_batch(sim, member, call);
    return;
  }
  frame_set_state(sim, call, FRAME_SHARING);
  trace_mark(sim, call, member->hung ? PART_FAULT : PART_SERVICE);
  cores_add(sim, &d->wire, call, bytes * 8e9 / d->config->bits_per_s);
}

static void disk_on_due(struct sim *sim, struct member *member, struct timer *timer) {
  (void)timer;
  struct disk_state *d = member->state;
  end_batch(sim, member, cores_due(sim, &d->wire));
}

static void disk_on_reply(struct sim *sim, struct member *member, struct frame *parent,
                          struct frame *call, enum outcome outcome) {
  (void)sim, (void)member, (void)parent, (void)call, (void)outcome; /* it calls nobody */
}

static void disk_on_fault(struct sim *sim, struct member *member, const struct fault_def *fault,
                          bool begins) {
  struct disk_state *d = member->state;
  if (fault == &fault_crash && begins) {
    d->gathering = NULL;
    d->riders = 0;
    d->station.workers = d->config->channels;
    d->station.riders = 0;
    cores_clear(sim, &d->wire);
  }
  station_fault(sim, member, &d->station, fault, begins);
  if (fault == &fault_crash && begins) set_busy(sim, d);
  cores_set_speed(sim, &d->wire, member->hung ? 0 : 1 / member->slow);
}

/* --- life ------------------------------------------------------------------------------------ */

static bool disk_validate(const struct spec *spec, const struct component_spec *component,
                          struct error *err) {
  (void)spec;
  const struct disk_config *config = component->config;
  if (config->linger_ns == 0) return true;
  if (config->batch < 2) return error_set(err, "'linger' waits for a 'batch' of at least 2");
  if (config->channels == 1) return true;
  return error_set(err, "'linger' is for a disk with one channel; others take what waits by then");
}

static void disk_outline(const struct spec *spec, const struct component_spec *component, int op,
                         struct outline *out) {
  (void)spec;
  const struct disk_config *config = component->config;
  out->workers = config->channels;
  out->queue = config->queue;
  double find = dist_mean(&config->access);
  if (!lists(config, op)) find += dist_mean(&config->seek) + dist_mean(&config->rotate);
  find /= (double)config->batch; /* at best; and a transfer takes at least some time */
  struct dist time = dist_constant(find == 0 && config->bits_per_s > 0 ? 1 : find);
  outline_work(out, &time);
  outline_add(out, OUTLINE_END);
}

static void disk_init(struct sim *sim, struct member *member) {
  struct disk_state *d = member->state;
  d->config = member->component->config;
  d->access = sim_stream(sim, member->component, "access");
  d->seek = sim_stream(sim, member->component, "seek");
  d->rotate = sim_stream(sim, member->component, "rotate");
  cores_init(&d->wire, member, 1);
  station_init(sim, &d->station, DISCIPLINE_FIFO, d->config->channels, d->config->queue, 1);
  d->station.busy_apart = true;
}

static void disk_destroy(struct sim *sim, struct member *member) {
  (void)sim;
  struct disk_state *d = member->state;
  cores_free(&d->wire);
  station_free(&d->station);
}

static struct station *disk_station(struct member *member) {
  return &((struct disk_state *)member->state)->station;
}

static void disk_check(struct sim *sim, struct member *member, struct checks *out) {
  (void)sim;
  const struct disk_state *d = member->state;
  bool holds = d->riders == d->station.riders && d->station.held - d->riders <= d->config->channels;
  check_member(out, member, "channels", holds, "%llu batches under way on %llu channels",
               (unsigned long long)(d->station.held - d->riders),
               (unsigned long long)d->config->channels);
}

static void disk_collect(struct sim *sim, struct component *component, struct metrics *out) {
  (void)sim;
  double done = 0, batches = 0;
  for (uint32_t i = 0; i < component->members; i++) {
    const struct disk_state *d = component->member[i].state;
    done += (double)d->done;
    batches += (double)d->batches;
  }
  metric_quotient(out, UNIT_COUNT, done, batches, "%s.batch.size", component->spec->name);
}

#define AT(field) offsetof(struct disk_config, field)

static const struct param disk_params[] = {
    {.name = "access",
     .type = PARAM_TIME_DIST,
     .offset = AT(access),
     .fallback = "0ms",
     .doc = "How long it takes to find what is asked for, of each operation (SSD, 4 kB at random: "
            "50 to 150 us; network disk: 10 ms and more)."},
    {.name = "seek",
     .type = PARAM_TIME_DIST,
     .offset = AT(seek),
     .fallback = "0ms",
     .doc = "Moving the head, in addition, unless the operation is in sequential_ops (hard disk: 5 "
            "to 10 ms)."},
    {.name = "rotate",
     .type = PARAM_TIME_DIST,
     .offset = AT(rotate),
     .fallback = "0ms",
     .doc = "Waiting for the sector to come round, in addition, unless the operation is in "
            "sequential_ops: half a turn on average (7200 turns a minute: 4.2 ms)."},
    {.name = "sequential_ops",
     .type = PARAM_OPS,
     .offset = AT(sequential_ops),
     .doc =
         "Operations that go on where the last one ended, such as { \"append\", \"scan\" }: they "
         "neither seek nor wait for the sector."},
    {.name = "bandwidth",
     .type = PARAM_BANDWIDTH,
     .offset = AT(bits_per_s),
     .min = 1,
     .max = INFINITY,
     .doc = "Bytes that it reads or writes in a second, \"500MB/s\"; shared equally by those that "
            "transfer at the same time. How many an operation has, its caller says (`request` and "
            "`response`, or `bytes` of work on the disk)."},
    {.name = "channels",
     .type = PARAM_COUNT,
     .offset = AT(channels),
     .fallback = "1",
     .off = "1",
     .min = 1,
     .max = 1e6,
     .doc = "Operations that find their data at the same time."},
    {.name = "queue",
     .type = PARAM_COUNT,
     .offset = AT(queue),
     .fallback = "unlimited",
     .min = 0,
     .max = INFINITY,
     .doc = "Operations that may wait for a channel; further ones are refused."},
    {.name = "batch",
     .type = PARAM_COUNT,
     .offset = AT(batch),
     .fallback = "1",
     .off = "1",
     .min = 1,
     .max = 1e6,
     .doc = "Operations that a channel takes together, if so many wait: they are found once, "
            "transferred one after the other and done at the same time (a log's group commit, an "
            "elevator; SATA's native command queue has 32 entries)."},
    {.name = "linger",
     .type = PARAM_DURATION,
     .offset = AT(linger_ns),
     .fallback = "0s",
     .needs = "batch",
     .max = 1e18,
     .doc = "How long the first of a batch waits for others, unless it is full before."},
    {0},
};

#define STATE(field) offsetof(struct disk_state, field)

static const struct meter disk_meters[] = {
    {"batches", METER_COUNT, STATE(batches), 0,
     "Batches begun, those of one operation among them."},
    {"done", METER_COUNT, STATE(done), 0, "Operations done."},
    {"sequential", METER_COUNT, STATE(sequential), 0, "Batches that needed no seek."},
    {0},
};

static const struct metric_def disk_metrics[] = {
    {"batch.size", "", "Operations of a batch, mean."},
    {0},
};

const struct kind kind_disk = {
    .name = "disk",
    .summary = "Channels that find data, and a bandwidth that they share.",
    .doc =
        "An operation waits first come first served for a channel, which finds its data (`access`, "
        "and on a hard disk `seek` and `rotate`); then its bytes are transferred at a bandwidth "
        "that all channels share. With `batch` a channel that becomes free takes several that wait "
        "at once. A service calls it, or says work { on = \"ssd\", bytes = \"4kB\" }; a stripe "
        "over "
        "several disks is a group of instances that is called with each = true. Several instances "
        "without that are called at random, those with keys by the key. Left out: where on the "
        "disk data lie (seeks are drawn), caches of the disk and the operating system, wear, erase "
        "cycles, and that writes are slower than reads: make them two operations of two disks, or "
        "draw `access` from a mixture.",
    .example =
        "client \"users\" { arrivals = poisson \"80/s\", target = \"files\" }\n"
        "service \"files\" { workers = 16, on = { work \"1ms\", work { on = \"hdd\", bytes = "
        "\"64kB\" } "
        "} }\n"
        "disk \"hdd\" { seek = uniform { \"2ms\", \"14ms\" }, rotate = uniform { \"0ms\", "
        "\"8.3ms\" },\n"
        "  bandwidth = \"150MB/s\", batch = 32 }\n"
        "run { duration = \"60s\", warmup = \"5s\", replications = 4 }\n",
    .params = disk_params,
    .meters = disk_meters,
    .metrics = disk_metrics,
    .keeps_data = true,
    .pick = component_pick_holder,
    .config_size = sizeof(struct disk_config),
    .state_size = sizeof(struct disk_state),
    .validate = disk_validate,
    .outline = disk_outline,
    .init = disk_init,
    .on_call = disk_on_call,
    .on_reply = disk_on_reply,
    .on_timer = disk_on_timer,
    .on_due = disk_on_due,
    .on_fault = disk_on_fault,
    .station = disk_station,
    .collect = disk_collect,
    .check = disk_check,
    .destroy = disk_destroy,
};

/* host: a machine whose cores and memory the services on it share. */
#include <math.h>
#include <stdio.h>

#include "arena.h"
#include "call.h"
#include "checks.h"
#include "cores.h"
#include "life.h"
#include "outline.h"
#include "sim.h"
#include "tenancy.h"

struct host_config {
  uint64_t cpus, memory; /* bytes; 0: as much as is wanted */
  double swap;           /* 0: not given */
};

struct host_state {
  struct sim *sim;
  const struct host_config *config;
  struct cores cores;
  uint32_t tenants;
  struct member **tenant;
  struct level memory;   /* bytes that are wanted */
  struct level swapping; /* 1 while they are more than there are */
};

/* --- memory ---------------------------------------------------------------------------------- */

/* What all that runs here wants, with the calls that are present now. */
static double wanted(const struct host_state *h) {
  double bytes = 0;
  for (uint32_t i = 0; i < h->tenants; i++) {
    bytes += (double)h->tenant[i]->kind->memory(h->tenant[i]);
  }
  return bytes;
}

/* All pages are touched equally often; one that was swapped out costs `swap` times as much. */
static double swapped(void *of, uint64_t sharing) {
  (void)sharing;
  struct host_state *h = of;
  double bytes = wanted(h), there = (double)h->config->memory;
  level_set(&h->memory, h->sim->now_ns, (uint64_t)bytes);
  level_set(&h->swapping, h->sim->now_ns, bytes > there);
  if (bytes <= there) return 1;
  return 1 + (h->config->swap - 1) * (bytes - there) / bytes;
}

/* --- life ------------------------------------------------------------------------------------ */

static void host_init(struct sim *sim, struct member *member) {
  struct host_state *h = member->state;
  h->sim = sim;
  h->config = member->component->config;
  cores_init(&h->cores, member, h->config->cpus);
  h->tenant = arena_alloc(sim->arena, sim->members * sizeof(struct member *));
  for (uint32_t i = 0; i < sim->members; i++) {
    if (sim->member[i].host == member->id) h->tenant[h->tenants++] = &sim->member[i];
  }
  if (h->config->memory == 0) return;
  h->cores.stretch = swapped;
  h->cores.of = h;
}

/* What takes memory with nothing to do does so from the beginning. */
static void host_start(struct sim *sim, struct member *member) {
  struct host_state *h = member->state;
  if (h->config->memory > 0) cores_changed(sim, &h->cores);
}

static void host_destroy(struct sim *sim, struct member *member) {
  (void)sim;
  cores_free(&((struct host_state *)member->state)->cores);
}

/* Work of one of those who run here is done. */
static void host_on_due(struct sim *sim, struct member *member, struct timer *timer) {
  (void)timer;
  struct host_state *h = member->state;
  struct frame *frame = cores_due(sim, &h->cores);
  struct member *tenant = &sim->member[frame_callee(frame)];
  tenant->kind->on_timer(sim, tenant, frame);
  if (h->config->memory > 0) cores_changed(sim, &h->cores);
}

static void host_on_call(struct sim *sim, struct member *member, struct frame *call) {
  sim_fail(sim, "host \"%s\" was called; it answers nothing: call what runs on it",
           member->component->spec->name);
  call_reply(sim, call, OUTCOME_FAILED);
}

static void host_on_reply(struct sim *sim, struct member *member, struct frame *parent,
                          struct frame *call, enum outcome outcome) {
  (void)sim, (void)member, (void)parent, (void)call, (void)outcome; /* it calls nobody */
}

static void host_outline(const struct spec *spec, const struct component_spec *component, int op,
                         struct outline *out) {
  (void)spec, (void)component, (void)op;
  outline_add(out, OUTLINE_END);
}

static struct lodging host_lodging(const void *config) {
  const struct host_config *c = config;
  return (struct lodging){c->cpus, c->memory};
}

static struct cores *host_cores(struct member *member) {
  return &((struct host_state *)member->state)->cores;
}

static bool host_validate(const struct spec *spec, const struct component_spec *component,
                          struct error *err) {
  (void)spec;
  const struct host_config *config = component->config;
  if (config->memory > 0 && config->swap == 0) {
    return error_set(err,
                     "'memory' means nothing without 'swap': how many times as long work takes "
                     "whose memory is swapped out");
  }
  if (config->swap > 0 && config->memory == 0)
    return error_set(err, "'swap' needs 'memory'; say how much there is, such as \"8GiB\"");
  return true;
}

static void host_check(struct sim *sim, struct member *member, struct checks *out) {
  (void)sim;
  const struct host_state *h = member->state;
  uint64_t strangers = 0;
  for (uint64_t i = 0; i < h->cores.sharing.n; i++) {
    const struct frame *frame = frame_at(sim, h->cores.sharing.entry[i].slot);
    bool here = sim->member[frame_callee(frame)].host == member->id;
    strangers += !here || frame_state(frame) != FRAME_SHARING;
  }
  bool holds = strangers == 0 && h->cores.busy.value <= h->config->cpus;
  check_member(out, member, "cores", holds, "%llu pieces of work, %llu of them of nobody here",
               (unsigned long long)h->cores.sharing.n, (unsigned long long)strangers);
}

static void host_collect(struct sim *sim, struct component *component, struct metrics *out) {
  double busy = 0, all = 0;
  for (uint32_t i = 0; i < component->members; i++) {
    const struct host_state *h = component->member[i].state;
    busy += level_integral_ns(&h->cores.busy, sim->now_ns);
    all += (double)h->config->cpus * (double)life_there_ns(sim, &component->member[i]);
  }
  metric_quotient(out, UNIT_RATIO, busy, all, "%s.cpu", component->spec->name);
}

#define AT(field) offsetof(struct host_config, field)

static const struct param host_params[] = {
    {.name = "cpus",
     .type = PARAM_COUNT,
     .offset = AT(cpus),
     .required = true,
     .min = 1,
     .max = 1e6,
     .doc = "Cores; n pieces of work on c cores progress at min(1, c / n) of their speed each."},
    {.name = "memory",
     .type = PARAM_BYTES,
     .offset = AT(memory),
     .doc = "How much there is; without it as much as is wanted."},
    {.name = "swap",
     .type = PARAM_NUMBER,
     .offset = AT(swap),
     .min = 1,
     .max = 1e6,
     .doc = "How many times as long work takes whose memory is all swapped out. While more is "
            "wanted than there is, all work here takes 1 + (swap - 1) x (share that does not fit) "
            "times as long."},
    {0},
};

#define STATE(field) offsetof(struct host_state, field)

static const struct meter host_meters[] = {
    {"cores", METER_MEAN_LEVEL, STATE(cores.busy), 0, "Cores at work in one instance"},
    {"memory", METER_MEAN_BYTES, STATE(memory), 0, "Bytes that what runs on one instance wants"},
    {"swapping", METER_MEAN_LEVEL, STATE(swapping), 0,
     "Share of the time in which more memory was wanted than there is"},
    {0},
};

static bool host_has_meter(const void *config, const struct meter *meter) {
  const struct host_config *c = config;
  return meter->at == STATE(cores.busy) || c->memory > 0;
}

static const struct metric_def host_metrics[] = {
    {"utilization", "ratio", "Share of the cores' time in which they worked."},
    {"cpu", "ratio", "The same, of all instances together."},
    {0},
};

const struct kind kind_host = {
    .name = "host",
    .summary = "A machine whose cores and memory the services on it share.",
    .doc =
        "Services say host = \"...\". All work of all of them shares the cores equally, as an "
        "operating system shares them among threads, and at every instant: n pieces of work on c "
        "cores progress at rate min(1, c / n). A service's own workers say how many calls it works "
        "on at once; the host how fast that goes. Each call present at a service with `memory` "
        "takes some. While more is wanted than there is, the host swaps: all work takes longer, by "
        "the share that does not fit. What hits a host (a crash, a hang, a slowdown, a partition) "
        "hits all that runs on it; one that is stopped is there as long as any of that drains. "
        "Nothing may call a host. Left out: what a switch between "
        "threads costs, caches of the processor, which pages are touched more often than others, "
        "priorities and shares of groups; a killer that takes the largest process when memory is "
        "short (a service has a limit of its own: its `memory.limit`).",
    .example =
        "client \"users\" { arrivals = poisson \"50/s\", target = \"web\" }\n"
        "host \"vm\" { cpus = 2, memory = \"8GB\", swap = 20 }\n"
        "service \"web\" { host = \"vm\", workers = 64, queue = 64, memory = { request = "
        "\"40MB\" },\n"
        "  on = { work(exponential \"15ms\"), call \"db\" } }\n"
        "service \"db\" { host = \"vm\", workers = 8, work = exponential \"10ms\", memory = { base "
        "= "
        "\"1GB\" } }\n"
        "run { duration = \"60s\", warmup = \"5s\", replications = 4 }\n",
    .params = host_params,
    .meters = host_meters,
    .has_meter = host_has_meter,
    .metrics = host_metrics,
    .config_size = sizeof(struct host_config),
    .state_size = sizeof(struct host_state),
    .validate = host_validate,
    .outline = host_outline,
    .lodging = host_lodging,
    .cores = host_cores,
    .init = host_init,
    .start = host_start,
    .on_call = host_on_call,
    .on_reply = host_on_reply,
    .on_due = host_on_due,
    .collect = host_collect,
    .check = host_check,
    .destroy = host_destroy,
};

#include "service_config.h"

#include <math.h>

#include "classes.h"
#include "dist_make.h"
#include "limit_gates.h"
#include "outbound_params.h"
#include "service_sheds.h"
#include "station.h"

void service_place(struct component_spec *component, struct arena *arena) {
  (void)arena;
  struct service_config *config = (struct service_config *)component->config;
  config->on_demand = component->on_demand;
  component->comes_and_goes |= config->memory.limit > 0;
  if (config->on_demand == NULL) return;
  config->workers = config->on_demand->most * config->on_demand->concurrency;
  config->queue = 0;
}

const struct subscription *service_subscription(const void *config) {
  return &((const struct service_config *)config)->subscribe;
}

uint64_t service_workers(const void *config) {
  return ((const struct service_config *)config)->workers;
}

const struct accept_config *service_accept(const void *config) {
  return &((const struct service_config *)config)->accept;
}

/* What an instance that comes with a call cannot have. */
static bool on_demand_valid(const struct component_spec *component, struct error *err) {
  static const char *const keys[] = {"workers", "queue", "discipline", "io",        "host",
                                     "slows",   "warm",  "pauses",     "subscribe", "priority",
                                     "start",   "drain", "memory"};
  const struct service_config *config = component->config;
  if (config->on_demand == NULL) return true;
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    if (!spec_states(component, keys[i])) continue;
    return error_set(err,
                     "has '%s', which means nothing with instances = on_demand { ... }; leave "
                     "it out",
                     keys[i]);
  }
  for (uint32_t i = 0; i < config->on.n; i++) {
    const struct program *program = &config->on.handler[i].program;
    for (uint32_t k = 0; k < program->steps; k++) {
      if (program->step[k].kind != STEP_REPLY) continue;
      return error_set(err,
                       "answers before the end of its work; instances on demand work no longer "
                       "than for the answer");
    }
  }
  return true;
}

struct tenancy service_tenancy(const void *config) {
  const struct service_config *c = config;
  struct tenancy tenancy = {c->host, c->memory.base, c->memory.request, PARAM_UNLIMITED,
                            c->memory.limit};
  if (c->workers != PARAM_UNLIMITED && c->queue != PARAM_UNLIMITED && c->io == IO_BLOCKING) {
    tenancy.calls = c->workers + c->queue;
  }
  return tenancy;
}

static bool host_valid(const struct service_config *config, struct error *err) {
  if (config->host == REF_NONE) {
    if (!config->memory.given || config->memory.limit > 0) return true;
    return error_set(err,
                     "'memory' counts against a limit or what a host has; give limit = \"2GB\", or "
                     "'host'");
  }
  if (discipline_shares((enum discipline)config->discipline)) {
    return error_set(err, "on a host all services share its cores; leave out discipline \"%s\"",
                     discipline_choices[config->discipline]);
  }
  if (config->pace.slows.rule == SLOWS_NONE) return true;
  return error_set(
      err, "'slows' is not for services on a host, which shares its cores among all; leave it out");
}

static bool pace_valid(const struct service_config *config, struct error *err) {
  const struct pace_config *pace = &config->pace;
  if (pace->slows.rule == SLOWS_CURVE &&
      (config->workers == PARAM_UNLIMITED || config->workers < 2)) {
    return error_set(err,
                     "'slows' goes by the share of the workers that are busy; give at least 2 "
                     "'workers'");
  }
  if (pace->pauses.per_load > 0 && config->workers == PARAM_UNLIMITED) {
    return error_set(err, "'per_load' counts calls a worker; give 'workers'");
  }
  return true;
}

/* Who says how many brokers are to have a message publishes to several. */
static bool acks_valid(const struct spec *spec, const struct service_config *config,
                       struct error *err) {
  for (uint32_t i = 0; i < config->on.n; i++) {
    const struct program *program = &config->on.handler[i].program;
    for (uint32_t k = 0; k < program->calls; k++) {
      const struct program_call *call = &program->call[k];
      const struct component_spec *topic = &spec->component[call->component];
      if (!call->publishes || call->acks.word != HOW_MANY_NUMBER || component_sends(topic))
        continue;
      return error_set(err,
                       "publishes to \"%s\" with acks = %llu, and that topic has no copies; give "
                       "it copies, or leave acks out",
                       topic->name, (unsigned long long)call->acks.number);
    }
  }
  return true;
}

/* Disciplines that share the workers, or go by the length of the work. */
static bool length_known(const struct service_config *config, struct error *err) {
  const char *name = discipline_choices[config->discipline];
  bool shares = discipline_shares((enum discipline)config->discipline);
  if (shares && config->io == IO_ASYNC) {
    return error_set(err,
                     "io = \"async\" has no effect with discipline \"%s\", where nobody waits "
                     "for a worker; leave it out",
                     name);
  }
  if (shares && config->workers == PARAM_UNLIMITED) {
    return error_set(err, "discipline \"%s\" shares a finite number of workers; give 'workers'",
                     name);
  }
  if (config->discipline != DISCIPLINE_SJF) return true;
  if (config->io == IO_ASYNC) {
    return error_set(err, "discipline \"sjf\" is for blocking io: it looks at a call once");
  }
  for (uint32_t i = 0; i < config->on.n; i++) {
    if (config->on.handler[i].program.step[0].kind == STEP_WORK) continue;
    return error_set(err,
                     "discipline \"sjf\" goes by the work that a handler begins with; let each "
                     "handler begin with work (without per_byte)");
  }
  return true;
}

/* Calls wait one behind the other, so that one of them can leave. */
static bool waits_in_line(const struct service_config *config) {
  return config->discipline == DISCIPLINE_FIFO || config->discipline == DISCIPLINE_LIFO ||
         config->discipline == DISCIPLINE_PRIORITY;
}

bool service_validate(const struct spec *spec, const struct component_spec *component,
                      struct error *err) {
  const struct service_config *config = component->config;
  bool has_work = config->work.kind != DIST_CONSTANT || config->work.a > 0;
  if (config->accept.lingers_ns > 0 && spec_states(component, "accept.backlog")) {
    return error_set(err, "accept: with 'lingers' nobody waits for a place: leave 'backlog' out");
  }
  if (component->price && component->price->per_100ms > 0 && config->io == IO_ASYNC) {
    return error_set(
        err,
        "price: per_100ms is for calls that have a worker from beginning to end; leave "
        "io = \"async\" out, or give a price an hour");
  }
  if (config->on.n && has_work) {
    return error_set(err, "'work' and 'on' exclude each other: write the work as a step of 'on'");
  }
  bool by_class = config->discipline == DISCIPLINE_PRIORITY ||
                  config->discipline == DISCIPLINE_PREEMPTIVE_PRIORITY;
  if (by_class && config->priority.n == 0) {
    return error_set(err,
                     "discipline \"%s\" needs 'priority', a list of operations from the first "
                     "served to the last",
                     discipline_choices[config->discipline]);
  }
  if (config->evict && (!waits_in_line(config) || config->io == IO_ASYNC ||
                        config->queue == PARAM_UNLIMITED || config->queue == 0)) {
    return error_set(err,
                     "'evict' is read only with discipline fifo, lifo or priority, blocking io and "
                     "a limited queue of at least 1");
  }
  if (!classes_valid(spec, &config->priority, (enum class_by)config->by, "priority", err))
    return false;
  if (!length_known(config, err)) return false;
  if (!acks_valid(spec, config, err)) return false;
  if (!service_sheds_valid(spec, config, err) || !pace_valid(config, err)) return false;
  if (!host_valid(config, err) || !on_demand_valid(component, err)) return false;
  if (!config->subscribe.given) return true;
  return subscription_valid(spec, (uint32_t)(component - spec->component), &config->subscribe,
                            config->workers, config->queue, err);
}

bool service_transacts(const struct service_config *config) {
  for (uint32_t i = 0; i < config->on.n; i++) {
    const struct program *program = &config->on.handler[i].program;
    for (uint32_t k = 0; k < program->calls; k++) {
      if (program->call[k].part > 0) return true;
    }
  }
  return false;
}

static bool has_step(const struct service_config *config, enum step_kind kind) {
  for (uint32_t i = 0; i < config->on.n; i++) {
    const struct program *program = &config->on.handler[i].program;
    for (uint32_t k = 0; k < program->steps; k++) {
      if (program->step[k].kind == kind) return true;
    }
  }
  return false;
}

bool service_compresses(const struct service_config *config) {
  return has_step(config, STEP_COMPRESS);
}

bool service_works_on_bytes(const struct service_config *config) {
  return has_step(config, STEP_COMPRESS) || has_step(config, STEP_WORK_BYTES);
}

static void outline_shed(const struct program *program, const struct shed_config *shed,
                         struct outline *out, struct outline_step *to) {
  out->by_user |= classes_read_users(&shed->keep, (enum class_by)shed->by);
  to->chance = NAN;
  to->target = program->steps - 1;
}

static void outline_program_step(const struct spec *spec, const struct program *program,
                                 const struct step *step, int op, struct outline *out) {
  static const enum outline_what what[] = {
      [STEP_END] = OUTLINE_END,        [STEP_WORK] = OUTLINE_WORK,
      [STEP_SLEEP] = OUTLINE_PAUSE,    [STEP_CALL] = OUTLINE_CALLS,
      [STEP_PARALLEL] = OUTLINE_CALLS, [STEP_BRANCH] = OUTLINE_BRANCH,
      [STEP_COMPRESS] = OUTLINE_WORK,  [STEP_WORK_BYTES] = OUTLINE_WORK,
      [STEP_JUMP] = OUTLINE_JUMP,      [STEP_LIMIT] = OUTLINE_BRANCH,
      [STEP_SHED] = OUTLINE_BRANCH,    [STEP_FAIL] = OUTLINE_END,
      [STEP_REPLY] = OUTLINE_REPLY,    [STEP_DECIDE] = OUTLINE_PAUSE,
      [STEP_UNLOCK] = OUTLINE_PAUSE,
  };
  struct outline_step *to = outline_add(out, what[step->kind]);
  to->target = step->target;
  to->need = step->need;
  to->hands_over = step->hand_over;
  to->chance = step->kind == STEP_WORK_BYTES     ? 1
               : step->op >= 0 && step->op != op ? 0
               : step->causes                    ? NAN
                                                 : step->chance;
  to->time =
      step->kind == STEP_COMPRESS ? dist_constant(0) /* the size is not known */ : step->dist;
  out->by_request |= step->kind == STEP_WORK_BYTES && step->need != 2;
  out->by_answer |=
      step->kind == STEP_COMPRESS || (step->kind == STEP_WORK_BYTES && step->need != 1);
  if (step->limit) limits_outline(step->limit, program->steps - 1, out, to);
  if (step->shed) outline_shed(program, step->shed, out, to);
  for (uint32_t i = 0; i < step->count; i++) {
    const struct program_call *from = &program->call[step->first + i];
    int passed_on = from->op == OP_INHERIT ? op : from->op;
    struct outline_call *call =
        outline_add_call(out, from->component, passed_on, from->policy.timeout_ns);
    outbound_outline(&from->policy, call);
    call->request_sized = dist_mean(&from->request) > 0;
    call->answer_sized = dist_mean(&from->response) > 0;
    if (step->kind == STEP_PARALLEL) call->times = (uint32_t)program_call_copies(spec, from);
    call->each = from->each;
  }
}

void service_outline(const struct spec *spec, const struct component_spec *component, int op,
                     struct outline *out) {
  const struct service_config *config = component->config;
  const struct program *program = NULL;
  out->workers = config->workers;
  out->queue = config->queue;
  if (pace_is_given(&config->pace)) out->pace = &config->pace;
  /* Under processor sharing a call that waits leaves the workers to the others. */
  out->holds = config->io == IO_BLOCKING && !discipline_shares((enum discipline)config->discipline);
  for (uint32_t i = 0; i < config->on.n; i++) {
    const struct handler *handler = &config->on.handler[i];
    if (handler->op == op || (handler->op < 0 && program == NULL)) program = &handler->program;
  }
  if (program == NULL) {
    outline_work(out, &config->work);
    outline_add(out, OUTLINE_END);
    return;
  }
  for (uint32_t i = 0; i < program->steps; i++) {
    outline_program_step(spec, program, &program->step[i], op, out);
  }
}

const char service_doc[] =
    "Each instance has its own workers and queue. A call waits for a worker, which then runs "
    "the handler of the call's operation step by step. With blocking io the worker is held "
    "to the end, even while it waits for other components, so a slow dependency uses up the "
    "workers; with async io it is free meanwhile and the call queues again, behind those "
    "who wait, for its next piece of work. A call to another component that fails, fails the "
    "handler (the caller sees `failed`) unless the call names a fallback.\n"
    "The time a piece of work takes is drawn from the service's own stream, keyed by the "
    "request: the same request takes the same time on whichever instance it lands. Under ps "
    "every call progresses at rate min(1, workers / calls present). Under sjf and srpt the "
    "service "
    "knows how long each piece of work takes, which real ones estimate: sjf takes the call "
    "with "
    "the shortest first piece of those that wait, srpt lets those run that have the least left "
    "of the piece they are at, and a shorter one interrupts a longer at no cost; as under ps "
    "nobody is in the queue then, and who stands still counts as served. The same "
    "holds under preemptive_priority and preemptive_lifo. Under all of these a call leaves its "
    "worker to others while it waits for other components.\n"
    "With `instances = on_demand { ... }` (a function of a cloud) a call that finds no instance "
    "with "
    "room waits for a new one to start; one that has had no call for `idle` goes. All are "
    "one member without names, whose `workers` are most x concurrency; further calls are refused, "
    "and "
    "a crash takes all. Left out: a limit of how fast their number grows (AWS Lambda: 1000 in 10 "
    "s), "
    "instances kept warm beforehand, and what they cost.\n"
    "With `slows` all work of an instance takes longer the more of it is under way. In a pause "
    "of `pauses` it stands still, and so does what takes no time: calls that come wait for a "
    "worker or with one, answers that come wait; health checks are answered, by the host. With "
    "`warm` work takes as much longer as it does at the moment when it begins. Left out: that "
    "a collector works beside the calls, that pauses come with what is allocated, and that "
    "code "
    "gets warm by being run instead of by time.\n"
    "With `memory` an instance takes its base, something for each call that is present, and what "
    "has leaked; nothing while it is down, stopped or has not begun to start. Past the limit it is "
    "killed at that instant, whatever it is doing: its calls are "
    "lost, and it begins again after `restart` and `start`. One that drains is left alone. Left "
    "out: memory of single steps, a collector that runs more often the less is free, pauses "
    "between restarts in a row (a control can make them), the kernel's choice among processes.\n"
    "When a caller gives up (its timeout came, or its own caller gave up), a message tells the "
    "service, and `cancel` says what it does. Calls that are taken out or stopped count as "
    "errors. A call "
    "that waits for others is itself not ended by passed_on and queued: what it waits for may "
    "be, and then it fails; no hedge or retry is sent any more, nor what waits for a place of its "
    "`pool`. A crash of who called tells the same.\n"
    "An instance that makes a `transaction` with two-phase commit coordinates it. What it has "
    "decided "
    "is on its disk; it tells each database every second until that has answered, and the handler "
    "goes on when each has answered once, or has not within a second. After a crash it gives up "
    "what "
    "it had not decided. Left out: participants that decide by themselves, one-phase and read-only "
    "votes, coordinators that are replaced by another instance.";

/* --- parameters ----------------------------------------------------------------------------- */

#define AT(field) offsetof(struct service_config, field)

static const char *const io_choices[] = {"blocking", "async", NULL};
static const char *const cancel_choices[] = {"never", "passed_on", "queued", "running", NULL};

static const char *const evict_choices[] = {"newcomer", "lowest", NULL};

const struct param service_params[] = {
    {.name = "workers",
     .type = PARAM_COUNT,
     .offset = AT(workers),
     .fallback = "unlimited",
     .min = 1,
     .max = INFINITY,
     .doc = "Threads or processes of one instance; each handles one call at a time."},
    {.name = "queue",
     .type = PARAM_COUNT,
     .offset = AT(queue),
     .fallback = "unlimited",
     .min = 0,
     .max = INFINITY,
     .needs = "workers",
     .doc = "Calls that may wait for a worker of one instance; further ones are refused."},
    {.name = "discipline",
     .type = PARAM_ENUM,
     .offset = AT(discipline),
     .fallback = "fifo",
     .off = "fifo",
     .choices = discipline_choices,
     .needs = "workers",
     .doc = "Who is served next: first come first served, last come first served, by priority, "
            "sjf: of those that wait the one whose work is shortest (shortest job first), "
            "ps: all at once, sharing the workers equally, as an operating system shares its cores "
            "among threads, or srpt: those with the least work left, which interrupt others "
            "(shortest remaining processing time; Schrage and Miller 1966). preemptive_priority: "
            "a call of a higher class interrupts one of a lower; preemptive_lifo: the newest "
            "interrupts; who was interrupted goes on later where it was."},
    {.name = "priority",
     .type = PARAM_PRIORITY,
     .offset = AT(priority),
     .needs = "discipline = priority|preemptive_priority or evict = lowest",
     .doc =
         "Operations, or what `by` says, from the first served to the last, for "
         "discipline = \"priority\" and for `evict`, where a call in service is not interrupted; "
         "and for "
         "discipline = \"preemptive_priority\", where it is."},
    {.name = "by",
     .type = PARAM_ENUM,
     .offset = AT(by),
     .fallback = "op",
     .choices = class_by_names,
     .needs = "priority",
     .doc =
         "What `priority` lists: operations (op), tiers of the users whose requests they are, "
         "clients from which these come, or components that call (caller: a balancer between calls "
         "by itself, and all instances of one are alike). Calls of none that it names come last."},
    {.name = "evict",
     .type = PARAM_ENUM,
     .offset = AT(evict),
     .fallback = "newcomer",
     .off = "newcomer",
     .choices = evict_choices,
     .needs = "?lowest: priority",
     .doc = "Who is refused when the queue is full: the newcomer, whatever its class; or lowest: "
            "a call of the lowest class that waits, if that is lower than the newcomer's: with "
            "discipline = \"priority\" the one that has waited longest, otherwise the newest. "
            "`priority` says which classes there are; without it all calls are of one."},
    {.name = "io",
     .type = PARAM_ENUM,
     .offset = AT(io),
     .fallback = "blocking",
     .off = "blocking",
     .choices = io_choices,
     .doc = "Whether a worker is held while its call waits for other components or sleeps "
            "(blocking, as in a thread pool) or serves others meanwhile (async, as in an event "
            "loop)."},
    {.name = "cancel",
     .type = PARAM_ENUM,
     .offset = AT(cancel),
     .fallback = "passed_on",
     .off = "passed_on",
     .choices = cancel_choices,
     .needs = "?queued: workers",
     .doc = "What becomes of a call that nobody waits for any more. never: it is done all the "
            "same. passed_on: it is done, but those whom it calls are told, as gRPC does with "
            "cancellations and deadlines. queued: it is also taken out while it waits for a "
            "worker. running: its work is also stopped and the worker freed."},
    {.name = "accept",
     .type = PARAM_GROUP,
     .offset = AT(accept),
     .group = accept_params,
     .doc = "Connections that one instance lets in, over paths with transport = \"tcp\"; and their "
            "handshakes, which its workers do."},
    {.name = "work",
     .type = PARAM_TIME_DIST,
     .offset = AT(work),
     .fallback = "0ms",
     .doc = "Short for a handler that only works: how long a call holds a worker."},
    {.name = "on",
     .type = PARAM_HANDLERS,
     .offset = AT(on),
     .doc =
         "What is done for each operation: a list of steps (work, call, parallel, sleep, branch, "
         "fail, reply), or lists by operation. A handler that reaches its end answers ok."},
    {.name = "subscribe",
     .type = PARAM_GROUP,
     .offset = AT(subscribe),
     .group = subscription_params,
     .refused = subscription_refused,
     .doc = "The topic whose messages it takes, each as a call of the message's operation."},
    {.name = "host",
     .type = PARAM_REF,
     .offset = AT(host),
     .doc = "The host that it runs on, whose cores it shares with whatever else runs there. "
            "Instance i runs on instance i of the host, again from the first where there are "
            "more, lives in its zone and breaks with it."},
    {.name = "memory",
     .type = PARAM_GROUP,
     .offset = AT(memory),
     .group = memory_params,
     .doc = "What one instance takes of memory: of its host's, or up to a limit of its own."},
    {.name = "slows",
     .type = PARAM_SLOWS,
     .offset = AT(pace.slows),
     .doc =
         "How much longer work takes the more of it is done at once in one instance: by "
         "Gunther's universal scalability law (usl), or by the share of the workers that are "
         "busy (curve). All that is under way gets slower when a call begins and faster when one "
         "ends. Calls that wait for a worker or for other components do not count."},
    {.name = "pauses",
     .type = PARAM_GROUP,
     .offset = AT(pace.pauses),
     .group = pause_params,
     .doc = "Now and then an instance stands still, as while a garbage collector stops the world."},
    {.name = "warm",
     .type = PARAM_GROUP,
     .offset = AT(pace.warm),
     .group = warm_params,
     .doc = "Work takes longer for a while after a start, as before a JIT compiler has seen it: "
            "after a crash, a deployment, or when an instance joins. What is there from the "
            "beginning is warm."},
    {0},
};

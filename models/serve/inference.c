/* inference: a language model that generates tokens for many sequences at once.
 *
 * Iteration-level scheduling (Yu et al., Orca, OSDI 2022) with a cache of keys and values whose
 * room is counted in tokens (Kwon et al., vLLM, SOSP 2023). */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "arena.h"
#include "call.h"
#include "checks.h"
#include "detmath.h"
#include "fault_def.h"
#include "outline.h"
#include "prefixes.h"
#include "sim.h"
#include "time_scale.h"
#include "timer.h"
#include "trace.h"

/* A number of tokens, or the mean of a geometric law from 1. */
struct tokens {
  uint64_t n;
  bool geometric;
};

struct inference_config {
  struct tokens prompt, output;
  uint64_t prefix, batch, chunk, memory;
  uint64_t step_ns, token_ns, sequence_ns;
};

/* A call. Invariant: what it keeps is `kept` tokens of its own; `left` of its prompt, and of what
 * it had generated before it lost its place, are still to be computed. */
struct sequence {
  struct frame *call;
  uint64_t came_ns, first_ns; /* first_ns: of its first token; 0: none yet */
  uint64_t prompt, output;    /* without the prefix */
  uint64_t generated, kept, left;
  uint64_t in_step;      /* tokens of it that the present step computes */
  struct prefix *prefix; /* that it shares; NULL: it keeps its own, or has none */
  bool brings;           /* what it computes first becomes its key's prefix */
  struct sequence *next, *before;
};

struct line {
  struct sequence *first, *last;
};

struct inference_state {
  const struct inference_config *config;
  struct stream prompt, output;
  struct line running, queue; /* running: in the order in which they got their places */
  struct sequence *spare;
  struct prefixes prefixes;
  struct timer step; /* the end of a step, or its beginning at this instant */
  bool stepping;
  uint64_t due_ns, left_ns; /* when the step ends; while the member hangs, what is left of it */
  double slow_was;          /* that these were worked out with */
  uint64_t own;             /* tokens that sequences keep */
  struct level batch, waiting, used, busy;
  uint64_t tokens, preempted, hits, misses, skipped, computed, steps, refused;
  struct hist first_token, next_token;
};

enum { BEGIN, END };

/* --- lines ---------------------------------------------------------------------------------- */

static void append(struct line *line, struct sequence *q) {
  q->next = NULL;
  q->before = line->last;
  *(line->last ? &line->last->next : &line->first) = q;
  line->last = q;
}

static void push_first(struct line *line, struct sequence *q) {
  q->before = NULL;
  q->next = line->first;
  *(line->first ? &line->first->before : &line->last) = q;
  line->first = q;
}

static void take_out(struct line *line, struct sequence *q) {
  *(q->before ? &q->before->next : &line->first) = q->next;
  *(q->next ? &q->next->before : &line->last) = q->before;
}

/* --- room ----------------------------------------------------------------------------------- */

static void note_room(const struct sim *sim, struct inference_state *s) {
  level_set(&s->used, sim->now_ns, s->own + s->prefixes.n * s->config->prefix);
}

/* Whether there is room for so many tokens more, once prefixes that nobody uses are forgotten. */
static bool make_room(struct inference_state *s, uint64_t more) {
  uint64_t memory = s->config->memory;
  if (memory == PARAM_UNLIMITED) return true;
  while (s->own + s->prefixes.n * s->config->prefix + more > memory) {
    if (!prefixes_forget_oldest(&s->prefixes)) return false;
  }
  return true;
}

static void let_go(struct inference_state *s, struct sequence *q) {
  s->own -= q->kept;
  q->kept = 0;
  if (q->prefix) prefix_release(&s->prefixes, q->prefix);
  q->prefix = NULL;
  q->brings = false;
}

/* The one that got its place last gives it up; it will be computed again from its beginning. */
static void preempt_last(struct sim *sim, struct inference_state *s) {
  struct sequence *q = s->running.last;
  s->preempted++;
  let_go(s, q);
  take_out(&s->running, q);
  level_down(&s->batch, sim->now_ns);
  push_first(&s->queue, q);
  level_up(&s->waiting, sim->now_ns);
  trace_mark(sim, q->call, PART_QUEUE);
}

/* --- a step --------------------------------------------------------------------------------- */

/* Gives the first that waits a place, if there is room for what it begins with. */
static bool admit(struct sim *sim, struct inference_state *s) {
  struct sequence *q = s->queue.first;
  const struct inference_config *c = s->config;
  uint64_t prefix = q->call->item != 0 ? c->prefix : 0;
  struct prefix *found = prefix > 0 ? prefixes_find(&s->prefixes, q->call->item) : NULL;
  if (found) prefix_use(&s->prefixes, found);
  uint64_t all = q->prompt + q->generated + (found ? 0 : c->prefix);
  if (!make_room(s, all)) {
    if (found) prefix_release(&s->prefixes, found);
    return false;
  }
  if (prefix > 0) *(found ? &s->hits : &s->misses) += 1;
  if (found) s->skipped += prefix;
  q->prefix = found;
  q->brings = prefix > 0 && found == NULL;
  q->left = q->kept = all; /* its room is taken at once */
  s->own += all;
  take_out(&s->queue, q);
  level_down(&s->waiting, sim->now_ns);
  append(&s->running, q);
  level_up(&s->batch, sim->now_ns);
  trace_mark(sim, q->call, PART_SERVICE);
  return true;
}

/* Each that generates needs room for a token; who got its place last makes it. */
static uint64_t generate(struct sim *sim, struct inference_state *s) {
  uint64_t n = 0;
  for (struct sequence *q = s->running.first, *next; q; q = next) {
    q->in_step = 0;
    next = q->next;
    if (q->left > 0) continue;
    bool room = make_room(s, 1);
    while (!room && s->running.last != q) {
      preempt_last(sim, s);
      room = make_room(s, 1);
    }
    next = q->next;
    if (!room) {
      preempt_last(sim, s);
      break;
    }
    q->in_step = 1;
    q->kept++;
    s->own++;
    n++;
  }
  return n;
}

/* The rest of the step's tokens goes to prompts, first come first served. */
static uint64_t read_prompts(struct sim *sim, struct inference_state *s, uint64_t generating) {
  const struct inference_config *c = s->config;
  uint64_t budget = c->chunk == PARAM_UNLIMITED ? UINT64_MAX
                    : c->chunk > generating     ? c->chunk - generating
                                                : 0;
  uint64_t read = 0;
  struct sequence *q = s->running.first;
  for (;;) {
    while (q && q->left == 0) q = q->next;
    if (budget == 0) return read;
    if (q == NULL) {
      if (s->queue.first == NULL || s->batch.value >= c->batch || !admit(sim, s)) return read;
      q = s->running.last;
    }
    q->in_step = q->left < budget ? q->left : budget;
    budget -= q->in_step;
    read += q->in_step;
    q = q->next;
  }
}

/* Those that a single sequence would never fit for. */
static void refuse_too_long(struct sim *sim, struct inference_state *s) {
  while (s->running.first == NULL && s->queue.first != NULL && !admit(sim, s)) {
    struct sequence *q = s->queue.first;
    take_out(&s->queue, q);
    level_down(&s->waiting, sim->now_ns);
    s->refused++;
    struct frame *call = q->call;
    q->next = s->spare;
    s->spare = q;
    call_reply(sim, call, OUTCOME_REFUSED);
  }
}

static void step_lasts(struct sim *sim, struct member *member, uint64_t ns) {
  struct inference_state *s = member->state;
  s->due_ns = time_sum(sim->now_ns, ns);
  s->slow_was = member->slow;
  timer_set(sim, member, &s->step, ns, END, 0);
}

static void begin_step(struct sim *sim, struct member *member) {
  struct inference_state *s = member->state;
  const struct inference_config *c = s->config;
  uint64_t generating = generate(sim, s);
  uint64_t read = read_prompts(sim, s, generating);
  if (s->running.first == NULL) {
    refuse_too_long(sim, s);
    if (s->running.first != NULL) read = read_prompts(sim, s, 0);
  }
  note_room(sim, s);
  if (s->running.first == NULL) return;
  uint64_t ending = 0;
  for (struct sequence *q = s->running.first; q; q = q->next) {
    ending += q->in_step > 0 && q->in_step >= q->left;
  }
  s->computed += read;
  s->steps++;
  s->stepping = true;
  level_up(&s->busy, sim->now_ns);
  uint64_t ns = c->step_ns + read * c->token_ns + ending * c->sequence_ns;
  if (member->slow != 1) ns = time_scale(ns, member->slow);
  step_lasts(sim, member, ns);
}

/* A token of it is there. Whether it was its last. */
static bool token_comes(struct sim *sim, struct inference_state *s, struct sequence *q) {
  s->tokens++;
  q->generated++;
  if (q->first_ns == 0) {
    q->first_ns = sim->now_ns;
    hist_add(&s->first_token, sim->now_ns - q->came_ns);
  }
  if (q->generated < q->output) return false;
  if (q->output > 1) {
    hist_add(&s->next_token, (sim->now_ns - q->first_ns) / (q->output - 1));
  }
  return true;
}

/* Its prompt is read to the end: others with its key can use the prefix from now on. */
static void prompt_is_read(struct inference_state *s, struct sequence *q) {
  if (!q->brings || prefixes_find(&s->prefixes, q->call->item)) return;
  q->brings = false;
  q->prefix = prefixes_add(&s->prefixes, q->call->item);
  q->kept -= s->config->prefix; /* it is shared now */
  s->own -= s->config->prefix;
}

/* What a step computed of one. Whether it is done. */
static bool step_ended(struct sim *sim, struct inference_state *s, struct sequence *q) {
  if (q->in_step == 0) return false;
  if (q->left > 0) {
    q->left -= q->in_step;
    if (q->left > 0) return false;
    prompt_is_read(s, q);
  }
  return token_comes(sim, s, q);
}

/* Answers go last, when the state is in order. */
static void end_step(struct sim *sim, struct member *member) {
  struct inference_state *s = member->state;
  struct line done = {NULL, NULL};
  s->stepping = false;
  level_down(&s->busy, sim->now_ns);
  for (struct sequence *q = s->running.first, *next; q; q = next) {
    next = q->next;
    if (!step_ended(sim, s, q)) continue;
    let_go(s, q);
    take_out(&s->running, q);
    level_down(&s->batch, sim->now_ns);
    append(&done, q);
  }
  note_room(sim, s);
  timer_set(sim, member, &s->step, 0, BEGIN, 0); /* with those who come at this instant */
  for (struct sequence *q = done.first, *next; q; q = next) {
    next = q->next;
    struct frame *call = q->call;
    q->next = s->spare;
    s->spare = q;
    call_reply(sim, call, OUTCOME_OK);
  }
}

static void inference_on_due(struct sim *sim, struct member *member, struct timer *timer) {
  if (timer->what == END) {
    end_step(sim, member);
  } else {
    begin_step(sim, member);
  }
}

/* --- calls ---------------------------------------------------------------------------------- */

static uint64_t draw_tokens(const struct tokens *law, const struct stream *stream, uint64_t key) {
  if (!law->geometric || law->n <= 1) return law->n;
  struct draws draws = draws_begin(*stream, key, 0);
  double n = 1 + floor(det_log(draws_unit(&draws)) / det_log1p(-1 / (double)law->n));
  return n < 1e9 ? (uint64_t)n : 1000000000;
}

static void inference_on_call(struct sim *sim, struct member *member, struct frame *call) {
  struct inference_state *s = member->state;
  struct sequence *q = s->spare;
  if (q) {
    s->spare = q->next;
  } else {
    q = arena_alloc(sim->arena, sizeof *q);
  }
  *q = (struct sequence){.call = call, .came_ns = sim->now_ns};
  q->prompt = draw_tokens(&s->config->prompt, &s->prompt, call->key);
  q->output = draw_tokens(&s->config->output, &s->output, call->key);
  call->flags |= CALL_RELEASED;
  frame_set_state(sim, call, FRAME_WAITING);
  trace_mark(sim, call, PART_QUEUE);
  append(&s->queue, q);
  level_up(&s->waiting, sim->now_ns);
  if (!s->stepping && !timer_is_set(sim, &s->step)) timer_set(sim, member, &s->step, 0, BEGIN, 0);
}

static void inference_on_reply(struct sim *sim, struct member *member, struct frame *parent,
                               struct frame *call, enum outcome outcome) {
  (void)sim, (void)member, (void)parent, (void)call, (void)outcome; /* it calls nobody */
}

/* --- faults --------------------------------------------------------------------------------- */

static void forget_line(struct inference_state *s, struct line *line) {
  for (struct sequence *q = line->first, *next; q; q = next) {
    next = q->next;
    let_go(s, q);
    q->next = s->spare;
    s->spare = q;
  }
  *line = (struct line){NULL, NULL};
}

/* In a hang a step stands still, and what is left of it takes as long as the member is slow. */
static void step_is_hit(struct sim *sim, struct member *member, bool was_hung) {
  struct inference_state *s = member->state;
  uint64_t left_ns = was_hung ? s->left_ns : s->due_ns - sim->now_ns;
  if (member->slow != s->slow_was) left_ns = time_scale(left_ns, member->slow / s->slow_was);
  if (member->hung) {
    s->left_ns = left_ns;
    s->slow_was = member->slow;
    timer_stop(&s->step);
  } else {
    step_lasts(sim, member, left_ns);
  }
}

/* The engine answers the calls. */
static void inference_on_fault(struct sim *sim, struct member *member,
                               const struct fault_def *fault, bool begins) {
  struct inference_state *s = member->state;
  if (s->stepping && fault == &fault_hang) step_is_hit(sim, member, !begins);
  if (s->stepping && fault == &fault_slow) step_is_hit(sim, member, member->hung);
  if (fault != &fault_crash || !begins) return;
  forget_line(s, &s->running);
  forget_line(s, &s->queue);
  prefixes_clear(&s->prefixes);
  timer_stop(&s->step);
  if (s->stepping) level_down(&s->busy, sim->now_ns);
  s->stepping = false;
  level_set(&s->batch, sim->now_ns, 0);
  level_set(&s->waiting, sim->now_ns, 0);
  note_room(sim, s);
}

static void inference_check(struct sim *sim, struct member *member, struct checks *out) {
  (void)sim;
  struct inference_state *s = member->state;
  uint64_t kept = 0, n = 0, sharing = 0;
  for (const struct sequence *q = s->running.first; q; q = q->next) {
    kept += q->kept;
    sharing += q->prefix != NULL;
    n++;
  }
  uint64_t memory = s->own + s->prefixes.n * s->config->prefix;
  bool fits = s->config->memory == PARAM_UNLIMITED || memory <= s->config->memory;
  check_member(out, member, "tokens",
               kept == s->own && n == s->batch.value && sharing == s->prefixes.uses && fits,
               "%llu sequences keep %llu tokens, %llu share a prefix, %llu tokens in all",
               (unsigned long long)n, (unsigned long long)kept, (unsigned long long)sharing,
               (unsigned long long)memory);
}

/* --- life ----------------------------------------------------------------------------------- */

static void inference_outline(const struct spec *spec, const struct component_spec *component,
                              int op, struct outline *out) {
  (void)spec, (void)op;
  const struct inference_config *config = component->config;
  out->by_key = config->prefix > 0;
  outline_add(out, OUTLINE_END);
}

static void inference_init(struct sim *sim, struct member *member) {
  struct inference_state *s = member->state;
  s->config = member->component->config;
  s->prompt = sim_stream(sim, member->component, "prompt");
  s->output = sim_stream(sim, member->component, "output");
  prefixes_init(&s->prefixes, sim->arena);
}

static void inference_collect(struct sim *sim, struct component *component, struct metrics *out) {
  double tokens = 0;
  for (uint32_t i = 0; i < component->members; i++) {
    tokens += (double)((struct inference_state *)component->member[i].state)->tokens;
  }
  double s = sim->now_ns > sim->warmup_ns ? (double)(sim->now_ns - sim->warmup_ns) / 1e9 : 0;
  metric_counted(out, UNIT_PER_SECOND, tokens, s, "%s.token_rate", component->spec->name);
}

#define AT(field) offsetof(struct inference_config, field)
#define TOKENS(NAME, FIELD, FALLBACK, LEAST, DOC)                                               \
  {                                                                                             \
    .name = NAME, .type = PARAM_COUNT, .offset = AT(FIELD), .fallback = FALLBACK, .min = LEAST, \
    .max = INFINITY, .doc = DOC                                                                 \
  }
#define TIME(NAME, FIELD, DOC)                                                                 \
  {                                                                                            \
    .name = NAME, .type = PARAM_DURATION, .offset = AT(FIELD), .fallback = "0ms", .max = 1e15, \
    .doc = DOC                                                                                 \
  }

static const struct param inference_params[] = {
    {.name = "prompt",
     .type = PARAM_BATCH,
     .offset = AT(prompt),
     .required = true,
     .max = 1e6,
     .doc = "Tokens of a prompt, without its prefix; geometric(500): by chance, 1 or more, 500 on "
            "average."},
    {.name = "output",
     .type = PARAM_BATCH,
     .offset = AT(output),
     .required = true,
     .max = 1e6,
     .doc = "Tokens that are generated for it, the same way."},
    {.name = "prefix",
     .type = PARAM_COUNT,
     .offset = AT(prefix),
     .fallback = "0",
     .max = 1e6,
     .doc = "Tokens before that which prompts with the same key have in common: a document, a "
            "conversation so far. Without keys each prompt has its own."},
    TOKENS("batch", batch, "256", 1, "Sequences in a step at most (vLLM: 256)."),
    TOKENS("chunk", chunk, "unlimited", 1,
           "Tokens that a step computes at most: one of each sequence that generates, and of "
           "prompts what is left, so that a long one is read in several steps (vLLM: 2048 to "
           "8192)."),
    TOKENS("memory", memory, "unlimited", 1,
           "Tokens whose keys and values an instance can keep, of sequences and of prefixes."),
    {.name = "step",
     .type = PARAM_DURATION,
     .offset = AT(step_ns),
     .required = true,
     .min = 1000,
     .max = 1e15,
     .doc = "What a step takes by itself: the time to read the model's weights."},
    TIME("per_token", token_ns, "And longer for each token of a prompt that it computes."),
    TIME("per_sequence", sequence_ns, "And longer for each sequence that it gives a token."),
    {0},
};

#define STATE(field) offsetof(struct inference_state, field)

static const struct meter inference_meters[] = {
    {"first_token", METER_TIMES, STATE(first_token), 0, "From a call's arrival to its first token"},
    {"next_token", METER_TIMES, STATE(next_token), 0,
     "Time for each further token of a sequence, on average over the sequence"},
    {"tokens", METER_COUNT, STATE(tokens), 0, "Tokens generated."},
    {"batch", METER_LEVEL, STATE(batch), 0, "Sequences that have a place in the batch"},
    {"waiting", METER_LEVEL, STATE(waiting), 0, "Calls that wait for a place"},
    {"busy", METER_MEAN_LEVEL, STATE(busy), 0, "Share of the time in which a step goes on"},
    {"memory_used", METER_LEVEL, STATE(used), 0, "Tokens whose keys and values are kept"},
    {"preempted", METER_COUNT, STATE(preempted), 0,
     "Sequences that lost their place for lack of memory, and were computed again."},
    {"prefix_hit_ratio", METER_RATIO, STATE(hits), STATE(misses),
     "Share of the prompts with a key whose prefix was there."},
    {"prompt_skipped", METER_RATIO, STATE(skipped), STATE(computed),
     "Share of the tokens of prompts that did not have to be computed."},
    {"steps", METER_COUNT, STATE(steps), 0, "Steps."},
    {"too_long", METER_COUNT, STATE(refused), 0,
     "Calls refused because the memory is too small for them alone."},
    {0},
};

static const struct metric_def inference_metrics[] = {
    {"token_rate", "1/s", "Tokens generated, per second."},
    {0},
};

const struct kind kind_inference = {
    .name = "inference",
    .summary = "A language model that generates tokens for many sequences at once.",
    .doc =
        "An instance works in steps. In each step every sequence of the batch that has its prompt "
        "behind it gets one token, and the rest of `chunk` goes to prompts; the step takes `step` "
        "+ "
        "`per_token` for each token of a prompt + `per_sequence` for each sequence that gets a "
        "token. The end of its prompt gives a sequence its first token. Between steps those that "
        "are done leave and those that have waited longest come in, up to `batch` (Orca, OSDI "
        "2022: iteration-level scheduling). A call is answered with its last token.\n\n"
        "Keys and values of all tokens of a sequence, and of prefixes, are kept in `memory`. Where "
        "it is full, prefixes that no sequence uses are forgotten, the longest unused first; then "
        "the sequence that came in last loses its place, waits before all others, and is computed "
        "again from its beginning (vLLM, SOSP 2023: preemption by recomputation). A call comes in "
        "when there is room for its prompt; one that is too long for the whole memory is "
        "`refused`.\n\n"
        "A prompt begins with the prefix of its key. If an instance keeps that, its tokens are not "
        "computed again and are kept once. So a balancer with algorithm = \"consistent_hash\" and "
        "by = \"key\" in front saves work that one without regard for keys does on each "
        "instance.\n\n"
        "Left out: blocks of tokens, several GPUs of one "
        "instance, speculation, tokens that are sent before the last one, that attention takes "
        "longer the more a sequence keeps, and that sequences nobody waits for are stopped.",
    .example =
        "client \"users\" { arrivals = poisson \"4/s\", target = \"model\" }\n"
        "inference \"model\" { prompt = geometric(400), output = geometric(150), batch = 64,\n"
        "  memory = 60000, step = \"12ms\", per_token = \"60us\", per_sequence = \"150us\" }\n"
        "run { duration = \"60s\", warmup = \"10s\", replications = 4 }\n",
    .params = inference_params,
    .meters = inference_meters,
    .metrics = inference_metrics,
    .config_size = sizeof(struct inference_config),
    .state_size = sizeof(struct inference_state),
    .init = inference_init,
    .on_call = inference_on_call,
    .on_reply = inference_on_reply,
    .on_due = inference_on_due,
    .on_fault = inference_on_fault,
    .outline = inference_outline,
    .collect = inference_collect,
    .check = inference_check,
};

#include "program_text.h"

#include "param_text.h"
#include "policy.h"
#include "rate_limiter.h"

/* --- handlers ------------------------------------------------------------------------------- */

/* The part of a program that is being written. Jumps lead forwards, so every step is met once. */
struct listing {
  FILE *out;
  const struct spec *spec;
  const struct program *program;
};

static void put_steps(const struct listing *l, uint32_t from, uint32_t to);

static void put_call(const struct listing *l, const struct program_call *call) {
  const char *what = call->publishes ? "publish to" : call->locks ? "lock of" : "call";
  fprintf(l->out, "%s %s", what, l->spec->component[call->component].name);
  if (call->op != OP_INHERIT) fprintf(l->out, ".%s", l->spec->op[call->op]);
  if (call->each) fputs(" each", l->out);
  if (call->keyed) fputs(" by key", l->out);
  if (call->publishes && call->acks.word == HOW_MANY_NUMBER) {
    fprintf(l->out, " acks %llu", (unsigned long long)call->acks.number);
  }
  if (call->delay_ns > 0) {
    fputs(" delayed by ", l->out);
    param_text_quantity(l->out, QUANTITY_TIME, (double)call->delay_ns);
  }
  if (call->times > 1) fprintf(l->out, " %llu times", (unsigned long long)call->times);
  const struct outbound_config *policy = &call->policy;
  if (policy->timeout_ns != TIME_NEVER) {
    fputs(" within ", l->out);
    param_text_quantity(l->out, QUANTITY_TIME, (double)policy->timeout_ns);
  }
  if (policy->retry.given) {
    fprintf(l->out, " tried %llu times", (unsigned long long)policy->retry.attempts);
  }
  if (policy->deadline_ns != TIME_NEVER) {
    fputs(" within ", l->out);
    param_text_quantity(l->out, QUANTITY_TIME, (double)policy->deadline_ns);
    fputs(" in all", l->out);
  }
  if (policy->hedge.given) {
    fputs(" hedged after ", l->out);
    policy_put_after(l->out, &policy->hedge.after);
  }
  if (policy->throttle.given) fputs(" with a throttle", l->out);
  if (policy->breaker.given) fputs(" with a breaker", l->out);
  if (policy->pool.given) {
    fputs(" from a pool of ", l->out);
    policy_put_places(l->out, &policy->pool.size);
  }
}

static void put_parallel(const struct listing *l, const struct step *step) {
  fputs("parallel (", l->out);
  for (uint32_t i = 0; i < step->count; i++) {
    if (i > 0) fputs(", ", l->out);
    put_call(l, &l->program->call[step->first + i]);
  }
  fputc(')', l->out);
  if (step->need > 0) fprintf(l->out, " need %u", step->need);
}

static void put_condition(const struct listing *l, const struct step *step) {
  fputs("if", l->out);
  if (step->causes) {
    fputs(" cause ", l->out);
    param_text_causes(l->out, step->causes);
    return;
  }
  if (step->op >= 0) fprintf(l->out, " operation %s", l->spec->op[step->op]);
  if (step->chance < 1 || step->op < 0) {
    fprintf(l->out, "%s chance ", step->op >= 0 ? " and" : "");
    param_text_quantity(l->out, QUANTITY_RATIO, step->chance);
  }
}

static void put_block(const struct listing *l, const char *head, uint32_t from, uint32_t to) {
  fprintf(l->out, "%s (", head);
  put_steps(l, from, to);
  fputc(')', l->out);
}

/* Writes the call or branch at `at` with the parts that it jumps over; returns the step behind. */
static uint32_t put_choice(const struct listing *l, uint32_t at) {
  const struct step *step = &l->program->step[at], *last = &l->program->step[step->target - 1];
  bool is_call = step->kind == STEP_CALL || step->kind == STEP_PARALLEL;
  uint32_t target = step->target, end = target;
  bool other = last->kind == STEP_JUMP && target - 1 > at && last->target > target;
  if (other) end = last->target;
  if (is_call) {
    put_call(l, &l->program->call[step->first]);
    if (step->need) fprintf(l->out, " need %u", step->need);
    if (other) put_block(l, ", on failure", target, end);
    return is_call && !other ? at + 1 : end;
  }
  put_condition(l, step);
  put_block(l, "", at + 1, other ? target - 1 : target);
  if (other) put_block(l, " else", target, end);
  return end;
}

static void put_limit(FILE *out, const struct spec *spec, const struct limit_config *limit) {
  fputs("limit ", out);
  bool has_rate = limit_has_rate(&limit->rate);
  if (has_rate) param_text_pace(out, &limit->rate);
  if (has_rate && limit->tier.n > 0) fputs(", ", out);
  if (limit->tier.n > 0) param_text_tier_rates(out, spec, &limit->tier);
  enum whom per = limit_per(limit);
  if (per != WHOM_ALL) fprintf(out, " per %s", whom_names[per]);
  fprintf(out, ", %s", limit_algorithm_names[limit->algorithm]);
  if (limit->burst > 0) fprintf(out, ", burst %llu", (unsigned long long)limit->burst);
  if (limit->window_ns > 0) {
    fputs(", window ", out);
    param_text_quantity(out, QUANTITY_TIME, (double)limit->window_ns);
  }
}

/* Writes one step; returns the one to go on with. */
static uint32_t put_step(const struct listing *l, uint32_t at) {
  const struct step *step = &l->program->step[at];
  switch (step->kind) {
    case STEP_WORK:
    case STEP_SLEEP:
      fputs(step->kind == STEP_WORK ? "work " : "sleep ", l->out);
      param_text_dist(l->out, &step->dist, true);
      break;
    case STEP_WORK_BYTES:
      fputs("work ", l->out);
      param_text_dist(l->out, &step->dist, true);
      fprintf(l->out, " and %.10g ns a byte", step->chance);
      break;
    case STEP_COMPRESS:
      fputs("compress to ", l->out);
      param_text_quantity(l->out, QUANTITY_RATIO, step->chance);
      fputs(", a byte ", l->out);
      param_text_dist(l->out, &step->dist, true);
      break;
    case STEP_CALL:
      if (step->target) return put_choice(l, at);
      put_call(l, &l->program->call[step->first]);
      break;
    case STEP_BRANCH:
      return put_choice(l, at);
    case STEP_PARALLEL:
      if (step->target) return put_choice(l, at);
      put_parallel(l, step);
      break;
    case STEP_LIMIT:
      put_limit(l->out, l->spec, step->limit);
      break;
    case STEP_SHED:
      fprintf(l->out, "shed when %s", step->shed->when);
      if (step->shed->keep.n == 0) break;
      fputs(", keep ", l->out);
      param_text_priorities(l->out, &step->shed->keep);
      break;
    case STEP_FAIL:
      fputs("fail", l->out);
      if (step->outcome != OUTCOME_FAILED) fprintf(l->out, " %s", outcome_name[step->outcome]);
      break;
    case STEP_DECIDE:
    case STEP_REPLY:
    case STEP_UNLOCK: {
      static const char *const words[] = {
          [STEP_DECIDE] = "commit", [STEP_REPLY] = "reply", [STEP_UNLOCK] = "unlock"};
      fputs(words[step->kind], l->out);
      break;
    }
    case STEP_END:
    case STEP_JUMP:
      break;
  }
  return at + 1;
}

static bool is_shown(const struct step *step) {
  return step->kind != STEP_END && step->kind != STEP_JUMP;
}

static void put_steps(const struct listing *l, uint32_t from, uint32_t to) {
  const char *between = "";
  while (from < to) {
    if (!is_shown(&l->program->step[from])) {
      from++;
      continue;
    }
    fputs(between, l->out);
    between = ", ";
    from = put_step(l, from);
  }
}

void program_text_block(FILE *out, const struct spec *spec, const struct block *block) {
  put_steps(&(struct listing){out, spec, &block->program}, 0, block->program.steps);
}

void program_text_fallbacks(FILE *out, const struct spec *spec, const struct fallbacks *list) {
  if (list->n == 0) fputs(PARAM_NONE, out);
  for (uint32_t i = 0; i < list->n; i++) {
    const struct program *program = &list->fallback[i].block.program;
    if (i > 0) fputs("; ", out);
    put_steps(&(struct listing){out, spec, program}, 0, program->steps);
  }
}

void program_text_handlers(FILE *out, const struct spec *spec, const struct handlers *handlers) {
  if (handlers->n == 0) fputs(PARAM_NONE, out);
  for (uint32_t i = 0; i < handlers->n; i++) {
    const struct handler *handler = &handlers->handler[i];
    struct listing listing = {out, spec, &handler->program};
    if (i > 0) fputs("; ", out);
    if (handler->op >= 0) {
      fprintf(out, "%s: ", spec->op[handler->op]);
    } else if (handlers->n > 1) {
      fputs("default: ", out);
    }
    put_steps(&listing, 0, handler->program.steps);
  }
}

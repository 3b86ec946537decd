/* What a user does on a journey: a list of request "login", pause "3s" and the like. */
#include <lauxlib.h>
#include <stdlib.h>

#include "choice.h"
#include "param_text.h"
#include "sim.h"
#include "traffic.h"

#define STEPS_MOST 1000
#define TIMES_MOST 1000000.0

struct request_text {
  int op;
  uint64_t times;
  bool geometric; /* the other half of `times`, see PARAM_BATCH */
  struct dist pause;
  bool optional;
};
static_assert(offsetof(struct request_text, geometric) == offsetof(struct request_text, times) + 8,
              "a number and whether it is a mean are one parameter");

const struct param request_subject = {
    .name = "operation",
    .type = PARAM_OP,
    .offset = offsetof(struct request_text, op),
    .required = true,
    .doc = "What is asked for.",
};

const struct param request_params[] = {
    {.name = "times",
     .type = PARAM_BATCH,
     .offset = offsetof(struct request_text, times),
     .fallback = "1",
     .max = TIMES_MOST,
     .doc = "How often, one after the other; geometric(5): as often as chance has it, 1 or more, 5 "
            "on average."},
    {.name = "pause",
     .type = PARAM_TIME_DIST,
     .offset = offsetof(struct request_text, pause),
     .fallback = "0ms",
     .doc = "Between two of them, drawn each time."},
    {.name = "optional",
     .type = PARAM_BOOL,
     .offset = offsetof(struct request_text, optional),
     .fallback = "false",
     .doc = "Whether the journey goes on, and may still succeed, when the request fails."},
    {0},
};

const struct param journey_pause = {
    .name = "pause",
    .type = PARAM_TIME_DIST,
    .offset = offsetof(struct request_text, pause),
    .required = true,
    .doc = "How long, drawn each time.",
};

static bool check_request(struct loader *loader, const struct spot *spot, void *out) {
  const struct request_text *text = out;
  struct spot at = spot_key(spot, "pause");
  return text->times > 1 || dist_mean(&text->pause) == 0 ||
         spot_error(
             loader, &at,
             "is between two such requests, and there is one: say times, or write pause(...) "
             "as a step of its own");
}

enum { A_REQUEST, A_PAUSE };

static const struct choice choices[] = {
    {WORD_REQUEST, A_REQUEST, .subject = &request_subject, .params = request_params, .alone = true,
     .check = check_request},
    {WORD_PAUSE, A_PAUSE, .subject = &journey_pause},
};

static bool read_step(struct loader *loader, const struct spot *spot, struct journey_step *step) {
  struct request_text text = {0};
  const struct choice *row =
      choice_read(loader, spot, lua_gettop(loader->L), choices, 2,
                  "a request such as request \"login\", or a pause such as pause \"3s\"", &text);
  if (row == NULL) return false;
  *step = (struct journey_step){.is_pause = row->kind == A_PAUSE,
                                .optional = text.optional,
                                .op = (uint8_t)text.op,
                                .times = text.times,
                                .geometric = text.geometric,
                                .pause = text.pause};
  return true;
}

static int by_op(const void *a, const void *b) {
  const struct mix_part *first = a, *second = b;
  return (int)first->op - (int)second->op;
}

/* How often each operation is asked for, as shares. */
static struct mix shares_of(struct loader *loader, const struct journey *journey) {
  struct mix_part *part = arena_alloc(loader->arena, journey->n * sizeof *part);
  uint32_t n = 0;
  for (uint32_t i = 0; i < journey->n; i++) {
    const struct journey_step *step = &journey->step[i];
    if (step->is_pause) continue;
    uint32_t k = 0;
    while (k < n && part[k].op != step->op) k++;
    if (k == n) part[n++] = (struct mix_part){.op = step->op};
    part[k].share += (double)step->times / journey->requests;
  }
  qsort(part, n, sizeof *part, by_op);
  return (struct mix){n, part};
}

bool traffic_journey(struct loader *loader, const struct spot *spot, int index,
                     struct journey *out) {
  lua_State *L = loader->L;
  index = lua_absindex(L, index);
  if (!lua_istable(L, index)) {
    return value_unexpected(loader, spot, index,
                            "requests and pauses, { request \"login\", pause \"3s\", request "
                            "\"buy\" }");
  }
  if (!table_check(loader, spot, index, NULL, 0, STEPS_MOST)) return false;
  uint32_t n = (uint32_t)lua_rawlen(L, index);
  struct journey_step *step = arena_alloc(loader->arena, (n + 1) * sizeof *step);
  *out = (struct journey){.n = n, .step = step};
  for (uint32_t i = 0; i < n; i++) {
    struct spot at = spot_item(spot, (int)i + 1);
    lua_rawgeti(L, index, i + 1);
    bool ok = read_step(loader, &at, &step[i]);
    lua_pop(L, 1);
    if (!ok) return false;
    double pauses = step[i].is_pause ? 1 : (double)step[i].times - 1;
    if (!step[i].is_pause) out->requests += (double)step[i].times;
    if (pauses > 0) out->pause_ns += pauses * dist_mean(&step[i].pause);
  }
  if (n == 0 || step[n - 1].is_pause) {
    return spot_error(loader, spot,
                      n == 0 ? "is empty; it asks for something, { request \"login\" }"
                             : "ends with a pause, after which nothing comes; the time between two "
                               "journeys of a user is closed { think = ... }");
  }
  out->ops = shares_of(loader, out);
  return true;
}

void param_put_journey(FILE *out, const struct spec *spec, const struct param *param,
                       const void *value) {
  (void)param;
  const struct journey *journey = value;
  if (journey->n == 0) fputs("none", out);
  for (uint32_t i = 0; i < journey->n; i++) {
    const struct journey_step *step = &journey->step[i];
    if (i > 0) fputs(", ", out);
    if (step->is_pause) {
      fputs("pause ", out);
      param_text_dist(out, &step->pause, true);
      continue;
    }
    fputs(spec->op[step->op], out);
    if (step->optional) fputs(" (optional)", out);
    if (step->times == 1) continue;
    fprintf(out, " %llu times%s", (unsigned long long)step->times,
            step->geometric ? " on average" : "");
    if (dist_mean(&step->pause) == 0) continue;
    fputs(" with pauses of ", out);
    param_text_dist(out, &step->pause, true);
  }
}

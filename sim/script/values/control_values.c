/* Values of a control: detectors, actions, metrics that are watched, limits. */
#include <inttypes.h>
#include <lauxlib.h>
#include <string.h>

#include "action_def.h"
#include "choice.h"
#include "configure.h"
#include "kind.h"
#include "nearest.h"
#include "off.h"
#include "param_read.h"
#include "param_text.h"
#include "policy.h"
#include "reading.h"

const struct param phi_subject = {.name = "phi",
                                  .type = PARAM_NUMBER,
                                  .offset = offsetof(struct detector, phi),
                                  .required = true,
                                  .min = 0.1,
                                  .max = 300,
                                  .doc = "How sure it must be (Akka: 8)."};
const struct param missed_subject = {.name = "missed",
                                     .type = PARAM_COUNT,
                                     .offset = offsetof(struct detector, missed),
                                     .required = true,
                                     .min = 1,
                                     .max = 1000,
                                     .doc = "How many beats it has missed in a row."};
const struct param timeout_subject = {.name = "timeout",
                                      .type = PARAM_DURATION,
                                      .offset = offsetof(struct detector, silent_ns),
                                      .required = true,
                                      .min = 1e3,
                                      .max = 1e18,
                                      .doc = "How long it has not been heard."};
const struct param detector_params[] = {{0}};

bool param_read_detector(const struct field *f, int index) {
  static const struct choice choices[] = {
      {WORD_PHI, DETECTOR_PHI, .subject = &phi_subject, .params = detector_params, .alone = true},
      {WORD_MISSED, DETECTOR_MISSED, .subject = &missed_subject, .params = detector_params,
       .alone = true},
      {WORD_TIMEOUT, DETECTOR_TIMEOUT, .subject = &timeout_subject, .params = detector_params,
       .alone = true},
  };
  struct detector *out = f->at;
  *out = (struct detector){0};
  const struct choice *row =
      choice_read(f->loader, f->spot, index, choices, 3, param_expected(f->param), out);
  if (row) out->rule = (enum detector_rule)row->kind;
  return row != NULL;
}

bool param_read_act(const struct field *f, int index) {
  const struct word *word = loader_word(f->loader->L, index);
  struct control_act *out = f->at;
  *out = (struct control_act){0};
  if (word == NULL || word->id != WORD_ACTION) {
    return value_unexpected(f->loader, f->spot, index, param_expected(f->param));
  }
  out->action = word->action;
  out->off = word->off;
  return choice_read_word(f->loader, f->spot, index, &word->action->word, out);
}

void param_put_detector(FILE *out, const struct spec *spec, const struct param *param,
                        const void *value) {
  (void)spec, (void)param;
  const struct detector *detector = value;
  char text[64];
  switch (detector->rule) {
    case DETECTOR_BEATS:
      fputs("missed beats", out);
      break;
    case DETECTOR_PHI:
      fprintf(out, "phi %g", detector->phi);
      break;
    case DETECTOR_MISSED:
      fprintf(out, "missed %" PRIu64, detector->missed);
      break;
    case DETECTOR_TIMEOUT:
      quantity_format(QUANTITY_TIME, (double)detector->silent_ns, text, sizeof text);
      fprintf(out, "timeout %s", text);
      break;
  }
}

void param_put_act(FILE *out, const struct spec *spec, const struct param *param,
                   const void *value) {
  (void)param;
  const struct control_act *act = value;
  if (act->action == NULL) {
    fputs("none", out);
    return;
  }
  const struct word_def *word = &act->action->word;
  fputs(word->name, out);
  if (word->subject) {
    fputs(" ", out);
    param_text(out, spec, word->subject, (const char *)act + word->subject->offset);
  }
  for (const struct param *p = word->params; p && p->name; p++) {
    fprintf(out, ", %s ", p->name);
    param_text(out, spec, p, (const char *)act + p->offset);
  }
}

/* --- metrics -------------------------------------------------------------------------------- */

/* The component whose name stands before the point; its number. */
static bool read_owner(struct loader *loader, const struct spot *spot, const char *text,
                       uint32_t *out) {
  const struct spec *spec = &loader->scenario->spec;
  const char *name = arena_format(loader->arena, "%.*s", (int)strcspn(text, "."), text);
  *out = spec_find(spec, off_follow(loader, name));
  if (*out != REF_NONE) return true;
  const char **list = arena_alloc(loader->arena, (spec->components + 1) * sizeof *list);
  for (uint32_t i = 0; i < spec->components; i++) list[i] = spec->component[i].name;
  return spot_error(loader, spot, "there is no component \"%.80s\"%s", name,
                    nearest_hint(name, list, spec->components, "there are").text);
}

bool param_read_watch(const struct field *f, int index) {
  enum { MOST = 128 };
  struct watched_metric *out = f->at;
  const char *text = NULL;
  if (!value_text(f->loader, f->spot, index, param_expected(f->param), &text)) return false;
  const char *point = strchr(text, '.');
  if (point == NULL || point[1] == '\0') {
    return value_unexpected(f->loader, f->spot, index, param_expected(f->param));
  }
  if (!read_owner(f->loader, f->spot, text, &out->component)) return false;
  const struct kind *kind = f->loader->scenario->spec.component[out->component].kind;
  if (kind->stands_apart) {
    return spot_error(f->loader, f->spot, "\"%s\" is a %s, which is not watched by another", text,
                      kind->name);
  }
  if (reading_find(kind, point + 1, out)) return true;
  const char *list[MOST];
  uint32_t n = 0;
  while (n < MOST && (list[n] = reading_name(kind, n)) != NULL) n++;
  return spot_error(f->loader, f->spot, "a %s has no metric \"%.80s\" to watch%s", kind->name,
                    point + 1, nearest_hint(point + 1, list, n, "it has").text);
}

bool param_read_limit(const struct field *f, int index) {
  static const enum limit_unit units[] = {[QUANTITY_TIME] = LIMIT_SECONDS,
                                          [QUANTITY_RATE] = LIMIT_PER_SECOND,
                                          [QUANTITY_RATIO] = LIMIT_RATIO};
  struct limit *out = f->at;
  if (lua_type(f->loader->L, index) == LUA_TNUMBER) {
    out->unit = LIMIT_PLAIN;
    return value_number(f->loader, f->spot, index, &out->value) &&
           value_in_range(f->loader, f->spot, out->value, 0, 1e18, PLAIN_NUMBER);
  }
  const char *text = NULL;
  if (!value_text(f->loader, f->spot, index, param_expected(f->param), &text)) return false;
  struct quantity_unit unit;
  struct error why = {0};
  double number;
  if (!quantity_split(text, &number, &unit, &why)) {
    return spot_error(f->loader, f->spot, "%s", why.text);
  }
  if (unit.name[0] == '\0' || unit.quantity == QUANTITY_SIZE ||
      unit.quantity == QUANTITY_BANDWIDTH || unit.quantity == QUANTITY_DISTANCE) {
    return value_unexpected(f->loader, f->spot, index, param_expected(f->param));
  }
  out->unit = units[unit.quantity];
  out->value = number * unit.scale;
  if (unit.quantity == QUANTITY_TIME) out->value /= 1e9;
  return true;
}

void param_put_watch(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value) {
  (void)param;
  const struct watched_metric *metric = value;
  if (metric->name == NULL) {
    fputs("none", out);
  } else {
    fprintf(out, "%s.%s", spec->component[metric->component].name, metric->name);
  }
}

void param_put_limit(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value) {
  (void)spec, (void)param;
  const struct limit *limit = value;
  char text[64];
  switch ((enum limit_unit)limit->unit) {
    case LIMIT_NONE:
      fputs("none", out);
      return;
    case LIMIT_PLAIN:
      fprintf(out, "%g", limit->value);
      return;
    case LIMIT_RATIO:
      quantity_format(QUANTITY_RATIO, limit->value, text, sizeof text);
      break;
    case LIMIT_SECONDS:
      quantity_format(QUANTITY_TIME, limit->value * 1e9, text, sizeof text);
      break;
    case LIMIT_PER_SECOND:
      quantity_format(QUANTITY_RATE, limit->value, text, sizeof text);
      break;
  }
  fputs(text, out);
}

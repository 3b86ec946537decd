#include "annotations.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "describe.h"
#include "param_type.h"
#include "registry.h"
#include "source.h"
#include "words.h"

/* Text as a comment that stays on one line. */
static void comment(FILE *out, const char *text) {
  for (; *text; text++) fputc(*text == '\n' ? ' ' : *text, out);
}

/* --- types ---------------------------------------------------------------------------------- */

/* The value that words of a role return, seen by the editor. */
static const char *const preamble =
    "---@meta\n"
    "-- Written by `archsim describe --annotations`; not to be edited.\n"
    "\n"
    "---@alias archsim.Quantity string a number and its unit, such as \"250ms\", \"2GiB\", "
    "\"900/s\", \"99.9%\"\n"
    "---@class archsim.Value a distribution, arrivals, keys\n"
    "---@class archsim.Step a step of a handler\n"
    "---@class archsim.Harm what a fault does\n"
    "---@alias archsim.Dist archsim.Quantity|archsim.Value\n";

static void write_type(FILE *out, const struct param *param, const char *owner) {
  const struct param_type_def *type = &param_types[param->type];
  if (param->type == PARAM_GROUP) {
    fprintf(out, "archsim.%s.%s|false", owner, param->name);
  } else if (param->type == PARAM_LIST) {
    fprintf(out, "archsim.%s.%s[]", owner, param->name);
  } else if (param->type == PARAM_ENUM) {
    for (uint32_t i = 0; param->choices[i]; i++) {
      fprintf(out, "%s\"%s\"", i ? "|" : "", param->choices[i]);
    }
  } else if (param->type == PARAM_COUNT && param->max == INFINITY) {
    fprintf(out, "%s|\"%s\"", type->editor, type->endless);
  } else if (param->type == PARAM_TEXT && !strncmp(param->name, "zone", 4)) {
    fputs("string|string[]", out); /* `zone` and `zones` take lists as well */
  } else {
    fputs(type->editor, out);
  }
}

/* --- classes -------------------------------------------------------------------------------- */

static void write_field(FILE *out, const struct param *param, const char *owner) {
  char range[100];
  describe_range(param, range, sizeof range);
  fprintf(out, "---@field %s%s ", param->name, param->required ? "" : "?");
  write_type(out, param, owner);
  fputc(' ', out);
  comment(out, param->doc);
  if (*range) fprintf(out, " Range: %s.", range);
  if (param->fallback) fprintf(out, " Default: %s.", param->fallback);
  fputc('\n', out);
}

static void write_fields(FILE *out, const struct param *params, const char *owner) {
  for (; params->name; params++) write_field(out, params, owner);
}

/* The values of a list's entry that stand there without their keys. */
static void write_entry(FILE *out, const struct param *params, const char *owner) {
  for (int i = 1; params->name; params++, i++) {
    fprintf(out, "---@field [%d]? ", i);
    write_type(out, params, owner);
    fprintf(out, " %s\n", params->name);
  }
}

/* The classes of the groups within, which come first. */
static void write_groups(FILE *out, const struct param *params, const char *owner) {
  for (; params->name; params++) {
    if (params->group == NULL) continue;
    char name[160];
    int length = snprintf(name, sizeof name, "%s.%s", owner, params->name);
    assert(length > 0 && (size_t)length < sizeof name);
    write_groups(out, params->group, name);
    fprintf(out, "\n---@class (exact) archsim.%s\n", name);
    if (params->type == PARAM_LIST) write_entry(out, params->group, name);
    write_fields(out, params->group, name);
  }
}

static void write_kind(FILE *out, const struct kind *kind) {
  write_groups(out, kind->params, kind->name);
  fprintf(out, "\n---@class (exact) archsim.%s\n", kind->name);
  write_fields(out, kind->params, kind->name);
  write_fields(out, common_params, kind->name);
  fputs("\n---", out);
  comment(out, kind->summary);
  fprintf(out,
          "\n---@param name string\n---@return fun(parameters: archsim.%s)\n"
          "function %s(name) end\n",
          kind->name, source_word_for_lua(kind->name));
}

/* --- words ---------------------------------------------------------------------------------- */

static void write_usage(FILE *out, const struct word_def *word) {
  fputs("\n---", out);
  comment(out, word->doc);
  fputs("\n---```lua\n", out);
  for (const char *at = word->usage; *at;) {
    int length = (int)strcspn(at, "\n");
    fprintf(out, "---%.*s\n", length, at);
    at += length + (at[length] == '\n');
  }
  fputs("---```\n", out);
}

/* Whether it takes a table that is described. */
static bool has_class(const struct word_def *word) {
  return word->params != NULL || (word->items != NULL && word->items->type == PARAM_LIST);
}

/* A value without a key. */
static void write_place(FILE *out, const struct word_def *word, int place,
                        const struct param *param) {
  if (param == NULL) return;
  fprintf(out, "---@field [%d]%s ", place, place > 1 && !param->required ? "?" : "");
  write_type(out, param, word->name);
  fprintf(out, " %s\n", param->doc);
}

/* A class for the table of a word that a parameter table describes. */
static void write_table_class(FILE *out, const struct word_def *word) {
  bool lists = word->subject || word->items;
  fprintf(out, "\n---@class %sarchsim.%s\n", lists ? "" : "(exact) ", word->name);
  if (!strcmp(word->name, "fault")) fputs("---@field [1] archsim.Harm what breaks\n", out);
  write_place(out, word, 1, word->subject);
  write_place(out, word, 2, word->second);
  if (word->items && word->items->type == PARAM_LIST) {
    fprintf(out, "---@field [integer] archsim.%s.%s\n", word->name, word->items->name);
  } else if (word->items) {
    fputs("---@field [integer] archsim.Step\n", out);
  }
  if (word->params) write_fields(out, word->params, word->name);
}

/* What a word of the table takes that no parameter table describes. */
static const char *argument_of(const struct word_def *word) {
  switch ((enum word_id)(word - word_defs)) {
    case WORD_GOAL:
    case WORD_INCLUDE:
      return "string";
    case WORD_PARAM:
    case WORD_SWEEP:
      return "table";
    case WORD_POISSON:
      return "archsim.Quantity|archsim.Value";
    default:
      return "archsim.Quantity|table";
  }
}

static void write_argument(FILE *out, const struct word_def *word) {
  if (has_class(word)) fprintf(out, "archsim.%s", word->name);
  if (word->params && word->subject) fputc('|', out);
  if (word->subject) {
    write_type(out, word->subject, word->name);
  } else if (!has_class(word)) {
    fputs(word->role == ROLE_STEP ? "nil" : argument_of(word), out);
  }
}

static const char *result_of(const struct word_def *word) {
  switch (word->role) {
    case ROLE_VALUE:
      return "archsim.Value";
    case ROLE_STEP:
      return "archsim.Step";
    case ROLE_FAULT:
      return "archsim.Harm";
    case ROLE_BLOCK:
      break;
  }
  if (!strcmp(word->name, "param")) return "any";
  return strcmp(word->name, "include") ? NULL : "any";
}

static void write_word(FILE *out, const struct word_def *word) {
  if (word->items && word->items->type == PARAM_LIST) {
    write_groups(out, (const struct param[]){*word->items, {0}}, word->name);
  }
  if (has_class(word)) write_table_class(out, word);
  write_usage(out, word);
  if (word == &word_defs[WORD_REGION]) {
    fputs(
        "---@param name string\n---@return fun(parameters: archsim.region)\n"
        "function region(name) end\n",
        out);
    return;
  }
  const char *result = result_of(word);
  fprintf(out, "---@param value%s ", word->bare ? "?" : "");
  write_argument(out, word);
  if (result) fprintf(out, "\n---@return %s", result);
  fprintf(out, "\nfunction %s(value) end\n", word->name);
}

void annotations_write(FILE *out, const struct kinds *kinds) {
  fputs(preamble, out);
  for (uint32_t i = 0; i < kinds->n; i++) write_kind(out, kinds->kind[i]);
  for (uint32_t i = 0; word_at(i); i++) write_word(out, word_at(i));
}

#include "annotations.h"

#include <assert.h>
#include <string.h>

#include "describe.h"
#include "registry.h"
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
  switch (param->type) {
    case PARAM_BOOL:
      fputs("boolean", out);
      return;
    case PARAM_COUNT:
      fputs(param->max > 1e300 ? "integer|\"unlimited\"" : "integer", out);
      return;
    case PARAM_NUMBER:
      fputs("number", out);
      return;
    case PARAM_RATIO:
      fputs("archsim.Quantity|number", out);
      return;
    case PARAM_DURATION:
    case PARAM_RATE:
    case PARAM_BYTES:
    case PARAM_BANDWIDTH:
      fputs("archsim.Quantity", out);
      return;
    case PARAM_TIME_DIST:
    case PARAM_SIZE_DIST:
    case PARAM_BACKOFF:
      fputs("archsim.Dist", out);
      return;
    case PARAM_ENUM:
      for (uint32_t i = 0; param->choices[i]; i++) {
        fprintf(out, "%s\"%s\"", i ? "|" : "", param->choices[i]);
      }
      return;
    case PARAM_TEXT:
      /* `zone` and `zones` take lists as well */
      fputs(strncmp(param->name, "zone", 4) ? "string" : "string|string[]", out);
      return;
    case PARAM_REF:
      fputs("string", out);
      return;
    case PARAM_REFS:
    case PARAM_CAUSES:
      fputs("string|string[]", out);
      return;
    case PARAM_GROUP:
      fprintf(out, "archsim.%s.%s|false", owner, param->name);
      return;
    case PARAM_ARRIVALS:
    case PARAM_KEYS:
      fputs("archsim.Value", out);
      return;
    case PARAM_MIX:
      fputs("table<string, archsim.Quantity|number>", out);
      return;
    case PARAM_HANDLERS:
      fputs("archsim.Step[]|table<string, archsim.Step[]>", out);
      return;
    case PARAM_PRIORITY:
      fputs("string[]", out);
      return;
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

/* The classes of the groups within, which come first. */
static void write_groups(FILE *out, const struct param *params, const char *owner) {
  for (; params->name; params++) {
    if (params->type != PARAM_GROUP) continue;
    char name[160];
    int length = snprintf(name, sizeof name, "%s.%s", owner, params->name);
    assert(length > 0 && (size_t)length < sizeof name);
    write_groups(out, params->group, name);
    fprintf(out, "\n---@class (exact) archsim.%s\n", name);
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
          kind->name, kind->name);
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

/* A class for the table of a word that a parameter table describes; harms take targets as well. */
static void write_table_class(FILE *out, const struct word_def *word) {
  fprintf(out, "\n---@class %sarchsim.%s\n", word->role == ROLE_FAULT ? "" : "(exact) ",
          word->name);
  if (!strcmp(word->name, "fault")) fputs("---@field [1] archsim.Harm what breaks\n", out);
  if (word->role == ROLE_FAULT) fputs("---@field [1] string target\n---@field [2]? string\n", out);
  write_fields(out, word->params, word->name);
}

static const char *argument_of(enum word_id id, char *buffer, size_t size) {
  const struct word_def *word = &word_defs[id];
  switch (id) {
    case WORD_GOAL:
    case WORD_INCLUDE:
      return "string";
    case WORD_PARAM:
    case WORD_SWEEP:
      return "table";
    case WORD_POISSON:
      return "archsim.Quantity";
    case WORD_WORK:
    case WORD_SLEEP:
      return "archsim.Dist";
    default:
      break;
  }
  if (word->params) {
    snprintf(buffer, size, "archsim.%s%s", word->name, word->role == ROLE_FAULT ? "|string" : "");
    return buffer;
  }
  return word->role == ROLE_STEP ? "string|table" : "archsim.Quantity|table";
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

static void write_word(FILE *out, enum word_id id) {
  const struct word_def *word = &word_defs[id];
  char buffer[100];
  if (word->params) write_table_class(out, word);
  write_usage(out, word);
  if (id == WORD_REGION) {
    fputs(
        "---@param name string\n---@return fun(parameters: archsim.region)\n"
        "function region(name) end\n",
        out);
    return;
  }
  const char *result = result_of(word);
  fprintf(out, "---@param value%s %s\n", word->bare ? "?" : "",
          argument_of(id, buffer, sizeof buffer));
  if (result) fprintf(out, "---@return %s\n", result);
  fprintf(out, "function %s(value) end\n", word->name);
}

void annotations_write(FILE *out) {
  fputs(preamble, out);
  for (int i = 0; registry[i]; i++) write_kind(out, registry[i]);
  for (int id = 0; id < WORDS; id++) write_word(out, (enum word_id)id);
}

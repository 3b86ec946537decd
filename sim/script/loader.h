/* What the files of this layer share while one scenario is loaded.
 *
 * The script runs first and only declares: each word it calls becomes a userdata that remembers
 * which word it was and in which line, and holds its argument. What the words mean is found out
 * afterwards, when all names are known. The first mistake wins and ends the loading.
 *
 * Functions that may fail return false after loader_fail or spot_error; functions that Lua calls
 * raise instead. A word cannot be forged: scripts can neither make userdata nor see metatables. */
#ifndef LOADER_H
#define LOADER_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "error.h"
#include "rng.h"
#include "scenario.h"
#include "source.h"
#include "words.h"

struct action_def;
struct definition;
struct fault_def;
struct kind;
struct scope;
struct step_def;

#define NAME_MAX_BYTES 63u
#define NO_SOURCE UINT32_MAX
#define CSV_BUDGET ((size_t)128 << 20)

/* A file of values, read once however often it is named. */
struct csv_file {
  const char *path; /* real */
  const char *text;
  size_t length;
};

/* A word that the script called; a userdata whose user value 1 is the argument (nil: none). */
struct word {
  enum word_id id;
  const char *text;                /* as in the scenario */
  const char *name;                /* of a component or region; else NULL */
  const struct kind *kind;         /* WORD_KIND, WORD_COMPOSED */
  const struct step_def *step;     /* WORD_STEP */
  const struct fault_def *harm;    /* WORD_HARM */
  const struct action_def *action; /* WORD_ACTION */
  bool off;                        /* of an action: switched off from the command line */
  uint32_t source;                 /* index, or NO_SOURCE for a default of ours */
  int line;
};

/* A top-level statement. The word is kept alive by a reference in Lua's registry. */
struct declaration {
  struct word *word;
  int reference;
  bool has_body; /* service "web" alone has none yet */
  uint32_t of;   /* component of a composed kind that it is a part of, from 1; 0: none */
};

struct declarations {
  uint32_t n, capacity;
  struct declaration *list;
};

struct names { /* sorted when complete */
  uint32_t n, capacity;
  const char **list;
};

struct bypass { /* calls meant for `from` go to `to` */
  const char *from, *to;
};

struct loader {
  lua_State *L;
  struct arena *arena;
  struct error *err;
  bool failed;
  struct scenario *scenario;
  /* Settings from the command line. */
  const struct setting *setting;
  uint32_t settings;
  bool *setting_used;
  const struct scenario_changes *changes; /* NULL: none */
  struct names can_be_off;                /* for messages */
  bool *off_done;                         /* by entry of changes->off: it was found */
  uint32_t bypasses;
  struct bypass *bypass;
  struct names at_rest; /* components that are left out, and have nothing behind them */
  /* Files: 0 is the scenario. */
  const char *top; /* real path of its folder */
  uint32_t sources;
  const struct source *source[256];
  /* What the script said. */
  struct declarations components, regions, paths, allows, faults, goals, runs, sweeps;
  struct declarations composed; /* components of composed kinds, whose parts are components */
  uint32_t definitions;
  struct definition *definition; /* kinds composed in Lua that are known so far */
  const char *defining;          /* the one of the prelude that is being defined; or NULL */
  struct scope *scope;           /* what is being built; or NULL */
  bool early; /* components and operations are not known yet: values that name them pass */
  struct defaults *defaults; /* values of parameters that are left out: defaults.h */
  struct declarations harms; /* crash "web" and the like; has_body: it stands in a fault */
  uint32_t params, param_capacity;
  struct scenario_param *param;
  struct draws random;
  /* While values are being read. */
  struct names ops, regions_by_name, zones_by_name;
  struct declarations left_out; /* components whose only_if is false */
  struct names given;           /* keys that the component being read states: "retry.attempts" */
  struct names tiers;           /* of users */
  bool ops_known;               /* second pass: `ops` and `tiers` are sorted and complete */
  uint32_t dist_budget;         /* distributions and steps that may still be made */
  uint32_t step_budget;
  int step_depth;    /* of the list of steps being read */
  size_t csv_budget; /* bytes of files of values, and of those values */
  uint32_t csv_files, csv_capacity;
  struct csv_file *csv_file;
  uint32_t input_capacity, idle_capacity;
  struct sweep_plan *plan;    /* what is wanted instead of a scenario; or NULL */
  const struct setting *many; /* with a plan: settings of several values */
  uint32_t manys;
};

/* Loads a file: runs the script in its sandbox, then `rest`, `trusted` or under the same limits.
 * `loader` brings settings and what `rest` needs. NULL and a sentence on a mistake. */
struct scenario *loader_load(struct loader *loader, const char *file, lua_CFunction rest,
                             bool trusted);

/* Room for one more entry; what was outgrown stays in the arena, at most as much again. */
void *loader_grown(struct loader *loader, void *list, uint32_t n, uint32_t *capacity, size_t size);

/* Notes a file whose content the scenario depends on. */
void loader_add_input(struct loader *loader, const char *text, size_t length);

/* The loader that a Lua state belongs to. */
static inline struct loader *loader_of(lua_State *L) {
  return *(struct loader **)lua_getextraspace(L);
}

/* Keeps the sentence if it is the first; returns false. */
bool loader_fail(struct loader *loader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* For functions called by Lua: fails with "file:line: sentence", the line being the script's. */
_Noreturn void loader_raise(lua_State *L, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* File and line of the innermost function of the script that is running; false if there is none. */
bool loader_where(lua_State *L, uint32_t *source, int *line);

/* The word at a stack index, or NULL if there is something else. */
struct word *loader_word(lua_State *L, int index);

/* Metatable of words, by its name in the registry. */
#define WORD_TYPE "word"

/* Whether a name is well-formed: letters, digits, "_" and "-", 1 to 63 bytes. */
bool name_is_valid(const char *name, size_t length);

/* NULL if `text` is well-formed UTF-8 without control characters; else what is wrong with it. */
const char *text_fault(const char *text, size_t length);

/* Appends to a growing list in the arena; returns the new entry, zeroed. */
struct declaration *declarations_add(struct loader *loader, struct declarations *list);
void names_add(struct loader *loader, struct names *names, const char *name);
void names_sort(struct names *names);                             /* and drops doubles */
uint32_t names_find(const struct names *names, const char *name); /* sorted; or REF_NONE */

#endif

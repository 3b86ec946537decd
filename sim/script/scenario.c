#include "scenario.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "call_check.h"
#include "cpu_guard.h"
#include "declare_param.h"
#include "declare_sweep.h"
#include "goals.h"
#include "off.h"
#include "sandbox.h"
#include "vocabulary.h"

/* --- the file ------------------------------------------------------------------------------- */

static const char *base_name(struct arena *arena, const char *file) {
  const char *slash = strrchr(file, '/');
  const char *base = slash ? slash + 1 : file;
  size_t length = strlen(base);
  if (length > 4 && !strcmp(base + length - 4, ".lua")) length -= 4;
  return arena_format(arena, "%.*s", (int)length, base);
}

/* The first block of "--" lines, joined; "" if the file does not begin with one. */
static const char *read_question(struct arena *arena, const char *text, size_t length) {
  char *out = arena_alloc(arena, length + 1);
  size_t used = 0;
  const char *at = text, *end = text + length;
  while (at < end && (*at == '\n' || *at == '\r')) at++;
  while (end - at >= 2 && at[0] == '-' && at[1] == '-') {
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    const char *stop = newline ? newline : end;
    at += strspn(at, "-");
    while (at < stop && (*at == ' ' || *at == '\t')) at++;
    const char *last = stop;
    while (last > at && (last[-1] == '\r' || last[-1] == ' ')) last--;
    if (used > 0 && last > at) out[used++] = ' ';
    memcpy(out + used, at, (size_t)(last - at));
    used += (size_t)(last - at);
    at = newline ? newline + 1 : end;
  }
  out[used] = '\0';
  return text_fault(out, used) ? "" : out;
}

static bool read_main_file(struct loader *loader) {
  struct arena *arena = loader->arena;
  struct scenario *scenario = loader->scenario;
  struct source *source = arena_alloc(arena, sizeof *source);
  struct error why = {0};
  source->file = scenario->file;
  if (!source_read(arena, scenario->file, SCENARIO_FILE_MAX, &source->text, &source->length,
                   &why)) {
    return loader_fail(loader, "%s: %s", scenario->file, why.text);
  }
  char *real = realpath(scenario->file, NULL);
  if (real == NULL) return loader_fail(loader, "%s: cannot be found any more", scenario->file);
  source->folder = loader->top = source_folder(arena, arena_text(arena, real));
  free(real);
  loader->source[loader->sources++] = source;
  loader_add_input(loader, source->text, source->length);
  scenario->question = read_question(arena, source->text, source->length);
  return true;
}

/* --- under lua_pcall ------------------------------------------------------------------------ */

static int run_script(lua_State *L) {
  lua_newtable(L);
  vocabulary_add(L);
  sandbox_library(L);
  sandbox_globals(L, vocabulary_missing, vocabulary_assign);
  vocabulary_run_file(L, 0);
  return 0;
}

static bool check_graph(struct loader *loader) {
  struct error why = {0};
  return call_check(&loader->scenario->spec, &why) || loader_fail(loader, "%s", why.text);
}

static int build_scenario(lua_State *L) {
  struct loader *loader = loader_of(L);
  loader->scenario->spec.arena = loader->arena; /* actions that are prepared take from it */
  loader->scenario->spec.reduced = loader->changes && loader->changes->offs > 0;
  bool ok = settings_finish(loader) && sweep_check(loader) && vocabulary_finish(loader) &&
            off_declarations(loader) && build_names(loader) && build_run(loader) &&
            build_components(loader) && build_paths(loader) && build_allows(loader) &&
            build_faults(loader) && off_faults(loader) && check_graph(loader) &&
            goals_build(loader);
  if (!ok) return 0;
  loader->scenario->params = loader->params;
  loader->scenario->param = loader->param;
  return 0;
}

/* --- loading -------------------------------------------------------------------------------- */

static void load(struct loader *loader, lua_CFunction rest, bool trusted) {
  struct sandbox sandbox;
  struct cpu_guard guard;
  if (!read_main_file(loader)) return;
  sandbox_new(&sandbox, loader);
  if (loader->L == NULL) {
    loader_fail(loader, "%s: out of memory", loader->scenario->file);
    return;
  }
  cpu_guard_begin(&guard, loader->scenario->file, SANDBOX_CPU_SECONDS);
  if (sandbox_run(&sandbox, loader, run_script)) {
    if (trusted) sandbox_trust(&sandbox, loader->L);
    sandbox_run(&sandbox, loader, rest);
  }
  lua_close(loader->L);
  cpu_guard_end(&guard);
}

/* A message may quote anything; a terminal must not obey it. */
static void make_printable(char *text) {
  for (; *text; text++) {
    if ((unsigned char)*text < 0x20 || *text == 0x7f) *text = '?';
  }
}

struct scenario *loader_load(struct loader *loader, const char *file, lua_CFunction rest,
                             bool trusted) {
  struct error own = {0};
  struct arena *arena = arena_new();
  struct scenario *scenario = arena_alloc(arena, sizeof *scenario);
  scenario->arena = arena;
  scenario->file = arena_text(arena, file);
  scenario->name = base_name(arena, file);
  loader->arena = arena;
  loader->scenario = scenario;
  loader->csv_budget = CSV_BUDGET;
  if (loader->err == NULL) loader->err = &own;
  loader->setting_used = arena_alloc(arena, loader->settings + 1);
  loader->random = draws_begin(rng_stream(0, 0, "scenario", "math.random"), 0, 0);
  load(loader, rest, trusted);
  if (!loader->failed) return scenario;
  make_printable(loader->err->text);
  arena_free(arena);
  return NULL;
}

struct scenario *scenario_load(const char *file, const struct setting *settings, uint32_t n,
                               struct error *err) {
  return scenario_load_changed(file, settings, n, NULL, err);
}

struct scenario *scenario_load_changed(const char *file, const struct setting *settings, uint32_t n,
                                       const struct scenario_changes *changes, struct error *err) {
  struct loader *loader = mem_zeroed(1, sizeof *loader);
  loader->err = err;
  loader->setting = settings;
  loader->settings = n;
  loader->changes = changes;
  struct scenario *scenario = loader_load(loader, file, build_scenario, true);
  free(loader);
  return scenario;
}

void scenario_free(struct scenario *scenario) {
  if (scenario) arena_free(scenario->arena);
}

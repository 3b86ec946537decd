#include "slurm.h"

#include <glib.h>
#include <string.h>
#include <unistd.h>

#include "nearest.h"
#include "output.h"

struct job {
  const struct sweep *sweep;
  const struct options *options;
  char *folder, *script;
  uint32_t tasks;
};

/* --- options -------------------------------------------------------------------------------- */

bool slurm_check(const struct options *o, struct error *err) {
  static const char *const known[] = {"slurm"};
  if (o->submit == NULL) {
    if (o->print)
      return error_set(err, "--print shows the script of a job: write --submit slurm --print");
    if (o->tasks != 0)
      return error_set(err,
                       "--tasks is how many jobs a sweep becomes: write --submit slurm --tasks N");
    return true;
  }
  if (strcmp(o->submit, known[0]) != 0) {
    const char *nearest = nearest_word(o->submit, known, 1);
    return error_set(err, "--submit wants slurm, not '%.40s'%s", o->submit,
                     nearest != NULL ? "; did you mean slurm?" : "");
  }
  if (o->out != NULL && strpbrk(o->out, "\n\r%") != NULL) {
    return error_set(
        err,
        "--submit: Slurm cannot write its logs into a folder with %% or a line break in its "
        "name; choose another with --out");
  }
  if (o->shard != NULL) return error_set(err, "--submit makes all shards: leave --shard out");
  if (o->json != NULL || o->csv != NULL || o->junit != NULL) {
    return error_set(err,
                     "--submit does not wait for results: leave --json, --csv and --junit out; the "
                     "merge at the end of the array writes a CSV");
  }
  return true;
}

/* --- the script ----------------------------------------------------------------------------- */

static void put_quoted(FILE *out, const char *before, const char *text) {
  char *quoted = g_shell_quote(text);
  fprintf(out, "%s%s", before, quoted);
  g_free(quoted);
}

static char *own_path(void) {
  char *path = g_file_read_link("/proc/self/exe", NULL);
  return path != NULL ? path : g_strdup("archsim");
}

/* Letters that need no quoting anywhere. */
static char *plain(const char *text) {
  return g_strcanon(g_strdup(text), G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-", '_');
}

static char *database_of(const struct job *job) {
  char *name = g_strconcat(job->sweep->plan->scenario->name, ".sqlite", NULL);
  char *path = g_build_filename(job->folder, name, NULL);
  g_free(name);
  return path;
}

static void put_head(const struct job *job, FILE *out) {
  char *name = plain(job->sweep->plan->scenario->name);
  char *script = g_shell_quote(job->script), *log = g_build_filename(job->folder, "slurm", NULL);
  char *log_quoted = g_shell_quote(log);
  fprintf(out,
          "#!/bin/bash\n"
          "# A sweep of %u points as a job array, written by archsim %s. By hand:\n"
          "#   id=$(sbatch --parsable --array=1-%u %s shard)\n"
          "#   sbatch --dependency=afterany:$id %s merge\n"
          "# Shards that the merge misses, here 3 and 7: sbatch --array=3,7 %s shard\n"
          "#SBATCH --job-name=archsim-%s\n"
          "#SBATCH --output=%s/%%A_%%a.log\n"
          "#SBATCH --open-mode=append\n"
          "#SBATCH --requeue\n"
          "#SBATCH --ntasks=1\n"
          "#SBATCH --cpus-per-task=%u\n",
          job->sweep->plan->points, ARCHSIM_VERSION, job->tasks, script, script, script, name,
          log_quoted, job->options->jobs != 0 ? job->options->jobs : 1);
  g_free(name);
  g_free(script);
  g_free(log);
  g_free(log_quoted);
}

static void put_sweep(const struct job *job, const char *program, FILE *out) {
  const struct options *o = job->options;
  put_quoted(out, "    ", program);
  put_quoted(out, " sweep ", o->argument[0]);
  for (uint32_t i = 0; i < o->settings; i++) {
    char *setting = g_strdup_printf("%s=%s", o->setting[i].name, o->setting[i].value);
    put_quoted(out, " \\\n      -s ", setting);
    g_free(setting);
  }
  if (o->has_seed) fprintf(out, " \\\n      --seed %" G_GUINT64_FORMAT, o->seed);
  if (o->replications != 0) fprintf(out, " \\\n      -r %u", o->replications);
  put_quoted(out, " \\\n      --out ", job->folder);
  fprintf(out,
          " --shard \"$SLURM_ARRAY_TASK_ID/%u\" \\\n      -j \"${SLURM_CPUS_PER_TASK:-1}\" -q\n",
          job->tasks);
}

static void put_script(const struct job *job, FILE *out) {
  char *program = own_path(), *here = g_get_current_dir(), *database = database_of(job);
  put_head(job, out);
  put_quoted(out, "cd ", here);
  fputs(
      " || exit 4\n"
      "case ${1:-} in\n"
      "  shard)\n"
      "    : \"${SLURM_ARRAY_TASK_ID:?is not set: submit with --array}\"\n",
      out);
  put_sweep(job, program, out);
  fputs(
      "    status=$?\n"
      "    [ \"$status\" -eq 1 ] && status=0 # a goal that failed somewhere is a result\n"
      "    exit \"$status\"\n"
      "    ;;\n"
      "  merge)\n",
      out);
  put_quoted(out, "    exec ", program);
  put_quoted(out, " merge ", job->folder);
  put_quoted(out, " -o ", database);
  fputs(
      "\n    ;;\n"
      "  *)\n"
      "    echo 'shard or merge?' >&2\n"
      "    exit 2\n"
      "    ;;\n"
      "esac\n",
      out);
  g_free(program);
  g_free(here);
  g_free(database);
}

/* --- submitting ----------------------------------------------------------------------------- */

static bool write_script(const struct job *job, struct error *err) {
  char *folder = g_path_get_dirname(job->script);
  struct output output;
  bool ok = g_mkdir_with_parents(folder, 0777) == 0;
  if (!ok) error_set(err, "cannot make the folder %s", folder);
  g_free(folder);
  if (!ok || !output_open(&output, job->script, err)) return false;
  put_script(job, output.file);
  return output_close(&output, true, err);
}

/* Runs sbatch with these arguments; the number of the job, to be freed with g_free, or NULL. */
static char *sbatch(const struct job *job, const char *how, const char *what, struct error *err) {
  const char *argv[] = {"sbatch", "--parsable", how, job->script, what, NULL};
  char *out = NULL, *complaint = NULL;
  GError *error = NULL;
  int status = 0;
  bool ok = g_spawn_sync(NULL, (gchar **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out,
                         &complaint, &status, &error);
  if (!ok) {
    error_set(err, "cannot run sbatch: %s; the script is %s", error->message, job->script);
  } else if (!g_spawn_check_wait_status(status, NULL)) {
    ok = error_set(err, "sbatch refused %s: %.400s", job->script, g_strstrip(complaint));
  }
  g_clear_error(&error);
  g_free(complaint);
  if (ok) {
    out[strcspn(out, ";\n")] = '\0'; /* "12;cluster" */
    return out;
  }
  g_free(out);
  return NULL;
}

static bool submit_both(const struct job *job, struct error *err) {
  char *array = g_strdup_printf("--array=1-%u", job->tasks);
  char *shards = sbatch(job, array, "shard", err);
  g_free(array);
  if (shards == NULL) return false;
  char *after = g_strdup_printf("--dependency=afterany:%s", shards);
  char *merge = sbatch(job, after, "merge", err);
  char *database = database_of(job);
  if (merge != NULL && !job->options->quiet) {
    printf("%u points in %u tasks: job %s\nmerge: job %s, into %s\n", job->sweep->plan->points,
           job->tasks, shards, merge, database);
  } else if (merge == NULL) {
    char why[400];
    g_strlcpy(why, err->text, sizeof why);
    error_set(err, "job %s makes the points, but its merge was not submitted: %s", shards, why);
  }
  bool ok = merge != NULL;
  g_free(database);
  g_free(after);
  g_free(shards);
  g_free(merge);
  return ok;
}

static enum exit_code submit(const struct job *job, struct error *err) {
  struct store store;
  enum exit_code code = store_open(&store, job->folder, job->sweep->manifest, &(struct shard){1, 1},
                                   job->options->resume, err);
  store_close(&store);
  if (code != EXIT_GOALS_MET) return code;
  return write_script(job, err) && submit_both(job, err) ? EXIT_GOALS_MET : EXIT_INTERNAL;
}

enum exit_code slurm_submit(const struct sweep *sweep, const struct options *options,
                            struct error *err) {
  uint32_t tasks = options->tasks != 0 ? options->tasks : SLURM_TASKS_DEFAULT;
  struct job job = {
      .sweep = sweep,
      .options = options,
      .folder = sweep_folder(options, sweep),
      .tasks = MIN(tasks, sweep->plan->points),
  };
  job.script = g_build_filename(job.folder, "slurm", "sweep.sh", NULL);
  enum exit_code code = EXIT_GOALS_MET;
  if (options->print) {
    put_script(&job, stdout);
  } else {
    code = submit(&job, err);
  }
  g_free(job.folder);
  g_free(job.script);
  return code;
}

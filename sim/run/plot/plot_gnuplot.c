#include "plot_gnuplot.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "plot_text.h"
#include "signals.h"

/* A folder of its own, so that the names in it need no care. */
static bool write_script(const char *path, const char *script, const char *image, bool png,
                         struct error *err) {
  char *quoted = plot_text_quote(image);
  char *text = g_strdup_printf("OUT = %s\n%s%s", quoted, png ? "PNG = 1\n" : "", script);
  GError *error = NULL;
  bool ok = g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  if (!ok) error_set(err, "cannot write a script for gnuplot: %s", error->message);
  g_clear_error(&error);
  g_free(quoted);
  g_free(text);
  return ok;
}

static bool spawn(const char *path, struct error *err) {
  const char *argv[] = {"gnuplot", "-d", path, NULL};
  gchar **environment = g_get_environ(), *said = NULL;
  GError *error = NULL;
  int status = 0;
  bool ok = true;
  /* Neither the user's language nor his settings may change a picture. */
  environment = g_environ_setenv(environment, "LC_ALL", "C.UTF-8", TRUE);
  environment = g_environ_unsetenv(environment, "GNUPLOT_LIB");
  environment = g_environ_unsetenv(environment, "GNUTERM");
  if (!g_spawn_sync(NULL, (gchar **)argv, environment,
                    G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, &said,
                    &status, &error)) {
    bool missing = g_error_matches(error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT);
    ok = missing ? error_set(err,
                             "plots need gnuplot, which is not installed: apt-get install "
                             "gnuplot-nox")
                 : error_set(err, "cannot run gnuplot: %s", error->message);
  } else if (!g_spawn_check_wait_status(status, NULL)) {
    ok = error_set(err, "gnuplot failed: %.400s", g_strstrip(said));
  }
  g_clear_error(&error);
  g_free(said);
  g_strfreev(environment);
  return ok;
}

static bool read_image(const char *image, GBytes **out, struct error *err) {
  gchar *bytes = NULL;
  gsize length = 0;
  if (!g_file_get_contents(image, &bytes, &length, NULL) || length == 0) {
    g_free(bytes);
    return error_set(err, "gnuplot drew nothing; is its disk full (TMPDIR)?");
  }
  *out = g_bytes_new_take(bytes, length);
  return true;
}

bool plot_gnuplot(const char *script, bool png, GBytes **image, struct error *err) {
  GError *error = NULL;
  gchar *folder = g_dir_make_tmp("archsim-plot-XXXXXX", &error);
  if (folder == NULL) {
    error_set(err, "cannot make a folder for gnuplot: %s", error->message);
    g_clear_error(&error);
    return false;
  }
  char *picture = g_build_filename(folder, "plot.out", NULL);
  char *path = g_build_filename(folder, "plot.gp", NULL), *guarded[] = {picture, path, folder};
  for (size_t i = 0; i < G_N_ELEMENTS(guarded); i++) signals_guard_path(guarded[i]);
  bool ok = write_script(path, script, picture, png, err) && spawn(path, err) &&
            read_image(picture, image, err);
  g_unlink(path);
  g_unlink(picture);
  g_rmdir(folder);
  for (size_t i = 0; i < G_N_ELEMENTS(guarded); i++) signals_release_path(guarded[i]);
  g_free(path);
  g_free(picture);
  g_free(folder);
  return ok;
}

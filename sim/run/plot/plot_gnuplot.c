#include "plot_gnuplot.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "plot_text.h"
#include "signals.h"

/* The file that picture `i` is drawn into; to be freed with g_free. */
static char *image_path(const char *folder, uint32_t i) {
  return g_strdup_printf("%s/%" G_GUINT32_FORMAT ".out", folder, i);
}

/* A folder of its own, so that the names in it need no care. Nothing of one script stays for the
 * next. */
static bool write_script(const char *path, const char *folder, const struct plot_picture *pictures,
                         uint32_t n, struct error *err) {
  GString *text = g_string_new(NULL);
  for (uint32_t i = 0; i < n; i++) {
    char *image = image_path(folder, i), *quoted = plot_text_quote(image);
    g_string_append_printf(text, "%sOUT = %s\n%s%s\n", i > 0 ? "reset session\n" : "", quoted,
                           pictures[i].png ? "PNG = 1\n" : "", pictures[i].script);
    g_free(quoted);
    g_free(image);
  }
  GError *error = NULL;
  bool ok = g_file_set_contents_full(path, text->str, (gssize)text->len, G_FILE_SET_CONTENTS_NONE,
                                     0600, &error);
  if (!ok) error_set(err, "cannot write a script for gnuplot: %s", error->message);
  g_clear_error(&error);
  g_string_free(text, TRUE);
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

static bool read_image(const char *path, GBytes **out, struct error *err) {
  gchar *bytes = NULL;
  gsize length = 0;
  if (!g_file_get_contents(path, &bytes, &length, NULL) || length == 0) {
    g_free(bytes);
    return error_set(err, "gnuplot drew nothing; is its disk full (TMPDIR)?");
  }
  *out = g_bytes_new_take(bytes, length);
  return true;
}

static bool read_images(const char *folder, struct plot_picture *pictures, uint32_t n,
                        struct error *err) {
  for (uint32_t i = 0; i < n; i++) {
    char *path = image_path(folder, i);
    bool ok = read_image(path, &pictures[i].image, err);
    g_free(path);
    if (!ok) return false;
  }
  return true;
}

/* In one process. */
static bool draw_together(struct plot_picture *pictures, uint32_t n, struct error *err) {
  GError *error = NULL;
  gchar *folder = g_dir_make_tmp("archsim-plot-XXXXXX", &error);
  if (folder == NULL) {
    error_set(err, "cannot make a folder for gnuplot: %s", error->message);
    g_clear_error(&error);
    return false;
  }
  char *script = g_build_filename(folder, "plot.gp", NULL);
  GPtrArray *guarded = g_ptr_array_new_with_free_func(g_free);
  for (uint32_t i = 0; i < n; i++) g_ptr_array_add(guarded, image_path(folder, i));
  g_ptr_array_add(guarded, script);
  g_ptr_array_add(guarded, folder); /* the last: it must be empty before it goes */
  for (guint i = 0; i < guarded->len; i++) signals_guard_path(guarded->pdata[i]);
  bool ok = write_script(script, folder, pictures, n, err) && spawn(script, err) &&
            read_images(folder, pictures, n, err);
  for (guint i = 0; i < guarded->len; i++) {
    g_remove(guarded->pdata[i]);
    signals_release_path(guarded->pdata[i]);
  }
  g_ptr_array_free(guarded, TRUE);
  return ok;
}

/* Fewer than signals.h can guard at once. */
enum { TOGETHER_MOST = 16 };

static bool draw_some(struct plot_picture *pictures, uint32_t n, struct error *err) {
  if (n == 1) return draw_together(pictures, 1, err);
  if (draw_together(pictures, n, NULL)) return true;
  for (uint32_t i = 0; i < n; i++) g_clear_pointer(&pictures[i].image, g_bytes_unref);
  for (uint32_t i = 0; i < n; i++) {
    if (!draw_together(&pictures[i], 1, err)) return false;
  }
  return true;
}

bool plot_gnuplot(struct plot_picture *pictures, uint32_t n, struct error *err) {
  for (uint32_t i = 0; i < n; i += TOGETHER_MOST) {
    if (!draw_some(&pictures[i], MIN(n - i, TOGETHER_MOST), err)) return false;
  }
  return true;
}

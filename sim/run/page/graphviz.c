#include "graphviz.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "html.h"
#include "signals.h"
#include "topology_dot.h"

bool graphviz_check(struct error *err) {
  gchar *path = g_find_program_in_path("dot");
  g_free(path);
  if (path != NULL) return true;
  return error_set(err, "drawing a topology needs the program dot: apt-get install graphviz");
}

/* The C locale: no other one's decimal commas. */
static bool run_dot(const char *in, const char *out, const char *format, struct error *err) {
  char type[16];
  snprintf(type, sizeof type, "-T%s", format);
  const char *argv[] = {"dot", type, "-Gcharset=utf8", "-o", out, in, NULL};
  gchar **env = g_environ_setenv(g_get_environ(), "LC_ALL", "C", TRUE);
  char *printed = NULL, *complaint = NULL;
  GError *error = NULL;
  int status = 0;
  bool ok = g_spawn_sync(NULL, (gchar **)argv, env, G_SPAWN_SEARCH_PATH, NULL, NULL, &printed,
                         &complaint, &status, &error);
  if (!ok) {
    error_set(err, "cannot run dot: %s", error->message);
  } else if (!g_spawn_check_wait_status(status, NULL)) {
    ok = error_set(err, "dot could not draw the topology: %.400s", g_strstrip(complaint));
  }
  g_clear_error(&error);
  g_free(printed);
  g_free(complaint);
  g_strfreev(env);
  return ok;
}

GBytes *graphviz_draw(const char *dot, const char *format, struct error *err) {
  if (!graphviz_check(err)) return NULL;
  GError *error = NULL;
  gchar *folder = g_dir_make_tmp("archsim-dot-XXXXXX", &error);
  if (folder == NULL) {
    error_set(err, "cannot make a temporary folder: %s", error->message);
    g_clear_error(&error);
    return NULL;
  }
  gchar *in = g_build_filename(folder, "in.dot", NULL),
        *out = g_build_filename(folder, "out", NULL);
  gchar *content = NULL, *guarded[] = {in, out, folder};
  gsize length = 0;
  for (size_t i = 0; i < G_N_ELEMENTS(guarded); i++) signals_guard_path(guarded[i]);
  bool ok = g_file_set_contents_full(in, dot, -1, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  if (!ok) error_set(err, "cannot write %s: %s", in, error->message);
  ok = ok && run_dot(in, out, format, err);
  if (ok && !g_file_get_contents(out, &content, &length, &error)) {
    ok = error_set(err, "dot drew nothing: %s", error->message);
  }
  g_clear_error(&error);
  g_unlink(in);
  g_unlink(out);
  g_rmdir(folder);
  for (size_t i = 0; i < G_N_ELEMENTS(guarded); i++) signals_release_path(guarded[i]);
  g_free(in);
  g_free(out);
  g_free(folder);
  return ok ? g_bytes_new_take(content, length) : NULL;
}

/* --- SVG for a page ------------------------------------------------------------------------- */

/* The number of an attribute of the first tag, as width="123pt". */
static double attribute(const char *tag, const char *name) {
  const char *at = strstr(tag, name);
  return at != NULL ? strtod(at + strlen(name), NULL) : 0;
}

static void open_svg(GString *out, const char *svg, const char *label, bool alone) {
  double width = attribute(svg, "width=\""), height = attribute(svg, "height=\"");
  const char *box = strstr(svg, "viewBox=\"");
  int length = box != NULL ? (int)strcspn(box + 9, "\"") : 0;
  g_string_append(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"topology\" role=\"img\"");
  html_attribute(out, "aria-label", label);
  g_string_append_printf(out, " width=\"%.0fpt\" height=\"%.0fpt\" viewBox=\"%.*s\">\n", width,
                         height, length, box != NULL ? box + 9 : "");
  if (!alone) return;
  g_string_append(out,
                  "<style>.topology { color: #1a1a1a; background: #ffffff } @media "
                  "(prefers-color-scheme: dark) { .topology { color: #e8e8e8; background: #16181d "
                  "} }</style>\n");
}

static bool begins(const char *text, const char *with) {
  return strncmp(text, with, strlen(with)) == 0;
}

/* Copies what follows the opening tag, less titles, comments and namespaces; ink becomes the colour
 * of the text. No text of a scenario can look like either: all its angle brackets are entities. */
static void copy_body(GString *out, const char *at) {
  while (*at != '\0') {
    const char *end = NULL;
    if (begins(at, "<title>")) {
      end = strstr(at, "</title>");
      if (end != NULL) end += 8;
    } else if (begins(at, "<!--")) {
      end = strstr(at, "-->");
      if (end != NULL) end += 3;
    } else if (begins(at, "\"" DOT_INK "\"")) {
      g_string_append(out, "\"currentColor\"");
      end = at + strlen("\"" DOT_INK "\"");
    }
    if (end == NULL) {
      g_string_append_c(out, *at++);
    } else {
      at = end + (*end == '\n' && out->len > 0 && out->str[out->len - 1] == '\n');
    }
  }
}

char *graphviz_inline(const char *svg, const char *label, bool alone) {
  const char *at = strstr(svg, "<svg");
  const char *body = at != NULL ? strchr(at, '>') : NULL;
  GString *out = g_string_new(NULL);
  if (body == NULL) return g_string_free(out, FALSE);
  open_svg(out, at, label, alone);
  copy_body(out, body + 1);
  return g_string_free(out, FALSE);
}

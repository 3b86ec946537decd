#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signals.h"

static bool is_stdout(const char *path) {
  return strcmp(path, "-") == 0;
}

static bool fail(struct error *err, const char *path, int code) {
  return error_set(err, "cannot write %s: %s", is_stdout(path) ? "standard output" : path,
                   g_strerror(code));
}

/* Devices and pipes cannot be replaced by a rename; a directory is refused by opening it. */
static bool is_direct(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && !S_ISREG(info.st_mode);
}

bool output_check(const char *path, struct error *err) {
  if (is_stdout(path)) return true;
  struct stat info;
  if (stat(path, &info) == 0) {
    if (S_ISDIR(info.st_mode)) return fail(err, path, EISDIR);
    if (access(path, W_OK) != 0) return fail(err, path, errno);
    return true;
  }
  char *folder = g_path_get_dirname(path);
  bool ok = access(folder, W_OK | X_OK) == 0;
  int code = errno;
  g_free(folder);
  return ok || fail(err, path, code);
}

static bool open_temporary(struct output *output) {
  char *real = realpath(output->path, NULL); /* a symbolic link stays, its target is replaced */
  output->target = real != NULL ? g_strdup(real) : g_strdup(output->path);
  free(real);
  output->temporary = g_strdup_printf("%s.XXXXXX", output->target);
  signals_guard_path(output->temporary); /* mkstemp completes the text in its place */
  int fd = g_mkstemp_full(output->temporary, O_RDWR, 0666);
  if (fd < 0) return false;
  struct stat old;
  if (stat(output->target, &old) == 0 && fchmod(fd, old.st_mode & 07777) != 0) {
    close(fd);
    return false;
  }
  output->file = fdopen(fd, "w");
  return output->file != NULL;
}

bool output_open(struct output *output, const char *path, struct error *err) {
  *output = (struct output){.path = path};
  if (is_stdout(path)) {
    output->file = stdout;
    return true;
  }
  if (is_direct(path)) {
    output->file = fopen(path, "w");
    return output->file != NULL || fail(err, path, errno);
  }
  if (open_temporary(output)) return true;
  int code = errno;
  output_close(output, false, NULL);
  return fail(err, path, code);
}

/* Everything is on the disk under its own name, or errno says why not. */
static bool settle(struct output *output) {
  bool ok = fflush(output->file) == 0 && !ferror(output->file);
  if (output->temporary != NULL) ok = ok && fsync(fileno(output->file)) == 0;
  int code = errno;
  if (output->file != stdout && fclose(output->file) != 0 && ok) return false;
  errno = code;
  if (!ok || output->temporary == NULL) return ok;
  return rename(output->temporary, output->target) == 0;
}

bool output_close(struct output *output, bool ok, struct error *err) {
  if (!ok) {
    if (output->file != NULL && output->file != stdout) fclose(output->file);
  } else if (!settle(output)) {
    ok = fail(err, output->path, errno);
  }
  if (!ok && output->temporary != NULL) unlink(output->temporary);
  signals_release_path(output->temporary);
  g_free(output->temporary);
  g_free(output->target);
  *output = (struct output){0};
  return ok;
}

bool output_same_file(const char *a, const char *b) {
  struct stat x, y;
  if (is_stdout(a) || is_stdout(b)) return false;
  bool has_a = stat(a, &x) == 0, has_b = stat(b, &y) == 0;
  if (has_a && has_b) {
    return S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
  }
  if (has_a || has_b) return false;
  char *full_a = g_canonicalize_filename(a, NULL), *full_b = g_canonicalize_filename(b, NULL);
  bool same = strcmp(full_a, full_b) == 0;
  g_free(full_a);
  g_free(full_b);
  return same;
}

bool output_is_stdout(const char *path) {
  return path != NULL && is_stdout(path);
}

bool output_write(const char *path, void (*write)(const void *data, FILE *out), const void *data,
                  struct error *err) {
  struct output output;
  if (!output_open(&output, path, err)) return false;
  write(data, output.file);
  return output_close(&output, true, err);
}

bool output_flush_stdout(struct error *err) {
  bool failed = ferror(stdout) != 0;
  errno = 0;
  if (fflush(stdout) == 0 && !failed) return true;
  return fail(err, "-", errno != 0 ? errno : EIO);
}

/* What has to be put right when the user interrupts: the terminal's line and half-written files.
 *
 * A signal handler can reach nothing but globals, so this file holds the program's only mutable
 * ones. The handler cleans up and lets the signal have its default effect, so that the shell sees
 * how the program ended (130 for SIGINT, 143 for SIGTERM). */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <stdbool.h>

void signals_install(void);

/* From now on (or no longer) there is a progress bar on standard error to wipe. */
void signals_guard_terminal(bool dirty);

/* From now on this temporary file or folder is to be deleted; of folders the files in them are to
 * be named too. Any thread may call it; the text must stay until it is released. */
void signals_guard_path(const char *path);
void signals_release_path(const char *path);

#endif

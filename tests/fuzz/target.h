/* What the targets of libFuzzer share: each works in a folder of its own below TMPDIR, which is
 * gone when the program ends. */
#ifndef TARGET_H
#define TARGET_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

char *target_folder(void);
/* A file in it; to be freed with g_free. */
char *target_file(const char *name);
void target_put(const char *path, const void *data, size_t size);

#endif

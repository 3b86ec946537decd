/* Runs two commands alternately and compares the processor time each needs for the same number of
 * requests. The machine may be noisy, so it takes the least time of several rounds of each, side by
 * side in one run.
 *
 * usage: speed ROUNDS REQUESTS LIMIT LOAD ARCHSIM SCENARIO [BEFORE], where BEFORE is another
 * archsim */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Processor time of one command in ns, or -1; *rss_kb its largest memory. */
static double cpu_ns(char *const *command, long *rss_kb) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    if (!freopen("/dev/null", "w", stdout)) _exit(126);
    execv(command[0], command);
    _exit(127);
  }
  int status;
  struct rusage use;
  if (child < 0 || wait4(child, &status, 0, &use) < 0 || status != 0) return -1;
  *rss_kb = use.ru_maxrss;
  double seconds = (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec);
  return seconds * 1e9 + 1e3 * (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
}

int main(int argc, char **argv) {
  if (argc != 7 && argc != 8) {
    fprintf(stderr, "usage: speed ROUNDS REQUESTS LIMIT LOAD ARCHSIM SCENARIO [BEFORE]\n");
    return 2;
  }
  int rounds = (int)strtol(argv[1], NULL, 10);
  double requests = strtod(argv[2], NULL), limit_ns = 0, ours_ns = 0, before_ns = 0;
  long rss_kb = 0, ignored_kb;
  char *limit[] = {argv[3], argv[4], argv[2], NULL};
  char run[] = "run", one_thread[] = "-j1", quiet[] = "-q";
  char *ours[] = {argv[5], run, argv[6], one_thread, quiet, NULL};
  char *before[] = {argc == 8 ? argv[7] : NULL, run, argv[6], one_thread, quiet, NULL};
  for (int i = 0; i < rounds; i++) {
    double a = cpu_ns(limit, &rss_kb), b = cpu_ns(ours, &rss_kb);
    double c = argc == 8 ? cpu_ns(before, &ignored_kb) : 0;
    if (a < 0 || b < 0 || c < 0) return fprintf(stderr, "speed: a command failed\n"), 1;
    if (i == 0 || a < limit_ns) limit_ns = a;
    if (i == 0 || b < ours_ns) ours_ns = b;
    if (i == 0 || c < before_ns) before_ns = c;
  }
  printf("%-9s hand-written %6.1f ns a request, archsim %6.1f ns, ratio %.2f, %ld MB", argv[4],
         limit_ns / requests, ours_ns / requests, ours_ns / limit_ns, rss_kb / 1024);
  if (argc == 8) printf(", before %6.1f ns", before_ns / requests);
  printf("\n");
  return 0;
}

#include "cpu_guard.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define EXIT_SCENARIO 2

static void out_of_time(int signal_number, siginfo_t *info, void *context) {
  (void)context;
  if (info->si_code != SI_TIMER) { /* not ours: a resource limit of the shell */
    signal(signal_number, SIG_DFL);
    raise(signal_number);
    return;
  }
  const struct cpu_guard *guard = info->si_value.sival_ptr;
  ssize_t ignored = write(STDERR_FILENO, guard->message, guard->length);
  (void)ignored;
  _exit(EXIT_SCENARIO);
}

void cpu_guard_begin(struct cpu_guard *guard, const char *file, unsigned seconds) {
  *guard = (struct cpu_guard){.armed = false};
  int n = snprintf(guard->message, sizeof guard->message,
                   "archsim: %.300s: loading took more than %u s of CPU time; a scenario should "
                   "declare, not compute: look for a long loop\n",
                   file, seconds);
  guard->length = n < (int)sizeof guard->message ? (size_t)n : sizeof guard->message - 1;
  for (size_t i = 0; i + 1 < guard->length; i++) {
    if ((unsigned char)guard->message[i] < 0x20) guard->message[i] = '?';
  }
  struct sigaction action = {.sa_sigaction = out_of_time, .sa_flags = SA_SIGINFO | SA_RESTART};
  sigemptyset(&action.sa_mask);
  /* To this thread, so that the signal is handled before the thread can end the guard. */
  struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGXCPU};
  event.sigev_value.sival_ptr = guard;
  event._sigev_un._tid = gettid();
  if (timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &guard->timer) != 0) return;
  sigaction(SIGXCPU, &action, NULL);
  struct itimerspec after = {.it_value = {.tv_sec = (time_t)seconds}};
  timer_settime(guard->timer, 0, &after, NULL);
  guard->armed = true;
}

void cpu_guard_end(struct cpu_guard *guard) {
  if (!guard->armed) return;
  timer_delete(guard->timer);
  guard->armed = false;
}
